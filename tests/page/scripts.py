"""What the scripted assistant says: one script that knows the seed articles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from rag.answering.notices import other_language
from rag.messages import Message
from rag.models.endpoint_errors import ChatFailures
from rag.store.articles import reference
from rag.types import (
    Answer,
    Citation,
    Conflict,
    ConflictValue,
    Draft,
    Event,
    ModelUse,
    NearPassage,
    Progress,
    Statement,
    Suggestion,
    TimeFrame,
)

from .scripted import ScriptedAssistant, answered, cite, claim, framing

MODEL = ModelUse(
    name="qwen2.5-7b-instruct",
    endpoint="http://127.0.0.1:8080/v1",
    prompt_tokens=2412,
    completion_tokens=188,
)
DOWN = ChatFailures(name="qwen2.5-7b-instruct", endpoint="http://127.0.0.1:9/v1", timeout=60)
NUMBER_FAILED = Message(
    code="number_unsupported",
    en="The number “19%” isn’t in the cited sentence.",
    zh="引用的句子里没有数字“19%”。",
)
NOT_NAMED = Message(
    code="near_not_named",
    en="Its article does not mention “weather”.",
    zh="这篇文章没有提到“天气”。",
)
NO_SOURCE = Message(
    code="no_source", en="No sentence of the articles says this.", zh="没有文章说过这句话。"
)


def news(assistant: ScriptedAssistant, question: str, history: Sequence[Answer]) -> Iterator[Event]:
    """Answer from the seeds, abstain, fail or fall back, as the question's words ask for."""
    if "down" in question:
        raise DOWN.unreachable()
    if "bug" in question:
        raise ZeroDivisionError("secret detail")
    if "weather" in question or "天气" in question:
        yield Progress(stage="searching")
        yield abstention(assistant, question)
    elif "untranslated" in question:
        quoted = _sentences(assistant)[1]
        yield answered(question, claim(quoted.quote, quoted), notices=(other_language(),))
    elif "Baidu" in question:
        yield Progress(stage="searching")
        yield disagreement(assistant, question)
    else:
        yield from reasons_for_alibaba(assistant, question, history)


FEBRUARY = TimeFrame(
    start=date(2025, 2, 1), end=date(2025, 2, 28), phrase="February", effect="prefer"
)


def reasons_for_alibaba(
    assistant: ScriptedAssistant, question: str, history: Sequence[Answer]
) -> Iterator[Event]:
    """A whole stream: progress, drafts, statements, and an answer with all there can be."""
    statements = chinese(assistant) if "苹果" in question else english(assistant)
    yield Progress(stage="searching")
    yield Progress(stage="reading", count=12)
    yield Progress(stage="writing")
    yield statements[0]
    yield Draft(text=statements[1].text[:30])
    if "slowly" in question:
        assistant.wait()
    for statement in statements[1:]:
        yield Draft(text=statement.text)
        yield statement
    yield Progress(stage="checking", count=4)
    wrong = claim(
        "Apple’s sales in China fell by 19% in the quarter.",
        verdict="unsupported",
        reasons=[NUMBER_FAILED],
    )
    yield answered(
        question,
        *statements,
        language="zh" if "苹果" in question else "en",
        left_out=(wrong,),
        rewritten_question="Why did Apple choose Alibaba in China?" if history else None,
        time_frame=FEBRUARY,
        notices=(
            Message(
                code="one_origin",
                en="Two of the articles go back to one report by The Information.",
                zh="其中两篇文章都源自 The Information 的同一篇报道。",
            ),
        ),
        model=MODEL,
    )


def english(assistant: ScriptedAssistant) -> tuple[Statement, ...]:
    data, contact, scale = _sentences(assistant)
    return (
        framing("The articles name several reasons:"),
        claim(
            "The Information reports that Alibaba’s data on what users buy and how they pay was "
            "part of the decision.",
            data,
        ),
        claim(
            "Apple had talked to several Chinese companies before it settled on Alibaba.", contact
        ),
        claim(
            "Alibaba Cloud has long handled sudden peaks, such as 4 billion messages a second in "
            "2020.",
            scale,
            data,
            verdict="partial",
            reasons=[
                Message(
                    code="unit_differs",
                    en="The source says “data flow of 4 billion items per second”, not “messages”.",
                    zh="出处说的是“每秒处理的数据流量总数为40亿条”，而不是“消息”。",
                )
            ],
        ),
    )


def chinese(assistant: ScriptedAssistant) -> tuple[Statement, ...]:
    data, contact, scale = _sentences(assistant)
    return (
        framing("报道提到以下几个原因："),
        claim("据The Information报道，阿里拥有大量用户购物和支付习惯数据，是原因之一。", data),
        claim("苹果与中国的多家公司谈过，最终选择了阿里巴巴。", contact),
        claim(
            "阿里云在2020年双11期间每秒处理40亿条消息，应对高并发经验丰富。",
            scale,
            verdict="partial",
            reasons=[
                Message(
                    code="unit_differs",
                    en="The source says “items of data”, not “messages”.",
                    zh="出处说的是“数据流量40亿条”，而不是“消息”。",
                )
            ],
        ),
    )


def disagreement(assistant: ScriptedAssistant, question: str) -> Answer:
    """An answer in which two sources differ."""
    first = assistant.document("002_7cd06fb3fa13e76f")
    second = assistant.document("004_2a3666ae1f3d6eaf")
    over = cite(first, "因此该合作后来被取消。", 1)
    going_on = cite(second, "2月13日，有消息称苹果仍在继续与百度合作，", 2)
    return answered(
        question,
        claim("One report says that Apple’s work with Baidu was called off.", over),
        status="partial",
        conflicts=(
            Conflict(
                subject="Apple and Baidu",
                measure="whether they still work together",
                values=(
                    ConflictValue(value="called off", citation=over),
                    ConflictValue(value="still going on", citation=going_on),
                ),
            ),
        ),
        missing=(
            Message(
                code="missing_part",
                en="When Baidu’s part will be released",
                zh="百度负责的功能何时发布",
            ),
        ),
        time_frame=FEBRUARY,
    )


def abstention(assistant: ScriptedAssistant, question: str) -> Answer:
    nearest = [assistant.document(doc_id) for doc_id in list(assistant.articles)[:2]]
    return answered(
        question,
        status="abstained",
        missing=(Message(code="missing_topic", en="The weather in Dubai", zh="迪拜的天气"),),
        nearest=tuple(reference(document) for document in nearest),
        near_passages=(NearPassage(citation=_sentences(assistant)[1], reason=NOT_NAMED),),
        did_you_mean=(
            Suggestion(typed="Dubay", name="Dubai", question="What is the weather in Dubai?"),
        ),
    )


def _sentences(assistant: ScriptedAssistant) -> tuple[Citation, Citation, Citation]:
    why = assistant.document("004_2a3666ae1f3d6eaf")
    talks = assistant.document("000_7a28b1ceedc61cfc")
    return (
        cite(why, "The Information报道称，苹果决定与阿里巴巴合作，", 1),
        cite(talks, "苹果与中国的多家公司进行了交谈。", 2),
        cite(why, "比如，2020年双11，阿里云高峰时期每秒处理的数据流量总数为40亿条，", 3),
    )
