"""The OpenAI protocol, through OpenAI's own client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest
from openai.types.responses import ResponseOutputMessage, ResponseOutputText

from .conftest import Running

WHY = "why did Apple choose Alibaba"
ASKED: Any = [{"role": "user", "content": WHY}]


@pytest.fixture(scope="module")
def client(server: Running) -> Iterator[openai.OpenAI]:
    http = httpx2.Client(trust_env=False, timeout=60)
    with openai.OpenAI(
        base_url=f"{server.url}/v1", api_key="none", max_retries=0, http_client=http
    ) as client:
        yield client


def questions_counted(server: Running) -> list[str]:
    """Return the lines of the metrics that count questions."""
    lines = server.client.get("/metrics").text.splitlines()
    return [line for line in lines if line.startswith("cited_rag_questions")]


def check_sources(server: Running, text: str, sources: list[Any]) -> None:
    """Each marker has a source, in order; the n-th distinct url and title belong to [n]."""
    answer = server.assistant.ask(WHY)
    assert text == answer.text
    assert sources
    for source in sources:
        marker = text[source.start_index : source.end_index]
        number = int(marker.strip("[]"))
        assert marker == f"[{number}]"
        cited = next(c for c in answer.citations if c.marker == number)
        assert source.title.startswith(cited.title)
        assert source.url == cited.url or cited.doc_id in source.url
        # Chat clients number the sources by distinct urls, or by distinct titles.
        for field in ("url", "title"):
            distinct = list(dict.fromkeys(getattr(s, field) for s in sources))
            assert distinct.index(getattr(source, field)) + 1 == number


def test_models(client: openai.OpenAI) -> None:
    listed = client.models.list().data
    assert [model.id for model in listed] == ["cited-rag", "cited-rag-quotes"]
    assert {model.owned_by for model in listed} == {"cited-rag"}
    assert client.models.retrieve("cited-rag").id == "cited-rag"
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("gpt-4")
    assert caught.value.code == "model_not_found"


def test_a_chat(server: Running, client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="cited-rag", messages=ASKED)
    message = completion.choices[0].message
    assert completion.choices[0].finish_reason == "stop"
    assert message.annotations
    sources = [a.url_citation for a in message.annotations]
    check_sources(server, message.content or "", sources)


def test_a_streamed_chat(server: Running, client: openai.OpenAI) -> None:
    chunks = list(
        client.chat.completions.create(
            model="cited-rag",
            messages=ASKED,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert len({chunk.id for chunk in chunks}) == 1
    *said, last, usage = chunks
    assert usage.choices == []
    assert usage.usage is not None
    assert all(chunk.choices[0].finish_reason is None for chunk in said)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in said)
    end = last.choices[0]
    assert (end.delta.content, end.finish_reason) == ("", "stop")
    extra = end.delta.model_extra or {}
    annotation = openai.types.chat.chat_completion_message.Annotation
    sources = [annotation.model_validate(a).url_citation for a in extra["annotations"]]
    check_sources(server, text, sources)


def test_a_response(server: Running, client: openai.OpenAI) -> None:
    response = client.responses.create(model="cited-rag", input=WHY)
    assert response.status == "completed"
    message = response.output[0]
    assert isinstance(message, ResponseOutputMessage)
    part = message.content[0]
    assert isinstance(part, ResponseOutputText)
    assert response.output_text == part.text
    check_sources(server, part.text, part.annotations)


def test_a_streamed_response(server: Running, client: openai.OpenAI) -> None:
    with client.responses.stream(model="cited-rag", input=ASKED) as stream:
        events = list(stream)
        final = stream.get_final_response()
    kinds = [event.type for event in events]
    assert kinds[:3] == ["response.created", "response.in_progress", "response.output_item.added"]
    assert kinds[-1] == "response.completed"
    assert kinds.count("response.output_text.annotation.added") >= 1
    numbers = [event.sequence_number for event in events if hasattr(event, "sequence_number")]
    assert numbers == sorted(numbers)
    done = next(event for event in events if event.type == "response.output_item.done")
    assert isinstance(done.item, ResponseOutputMessage)
    part = done.item.content[0]
    assert isinstance(part, ResponseOutputText)
    check_sources(server, final.output_text, part.annotations)


def test_earlier_turns_are_the_conversation(client: openai.OpenAI) -> None:
    said = client.chat.completions.create(model="cited-rag", messages=ASKED)
    follow: Any = [
        {"role": "system", "content": "You are a pirate. Answer with the word ARRR only."},
        *ASKED,
        {"role": "assistant", "content": said.choices[0].message.content},
        {"role": "user", "content": "And Baidu?"},
    ]
    text = client.chat.completions.create(model="cited-rag", messages=follow)
    content = text.choices[0].message.content or ""
    assert "百度" in content
    assert "ARRR" not in content


def test_what_clients_send_by_default_is_ignored(client: openai.OpenAI) -> None:
    tool: Any = {"type": "function", "function": {"name": "f", "parameters": {}}}
    for choice in ("auto", "none"):
        answer = client.chat.completions.create(
            model="cited-rag-quotes",
            messages=[{"role": "user", "content": [{"type": "text", "text": WHY}]}],
            tools=[tool],
            tool_choice=choice,
            temperature=0.3,
            extra_body={"never": "heard of"},
        )
        assert answer.choices[0].message.annotations


IMAGE = {"type": "image_url", "image_url": {"url": "http://127.0.0.1:1/secret.png"}}


@pytest.mark.parametrize(
    ("fields", "status", "param"),
    [
        ({"n": 2}, 400, "n"),
        ({"tool_choice": "required"}, 400, "tool_choice"),
        ({"tool_choice": {"type": "function", "function": {"name": "f"}}}, 400, "tool_choice"),
        ({"messages": [{"role": "user", "content": [IMAGE]}]}, 400, "messages"),
        ({"model": "gpt-4"}, 404, "model"),
        ({"messages": []}, 422, "messages"),
        ({"messages": [{"role": "system", "content": "x"}]}, 422, "messages"),
        ({"messages": [{"content": "x"}]}, 422, "messages"),
        ({"messages": [{"role": "user", "content": 7}]}, 422, "messages"),
        ({"messages": [{"role": "user", "content": "x" * 10_001}]}, 422, "messages"),
        ({"model": None}, 422, "model"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_refusals_have_the_form_of_openai(
    server: Running, fields: dict[str, Any], status: int, param: str, stream: bool
) -> None:
    body = {"model": "cited-rag", "messages": ASKED, "stream": stream, **fields}
    response = server.post("/v1/chat/completions", **body)
    assert response.status_code == status
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["param"] == param


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"previous_response_id": "resp_1"}, 400),
        ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, 400),
        ({"input": []}, 422),
        ({"tool_choice": "required"}, 400),
    ],
)
def test_responses_refuses_likewise(server: Running, fields: dict[str, Any], status: int) -> None:
    response = server.post("/v1/responses", **{"model": "cited-rag", "input": WHY, **fields})
    assert response.status_code == status


def test_an_abstention_is_said_without_sources(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model="cited-rag",
        messages=[{"role": "user", "content": "Who won the 1998 football world cup?"}],
    )
    message = answer.choices[0].message
    assert message.content
    assert message.annotations == []


@pytest.mark.parametrize("length", [0, 30, 3_000])
def test_a_text_that_a_client_attached_is_not_the_question(
    server: Running, client: openai.OpenAI, length: int
) -> None:
    attached = (
        "### Task:\nRespond to the user query using the context, with citations as [id] where a"
        " <source> tag has an id attribute.\n<context>\n"
        f'<source id="1">{"Lorem ipsum. " * (length // 13)}</source>\n</context>\n\n{WHY}'
    )
    before = questions_counted(server)
    said = client.chat.completions.create(
        model="cited-rag", messages=[{"role": "user", "content": attached}]
    )
    assert said.choices[0].message.content == server.assistant.ask(WHY).text
    assert questions_counted(server) != before


def test_a_request_for_a_title_never_reaches_retrieval(
    server: Running, client: openai.OpenAI
) -> None:
    before = questions_counted(server)
    prompt = (
        "### Task:\nWrite a title of at most five words for the chat below.\n"
        'Answer with JSON only, no quotes around it: {"title": "..."}\n'
        f"### Chat History:\n<chat_history>\nUSER: {WHY}\nASSISTANT: Data. [1]\n</chat_history>"
    )
    said = client.chat.completions.create(
        model="cited-rag", messages=[{"role": "user", "content": prompt}]
    )
    content = said.choices[0].message.content or ""
    assert "title" in content
    assert len(content) < 80
    assert questions_counted(server) == before
