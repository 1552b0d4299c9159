"""The words of the guided set-up of a language model, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.messages import Language


@dataclass(frozen=True, kw_only=True)
class Texts:
    """All words of the set-up in one language. `{}` is the place of a value."""

    open: str
    title: str
    why: str
    found: str
    none_found: str
    install: Mapping[str, str]
    then_look: str
    not_offered: str
    which: str
    on_this_machine: str
    configured: str
    needs_model: str
    other: str
    endpoint: str
    endpoint_info: str
    model: str
    model_info: str
    key: str
    key_info: str
    look: str
    sent_title: str
    sent_local: str
    sent_remote: str
    nothing_else: str
    choose_first: str
    try_it: str
    trying: str
    tried: str
    failed: str
    use: str
    use_and_answer: str
    for_question: str
    cancel: str
    back_to_answer: str
    keep: str


EN = Texts(
    open="Set up a language model, step by step",
    title="Set up a language model",
    why="A language model answers in the language of your question. Each sentence that it writes"
    " is checked against the articles.",
    found="These models were found on the machine that this page runs on.",
    none_found="No model server answers on the machine that this page runs on (Ollama, LM Studio,"
    " llama.cpp and vLLM were looked for). Two commands install one there:",
    install={"linux": "Linux", "mac": "macOS", "windows": "Windows"},
    then_look="Then press “Look again”.",
    not_offered="The owner of this page has set up no language model for its readers: ask them.",
    which="1. Choose a model",
    on_this_machine="{} · {} on this machine",
    configured="{} · configured here",
    needs_model="{} · listed by the owner",
    other="Another server: its address, model and key",
    endpoint="Address",
    endpoint_info="OpenAI-compatible, such as https://HOST/v1.",
    model="Model",
    model_info="The name that the server knows.",
    key="Key",
    key_info="Only if the server asks for one. It is held in memory until the program ends, and"
    " stored nowhere. To keep it, set OPENAI_API_KEY, OPENAI_BASE_URL and RAG_MODEL.",
    look="Look again",
    sent_title="2. See what is sent where",
    sent_local="To {} on this machine, so nothing leaves it:",
    sent_remote="To {}, over the network:",
    nothing_else="your question, the questions before it in the same conversation, and the"
    " passages of the articles that are read for it. Nothing else is sent.",
    choose_first="Fill in the address first.",
    try_it="3. Try it with one question",
    trying="Asking “{}” … On a small machine this can take a minute.",
    tried="It answers. “{}”",
    failed="It does not work yet: {}",
    use="Use this model",
    use_and_answer="Use this model, and answer my question",
    for_question="Then your question is answered again: “{}”",
    cancel="Back to the settings",
    back_to_answer="Back to the answer",
    keep="This choice stays in this browser.",
)

ZH = Texts(
    open="按步骤设置语言模型",
    title="设置语言模型",
    why="语言模型会用您提问的语言作答；它写的每句话都与文章核对。",
    found="在运行本页面的机器上找到以下模型。",
    none_found="运行本页面的机器上没有模型服务器响应（已查找 Ollama、LM Studio、llama.cpp 和"
    " vLLM）。在那台机器上用两条命令即可安装：",
    install={"linux": "Linux", "mac": "macOS", "windows": "Windows"},
    then_look="完成后请按“重新查找”。",
    not_offered="本页面的所有者没有为读者设置语言模型：请与其联系。",
    which="1. 选择模型",
    on_this_machine="{} · 本机的 {}",
    configured="{} · 此处已配置",
    needs_model="{} · 所有者列出",
    other="其他服务器：填写地址、模型和密钥",
    endpoint="地址",
    endpoint_info="兼容 OpenAI，例如 https://主机/v1。",
    model="模型",
    model_info="服务器所用的模型名。",
    key="密钥",
    key_info="仅当服务器要求时填写。密钥保存在内存中，程序结束即消失，不会存储到任何地方。"
    "如要长期使用，请设置 OPENAI_API_KEY、OPENAI_BASE_URL 和 RAG_MODEL。",
    look="重新查找",
    sent_title="2. 看清发送什么、发到哪里",
    sent_local="发送到本机的 {}，不会离开本机：",
    sent_remote="通过网络发送到 {}：",
    nothing_else="您的问题、同一对话中此前的问题，以及为回答而读取的文章片段。此外什么都不发送。",
    choose_first="请先填写地址。",
    try_it="3. 用一个问题试试",
    trying="正在询问“{}”……在配置较低的机器上可能需要一分钟。",
    tried="它作答了：“{}”",
    failed="还不能使用：{}",
    use="使用这个模型",
    use_and_answer="使用这个模型，并回答我的问题",
    for_question="设置完成后会重新回答您的问题：“{}”",
    cancel="返回设置",
    back_to_answer="返回回答",
    keep="这一选择保存在本浏览器中。",
)

COMMANDS: Mapping[str, tuple[str, str]] = {
    "linux": ("curl -fsSL https://ollama.com/install.sh | sh", "ollama pull qwen2.5:7b"),
    "mac": ("brew install ollama && brew services start ollama", "ollama pull qwen2.5:7b"),
    "windows": ("winget install Ollama.Ollama", "ollama pull qwen2.5:7b"),
}
"""The two commands that install a model server and a model, by operating system."""


def texts(language: Language) -> Texts:
    """Return the words of the set-up in `language`."""
    return ZH if language == "zh" else EN


def system_of(user_agent: str | None) -> str:
    """Return the operating system that a browser names: windows, mac or linux."""
    named = (user_agent or "").lower()
    return "windows" if "windows" in named else "mac" if "mac os" in named else "linux"
