"""What is no evidence, and what only looks so."""

from __future__ import annotations

import pytest

from rag.ingest.boilerplate import readable_text

NEWS = "\n\n".join(f"这是第{number}段正文，讲了一件事。" for number in range(14))
ENGLISH = "\n\n".join(f"This is paragraph {number} of the news." for number in range(14))


@pytest.mark.parametrize(
    "notice",
    [
        "（声明：本文内容仅供参考，不构成投资建议。）",
        "**免责声明：** 投资者据此操作，风险自担。",
        "【免责声明】本文不代表本站立场。",
        "本文仅代表作者观点，不构成任何投资建议。",
        "未经授权，不得转载。",
        "版权所有，侵权必究。",
        "市场有风险，投资需谨慎。",
        "责任编辑：张三",
        "编辑|张三 李四 校对|王五",
        "**编辑**|**|**|********张三 李四**校对|**王五**",
        "> 早报记者 | 张三",
        "（早报社记者 张三、李四）",
        "记者：张三　摄影：李四",
        "文/张三",
        "来源：早间日报",
        "每日早间新闻综合公开消息、晚间时报、午间财经等",
        "每日早间新闻",
        "图片来源：视觉图库",
        "![x](y)图片来源：某某报 资料图",
        "![x](y)某某公司总部大楼",
        "![x](y)\n*The works of a firm. Photo: AB*",
        "点击下方链接，阅读全文",
        "扫码关注我们的公众号",
        "相关阅读：另一篇文章",
        "（完）",
        "▼ ▼ ▼",
        "This article is for information only and is not investment advice.",
        "Disclaimer: the author holds shares.",
        "The views expressed here do not necessarily reflect the views of the paper.",
        "All rights reserved.",
        "© 2025 Some Paper",
        "(Reporting by Ann Example; Editing by Bob Example)",
        "By Ann Example, Morning News",
        "By Ann Example and Bob Example",
        "Photo: Some Agency",
        "Read more: Another story",
        "Click here to subscribe",
        "Sign up for our free newsletter.",
        "[Subscribe now](https://example.com/s)",
        "Source: Morning Post",
    ],
)
def test_dropped_at_the_end_and_named(notice: str) -> None:
    readable = readable_text(f"{NEWS}\n\n{notice}\n\n{ENGLISH[:0]}")
    assert readable.text == NEWS
    assert readable.dropped


@pytest.mark.parametrize(
    "sentence",
    [
        "公司发布声明，称产品不构成侵权。",
        "声明：我们对此深表遗憾。",
        "他强调，这不构成投资建议。",
        "分析师提醒，市场有风险，投资者应当谨慎。",
        "市场有风险，但他仍然买入。",
        "未经用户同意，公司不得收集数据。",
        "编辑部昨天宣布搬迁。",
        "记者获悉，新品将于六月上市。",
        "记者 现场 看到，门店排起长队。",
        "每日早间新闻综合多方消息报道，公司已经停产。",
        "关注这家公司的投资者越来越多。",
        "点击率上升了5%。",
        "更多公司加入了这个公众号计划。",
        "图片识别能力提高了一倍。",
        "来源复杂的数据需要清洗。",
        "销量：5%",
        "早报",
        "- 早间新闻",
        "The report did not make a recommendation on rates.",
        "This report was not expected to be advice to the central bank, he said.",
        "Copyright law was changed in May.",
        "Disclaimers are common in this industry.",
        "By Friday, the firm had left.",
        "By Friday",
        "Subscribe revenue rose 5%.",
        "Read more slowly, the judge said.",
        "Sources say the deal is done.",
        "Photo sales fell by 3%.",
        "Related companies fell as well.",
    ],
)
def test_news_stays_wherever_it_stands(sentence: str) -> None:
    text = f"{NEWS}\n\n{sentence}"
    if sentence == "早报":  # a whole line that is an outlet's name does go, at the ends only
        text = f"{NEWS}\n\n{sentence}\n\n{NEWS}"
    readable = readable_text(text)
    assert readable.text == text
    assert readable.dropped == ()


@pytest.mark.parametrize(
    ("source", "text", "dropped"),
    [
        ("《早报》2月1日讯（记者 张三）公司宣布。", "《早报》2月1日讯 公司宣布。", "（记者 张三）"),
        (
            "**记者 张三** 2月1日，早报网获悉，公司宣布。",
            "2月1日，早报网获悉，公司宣布。",
            "记者 张三",
        ),
        ("公司宣布停产。（早报记者 张三）", "公司宣布停产。", "（早报记者 张三）"),
        ("公司宣布停产（记者 张三）", "公司宣布停产（记者 张三）", None),
        ("公司（记者 张三）宣布停产。", "公司（记者 张三）宣布停产。", None),
    ],
)
def test_names_of_reporters_go_and_their_sentence_stays(
    source: str, text: str, dropped: str | None
) -> None:
    readable = readable_text(source)
    assert readable.text == text
    assert readable.dropped == ((dropped,) if dropped else ())


def test_lines_of_one_paragraph_are_judged_one_by_one() -> None:
    readable = readable_text("责任编辑：张三\n校对：李四\n公司今天宣布停产")
    assert readable.text == "公司今天宣布停产"
    assert readable.dropped == ("责任编辑：张三", "校对：李四")


@pytest.mark.parametrize(
    ("closing", "link"),
    [
        ("[qq](https://example.com/1)", "https://example.com/1"),
        ("原文链接：https://example.com/1", "https://example.com/1"),
        ("<https://example.com/1>", "https://example.com/1"),
        ("[qq](javascript:alert(1))", None),
        ("[公司宣布停产。](https://example.com/1)", None),
        ("见[公告](https://example.com/1)", None),
    ],
)
def test_a_closing_link_is_the_address_and_no_text(closing: str, link: str | None) -> None:
    readable = readable_text(f"{NEWS}\n\n{closing}")
    assert readable.link == link
    if link:
        assert readable.text == NEWS
        assert len(readable.dropped) == 1
    else:
        assert readable.text != NEWS


@pytest.mark.parametrize(
    ("source", "outlet"),
    [
        ("《早间日报》2月1日讯（记者 张三）公司宣布。", "早间日报"),
        ("早间社北京2月1日电 公司宣布。", "早间社"),
        ("（早间社）公司宣布。", None),
        ("早间新闻记者 | 张三\n\n公司宣布。", "早间新闻"),
        ("本报记者 | 张三\n\n公司宣布。", None),
        ("记者 张三 2月1日，早间观察网获悉，公司宣布。", "早间观察网"),
        ("晚间氪获悉，公司宣布。", "晚间氪"),
        ("记者获悉，公司宣布。", None),
        ("多家媒体获悉，公司宣布。", None),
        ("公司宣布。\n\n每日早间新闻", "每日早间新闻"),
        ("公司宣布。\n\n来源：早间财经", "早间财经"),
        ("公司宣布。\n\n（早间社记者 张三）", "早间社"),
        ("公司宣布。\n\n早间新闻综合公开消息、晚间时报等", "早间新闻"),
        ("据早间日报，公司宣布。", None),
        ("LONDON, Feb 13 (Reuters) - A firm said so.", "Reuters"),
        ("(AP) — A firm said so.", "AP"),
        ("By Ann Example, Morning News\n\nA firm said so.", "Morning News"),
        ("By Ann Example\n\nA firm said so.", None),
        ("A firm told the Morning Post so.", None),
        ("A firm said so.\n\nThe Morning Post", "The Morning Post"),
    ],
)
def test_the_outlet_a_text_names_itself(source: str, outlet: str | None) -> None:
    assert readable_text(source).outlet == outlet
