"""Invented names in both languages for generated claims, with a few real cities and countries.

Chinese names are in pinyin in English, and foreign names have their usual Chinese spelling.
"""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Name:
    """A name in both languages, with its short form for later mentions."""

    zh: str
    en: str
    short_zh: str
    short_en: str


def _table(text: str) -> list[tuple[str, ...]]:
    return [tuple(entry.split("|")) for entry in " ".join(text.split()).split("; ")]


_FIRST = _table(
    "海|Hai; 云|Yun; 蓝|Lan; 金|Jin; 华|Hua; 东|Dong; 南|Nan; 北|Bei; 中|Zhong; 新|Xin; 天|Tian; 长|Chang;"
    " 安|An; 恒|Heng; 瑞|Rui; 嘉|Jia; 星|Xing; 明|Ming; 远|Yuan; 青|Qing; 白|Bai; 龙|Long; 泰|Tai; 宏|Hong;"
    " 凌|Ling; 盛|Sheng; 卓|Zhuo; 锦|Jin; 银|Yin; 永|Yong; 广|Guang; 江|Jiang; 禾|He; 德|De; 汇|Hui; 启|Qi"
)
_SECOND = _table(
    "桐|tong; 港|gang; 帆|fan; 信|xin; 达|da; 源|yuan; 科|ke; 丰|feng; 润|run; 通|tong; 航|hang; 湖|hu;"
    " 川|chuan; 辰|chen; 岳|yue; 泽|ze; 林|lin; 峰|feng; 晟|sheng; 业|ye; 诚|cheng; 洲|zhou; 岚|lan; 石|shi;"
    " 康|kang; 宇|yu; 图|tu; 澜|lan; 麦|mai; 谷|gu; 桥|qiao; 山|shan; 泉|quan; 溪|xi; 原|yuan; 屿|yu"
)
_TRADES = _table(
    "科技|Technology; 资本|Capital; 银行|Bank; 汽车|Motors; 电子|Electronics; 医药|Pharma; 能源|Energy;"
    " 航空|Airlines; 食品|Foods; 物流|Logistics; 地产|Property; 证券|Securities; 软件|Software; 化工|Chemical;"
    " 矿业|Mining; 钢铁|Steel; 半导体|Semiconductor; 传媒|Media; 保险|Insurance; 乳业|Dairy; 机械|Machinery;"
    " 电池|Battery; 水务|Water; 零售|Retail; 游戏|Games; 纺织|Textile; 船业|Shipping; 酒店|Hotels"
)
_FOREIGN = _table(
    "哈特菲尔德|Hatfield; 布伦南|Brennan; 维尔玛|Velmar; 卡尔顿|Carlton; 奥斯特|Oster; 梅里特|Merritt;"
    " 诺顿|Norton; 格兰杰|Granger; 霍尔沃森|Halvorsen; 林德曼|Lindemann; 罗西尼|Rossini; 佩雷拉|Pereira;"
    " 阿斯特拉|Astra; 克莱因|Klein; 温特|Winter; 塔兰特|Tarrant; 贝尔蒙|Belmont; 德拉诺|Delano; 埃克曼|Ekman;"
    " 福斯特|Foster; 加德纳|Gardner; 海耶斯|Hayes; 伊斯顿|Easton; 基辛|Keating; 拉蒙特|Lamont; 莫兰|Moran;"
    " 奎因|Quinn; 里德|Reid; 斯特劳|Straw; 托宾|Tobin; 乌尔里希|Ulrich; 沃恩|Vaughan; 泽勒|Zeller;"
    " 科瓦奇|Kovacs; 田中|Tanaka; 佐藤|Sato; 桑托斯|Santos; 奥卡福|Okafor; 汗|Khan"
)
_FIRM_ENDS = _table(
    "公司|; 集团|Group; 实业|Industries; 控股|Holdings; 系统公司|Systems; 实验室|Labs"
)
_SURNAMES = _table(
    "王|Wang; 李|Li; 张|Zhang; 刘|Liu; 陈|Chen; 杨|Yang; 黄|Huang; 赵|Zhao; 周|Zhou; 吴|Wu; 徐|Xu; 孙|Sun;"
    " 马|Ma; 朱|Zhu; 胡|Hu; 郭|Guo; 何|He; 林|Lin; 罗|Luo; 梁|Liang; 宋|Song; 郑|Zheng; 谢|Xie; 韩|Han;"
    " 唐|Tang; 冯|Feng; 董|Dong; 程|Cheng; 曹|Cao; 邓|Deng; 许|Xu; 傅|Fu; 沈|Shen; 曾|Zeng; 彭|Peng; 苏|Su"
)
_GIVEN = _table(
    "伟|Wei; 芳|Fang; 建国|Jianguo; 志强|Zhiqiang; 晓东|Xiaodong; 丽华|Lihua; 文博|Wenbo; 雅琴|Yaqin;"
    " 思远|Siyuan; 海涛|Haitao; 明|Ming; 静|Jing; 子涵|Zihan; 立新|Lixin; 国平|Guoping; 佳怡|Jiayi; 磊|Lei;"
    " 敏|Min; 振华|Zhenhua; 永康|Yongkang; 欣然|Xinran; 少华|Shaohua; 一鸣|Yiming; 春梅|Chunmei; 鹏|Peng;"
    " 庆云|Qingyun; 若兰|Ruolan; 世杰|Shijie; 婷|Ting; 东升|Dongsheng"
)
_FORENAMES = _table(
    "安娜|Anna; 彼得|Peter; 玛丽亚|Maria; 约翰|John; 大卫|David; 劳拉|Laura; 托马斯|Thomas; 艾玛|Emma;"
    " 迈克尔|Michael; 索菲|Sophie; 保罗|Paul; 克莱尔|Claire; 丹尼尔|Daniel; 格蕾丝|Grace; 亨利|Henry;"
    " 伊莎贝尔|Isabel; 马克|Mark; 尼娜|Nina; 奥利弗|Oliver; 雷切尔|Rachel; 塞缪尔|Samuel; 维克托|Victor;"
    " 卢卡斯|Lucas; 海伦|Helen; 艾哈迈德|Ahmed; 普莉娅|Priya"
)
_REAL_PLACES = _table(
    "北京|Beijing; 上海|Shanghai; 广州|Guangzhou; 深圳|Shenzhen; 成都|Chengdu; 武汉|Wuhan; 杭州|Hangzhou;"
    " 南京|Nanjing; 西安|Xi'an; 天津|Tianjin; 青岛|Qingdao; 厦门|Xiamen; 香港|Hong Kong; 伦敦|London;"
    " 巴黎|Paris; 柏林|Berlin; 东京|Tokyo; 首尔|Seoul; 新加坡|Singapore; 纽约|New York; 波士顿|Boston;"
    " 芝加哥|Chicago; 悉尼|Sydney; 多伦多|Toronto; 孟买|Mumbai; 开罗|Cairo; 罗马|Rome; 马德里|Madrid;"
    " 维也纳|Vienna; 莫斯科|Moscow; 德国|Germany; 法国|France; 日本|Japan; 巴西|Brazil; 印度|India;"
    " 加拿大|Canada; 澳大利亚|Australia; 意大利|Italy; 西班牙|Spain; 越南|Vietnam; 埃及|Egypt; 智利|Chile"
)
_PLACE_ENDS = _table("市|; 县| County; 区| District; 镇| Town")
_TEAM_ENDS = _table(
    "队|; 联队| United; 竞技队| Athletic; 雄狮队| Lions; 猛虎队| Tigers; 飞鹰队| Eagles; 流浪者队| Rovers;"
    " 女足| Women; 猎人队| Hunters; 城队| City"
)
_BODIES = _table(
    "市场监管局|Market Regulator; 大学|University; 中级人民法院|Intermediate Court; 卫生局|Health Bureau;"
    " 环保局|Environment Bureau; 博物馆|Museum; 第一医院|First Hospital; 交通局|Transport Bureau;"
    " 教育局|Education Bureau; 科学院|Academy of Sciences; 证监局|Securities Regulator; 消费者协会|"
    "Consumers' Association; 工会|Trade Union; 市政府|City Government; 警察局|Police; 气象台|Weather Office;"
    " 图书馆|Library; 检察院|Prosecutor's Office; 统计局|Statistics Bureau; 央行|Central Bank"
)
_PRODUCTS = _table(
    "手机|phone; 电动车|electric car; 平板电脑|tablet; 疫苗|vaccine; 耳机|headphones; 无人机|drone;"
    " 芯片|chip; 操作系统|operating system; 奶粉|milk powder; 咖啡机|coffee machine; 应用|app; 客车|bus"
)


def company(rng: random.Random) -> Name:
    """Return a firm: `蓝港资本` / `Langang Capital`, or `哈特菲尔德集团` / `Hatfield Group`."""
    if rng.random() < 0.65:
        stem_zh, stem_en = _chinese(rng)
        trade_zh, trade_en = rng.choice(_TRADES)
        short_zh = stem_zh if rng.random() < 0.5 else stem_zh + trade_zh
        return Name(stem_zh + trade_zh, f"{stem_en} {trade_en}", short_zh, stem_en)
    stem_zh, stem_en = rng.choice(_FOREIGN)[:2]
    end_zh, end_en = rng.choice([*_FIRM_ENDS, *_TRADES])
    return Name(stem_zh + end_zh, f"{stem_en} {end_en}".strip(), stem_zh, stem_en)


def person(rng: random.Random) -> Name:
    """Return a person: `陈志强` / `Chen Zhiqiang`, or `劳拉·海耶斯` / `Laura Hayes`."""
    if rng.random() < 0.6:
        zh, en = rng.choice(_SURNAMES)
        given_zh, given_en = rng.choice(_GIVEN)
        return Name(zh + given_zh, f"{en} {given_en}", zh + given_zh, en)
    zh, en = rng.choice(_FOREIGN)[:2]
    first_zh, first_en = rng.choice(_FORENAMES)
    return Name(f"{first_zh}·{zh}", f"{first_en} {en}", zh, en)


def place(rng: random.Random) -> Name:
    """Return a place, invented or real."""
    if rng.random() < 0.5:
        zh, en = rng.choice(_REAL_PLACES)
        return Name(zh, en, zh, en)
    zh, en = _chinese(rng)
    end_zh, end_en = rng.choice(_PLACE_ENDS)
    return Name(zh + end_zh, en + end_en, zh + end_zh if len(zh) < 2 else zh, en)


def team(rng: random.Random) -> Name:
    """Return a team: `桐溪联队` / `Tongxi United`."""
    stem = rng.choice((_chinese(rng), rng.choice(_FOREIGN)[:2], rng.choice(_REAL_PLACES)[:2]))
    end_zh, end_en = rng.choice(_TEAM_ENDS)
    return Name(stem[0] + end_zh, stem[1] + end_en, stem[0] + "队", stem[1])


def institution(rng: random.Random) -> Name:
    """Return a regulator, court, university or similar body of a place: `海岚市市场监管局`."""
    where = place(rng)
    zh, en = rng.choice(_BODIES)
    return Name(where.zh + zh, f"{where.en} {en}", where.short_zh + zh, f"{where.short_en} {en}")


def product(rng: random.Random) -> Name:
    """Return a product: `星澜X3手机` / `Xinglan X3 phone`."""
    stem_zh, stem_en = _chinese(rng)
    model = rng.choice("ABCEGKMPSTXZ") + str(rng.randint(1, 90))
    zh, en = rng.choice(_PRODUCTS)
    return Name(
        f"{stem_zh}{model}{zh}", f"{stem_en} {model} {en}", stem_zh + model, f"{stem_en} {model}"
    )


def _chinese(rng: random.Random) -> tuple[str, str]:
    first, second = rng.choice(_FIRST), rng.choice(_SECOND)
    return first[0] + second[0], first[1] + second[1]
