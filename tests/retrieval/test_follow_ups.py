"""Follow-ups made self-contained, on subjects of many kinds.

The second half of the cases was written beside the first and not looked at while the rules grew.
"""

from __future__ import annotations

import time
from datetime import date

import pytest

from rag.retrieval.question import Query, understand
from tests.retrieval.test_question import answered

TODAY = date(2025, 3, 20)

# The question before, the follow-up, and what its rewriting must and must not hold.
CASES = [
    ("翠谷茶业裁员多少？", "那云岭茶业呢？", ["云岭茶业裁员多少"], ["翠谷"]),
    (
        "关于“张伟确认海星选择银河 银河云早有准备”，报道说了什么？",
        "那蓝鲸呢？",
        ["蓝鲸", "张伟确认海星选择银河 银河云早有准备"],
        [],
    ),
    (
        "What do the articles say about “Acme confirms that Globex was chosen”?",
        "And Initech?",
        ["Initech", "Acme confirms that Globex was chosen"],
        [],
    ),
    (
        "特斯拉2024年第三季度交付了多少辆车？",
        "比亚迪呢？",
        ["比亚迪", "2024年第三季度", "交付"],
        ["特斯拉"],
    ),
    (
        "特斯拉2024年第三季度交付了多少辆车？",
        "那第四季度呢？",
        ["特斯拉", "2024年第四季度"],
        ["三"],
    ),
    ("德国的失业率是多少？", "法国呢？", ["法国的失业率是多少"], ["德国"]),
    ("德国的失业率是多少？", "那它的通胀率呢？", ["德国的通胀率是多少"], ["失业率", "它"]),
    ("湖人队昨天得了多少分？", "那勇士队呢？", ["勇士队", "得了多少分"], ["湖人"]),
    ("马克龙什么时候访华？", "他见了谁？", ["马克龙见了谁"], ["他"]),
    ("比亚迪2023年的营收是多少？", "净利润呢？", ["比亚迪2023年的净利润是多少"], ["营收"]),
    ("比亚迪2023年的营收是多少？", "2022年呢？", ["比亚迪2022年的营收是多少"], ["2023"]),
    ("议会什么时候通过了预算案？", "为什么？", ["为什么议会", "预算案"], ["什么时候"]),
    (
        "How many cars did Tesla deliver in 2023?",
        "And BYD?",
        ["How many cars did BYD deliver in 2023"],
        ["Tesla"],
    ),
    (
        "How many cars did Tesla deliver in 2023?",
        "And in 2022?",
        ["Tesla deliver in 2022"],
        ["2023"],
    ),
    (
        "What was Germany's inflation rate in January?",
        "What about France?",
        ["What was France's inflation rate in January"],
        ["Germany"],
    ),
    (
        "What was Germany's inflation rate in January?",
        "And its unemployment rate?",
        ["Germany's unemployment rate in January"],
        ["inflation"],
    ),
    (
        "When did Emmanuel Macron visit Beijing?",
        "Whom did he meet?",
        ["Whom did Emmanuel Macron meet"],
        [" he "],
    ),
    (
        "Who won the women's singles at Wimbledon?",
        "How old is she?",
        ["How old is Maria Keller"],
        ["she"],
    ),
    (
        "Did parliament pass the budget?",
        "When was that?",
        ["hen", "parliament pass the budget"],
        ["that"],
    ),
    ("When did Trump meet Putin?", "And Xi?", ["When did Trump meet Xi"], ["Putin"]),
    (
        "How many goals did Arsenal score on 3 March 2025?",
        "And the day before?",
        ["2 March 2025", "Arsenal"],
        ["3 March"],
    ),
]
HELD_OUT = [
    ("华为去年卖出了多少台手机？", "那小米呢？", ["小米去年卖出了多少台手机"], ["华为"]),
    ("英国央行3月6日的利率是多少？", "那前一天呢？", ["3月5日", "英国央行"], ["3月6日"]),
    ("国际米兰进了几个球？", "那AC米兰呢？", ["AC米兰进了几个球"], ["国际米兰"]),
    ("宁德时代的市值是多少？", "它的总部在哪里？", ["宁德时代的总部在哪里"], ["它"]),
    ("日本2024年的出口额是多少？", "韩国呢？", ["韩国2024年的出口额是多少"], ["日本"]),
    ("日本2024年的出口额是多少？", "那进口额呢？", ["日本2024年的进口额是多少"], ["出口额"]),
    ("腾讯什么时候发布财报？", "它的利润增长了多少？", ["腾讯的利润增长了多少"], ["它"]),
    ("地震造成多少人死亡？", "后来呢？", ["地震", "后来"], ["多少"]),
    ("苏炳添百米跑了多少秒？", "他的教练是谁？", ["苏炳添的教练是谁"], ["他的"]),
    (
        "How much did Microsoft pay for Activision?",
        "When was it announced?",
        ["When was", "Microsoft"],
        [" it "],
    ),
    (
        "What was Samsung's operating profit in the third quarter of 2024?",
        "And LG's?",
        ["LG's operating profit in the third quarter of 2024"],
        ["Samsung"],
    ),
    (
        "How many seats did Labour win in 2024?",
        "What about the Conservatives?",
        ["seats did", "Conservatives win in 2024"],
        ["Labour"],
    ),
    ("How many seats did Labour win in 2024?", "And in 2019?", ["Labour win in 2019"], ["2024"]),
    (
        "Where will the 2026 Winter Olympics be held?",
        "Why?",
        ["hy", "2026 Winter Olympics be held"],
        ["Where"],
    ),
    (
        "When was Angela Merkel elected?",
        "What did she say about Russia?",
        ["What did Angela Merkel say about Russia"],
        ["she"],
    ),
    (
        "What is Boeing's market value?",
        "And Airbus?",
        ["What is Airbus's market value"],
        ["Boeing"],
    ),
    ("What is Boeing's market value?", "Where is it based?", ["Where is Boeing based"], [" it "]),
    (
        "Who is the chief executive of Nokia?",
        "And of Ericsson?",
        ["chief executive of Ericsson"],
        ["Nokia"],
    ),
]
ALONE = [
    "OpenAI的创始人是谁？",
    "苹果为什么选择阿里呢？",
    "那么苹果为什么选择阿里巴巴作为合作伙伴？",
    "特斯拉和它的供应商签了什么合同？",
    "What is DeepSeek?",
    "What did Apple say about its plans for China?",
    "Did Apple confirm that the iPhone will be delayed?",
    "How did Tesla react when it lost the case?",
    "Is there any news about Nokia this year?",
    "有哪些球队进入了决赛？",
]


def asked(before: str, follow_up: str) -> Query:
    said = "Maria Keller beat Ana Lopez in three sets." if "Wimbledon" in before else ""
    return understand(
        follow_up, [answered(before, said=said.replace(" Ana Lopez", " her rival"))], today=TODAY
    )


@pytest.mark.parametrize(("before", "follow_up", "holds", "lacks"), CASES + HELD_OUT)
def test_a_follow_up_is_made_self_contained(
    before: str, follow_up: str, holds: list[str], lacks: list[str]
) -> None:
    query = asked(before, follow_up)
    assert query.rewritten
    assert [part for part in holds if part not in query.text] == [], query.text
    assert [part for part in lacks if part in query.text] == [], query.text


@pytest.mark.parametrize("question", ALONE)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    for before in ("What does Siemens build in Berlin?", "西门子在柏林造什么？"):
        assert asked(before, question).text == question


@pytest.mark.parametrize("question", ["{}x", "it{}?x", "why{}?x", "它{}呢x", "为什么{}？x"])
def test_blanks_without_end_take_no_time(question: str) -> None:
    before = answered("How many cars did Tesla deliver in 2023?")
    began = time.process_time()
    understand(question.format(" " * 9_000), [before], today=TODAY, newest=TODAY)
    understand("And BYD?", [answered(question.format(" " * 9_000))], today=TODAY, newest=TODAY)
    # Seconds where a pattern goes over the blanks again and again.
    assert time.process_time() - began < 1
