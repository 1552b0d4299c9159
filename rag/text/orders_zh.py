"""Find Chinese sentences that address a program (see `rag.text.machine_orders`)."""

from __future__ import annotations

import re

from rag.text.characters import HAN
from rag.text.machine_orders import Signals, any_of, weighted

_BRANDS = (
    r"ChatGPT|GPT(?:-?[\d.]+\w*)?|Claude|Gemini|Copilot|DeepSeek|Kimi|通义千问|文心一言|豆包"
    r"|讯飞星火"
)
# `_CERTAIN` can only be a machine. `_LIKELY` may also be a person or a thing.
_CERTAIN = (
    rf"(?:{_BRANDS}|LLM|(?<![A-Za-z])AI(?![A-Za-z])|(?:生成式)?人工智[能慧]|神经网络"
    rf"|(?:大语言|语言|大)模型|智能体|爬虫"
    r"|聊天机器人|(?:智能|虚拟|搜索|语音)(?:助手|助理|客服|音箱)|(?:自动)?(?:摘要|问答|检索|总结)"
    r"(?:增强|生成)?(?:程序|系统|工具|引擎|模型|机器人|器)|自动(?:化?系统|摘要|总结|回复))"
)
_LIKELY = "(?:机器人?|模型|程序|系统|助手|助理|工具|引擎|软件|回答者|作答者)"
# AI企业 are people.
_PEOPLE = (
    r"(?!企业|公司|行业|产业|领域|技术|从业|专家|工程师|研究|教育|人才|时代|发展|应用|芯片"
    r"|写作|生成的|大会|赛|创业|团队"
    r"|学院|专业|概念|板块|算力|产品|治理|法|课|巨头|手机|电脑|服务器)"
)
_KIND_OF_IT = (
    r"(?:类|工具|助手|助理|系统|模型|程序|机器人|客服|等|及同类服务|和其他模型|代理|读者"
    r"|朋友|们){0,3}"
)
_MACHINE = rf"(?:{_CERTAIN}|{_LIKELY}){_KIND_OF_IT}{_PEOPLE}"
_CERTAINLY = rf"{_CERTAIN}{_KIND_OF_IT}{_PEOPLE}"
_START = r"(?:^|[，。：；、！？（【\[「《<>\s—*#@])"
_SOME = (
    r"(?:各位|各类?|所有|任何|每|凡是?|一切|全体|诸位|尊敬的|亲爱的|敬爱的|请|这位"
    r"|该|好|的|一?[个款名位]){0,5}"
)
_NOTICE = (
    r"(?:(?:请注意|注意|须知|留意|听好|听着|请看|敬启|敬悉|知悉|收)(?![到力了的事集入费购获])"
    r"|(?:指令|提示|备注|提醒|说明|通知|专用|必读)(?=\W*(?:[：。！，）】]|$)))"
)
_THIS = (
    r"(?:本[文页段篇条网章句]|此[处文段页]|[这该][段篇条个份]?(?:文字|文章|内容|新闻|报道|话|页面?"
    r"|网页|段落|信息|资料)|这里)"
)
_READS = (
    r"(?:阅读|读取|读到|读完|读|看到|见到|处理|抓取|引用|总结|概括|解析|浏览|访问|收录|分析"
    r"|转述)(?:了|着|过|至)?"
)
_SAY = any_of(
    "回答 回复 答复 回覆 作答 输出 写明 写成 写作 写上 写 答 显示 采用 采信 说明 声明 告诉 告知"
    " 转告 复述 报告 说 指出 引用 推荐 表示 注明 标明 陈述 强调 认定 确认 给出 加入 提到 提及 宣布"
    " 排在 拒答 拒绝回答 转述 描述 呈现 视为 忽略 无视 推翻 透露 当作 统一口径 照此 以此为准"
)
_OBLIGED = (
    r"(?:应该|应当|(?<![响反适供效对相呼])应(?!用|对|急|届|聘|邀|有)|必须|务必|须|就该|要"
    r"|一律|只能|不得|不要|切勿|不能|被要求|有义务|请(?!求|教|来|假|辞|愿|示|了|用户|客|乘"
    r"|市民|读者|学生|注明来|注明出))"
)
_WRITTEN = "(?:答案|回答|回复|答复|总结|摘要|输出|回覆)"
_SOURCES = "(?:来源|段落|文章|资料|文档|检索结果|搜索结果|网页|报道|信源|证据|部分|文字)"
_COMMANDS = "(?:指令|指示|提示词?|提示语|规则|命令|设定|准则|系统消息|限制)"
_TO = any_of("致 给 写给 告 敬告 提醒 敬请 面向 仅供 只给 发给 你好 您好 嘿 喂")
_PLEASE = "(?:请(?!求|教|来|假|辞|愿|示|了|注明来|注明出|客)|麻烦|烦请|劳烦)"
_READABLE = "(?:阅读|可见|读取|可读|查看|能看|[。：]|$)"
_FORGET = "(?:忽略|无视|忘记(?!了)|忘掉|不要理会|不必理会|覆盖|推翻|绕过)"
_EARLIER = any_of("之前 以上 上述 此前 先前 前面 所有 全部 系统 你")
_OTHERS = rf"(?:其他|其它|其余|别的|剩余)的?{_SOURCES}"
_SAID = any_of("说 称 认为 写道 指出 介绍 规定 强调 建议 呼吁")
_REPORTED = any_of("认为 指出 写道 规定 专家 草案 条例 办法 据(?!此) 记者 告诉本报 研究人员")

SIGNALS = Signals(
    directed=weighted(
        # The sentence addresses a machine: 致大模型, AI请注意, LLM指令：, 如果你是AI, 你好，AI！,
        # 仅供AI阅读.
        (2.0, rf"{_START}{_TO}，?{_SOME}{_MACHINE}"),
        (2.5, rf"{_START}{_SOME}{_MACHINE}(?:[，：]?{_NOTICE}|，(?:{_PLEASE}|务必"
              rf"|[你您](?:必须|应)))"),
        (1.0, rf"(?:^|[，。！])\W*{_SOME}{_MACHINE}[：！]"),
        (2.0, rf"(?:亲爱的|尊敬的|各位)的?{_MACHINE}[，：！]"
              rf"|^\W*{_SOME}{_CERTAINLY}，[^。]*(?:别忘|请|务必|你|您)"),
        (2.5, rf"(?:给|(?<!提)供|写给|发给|面向|告知|知会){_SOME}(?:[^。！？，]{{0,6}}的)?"
              rf"{_MACHINE}(?:看|听|参考|[：，）](?=.{{2}})|的?[：）])"),
        (2.5, rf"由{_MACHINE}(?:处理|阅读|分析|总结|读取)"),
        (2.0, rf"{_START}{_SOME}{_MACHINE}[，：]?{_PLEASE}(?!用户|客)"),
        (2.0, rf"{_START}请{_SOME}{_CERTAINLY}|@{_MACHINE}|做一?[个名](?:好|合格的"
              rf"|称职的)?{_MACHINE}"),
        (2.5, rf"[你您](?:现在|其实|要|若)?(?:是|为|属于|扮演|充当"
              rf"|作为)一?[个款名位]?(?:[^。！？，]{{1,4}}的)?{_SOME}{_MACHINE}"),
        (2.5, rf"作为一?[个款名位]?{_SOME}{_MACHINE}，?[你您请]"),
        (2.5, rf"(?:供|对|给|由|让|面向|针对)(?:{_CERTAIN}|机器|模型|程序)们?{_READABLE}"),
        (2.0, rf"给(?:{_CERTAIN}|模型|机器人|程序)的?(?:话|提示|指令|留言|备注|附言|要求)"),
        # The machine reads this text, or writes the answer.
        (2.5, rf"{_READS}{_THIS}(?:文字|内容|文章)?的{_SOME}(?:{_MACHINE}|[你您])"),
        (2.5, rf"{_MACHINE}(?:在|若|如|一旦|凡)?{_READS}{_THIS}"),
        (3.0, rf"(?:生成|撰写|编写|组织|给出|写){_WRITTEN}的(?:[你您]|{_MACHINE})"
              rf"|^\W*(?:回答者|作答者)"),
        # The machine must say something, or forget something.
        (1.5, rf"{_START}[你您]?(?:则|都|就|那么|并|现在)?(?:{_PLEASE}|务必|一律|统一|只"
              rf"|切勿|必须|应|就)"
              rf"[^。！？，：]{{0,8}}?{_SAY}(?!话|法|明书|来源|出处)"),
        (1.0, r"(?:^|[：，])\W*(?:报告|回答|输出|回复|确认"
              r"|写明)(?![了会人书称期厅中者显指也问更字的，：])"),
        (1.0, rf"{_START}(?:就|都|请|一律)?(?:直接)?(?:回答|回复|答复|输出|说|答"
              rf"|写){{1,2}}[是为：已说零无\d]"),
        (1.0, rf"{_MACHINE}[^。！？，]{{0,14}}?{_OBLIGED}[^。！？，]{{0,14}}?{_SAY}"),
        (1.0, rf"[你您][^。！？，]{{0,6}}?{_OBLIGED}[^。！？，]{{0,8}}?{_SAY}|(?:要求|让|叫"
              rf"|命令)[你您]{_SAY}"),
        (0.5, rf"{_OBLIGED}[^。！？，]{{0,12}}?{_SAY}"),
        (2.5, rf"{_FORGET}[^。！？，]{{0,6}}{_EARLIER}[^。！？，]{{0,8}}(?:指[令示]|提示"
              rf"|设定|准则)"),
        (1.5, rf"(?:{_FORGET}|不要(?:引用|使用|采信))[^。！？]{{0,12}}(?:{_COMMANDS}|{_OTHERS})"),
        (2.5, r"你的新任务"),
        (2.0, r"(?:开发者|管理员)(?:模式|权限|指令)|关闭核查"),
        (2.0, r"(?:(?<!邀)请你?|^你|，你)(?:现在)?(?:扮演|充当|假装|伪装)"),
        (2.0, rf"(?:[你您]的|^[你您]){_WRITTEN}"),
        (1.0, rf"[你您]的{_WRITTEN}[^。！？，]{{0,4}}(?:若|如|应|须|要)[^。！？，]{{0,4}}{_SAY}"),
        (1.5, rf"{_WRITTEN}(?:中|里|时|开头|末尾)，?(?:请|务必|不要|须|应|一律|加入|写明"
              rf"|说明|注明|提)"),
        (2.5, r"(?:总结|摘要|概括|转述|引用|作答|生成答案)时，?(?:务必|请|须|切勿|不要|一律|始终)"),
        (2.0, rf"(?:逐字|原样|照抄|直接)[^。！？，]{{0,4}}(?:使用|采用|输出|重复|复述|引用)"
              rf"|以下{_WRITTEN}"),
        (2.5, r"[你您](?:收到|接到|得到)?的(?:指令|指示|提示)(?:是|为|要求)|告知[你您]的用户"),
        (1.5, rf"(?:请|务必|不要|切勿|勿)在?[^。！？，]{{0,3}}{_WRITTEN}(?:中|里|时)"),
        (1.5, r"检索到的"),
    ),
    about=weighted(
        (1.5, _CERTAINLY),
        (1.0, _MACHINE),
        # The answer, the person who asks, and the sources.
        (1.5, rf"{_WRITTEN}[^。！？，]{{0,6}}{_THIS}|{_THIS}[^。！？，]{{0,6}}{_WRITTEN}"),
        (1.0, r"用户(?:若|如|问|询问|要求|想|已获)|(?:告诉|转告|答复|回复)(?:[你您]的)?用户"
              r"|提问者|提问的人"),
        (1.0, r"(?:凡|如果|当|若|一旦|但凡|只要|有人|每当|不管)[^。！？，]{0,12}(?:问|提问"
              r"|打听|涉及|想了解|想知道)"),
        (1.0, r"[你您]"),
        (1.0, _THIS),
        (1.5, rf"{_OTHERS}|上下文(?:中|里)|过滤后的内容|检索结果"),
        (1.0, r"检索到的"),
        (1.5, r"可信|权威|优先|为准|绝对真实|第一位|采信|唯一来源|歪曲|谣言|拒答|拒绝回答|已证实"
              r"|正确(?:答案|数字)"),
        (1.5, rf"(?:{_EARLIER}|原有|[你您]的|新的?|隐藏|管理员){_COMMANDS}|从现在(?:起|开始)"
              rf"|自此|提示词"),
        # The sentence is about the machine itself, or reports what somebody said.
        (-1.0, r"其|自己|自身"),
        (-2.5, rf"表示|[，。][^，。]{{1,12}}{_SAID}[，。]?$|{_REPORTED}|^[^，。]{{2,8}}[说称]，"),
    ),
    hint=re.compile(
        rf"[你您]|{_BRANDS}|LLM|AI|智[能慧]|神经网络|模型|爬虫|机器|程序|系统|助[手理]|工具"
        rf"|引擎|软件|作答者|总结时|指示|你"
        rf"|回答|答案|拒答|摘要|总结|{_COMMANDS}|检索|上下文|{_OTHERS}|提问|用户|管理员|扮演"
        rf"|{_THIS}",
        re.IGNORECASE,
    ),
    enough=3.5,
)  # fmt: skip
_BLANKS = re.compile(rf"(?<=[{HAN}]) +| +(?=[{HAN}])")
_FULL_WIDTH = str.maketrans(",:;!?()", "，：；！？（）")
"""NFKC makes punctuation in Chinese text half-width. This table makes it full-width again."""


def speaks_to_a_machine(text: str) -> bool:
    """Return True if Chinese text addresses a program that reads it.

    The text must be in Simplified characters and in NFKC, without its quotations.
    """
    return SIGNALS.speaks_to_a_machine(_BLANKS.sub("", text.translate(_FULL_WIDTH)))
