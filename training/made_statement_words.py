"""Words for actions, their certainty, causes and conditions, in Chinese and English."""

from __future__ import annotations

from typing import NamedTuple

from training.rows import Label


class Action(NamedTuple):
    """An action of `actor`. In English it is a verb phrase that begins with its verb."""

    actor: str
    zh: str
    en: str


def _actions(table: str) -> tuple[Action, ...]:
    return tuple(
        Action(*(part.strip() for part in line.split(";"))) for line in table.strip().splitlines()
    )


ACTIONS = _actions("""
company; 在{pl}[开设|开办]一家新工厂; [open|start] a new [plant|factory] in {pl}
company; 关闭[位于|在]{pl}的工厂; [close|shut] its [plant|factory] in {pl}
company; 收购{co2}; [buy|acquire] {co2}
company; 召回部分{pr}; recall some {pr} units
company; 把总部[迁往|搬到]{pl}; [move|transfer] its headquarters to {pl}
company; 推出新款{pr}; [launch|release] a new version of {pr}
company; 停止销售{pr}; [stop|halt] sales of {pr}
company; 裁减{pl}办事处的员工; [cut|axe] jobs at its {pl} office
company; 出售在{co2}的股份; sell its stake in {co2}
company; 与{co2}合并; merge with {co2}
company; 起诉{co2}; sue {co2}
company; 上调{pr}的价格; [raise|increase] the price of {pr}
company; 为{pr}的缺陷道歉; apologise for faults in {pr}
company; 退出{pl}市场; withdraw from the {pl} market
company; 向{pl}的灾民捐款; donate money to disaster victims in {pl}
person; 辞去{ins}负责人职务; [resign|retire] as head of {ins}
person; 参加{pl}的选举; [contest|enter] the election in {pl}
person; 对判决提出上诉; [appeal|challenge] the verdict
person; 出席{pl}的[峰会|首脑会议]; attend the summit in {pl}
person; 执导一部关于{pl}的影片; direct a film about {pl}
person; 向{ins}捐赠藏品; donate a collection to {ins}
person; 与{te}续约; [renew|extend] the contract with {te}
person; 转会到{te}; join {te}
person; 出版回忆录; publish a book of memoirs
place; 禁止[在市中心燃放|市中心燃放]烟花; ban fireworks in the centre
place; 提高最低工资; [raise|increase] the minimum wage
place; 修建通往{pl2}的铁路; build a railway to {pl2}
place; 取消对外地车的限行; [lift|end] restrictions on cars from elsewhere
place; 举办冬季运动会; [host|hold] the winter games
place; 向{pl2}派出救援队; send rescue teams to {pl2}
place; 重新开放边境口岸; reopen its border crossings
place; 与{pl2}签署贸易协定; sign a trade [agreement|deal] with {pl2}
place; 为老人免费接种疫苗; [give|offer] elderly people free vaccinations
place; 修订垃圾分类条例; [amend|revise] its rules on sorting waste
place; 拆除旧火车站; [demolish|dismantle] the old railway station
institution; 举办关于{pl}的展览; [hold|stage] an exhibition about {pl}
institution; 翻修主楼; [renovate|refurbish] its main building
institution; 延长开放时间; [extend|lengthen] its opening hours
institution; 提高[学费|收费]; [raise|increase] its fees
institution; 归还{pl}的文物; return the artefacts from {pl}
institution; 开发一种新疫苗; develop a new vaccine
institution; 公布调查报告; publish the report of the inquiry
institution; 关闭夜间急诊; [close|end] its night-time emergency service
team; 解雇主教练; [sack|dismiss] the head coach
team; 签下{pe}; sign {pe}
team; 迁入新球场; move to a new stadium
team; 退出本届杯赛; withdraw from this year's cup
team; 出售{pe}; sell {pe}
""")

STATUSES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "done": (
        ("{a}已[经|]{v}", "{a}{t}已{v}", "{a}此前已[经|]{v}"),
        ("{a} has {part}", "{a} {past} {t}", "{a} has already {part}"),
    ),
    "plan": (
        (
            "{a}[计划|打算|拟|准备]{v}",
            "{a}已定下{v}的计划",
            "{a}有意{v}，但尚未实施",
            "{a}将{v}",
        ),
        (
            "{a} [plans|intends|is preparing|is planning] to {base}",
            "{a} [will|is going to] {base}",
            "{a} is [due|set|scheduled] to {base}",
            "{a} is yet to {base} but means to do so",
        ),
    ),
    "consider": (
        (
            "{a}[正考虑|正在考虑|在研究是否]{v}",
            "{a}可能会{v}，但[尚无定论|还没有决定]",
            "是否{v}，{a}仍在商议",
            "{a}正就是否{v}进行内部讨论",
        ),
        (
            "{a} is [considering|weighing|discussing] whether to {base}",
            "{a} may {base}, [though nothing has been decided|but is undecided]",
            "{a} has not made up its mind whether to {base}",
            "whether to {base} is still under discussion at {a}",
        ),
    ),
    "failed": (
        (
            "{a}[未能|没能]{v}",
            "{a}{v}的努力以失败告终",
            "{a}试图{v}，但没有成功",
            "{a}{v}一事[告吹|落空]",
        ),
        (
            "{a} [failed|was unable] to {base}",
            "{a} tried to {base} but did not succeed",
            "an attempt by {a} to {base} came to nothing",
            "{a} did not manage to {base}",
        ),
    ),
    "refused": (
        ("{a}[拒绝|不愿|不肯]{v}", "{a}[拒绝了|回绝了|驳回了]要求其{v}的呼吁", "{a}表示不会{v}"),
        (
            "{a} [refused|declined] to {base}",
            "{a} [rejected|turned down|dismissed] calls to {base}",
            "{a} said no to {ing}",
            "{a} has [ruled out|no intention of] {ing}",
        ),
    ),
    "denied": (
        ("{a}否认已{v}", "{a}称有关其已{v}的说法不属实", "{a}否认了已{v}的报道"),
        (
            "{a} [denies|denied] having {part}",
            "{a} denied reports of having {part}",
            "{a} dismissed as untrue reports of {ing}",
        ),
    ),
    "rumour": (
        ("[网传|有传言称|坊间传闻]{a}已{v}[，尚未得到证实|]", "据未经证实的消息，{a}已{v}"),
        (
            "{a} is [rumoured|said] to have {part}",
            "unconfirmed reports have it that {a} has {part}",
            "{a} has {part}, rumours say",
        ),
    ),
    "confirmed": (
        ("{a}证实，自己已{v}", "{a}[已|]证实已{v}"),
        (
            "{a} has confirmed {ing}",
            "{a} has confirmed having {part}",
        ),
    ),
    "agreed": (
        ("{a}同意{v}", "{a}答应{v}", "{a}接受了要求其{v}的建议"),
        ("{a} [agreed|consented] to {base}", "{a} accepted a proposal to {base}"),
    ),
    "ordered": (
        ("{a}被[要求|责令]{v}", "有关部门[责令|命令]{a}{v}"),
        ("{a} [was ordered|was told] to {base}", "the authorities ordered {a} to {base}"),
    ),
    "urged": (
        ("[有人呼吁|有声音呼吁]{a}{v}", "{a}被呼吁{v}"),
        (
            "there have been calls for {a} to {base}",
            "{a} has been [urged|called on] to {base}",
        ),
    ),
    "not excluded": (
        ("{a}没有排除{v}的可能", "{a}不排除{v}", "{a}并未否定{v}的可能性"),
        (
            "{a} did not rule out {ing}",
            "{a} has not ruled out {ing}",
            "{a} would not exclude the possibility of {ing}",
        ),
    ),
    "undone": (
        ("{a}没有{v}", "{a}至今[没有|未]{v}", "{a}并未{v}"),
        ("{a} has not {part}", "{a} did not {base}", "{a} has so far not {part}"),
    ),
    "postponed": (
        ("{a}[推迟|延后]了{v}的计划", "{a}原计划{v}，现已延期"),
        (
            "{a} has [put off|postponed|delayed] {ing}",
            "{a} was going to {base}, but that has been postponed",
        ),
    ),
    "cancelled": (
        ("{a}[取消|放弃]了{v}的计划", "{a}不再打算{v}"),
        (
            "{a} has [dropped|abandoned|scrapped] its plan to {base}",
            "{a} no longer intends to {base}",
        ),
    ),
    "not refused": (
        ("{a}没有拒绝{v}", "{a}并未回绝要求其{v}的呼吁"),
        ("{a} did not [refuse|decline] to {base}", "{a} has not rejected calls to {base}"),
    ),
    "begun": (
        ("{a}{v}的工作已经[开始|启动]", "{a}已着手{v}，但尚未完成"),
        ("{a} has begun the work needed to {base}", "{a} has started {ing} but is not done yet"),
    ),
}

# The claims for each status of the source: kind, status, label.
R: Label = "refuted"
U: Label = "unknown"
S: Label = "supported"
FOLLOWS: dict[str, tuple[tuple[str, str, Label], ...]] = {
    "done": (
        ("tense", "plan", R), ("tense", "consider", R), ("negation", "failed", R),
        ("negation", "refused", R), ("negation", "undone", R), ("tense", "postponed", R),
        ("negation", "cancelled", R),
    ),
    "plan": (
        ("tense", "done", R), ("tense", "confirmed", R), ("negation", "refused", R),
        ("negation", "cancelled", R), ("modality", "ordered", U), ("tense", "postponed", U),
    ),
    "consider": (
        ("modality", "done", R), ("modality", "agreed", R), ("negation", "refused", R),
        ("modality", "ordered", U), ("double negation", "not excluded", S),
        ("double negation", "not excluded", S), ("negation", "cancelled", R),
    ),
    "failed": (
        ("negation", "done", R), ("negation", "refused", U), ("negation", "confirmed", R),
        ("negation", "undone", S), ("negation", "undone", S), ("modality", "ordered", U),
    ),
    "refused": (
        ("negation", "agreed", R), ("negation", "done", R), ("negation", "plan", R),
        ("negation", "not excluded", R), ("modality", "failed", U), ("negation", "not refused", R),
    ),
    "denied": (
        ("modality", "confirmed", R), ("modality", "done", U), ("modality", "plan", U),
    ),
    "rumour": (
        ("modality", "done", U), ("modality", "confirmed", U), ("modality", "denied", U),
        ("modality", "ordered", U),
    ),
    "confirmed": (
        ("reported", "done", S), ("reported", "done", S), ("modality", "denied", R),
        ("tense", "plan", R), ("negation", "undone", R),
    ),
    "agreed": (
        ("modality", "done", U), ("negation", "refused", R), ("modality", "ordered", U),
        ("double negation", "not refused", S), ("double negation", "not refused", S),
    ),
    "ordered": (("modality", "done", U), ("modality", "agreed", U), ("negation", "refused", U)),
    "urged": (
        ("modality", "done", U), ("modality", "agreed", U), ("modality", "plan", U),
        ("modality", "ordered", U),
    ),
    "not excluded": (
        ("double negation", "plan", U), ("double negation", "refused", R),
        ("double negation", "agreed", U), ("double negation", "done", U),
    ),
    "undone": (("negation", "done", R), ("negation", "confirmed", R), ("negation", "refused", U)),
    "postponed": (
        ("tense", "done", R), ("tense", "cancelled", U), ("tense", "undone", S),
        ("tense", "undone", S), ("negation", "refused", U),
    ),
    "cancelled": (
        ("tense", "done", R), ("negation", "plan", R), ("tense", "postponed", R),
        ("tense", "undone", S), ("tense", "undone", S),
    ),
    "not refused": (
        ("double negation", "refused", R), ("double negation", "done", U),
        ("double negation", "confirmed", U),
    ),
    "begun": (("tense", "done", R), ("tense", "postponed", R), ("negation", "refused", R)),
}  # fmt: skip

OUTCOMES: tuple[tuple[str, str], ...] = (
    ("{co}的{pr}推迟上市", "the launch of {pr} by {co} was [delayed|put back]"),
    ("{pl}的马拉松赛[取消|被取消]", "the marathon in {pl} was [cancelled|called off]"),
    ("{ins}闭馆一周", "{ins} was closed for a week"),
    ("{pl}机场[关闭|停止运行]", "{pl} airport was [closed|shut]"),
    ("{te}的主场比赛改期", "{te}'s home match was [rescheduled|moved to another date]"),
    ("{pl}的蔬菜价格上涨", "vegetable prices in {pl} [rose|went up]"),
    ("{pl}的学校停课", "schools in {pl} were closed"),
    ("{co}股价下跌", "shares in {co} [fell|dropped]"),
    ("{pe}的审判延期", "the trial of {pe} was [postponed|adjourned]"),
    ("{pl}的地铁施工停工", "work on the metro in {pl} [stopped|came to a halt]"),
    ("{pl}的投票率下降", "turnout in {pl} [fell|declined]"),
    ("{co}的生产线停产", "{co}'s production line [stopped|came to a standstill]"),
    ("{pl}大面积停电", "large parts of {pl} lost power"),
    ("{pe}退出比赛", "{pe} withdrew from the competition"),
)
CAUSES: tuple[tuple[str, str], ...] = (
    ("大雪", "heavy snow"),
    ("暴雨", "torrential rain"),
    ("罢工", "a strike"),
    ("资金不足", "a lack of money"),
    ("设备故障", "[an equipment failure|faulty equipment]"),
    ("[人手不足|人手短缺]", "[a shortage of staff|staff shortages]"),
    ("安全隐患", "safety concerns"),
    ("[网络攻击|黑客攻击]", "a cyberattack"),
    ("原材料短缺", "a shortage of raw materials"),
    ("[疫情|传染病暴发]", "an outbreak of disease"),
    ("示威活动", "protests"),
    ("一起诉讼", "a lawsuit"),
    ("燃料价格上涨", "higher fuel prices"),
    ("大雾", "thick fog"),
    ("[沟通失误|沟通不畅]", "poor communication"),
)
CONDITIONS: tuple[tuple[str, str, str], ...] = (
    ("议会[批准|通过]预算", "parliament [approves|passes] the budget", "the budget was approved"),
    ("资金到位", "the money is [found|secured]", "the money has been secured"),
    ("监管机构[同意|点头]", "the regulator [agrees|gives its consent]", "the regulator agreed"),
    ("天气好转", "the weather improves", "the weather has improved"),
    ("谈判[成功|取得成果]", "the talks [succeed|bear fruit]", "the talks succeeded"),
    ("居民在公投中赞成", "residents vote for it in a referendum", "residents voted for it"),
    ("试验结果理想", "the trial results are good", "the trial results were good"),
)
