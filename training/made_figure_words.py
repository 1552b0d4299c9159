"""Measures, units, currencies and periods, in Chinese and English."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import NamedTuple

from training.rows import Language
from training.wording import expand

MONTHS = (
    "January February March April May June July August September October November December".split()
)
ORDINALS = ("first", "second", "third", "fourth")
ZH_DIGITS = "一二三四"


class Unit(NamedTuple):
    """The unit of a number. `per_cent` numbers are in tenths."""

    zh: str
    en: str


UNITS: dict[str, Unit] = {
    "yuan": Unit("元", "yuan"),
    "dollar": Unit("美元", "US dollars"),
    "euro": Unit("欧元", "euros"),
    "yen": Unit("日元", "yen"),
    "pound": Unit("英镑", "pounds"),
    "hkd": Unit("港元", "Hong Kong dollars"),
    "people": Unit("人", "people"),
    "none": Unit("", ""),
    "trips": Unit("人次", "passenger trips"),
    "visits": Unit("人次", "visits"),
    "cars": Unit("辆", "vehicles"),
    "sets": Unit("台", "units"),
    "tonnes": Unit("吨", "tonnes"),
    "hectares": Unit("公顷", "hectares"),
    "acres": Unit("英亩", "acres"),
    "km": Unit("公里", "[kilometres|km]"),
    "miles": Unit("英里", "miles"),
    "mm": Unit("毫米", "[millimetres|mm]"),
    "cm": Unit("厘米", "[centimetres|cm]"),
    "homes": Unit("套", "homes"),
    "kwh": Unit("千瓦时", "kilowatt-hours"),
    "votes": Unit("票", "votes"),
    "cases": Unit("件", "cases"),
    "barrels": Unit("桶", "barrels"),
    "percent": Unit("%", "[%| percent| per cent]"),
}
CURRENCIES = ("yuan", "dollar", "euro", "yen", "pound", "hkd")
SIGNS = {"yuan": "RMB ", "dollar": "$", "euro": "€", "yen": "¥", "pound": "£", "hkd": "HK$"}
OTHER_UNIT = {
    "hectares": "acres",
    "km": "miles",
    "mm": "cm",
    "tonnes": "barrels",
    "acres": "hectares",
}


class Measure(NamedTuple):
    """Something that is measured of an owner. Measures of one `family` may be confused."""

    owner: str
    family: str
    unit: str
    low: float
    high: float
    zh: str
    en: str


def _measures(table: str) -> tuple[Measure, ...]:
    """Return the measures of a table with lines `owner family unit low high; zh; en`.

    An indented line continues the line above.
    """
    made: list[Measure] = []
    for line in table.strip().replace("\n    ", " ").splitlines():
        head, zh, en = (part.strip() for part in line.split(";"))
        owner, family, unit, low, high = head.split()
        made.append(Measure(owner, family, unit, float(low), float(high), zh, en))
    return tuple(made)


MEASURES = _measures("""
company result money 2e7 9e11; [营收|营业收入|总收入|收入];
    [revenue|total revenue|turnover]
company result money 2e6 9e10; [净利润|纯利|税后净利];
    [net profit|net income|profit after tax]
company result money 2e6 9e10; [营业利润|经营利润];
    [operating profit|operating income]
company result money 2e6 9e9; [净亏损|净亏损额]; [net loss|loss after tax]
company result money 2e6 9e9; [营业亏损|经营亏损];
    [operating loss|loss from operations]
company result money 2e6 9e10; 毛利[|润]; gross profit
company cost money 2e6 9e9; [研发投入|研发支出|研发费用];
    [R&D spending|spending on research and development]
company cost money 2e6 9e9; [销售费用|营销费用|营销支出];
    [marketing costs|spending on marketing]
company cost money 2e6 9e10; [资本开支|资本支出];
    [capital spending|capital expenditure|capex]
company balance money 2e8 9e11; [有息负债|有息债务];
    [interest-bearing debt|interest-bearing borrowings]
company balance money 2e8 9e11; [现金储备|账上现金];
    [cash reserves|cash holdings]
company balance money 2e8 9e11; [总资产|资产总额];
    [total assets|combined assets]
company line money 2e7 9e10; [广告收入|广告营收];
    [advertising revenue|ad revenue]
company line money 2e7 9e10; [云业务收入|云计算收入];
    [cloud revenue|revenue from cloud services]
company line money 2e7 9e10; [海外收入|境外收入];
    [overseas revenue|revenue from abroad]
company line money 2e7 9e10; [游戏收入|游戏业务收入];
    [gaming revenue|revenue from games]
company cars cars 300 900000; [新车交付量|汽车交付量];
    [vehicle deliveries|car deliveries]
company cars cars 300 900000; [新增订单|新订单量]; [new orders|order intake]
company cars cars 300 900000; [产量|汽车产量]; [output|car production]
company cars cars 300 900000; [出口量|整车出口量];
    [car exports|vehicle exports]
company phones sets 20000 9e7; [手机出货量|智能手机出货量];
    [smartphone shipments|phone shipments]
company phones sets 20000 9e7; [平板出货量|平板电脑出货量];
    [tablet shipments|shipments of tablets]
company staff people 300 90000; [员工人数|雇员总数|员工总数];
    [headcount|the number of employees]
company staff people 30 9000; [裁员人数|裁减的岗位数];
    [job cuts|the number of jobs cut]
company staff people 30 9000; [新招员工数|新聘人数];
    [new hires|the number of people hired]
company users none 30000 9e8; [月活跃用户|月活用户数];
    [monthly active users|the number of monthly active users]
company users none 30000 9e8; [付费用户数|付费会员数];
    [paying users|the number of paying subscribers]
company users none 30000 9e8; [注册用户数|注册用户总数];
    [registered users|the number of registered users]
company share percent 11 700; [市场份额|市场占有率|市占率];
    [market share|share of the market]
company share percent 11 700; 毛利率; [gross margin|gross profit margin]
company share percent 11 700; [净利率|净利润率];
    [net margin|net profit margin]
place trade money 2e8 9e11; [出口额|出口总值|出口];
    [exports|the value of exports]
place trade money 2e8 9e11; [进口额|进口总值|进口];
    [imports|the value of imports]
place fiscal money 2e8 9e11; [财政收入|一般公共预算收入];
    [fiscal revenue|government revenue]
place fiscal money 2e8 9e11; [财政支出|一般公共预算支出];
    [fiscal spending|government expenditure]
place fiscal money 2e8 9e11; [政府债务|政府债务余额];
    [government debt|public debt]
place invest money 2e8 9e11; [实际利用外资|实际使用外资];
    [foreign direct investment|inward foreign investment]
place invest money 2e8 9e11; [房地产开发投资|房地产投资];
    [property investment|investment in real estate]
place invest money 2e8 9e11; [社会消费品零售总额|社会零售总额];
    [retail sales|total retail sales of consumer goods]
place births people 300 900000; [出生人口|新生儿人数];
    [births|the number of births]
place births people 300 900000; [死亡人口|死亡人数];
    [deaths|the number of deaths]
place births people 300 900000; [结婚登记人数|登记结婚的人数];
    [the number of people who married|the number of people getting married]
place tourism visits 3000 9e7; [游客接待量|接待游客];
    [tourist arrivals|visitor numbers]
place tourism visits 3000 9e7; [过夜游客|过夜游客数];
    [overnight visitors|the number of visitors staying overnight]
place tourism visits 3000 9e7; [入境游客|外国游客数];
    [foreign visitors|arrivals from abroad]
place travel trips 30000 9e8; [地铁客运量|地铁客流量];
    [metro ridership|the number of metro journeys]
place travel trips 30000 9e8; [公交客运量|公交客流量];
    [bus ridership|the number of bus journeys]
place travel trips 30000 9e8; [机场旅客吞吐量|机场客流量];
    [airport passenger traffic|the number of airport passengers]
place crops tonnes 3000 9e7; 小麦[产量|总产量];
    [wheat output|the wheat harvest]
place crops tonnes 3000 9e7; [水稻|稻谷]产量; [rice output|the rice harvest]
place crops tonnes 3000 9e7; 玉米[产量|总产量];
    [maize output|corn production]
place crops tonnes 3000 9e7; [煤炭产量|原煤产量];
    [coal output|coal production]
place land hectares 300 900000; [小麦播种面积|小麦种植面积];
    [the area sown with wheat|wheat acreage]
place land hectares 300 900000; [新造林面积|造林面积];
    [newly planted forest|the area of new forest planted]
place land hectares 300 900000; [受灾农田面积|农作物受灾面积];
    [flooded farmland|the area of farmland hit by floods]
place roads km 30 9000; [新建公路里程|新修公路长度];
    [newly built roads|the length of new roads]
place roads km 30 9000; [新增地铁里程|新开通地铁里程];
    [new metro lines|the length of new metro lines]
place roads km 30 900; [改造供水管道长度|更换的水管长度];
    [replaced water pipes|the length of water pipes renewed]
place rain mm 110 1900; [累计降雨量|累计降水量];
    [total rainfall|cumulative rainfall]
place rain mm 11 900; [单日最大降雨量|最大日降雨量];
    [the heaviest one-day rainfall|maximum daily rainfall]
place rate percent 21 900; [失业率|城镇失业率];
    [the unemployment rate|the jobless rate]
place rate percent 21 900; [青年失业率|年轻人失业率];
    [the youth unemployment rate|the jobless rate among young people]
place rate percent 21 900; [疫苗接种率|接种率];
    [the vaccination rate|vaccine coverage]
place rate percent 21 900; [投票率|选民投票率]; [voter turnout|turnout]
place homes homes 300 900000; [新房成交量|新建住宅成交量];
    [new home sales|sales of newly built homes]
place homes homes 300 900000; [二手房成交量|二手住宅成交量];
    [second-hand home sales|sales of existing homes]
place homes homes 300 900000; [保障房开工量|新开工保障房];
    [starts on affordable housing|affordable housing starts]
place power kwh 3e8 9e11; [发电量|总发电量];
    [power generation|electricity output]
place power kwh 3e8 9e11; [用电量|全社会用电量];
    [electricity consumption|power use]
place power kwh 3e8 9e11; [风电发电量|风力发电量];
    [wind power output|electricity from wind]
place courts cases 300 90000; [立案数|新立案件];
    [new cases filed|the number of cases opened]
place courts cases 300 90000; [结案数|审结案件];
    [cases closed|the number of cases concluded]
institution money money 2e6 9e9; [预算|年度预算]; [budget|annual budget]
institution money money 2e6 9e9; [实际支出|实际开支];
    [actual spending|actual expenditure]
institution money money 2e6 9e9; [捐赠收入|收到的捐款];
    [donations received|income from donations]
institution people people 300 90000; [新招人数|录取人数];
    [admissions|the number of people admitted]
institution people people 300 90000; [申请人数|报名人数];
    [applications|the number of applicants]
institution people people 300 90000; [在编人员|正式员工数];
    [permanent staff|the number of permanent employees]
institution visits visits 3000 9e6; [线下参观人数|到馆人数];
    [visitors in person|in-person visits]
institution visits visits 3000 9e6; [线上访问量|网上访问量];
    [online visits|visits to its website]
team gate people 3000 90000; [主场平均上座人数|主场场均观众];
    [average home attendance|the average home crowd]
team gate people 3000 90000; [客场平均上座人数|客场场均观众];
    [average away attendance|the average crowd away from home]
team money money 2e6 9e9; [门票收入|球票收入];
    [ticket revenue|income from tickets]
team money money 2e6 9e9; [转会支出|引援支出];
    [transfer spending|spending on transfers]
team money money 2e6 9e9; [薪资总额|工资支出]; [the wage bill|wage costs]
team money money 2e6 9e9; [转播收入|转播权收入];
    [broadcasting income|income from broadcast rights]
event toll people 3 90; [死亡人数|遇难人数];
    [the death toll|the number of dead]
event toll people 3 900; [受伤人数|伤者人数];
    [the number of injured|the number of people hurt]
event toll people 3 90; [失踪人数|失联人数];
    [the number of missing|the number of people unaccounted for]
event toll people 100 90000; [转移人数|疏散人数];
    [the number of evacuees|the number of people evacuated]
""")
FAMILIES: dict[tuple[str, str], list[Measure]] = {}
for _measure in MEASURES:
    FAMILIES.setdefault((_measure.owner, _measure.family), []).append(_measure)

EVENTS = (
    ("{p}地震", "the [earthquake in {p}|{p} earthquake]"),
    ("{p}洪灾", "the [flooding in {p}|{p} floods]"),
    ("{p}山体滑坡", "the landslide in {p}"),
    ("{p}工厂火灾", "the factory fire in {p}"),
    ("{p}列车相撞事故", "the train collision in {p}"),
    ("{p}客车事故", "the bus crash in {p}"),
    ("{p}煤矿爆炸", "the coal mine explosion in {p}"),
    ("{p}台风灾害", "the typhoon in {p}"),
    ("{p}渡轮沉没事故", "the ferry sinking off {p}"),
    ("{p}居民楼坍塌", "the collapse of an apartment block in {p}"),
)


@dataclass(frozen=True)
class Period:
    """A period of time. `index` counts quarters, halves or months of `year`, from 1."""

    kind: str
    year: int
    index: int = 0
    day: int = 0

    def text(self, rng: random.Random, language: Language) -> str:
        """Return the period in words, in English with its preposition."""
        return expand(rng, self._zh() if language == "zh" else self._en())

    def _zh(self) -> str:
        year, index = f"{self.year}年", self.index
        if self.kind == "quarter":
            name = ZH_DIGITS[index - 1]
            months = f"{year}{index * 3 - 2}月至{index * 3}月"
            return f"[{year}第{name}季度|{year}{name}季度|{year}{name}季度|{months}]"
        if self.kind == "half":
            return year + (
                "[上半年|上半年|头六个月|前六个月]" if index == 1 else "[下半年|7月至12月]"
            )
        if self.kind == "nine":
            return year + "[前三季度|前九个月|1月至9月]"
        if self.kind == "year":
            return f"[{year}|{year}全年|{year}度]"
        if self.kind == "month":
            return f"[{year}{index}月|{year}{index}月份]"
        return f"截至{year}{index}月{self.day}日"

    def _en(self) -> str:
        year, index = self.year, self.index
        if self.kind == "quarter":
            name = ORDINALS[index - 1]
            months = f"the three months to the end of {MONTHS[index * 3 - 1]} {year}"
            plain = f"the {name} quarter of {year}"
            return f"in [{plain}|{plain}|Q{index} {year}|{months}]"
        if self.kind == "half":
            name = ORDINALS[index - 1]
            part = "first" if index == 1 else "last"
            return f"in [the {name} half of {year}|the {part} six months of {year}|H{index} {year}]"
        if self.kind == "nine":
            first = f"the first nine months of {year}|the first three quarters of {year}"
            return f"in [{first}|January to September {year}]"
        if self.kind == "year":
            return f"in [{year}|{year}|the whole of {year}|the full year {year}]"
        if self.kind == "month":
            return f"in {MONTHS[index - 1]} {year}"
        month = MONTHS[index - 1]
        return f"[as of|by] [{month} {self.day}, {year}|{self.day} {month} {year}]"


def any_period(rng: random.Random, owner: str) -> Period:
    """Return a random period that fits measures of `owner`."""
    year = rng.randint(2012, 2025)
    if owner == "event":
        return Period("day", year, rng.randint(1, 12), rng.randint(2, 27))
    if owner in ("team", "institution"):
        return Period("year", year)
    kind = rng.choice(("quarter", "quarter", "half", "nine", "year", "year", "month", "month"))
    most = {"quarter": 4, "half": 2, "month": 12}.get(kind, 0)
    return Period(kind, year, rng.randint(1, most) if most else 0)


def other_period(rng: random.Random, period: Period) -> Period:
    """Return another period near `period`."""
    while True:
        year = period.year + rng.choice((-1, -1, 0, 0, 0, 1))
        if period.kind == "day":
            made = Period("day", period.year, period.index, rng.randint(2, 27))
        elif period.kind == "year" and rng.random() < 0.6:
            made = Period("year", period.year + rng.choice((-2, -1, 1)))
        else:
            made = any_period(rng, "company")
            made = Period(made.kind, year, made.index)
        if made != period:
            return made
