"""The words of the settings, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass

from rag.messages import Language


@dataclass(frozen=True, kw_only=True)
class Texts:
    """All words of the settings in one language. `{}` is the place of a value."""

    composer: str
    composer_info: str
    model_writes: str
    quotes: str
    endpoint: str
    endpoint_info: str
    configured: str
    on_this_machine: str
    look: str
    model: str
    model_info: str
    no_names: str
    no_models: str
    no_models_reader: str
    key: str
    key_info: str
    language: str
    language_info: str
    as_question: str
    sources: str
    sources_info: str
    automatic: str

    kept: str
    not_in_use: str
    no_value: str
    reset: str
    found: str
    none_found: str
    key_held: str
    comma: str


EN = Texts(
    composer="Who writes the answer",
    composer_info="A language model answers in its own words, and each sentence is checked against"
    " its source. Without a model, the sentences of the articles that answer are quoted, and"
    " nothing is sent to a model.",
    model_writes="A language model",
    quotes="The articles’ own sentences",
    endpoint="Endpoint",
    endpoint_info="The server that will see your question and passages of the articles. The list"
    " has only those that the operator set up, and those found running on this machine.",
    configured="{} (configured here)",
    on_this_machine="{} (on this machine)",
    look="Look for local models",
    model="Model",
    model_info="One of the server’s models: choose it, or type its name.",
    no_names="The list is empty, because this server names its models only to those who ask it with"
    " a key, or does not run now: type the name that its documentation gives, or start it.",
    no_models="The list is empty: no model server answers on the machine that this page runs on,"
    " and none is set up. “Set up a language model, step by step” above helps.",
    no_models_reader="The list is empty: the owner of this page has set up no language model.",
    key="Key for {}",
    key_info="Needed only if this server asks for a key. Press Enter to use it. It is sent only to"
    " this server, held in memory while this page is open, and stored nowhere.",
    language="Language of the answer",
    language_info="The language that a language model writes in. Quotations stay in the articles’"
    " own language.",
    as_question="As the question",
    sources="Number of sources",
    sources_info="How many sentences of the articles an answer may use. A language model reads that"
    " many. Without a model, at most that many are quoted, or fewer if they are enough.",
    automatic="Automatic (12 read by a model, up to 6 quoted)",
    kept="Kept in this browser, and used from your next question on.",
    not_in_use="Not in use yet: {}",
    no_value="A value that was sent is not valid for its setting. Choose one from the list.",
    reset="Some settings kept in this browser could not be used, and were reset.",
    found="Models found on this machine at {}.",
    none_found="No model server answers on this machine. Start one (Ollama, LM Studio, llama.cpp"
    " or vLLM at its usual port) and look again.",
    key_held="The key for {} is held until you close or reload this page.",
    comma=", ",
)

ZH = Texts(
    composer="由谁作答",
    composer_info="语言模型用自己的话作答，每句话都对照出处核对；不用语言模型时，"
    "直接引用文章中能回答问题的句子，不向任何模型发送内容。",
    model_writes="语言模型",
    quotes="文章原句",
    endpoint="接口",
    endpoint_info="会看到您的问题和文章片段的服务器。只列出管理员设定的，以及在本机上找到的。",
    configured="{}（此处已配置）",
    on_this_machine="{}（在本机上）",
    look="查找本机模型",
    model="模型",
    model_info="该服务器上的模型：选择一个，或输入名称。",
    no_names="列表为空：该服务器只向带密钥的请求列出模型，或目前没有运行。请填写其文档中的模型名，"
    "或启动它。",
    no_models="列表为空：运行本页面的机器上没有模型服务器响应，也没有设置其他模型。"
    "请用上方的“按步骤设置语言模型”。",
    no_models_reader="列表为空：本页面的所有者没有设置语言模型。",
    key="{} 的密钥",
    key_info="仅当服务器要求时填写，按回车生效。密钥只发送给该服务器，本页面打开期间保存在内存中，"
    "不会存储到任何地方。",
    language="回答语言",
    language_info="语言模型作答所用的语言。引文保留文章的原文语言。",
    as_question="与提问相同",
    sources="出处数量",
    sources_info="一个回答最多可依据多少个文章句子。语言模型会读这么多句；不用模型时最多引用这么多句，"
    "够用即止。",
    automatic="自动（模型读 12 句，引用最多 6 句）",
    kept="保存在本浏览器中，从下一个问题起生效。",
    not_in_use="尚未生效：{}",
    no_value="收到的值不属于该设置，请选择列出的值。",
    reset="本浏览器保存的部分设置无法使用，已重置。",
    found="在本机 {} 找到模型。",
    none_found="本机上没有模型服务器响应。请启动一个（Ollama、LM Studio、llama.cpp 或 vLLM，"
    "使用其常用端口）后重新查找。",
    key_held="{} 的密钥将保留到您关闭或刷新本页面为止。",
    comma="、",
)


def texts(language: Language) -> Texts:
    """Return the words of the settings in `language`."""
    return ZH if language == "zh" else EN
