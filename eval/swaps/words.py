"""Words that the swap probe exchanges. They are independent of the lists of the tested checks."""

from __future__ import annotations

from typing import Literal

from rag.text.dates import CHINESE_WEEKDAYS, ENGLISH_WEEKDAYS

NameClass = Literal["place", "company", "product", "person"]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PLACES = {
    "zh": _words(
        "美国 英国 法国 德国 日本 韩国 印度 俄罗斯 加拿大 澳大利亚 巴西 意大利 西班牙 土耳其 埃及"
        " 以色列 伊朗 乌克兰 波兰 泰国 越南 新加坡 马来西亚 印度尼西亚 菲律宾 墨西哥 南非 瑞典"
        " 荷兰 瑞士 北京 上海 广州 深圳 杭州 南京 武汉 成都 重庆 天津 西安 苏州 青岛 大连 厦门"
        " 香港 澳门 台湾 浙江 江苏 广东 四川 湖北 湖南 河南 河北 山东 福建 云南 贵州 陕西 海南"
        " 东京 伦敦 巴黎 纽约 华盛顿 莫斯科 柏林 首尔 悉尼 多伦多"
    ),
    "en": (
        "France;Germany;Japan;China;India;Russia;Canada;Australia;Brazil;Italy;Spain;Turkey;Egypt;"
        "Israel;Iran;Ukraine;Poland;Thailand;Vietnam;Singapore;Mexico;Sweden;Switzerland;Ireland;"
        "London;Paris;Berlin;Tokyo;Beijing;Moscow;Madrid;Rome;Sydney;Toronto;Chicago;Boston;"
        "Seattle;Houston;Dallas;Denver;Atlanta;Miami;Philadelphia;San Francisco;Los Angeles;"
        "Las Vegas;California;Texas;Florida;Ohio;Michigan;Colorado;Arizona;Virginia;Georgia"
    ).split(";"),
}
COMPANIES = {
    "zh": _words(
        "华为 小米 腾讯 百度 阿里巴巴 京东 字节跳动 美团 拼多多 网易 联想 比亚迪 蔚来 理想汽车"
        " 宁德时代 格力 美的 海尔 万科 恒大 碧桂园 中国银行 工商银行 招商银行 建设银行 中国移动"
        " 中国电信 中国联通 苹果 谷歌 微软 亚马逊 特斯拉 英伟达 英特尔 高通 三星 索尼 丰田 本田"
        " 大众 宝马 奔驰 波音 空客 辉瑞 高盛 摩根大通 脸书 推特"
    ),
    "en": (
        "Apple;Google;Microsoft;Amazon;Tesla;Nvidia;Intel;Qualcomm;Samsung;Sony;Toyota;Honda;"
        "Volkswagen;BMW;Boeing;Airbus;Pfizer;Netflix;Meta;Facebook;Twitter;Disney;Walmart;Target;"
        "Oracle;IBM;Uber;Lyft;OpenAI;Anthropic;Spotify;Adobe;Nike;Adidas;Starbucks;Ford;Verizon"
    ).split(";"),
}
PRODUCTS = {
    "zh": _words("微信 微博 抖音 淘宝 支付宝 iPhone iPad Mate 安卓 鸿蒙 ChatGPT Kindle Switch"),
    "en": (
        "iPhone;iPad;Android;Windows;ChatGPT;Gemini;Kindle;PlayStation;Xbox;Switch;Instagram;"
        "YouTube;TikTok;WhatsApp;Gmail;Chrome;Alexa;Siri"
    ).split(";"),
}
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤"
)
GIVEN_NAMES = frozenset(
    "James John Robert Michael William David Richard Joseph Thomas Charles Christopher Daniel"
    " Matthew Anthony Mark Donald Steven Paul Andrew Joshua Kenneth Kevin Brian George Timothy"
    " Ronald Edward Jason Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin"
    " Scott Brandon Benjamin Samuel Gregory Frank Alexander Raymond Patrick Jack Dennis Jerry"
    " Tyler Aaron Jose Adam Nathan Henry Peter Kyle Walter Ethan Jeremy Harold Sean Sam Elon Tim"
    " Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty"
    " Margaret Sandra Ashley Kimberly Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie"
    " Rebecca Sharon Laura Cynthia Kathleen Amy Angela Anna Emma Nicole Helen Samantha Christine"
    " Rachel Maria Heather Diane Julie Joyce Victoria Kelly Christina Joan Evelyn Taylor Travis"
    " Kamala Joe Barack Hillary Bernie Mike Chris Tom Bill Bob Jim Dan Greg Jeff Tony".split()
)

UNITS = {
    "zh": (
        _words("美元 港元 欧元 英镑 日元 韩元"), _words("公里 千米 米 厘米 英里"),
        _words("公斤 千克 吨 克"), _words("小时 分钟 秒钟"), _words("平方米 公顷 平方公里"),
    ),
    "en": (
        _words("dollars euros pounds yen yuan"), _words("miles kilometers meters feet inches"),
        _words("pounds kilograms tons grams"), _words("hours minutes seconds"),
        _words("days weeks months years"),
    ),
}  # fmt: skip
MAGNITUDES = {
    "zh": _words("万亿 亿 万"),
    "en": _words("trillion billion million thousand"),
}
WEEKDAYS = {
    "zh": tuple(f"{word}{day}" for word in ("星期", "周") for day in CHINESE_WEEKDAYS[:7]),
    "en": ENGLISH_WEEKDAYS,
}
OFFICES = {
    "zh": _words(
        "董事长 总经理 首席执行官 首席财务官 副总裁 部长 副部长 局长 副局长 秘书长 发言人"
    ),
    "en": (
        "chairman;chief executive;spokesman;spokeswoman;director;president;vice president;"
        "secretary;treasurer;CEO;CFO;governor;mayor;senator"
    ).split(";"),
}

# Each side replaces the other.
OPPOSITES = {
    "zh": _words(
        "上涨/下跌 上升/下降 增加/减少 增长/下降 提高/降低 扩大/缩小 超过/不到 高于/低于 多于/少于"
        " 以上/以下 上调/下调 走高/走低 盈利/亏损 允许/禁止 同意/拒绝 支持/反对 成功/失败 进口/出口"
        " 买入/卖出 流入/流出 加快/放缓 加强/削弱 开放/关闭 开始/结束 批准/驳回 赢得/输掉 领先/落后"
        " 最高/最低 最大/最小 增持/减持 升值/贬值 涨幅/跌幅 首次/再次 之前/之后 改善/恶化 接受/拒绝"
    ),
    "en": (
        "more than/less than;rose/fell;increase/decrease;increased/decreased;"
        "increases/decreases;increasing/decreasing;growth/decline;gained/lost;gains/losses;"
        "higher/lower;above/below;highest/lowest;largest/smallest;most/least;better/worse;"
        "before/after;won/lost;win/lose;accepted/rejected;approved/rejected;allowed/banned;"
        "allow/ban;support/oppose;supported/opposed;first/last;up from/down from;"
        "at least/at most;over the/under the;began/ended;opened/closed;profit/loss;buy/sell;"
        "bought/sold;success/failure;early/late;inside/outside;strengthen/weaken;rising/falling"
    ).split(";"),
}
DENIALS = {
    # A statement, and its denial.
    "zh": tuple(
        tuple(pair.split("/"))
        for pair in (
            "将会/将不会 已经/没有 正在/没有 可以/不可以 能够/不能够 认为/不认为 愿意/不愿意"
            " 也是/也不是 就是/并不是 属于/不属于 需要/不需要 具有/不具有 包括/不包括 希望/不希望"
            " 存在/不存在 应当/不应当 应该/不应该"
        ).split()
    ),
    "en": tuple(
        (word, f"{word} not") for word in _words("is are was were will would can could should must")
    ),
}
AFFIRMATIONS = {
    # A denial, and the opposite statement.
    "zh": tuple(
        tuple(pair.split("/"))
        for pair in (
            "并没有/已经 并未/已经 尚未/已经 不会/会 不能/能 不是/是 无法/能够 不再/仍然 未能/成功"
            " 不得/可以 没有/已经 不需要/需要 不存在/存在 从未/曾经 不可/可"
        ).split()
    ),
    "en": (
        ("is not ", "is "), ("are not ", "are "), ("was not ", "was "), ("were not ", "were "),
        ("will not ", "will "), ("would not ", "would "), ("can not ", "can "),
        ("could not ", "could "), ("should not ", "should "), ("did not ", "did "),
        ("does not ", "does "), ("do not ", "do "), ("has not ", "has "), ("have not ", "have "),
        ("had not ", "had "), ("cannot ", "can "), ("can’t ", "can "), ("can't ", "can "),
        ("n’t ", " "), ("n't ", " "), ("never ", "always "), ("without ", "with "),
        ("no longer ", "still "),
    ),
}  # fmt: skip
