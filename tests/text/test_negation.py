"""Which words deny."""

import pytest

from rag.text.negation import denies, denying_word

DENYING = [
    "格兰公司并未回应", "格蘭公司並未回應", "合作后来被取消", "对方不同意延期", "该厂無法確認產量",
    "他们没能赶到", "事故无人伤亡", "工程尚未完工",
    "这不是第一次", "双方从未见面", "他在现场找不到出口",
    "这与天气无关", "他被判无罪", "此举根本无法执行", "公司拒不承认", "水位没涨", "并非如此",
    "It isn’t paid", "It isn't paid", "The mill refused", "The firm declined to comment",
    "Nobody came", "It cannot open", "The line no longer runs", "There were no injuries",
    "It denied the charge", "The talks failed", "NOT PAID",
]  # fmt: skip
SAYING = [
    "无人机飞过无锡上空", "美国非农就业增加",
    "不良贷款率下降", "不锈钢价格未来上涨", "我们非常荣幸",
    "无线设备由南非和西非进口", "不丹国王抵达",
    "不动产登记中心开放", "未成年人可以入场", "无障碍通道启用",
    "扣非净利润增长", "非遗展开幕", "这无疑是一次突破", "不仅涨价而且缺货", "村庄被洪水淹没",
    "他们不得不离开", "能不能按时完工", "有没有人受伤", "不到三成的人到场", "无人驾驶汽车上路",
    "無人機在不萊梅試飛", "中非论坛召开", "供应源源不断", "他对结果非常满意", "前不久开业",
    "It ranked No. 7", "No 3 in the list", "Sales declined", "Nonetheless it opened",
    "Not only ships but trains", "No doubt it grew",
    "It notes a normal north wind", "It runs nonstop",
    "no fewer than 5 ships", "The note was noted", "No matter what, it opens",
]  # fmt: skip


@pytest.mark.parametrize("text", DENYING)
def test_what_denies(text: str) -> None:
    assert denies(text)


@pytest.mark.parametrize("text", SAYING)
def test_what_only_looks_like_a_denial(text: str) -> None:
    assert not denies(text)


@pytest.mark.parametrize(
    "word", ["不", "没有", "无法", "得不到", "未经许可", "never", "n't", "Refuses"]
)
def test_a_denying_word(word: str) -> None:
    assert denying_word(word)


@pytest.mark.parametrize(
    "word", ["不锈钢", "差不多", "未婚妻", "淹没", "毫无疑问", "note", "notable", "钢"]
)
def test_a_word_that_does_not_deny(word: str) -> None:
    assert not denying_word(word)
