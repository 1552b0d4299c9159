"""Words around a deed in a news item: openings, times, speakers, and results."""

from __future__ import annotations

from training.rows import Language

Both = tuple[tuple[str, ...], tuple[str, ...]]
"""Wordings of one thing in Chinese and in English."""

TIMES: tuple[tuple[str, str], ...] = (
    ("周一", "on Monday"), ("周三", "on Wednesday"), ("周五晚", "on Friday evening"),
    ("上周", "last week"), ("本月初", "earlier this month"),
    ("去年年底", "at the end of last year"),
    ("昨日", "yesterday"), ("今年春天", "this spring"), ("3月12日", "on March 12"),
    ("9月下旬", "in late September"), ("2021年", "in 2021"), ("周末", "at the weekend"),
)  # fmt: skip

OPENINGS: dict[Language, tuple[str, ...]] = {
    "zh": (
        "【本报讯】", "记者从知情人士处获悉，", "据新华社报道，", "公开资料显示，",
        "据{pl3}媒体报道，",
        "记者日前获悉，", "一份声明显示，", "据多家媒体消息，", "{pl3}电，", "财经早报：",
        "本台消息：",
        "知情人士称，", "据悉，", "最新消息，",
    ),
    "en": (
        "Reuters — ", "According to a statement, ", "{pl3} (AP) — ",
        "Local media in {pl3} report that ",
        "It emerged that ", "A statement confirms that ", "As reported earlier, ",
        "It is now official: ",
        "According to people familiar with the matter, ", "Newspapers report that ", "In brief: ",
    ),
}  # fmt: skip

BETWEEN: dict[Language, tuple[str, ...]] = {
    "zh": ("", "", "", "此外，", "另据消息，", "与此同时，", "另一方面，", "同日，"),
    "en": ("", "", "", "Separately, ", "Meanwhile, ", "In other news, ", "At the same time, "),
}

LINKS: dict[Language, tuple[str, ...]] = {
    "zh": ("，而", "；", "，同时，", "，另外"),
    "en": (", while ", "; ", ", and "),
}

ABOUT: dict[str, tuple[tuple[str, str], ...]] = {
    "co": (
        ("上市公司", "listed company "), ("民营企业", "privately owned "),
        ("老牌企业", "long-established "), ("行业龙头", "market leader "),
        ("家族企业", "family-run "), ("初创公司", "start-up "),
    ),
    "pe": (
        ("52岁的", "52-year-old "), ("现年38岁的", "38-year-old "), ("备受关注的", "much-watched "),
        ("来自农村的", "country-born "), ("资深人士", "veteran "),
    ),
}  # fmt: skip
"""Additional descriptions of firms and people."""

TAILS: tuple[Both, ...] = (
    (("此事引发[广泛讨论|热议]", "舆论对此反响热烈"),
     ("the news stirred up much debate", "it is widely discussed")),
    (("双方均未透露细节", "相关细节没有公开"),
     ("no details were made public", "details were not disclosed")),
    (("这在十年来尚属首次", "近十年里还没有过这样的事"),
     ("it was the first such case in ten years", "nothing of the kind had happened for a decade")),
    (("分析人士对此感到意外", "这出乎分析人士的意料"),
     ("analysts were surprised", "it came as a surprise to analysts")),
    (("有关文件已提交主管部门", "材料已报送主管部门"),
     ("the papers were handed to the authorities", "the authorities have received the papers")),
    (("此前已酝酿了[两年|整整两年]", "筹划时间长达两年"),
     ("it had been two years in the making", "two years of preparation had gone before")),
    (("消息在午间公布", "中午前后对外发布了消息"),
     ("the news was released at noon", "it was made public around midday")),
    (("当地居民普遍表示欢迎", "多数当地居民对此叫好"),
     ("local residents mostly welcomed it", "it met with approval from most local people")),
    (("过程持续了三小时", "前后共用了三个小时"),
     ("it took three hours", "all this lasted three hours")),
    (("律师全程在场", "有律师在旁见证"),
     ("lawyers were present", "it was done in the presence of lawyers")),
    (("事后举行了记者会", "随后召开了新闻发布会"),
     ("a press conference followed", "afterwards the press was invited to a conference")),
    (("网上出现了质疑的声音", "有网民提出质疑"),
     ("doubts were voiced online", "some people on the internet had doubts")),
)  # fmt: skip

SAID: dict[Language, tuple[str, ...]] = {
    "zh": ("{p}表示，{f}", "{p}称，{f}", "据{p}透露，{f}", "{f}，{p}说",
           "{p}对记者说，{f}", "{p}在采访中提到，{f}"),
    "en": ("{p} said {f}", "according to {p}, {f}", "{f}, {p} said", "{p} told reporters that {f}",
           "{p} confirmed in an interview that {f}", "as {p} tells it, {f}"),
}  # fmt: skip

REPLIES: tuple[Both, ...] = (
    (("{q}不愿置评", "{q}拒绝对此发表看法"),
     ("{q} declined to comment", "{q} would not comment on the matter")),
    (("{q}说，就业不会受影响", "{q}认为就业岗位不会减少"),
     ("{q} said jobs would not be affected", "according to {q}, no jobs are in danger")),
    (("{q}称对此并不知情", "{q}说自己毫不知情"),
     ("{q} said it came as news", "{q} knew nothing about it")),
    (("{q}呼吁各方保持冷静", "{q}希望大家冷静"),
     ("{q} called for calm", "{q} asked everybody to stay calm")),
    (("{q}对此表示欢迎", "{q}说这是好事"),
     ("{q} welcomed the news", "{q} spoke of a good thing")),
    (("{q}表示失望", "{q}对此感到遗憾"),
     ("{q} was disappointed", "{q} expressed regret")),
)  # fmt: skip
