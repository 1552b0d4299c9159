"""Words for making near misses: opposites, and other questions about a subject."""

from __future__ import annotations

from dataclasses import dataclass

from training.rows import Language

_OPPOSITES_ZH = """
增长/下降 上升/下降 上涨/下跌 增加/减少 提高/降低 高于/低于 超过/不足 多于/少于 净利润/营业收入 利润/收入
盈利/亏损 同比/环比 上半年/下半年 一季度/二季度 第一季度/第三季度 最大/最小 最大/第二大 最高/最低 最早/最晚
最多/最少 最长/最短 第一/第二 第一/最后 首次/再次 领投/跟投 同意/反对 已经/尚未 支持/反对 批准/否决 开业/关闭
扩大/缩小 买入/卖出 进口/出口 去年/今年 今年/明年 上午/下午 早于/晚于 之前/之后 以前/以后 北部/南部 东部/西部
北岸/南岸 董事长/总经理 创始人/投资人 母公司/子公司 购买/出售 收购/出售 加入/退出 成立/解散 建立/解散 开始/结束
 主队/客队 上游/下游 父亲/母亲 父亲/儿子 哥哥/弟弟 妻子/丈夫 男子/女子 男性/女性 出生/去世
原告/被告 起诉/被起诉 击败/负于 优点/缺点 国内/国外 本地/外地 白天/夜间 春季/秋季 夏季/冬季 起点/终点
"""
_OPPOSITES_EN = """
rose/fell increased/decreased increase/decrease most/least higher/lower highest/lowest above/below
profit/loss revenue/profit first/second first/last largest/smallest largest/second-largest longest/shortest
oldest/youngest best/worst before/after earlier/later bought/sold buy/sell won/lost win/lose approved/rejected
supported/opposed opened/closed open/close started/ended start/end begin/end began/ended
north/south northern/southern east/west eastern/western import/export
imports/exports male/female father/son father/mother mother/daughter husband/brother wife/sister men/women
grew/shrank gained/lost joined/left join/leave early/late morning/evening parent/subsidiary
founder/investor chairman/secretary major/minor majority/minority maximum/minimum advantage/disadvantage
advantages/disadvantages born/buried birth/death domestic/foreign internal/external urban/rural public/private
summer/winter spring/autumn upper/lower left/right inside/outside plaintiff/defendant teacher/student
attack/defend accepted/refused built/demolished hot/cold legal/illegal strongest/weakest fastest/slowest
"""


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = [tuple(pair.split("/")) for pair in text.split()]
    return [(a, b) for a, b in pairs] + [(b, a) for a, b in pairs]


OPPOSITES: dict[Language, list[tuple[str, str]]] = {
    "zh": _pairs(_OPPOSITES_ZH),
    "en": _pairs(_OPPOSITES_EN),
}


@dataclass(frozen=True)
class Attribute:
    """A topic to ask about a subject, with words that any answering text must have."""

    words: tuple[str, ...]
    questions: tuple[str, ...]


ATTRIBUTES: dict[Language, tuple[Attribute, ...]] = {
    "zh": (
        Attribute(("总部", "位于", "设在"), ("{name}的总部在哪里？", "{name}总部设在哪座城市？")),
        Attribute(
            ("员工", "职工", "雇员", "人手"), ("{name}有多少名员工？", "{name}的员工人数是多少？")
        ),
        Attribute(
            ("电话", "热线", "号码"), ("{name}的电话号码是多少？", "{name}的客服热线是多少？")
        ),
        Attribute(
            ("成立", "创立", "创办", "建立", "始建"),
            ("{name}是哪一年成立的？", "{name}什么时候创办？"),
        ),
        Attribute(("创始", "创办", "创立", "发起"), ("{name}的创始人是谁？", "谁创办了{name}？")),
        Attribute(
            ("董事长", "主席", "总裁", "负责人", "首席"),
            ("{name}的董事长是谁？", "{name}的负责人是谁？"),
        ),
        Attribute(
            ("营收", "收入", "营业额"), ("{name}去年的收入是多少？", "{name}的年收入是多少？")
        ),
        Attribute(("利润", "盈利", "亏损", "净利"), ("{name}的利润是多少？", "{name}亏损了多少？")),
        Attribute(
            ("价格", "售价", "元", "票价", "费用"), ("{name}的价格是多少？", "{name}多少钱？")
        ),
        Attribute(("面积", "平方"), ("{name}的面积有多大？", "{name}占地多少平方米？")),
        Attribute(
            ("长度", "全长", "公里", "千米", "米"), ("{name}全长多少公里？", "{name}有多长？")
        ),
        Attribute(("人口", "居民", "万人"), ("{name}有多少人口？", "{name}的常住人口是多少？")),
        Attribute(
            ("死", "遇难", "丧生", "身亡", "去世", "逝"),
            ("{name}造成多少人死亡？", "{name}有多少人遇难？"),
        ),
        Attribute(("受伤", "伤"), ("{name}中有多少人受伤？",)),
        Attribute(
            ("原因", "因为", "由于", "因"), ("{name}发生的原因是什么？", "为什么会有{name}？")
        ),
        Attribute(("教练", "主帅"), ("{name}的主教练是谁？",)),
        Attribute(("身高", "米", "厘米"), ("{name}身高多少？",)),
        Attribute(
            ("体重", "公斤", "重量", "千克", "吨"), ("{name}的重量是多少？", "{name}有多重？")
        ),
        Attribute(("投资", "融资", "元"), ("{name}的总投资是多少？", "{name}融资了多少钱？")),
        Attribute(("比分", "比", "胜", "负"), ("{name}的比分是多少？",)),
        Attribute(("毕业", "大学", "学院", "就读"), ("{name}毕业于哪所大学？",)),
        Attribute(("妻", "丈夫", "结婚", "夫人", "配偶", "嫁", "娶"), ("{name}的配偶是谁？",)),
        Attribute(("导演", "执导"), ("{name}的导演是谁？",)),
        Attribute(("作者", "著", "撰", "写"), ("{name}的作者是谁？",)),
        Attribute(("设计",), ("{name}是谁设计的？",)),
        Attribute(("语", "文"), ("{name}使用什么语言？",)),
        Attribute(("奖",), ("{name}获得过什么奖项？",)),
        Attribute(("颜色", "色"), ("{name}是什么颜色的？",)),
        Attribute(("开放", "营业", "时间", "点"), ("{name}的开放时间是几点到几点？",)),
        Attribute(("邮编", "邮政编码", "地址", "路", "号"), ("{name}的地址是什么？",)),
        Attribute(("对手", "竞争"), ("{name}的主要竞争对手是谁？",)),
        Attribute(("法院", "判", "起诉", "诉讼"), ("法院对{name}作出了什么判决？",)),
        Attribute(("召回",), ("{name}一共召回了多少件产品？",)),
        Attribute(("完工", "竣工", "建成", "通车"), ("{name}预计什么时候建成？",)),
    ),
    "en": (
        Attribute(
            ("headquarter", "based in", "located"),
            ("Where is {name} headquartered?", "In which city is {name} based?"),
        ),
        Attribute(
            ("employ", "staff", "workers"),
            ("How many employees does {name} have?", "How many people work for {name}?"),
        ),
        Attribute(("phone", "telephone", "hotline"), ("What is the phone number of {name}?",)),
        Attribute(
            ("founded", "established", "formed", "set up", "created"),
            ("When was {name} founded?", "In what year was {name} established?"),
        ),
        Attribute(
            ("founder", "founded", "created", "started"),
            ("Who founded {name}?", "Who was the founder of {name}?"),
        ),
        Attribute(
            ("chief executive", "ceo", "chairman", "president", "head of", "led by"),
            ("Who is the chief executive of {name}?", "Who leads {name}?"),
        ),
        Attribute(
            ("revenue", "sales", "turnover", "income"),
            ("What was the revenue of {name} last year?",),
        ),
        Attribute(
            ("profit", "loss", "earn"),
            ("How much profit did {name} make?", "How large was the loss of {name}?"),
        ),
        Attribute(
            ("$", "price", "cost", "dollar", "£", "€"),
            ("How much does {name} cost?", "What is the price of {name}?"),
        ),
        Attribute(("square", "area", "acre", "hectare"), ("What is the area of {name}?",)),
        Attribute(
            ("mile", "km", "kilomet", "long", "length"), ("How long is {name} in kilometres?",)
        ),
        Attribute(
            ("population", "inhabitants", "residents", "people"),
            ("What is the population of {name}?",),
        ),
        Attribute(
            ("died", "killed", "dead", "death", "deaths"),
            ("How many people were killed in {name}?", "What is the death toll of {name}?"),
        ),
        Attribute(("injur", "wound", "hurt"), ("How many people were injured in {name}?",)),
        Attribute(
            ("because", "due to", "cause", "reason", "owing"),
            ("What was the cause of {name}?", "Why did {name} fail?"),
        ),
        Attribute(("coach", "manager", "trained"), ("Who is the head coach of {name}?",)),
        Attribute(("tall", "height", "feet", "metres", "meters", "high"), ("How tall is {name}?",)),
        Attribute(("weigh", "pound", "kg", "kilogram", "ton"), ("How much does {name} weigh?",)),
        Attribute(
            ("invest", "fund", "raised", "backed"),
            ("How much did investors put into {name}?", "Who invested in {name}?"),
        ),
        Attribute(
            ("score", "beat", "won", "win", "lost"), ("What was the final score of {name}?",)
        ),
        Attribute(
            ("graduat", "university", "college", "school", "degree"),
            ("Which university did {name} attend?",),
        ),
        Attribute(("wife", "husband", "married", "spouse", "marri"), ("Whom did {name} marry?",)),
        Attribute(("direct",), ("Who directed {name}?",)),
        Attribute(("author", "wrote", "written", "writ"), ("Who wrote {name}?",)),
        Attribute(("design", "architect"), ("Who designed {name}?",)),
        Attribute(("language", "speak", "spoke"), ("Which language is spoken in {name}?",)),
        Attribute(("award", "prize", "honor", "honour", "medal"), ("Which award did {name} win?",)),
        Attribute(
            ("color", "colour", "red", "blue", "green", "black", "white", "yellow"),
            ("What colour is {name}?",),
        ),
        Attribute(
            ("open", "hour", "a.m", "p.m", "daily"), ("What are the opening hours of {name}?",)
        ),
        Attribute(("street", "avenue", "road", "address"), ("What is the address of {name}?",)),
        Attribute(("rival", "compet"), ("Who is the main rival of {name}?",)),
        Attribute(
            ("court", "judge", "sued", "lawsuit", "ruling", "trial"),
            ("What did the court decide about {name}?",),
        ),
        Attribute(("recall",), ("How many products did {name} recall?",)),
        Attribute(("complet", "finish", "opened", "built"), ("When will {name} be completed?",)),
    ),
}
