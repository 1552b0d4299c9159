"""Examine the embedding model, the reader and the chat model by using each of them once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from rag.config import ChatModelConfig, Config
from rag.doctor.finding import Finding, failed, good, trouble
from rag.errors import RagError
from rag.models.chat import ChatMessage
from rag.models.embedder import Embedder
from rag.models.loading import OFF, embedder_is_prepared, load_embedder, load_reader
from rag.models.local_servers import find_local_models
from rag.models.openai_chat import OpenAIChatModel
from rag.models.openvino_embedder import OpenVinoEmbedder

_QUESTION = "Why did the ministry close the port?"
_TEXT = "The ministry closed the port because of the storm."


def embedder(config: Config) -> tuple[Finding, Embedder | None]:
    """Return the state of the embedding model, and the model itself if it could be loaded.

    A model that is not prepared yet is neither fetched nor prepared.
    """
    name = config.embedder
    if not embedder_is_prepared(name):
        finding = trouble(
            "embedder",
            f"{name}, not prepared on this machine yet",
            f"{name}，尚未在本机准备",
            remedy=("run `rag prepare`", "请运行 `rag prepare`"),
            level="note",
            facts={"name": name},
        )
        return finding, None
    try:
        model = load_embedder(name)
    except RagError as error:
        return failed("embedder", error), None
    took = _milliseconds(lambda: model.embed_queries([_QUESTION]))
    facts: dict[str, object] = {
        "name": model.name,
        "runtime": model.runtime,
        "dimensions": model.dimensions,
        "milliseconds": took,
    }
    en, zh = f"{name} by {model.runtime}", f"{name}，由 {model.runtime} 运行"
    if isinstance(model, OpenVinoEmbedder):
        cosines = model.closeness()
        facts |= {"mean_cosine": cosines[0], "least_cosine": cosines[1]}
        en += f", cosine to its float32 vectors {cosines[0]:.4f} (at least {cosines[1]:.4f})"
        zh += f"，与 float32 向量的余弦为 {cosines[0]:.4f}（最低 {cosines[1]:.4f}）"
    en, zh = f"{en}; a question takes {took:.0f} ms", f"{zh}；一个问题需 {took:.0f} 毫秒"
    if model.notice is None:
        return good("embedder", en, zh, facts=facts), model
    remedy = (model.notice.en, model.notice.zh)
    return trouble("embedder", en, zh, remedy=remedy, level="note", facts=facts), model


def reader(config: Config, model: Embedder | None) -> Finding:
    """Return the state of the reader, which needs the embedding model."""
    if config.reader == OFF:
        return trouble(
            "reader",
            "off (RAG_READER)",
            "已关闭（RAG_READER）",
            remedy=("unset RAG_READER for better answers", "取消设置 RAG_READER，答案会更准"),
            level="note",
        )
    if model is None:
        return good("reader", "not examined without the embedding model", "缺嵌入模型，未检查")
    try:
        found, notice = load_reader(config.reader, model)
    except RagError as error:
        return failed("reader", error)
    if found is None:
        en = "none: the bundled one reads only with the bundled embedding model"
        zh = "无：自带的阅读模型只配合自带的嵌入模型"
        if notice is None:
            return good("reader", en, zh)
        return trouble("reader", "none", "无", remedy=(notice.en, notice.zh))
    took = _milliseconds(lambda: found.read(_QUESTION, [_TEXT]))
    facts = {"name": found.name, "runtime": found.runtime, "milliseconds": took}
    en = f"{found.name} by {found.runtime}; a sentence takes {took:.0f} ms"
    zh = f"{found.name}，由 {found.runtime} 运行；一个句子需 {took:.0f} 毫秒"
    return good("reader", en, zh, facts=facts)


def chat_model(config: ChatModelConfig | None) -> Finding:
    """Return if the chat model answers. It is asked for one word, and sees no article."""
    if config is None:
        return good(
            "chat_model",
            "none (RAG_MODEL is not set): answers quote the articles",
            "无（未设置 RAG_MODEL）：答案直接引用文章原文",
        )
    model = OpenAIChatModel(config)
    began = time.perf_counter()
    try:
        next(model.stream([ChatMessage(role="user", content="Say: yes")]), None)
    except RagError as error:
        return failed("chat_model", error)
    took = time.perf_counter() - began
    return good(
        "chat_model",
        f"{config.name} at {model.endpoint} answers after {took:.1f} s",
        f"{config.name}（{model.endpoint}）在 {took:.1f} 秒后开始回答",
        facts={"name": config.name, "endpoint": model.endpoint, "seconds": took},
    )


def local_servers(endpoints: Sequence[str]) -> Finding:
    """Return which model servers run on this machine, at the usual addresses."""
    found = find_local_models(endpoints)
    if not found:
        return good("local_servers", "no model server runs on this machine", "本机没有模型服务器")
    listed = "; ".join(f"{endpoint}: {', '.join(names[:5])}" for endpoint, names in found.items())
    return good("local_servers", listed, facts={url: list(names) for url, names in found.items()})


def _milliseconds(work: Callable[[], object]) -> float:
    """Return how long a call takes the second time; the first one makes kernels."""
    work()
    began = time.perf_counter()
    work()
    return round(1000 * (time.perf_counter() - began), 1)
