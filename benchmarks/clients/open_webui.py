"""Check what Open WebUI shows of an answer's citations, and what its own requests cost.

    python3 -m venv open-webui && open-webui/bin/pip install torch==2.13.0 open-webui==0.12.4
    rag serve --port 8871
    env DATA_DIR="$PWD/open-webui/data" WEBUI_SECRET_KEY=check OFFLINE_MODE=True \\
        RAG_EMBEDDING_ENGINE=openai ENABLE_OLLAMA_API=False \\
        ENABLE_AUTOCOMPLETE_GENERATION=True \\
        OPENAI_API_BASE_URL=http://127.0.0.1:8871/v1 OPENAI_API_KEY=none \\
        open-webui/bin/open-webui serve --host 127.0.0.1 --port 8872
    python benchmarks/clients/open_webui.py

The torch of a CPU is enough. Each server needs a terminal of its own. The check asks a question and
a follow-up in a new chat, in the way that the page does, and reads the stored chat back. It does so
over both protocols that a connection of Open WebUI can use. It ends with 1 if anything differs from
what is expected:

- Open WebUI opens source n for marker [n], where n counts the distinct addresses of the message's
  sources. So the n-th one must be the citation of [n], with our title and address.
- The title, the tags and the follow-up questions of the chat are short, and the server counts each
  question once, also one with an attached text. No other request reaches the articles.

RAG_API_KEY holds the key, if the server needs one; OPENAI_API_KEY above must be the same.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import httpx2

MODEL = "cited-rag"
QUESTION = "why did Apple choose Alibaba"
FOLLOW_UP = "and what about Tencent?"
PROTOCOLS = {"Chat Completions": {}, "Responses": {"api_type": "responses"}}
ACCOUNT = {"name": "Admin", "email": "admin@example.com", "password": "Only-for-this-check-1"}
WAIT_SECONDS, TAGS_SECONDS = 120.0, 10.0
SHORT = 60
MARKER = re.compile(r"\[(\d+)\]")
NEW = "New Chat"
TASKS = {"title_generation": True, "tags_generation": True, "follow_up_generation": True}
ATTACHED = {"type": "text", "name": "note.txt", "content": "Apple and Alibaba are companies."}
# All requests that the page sends by itself or at the press of a button, and the key that it reads
# from the JSON in their reply, if it wants JSON.
BODIES: dict[str, dict[str, Any]] = {
    "title": {},
    "tags": {},
    "follow_up": {},
    "image_prompt": {},
    "queries": {"type": "web_search"},
    "auto": {"type": "search query", "prompt": "why did Apple"},
    "emoji": {"prompt": QUESTION},
}
KEYS = {
    "title": "title",
    "tags": "tags",
    "follow_up": "follow_ups",
    "image_prompt": "prompt",
    "queries": "queries",
    "auto": "text",
}


class Checks:
    """Counts what is wrong, and prints each check."""

    def __init__(self) -> None:
        self.wrong = 0

    def that(self, right: bool, said: str) -> None:
        self.wrong += not right
        print(f"  {'right' if right else 'WRONG'}: {said}")


class Server:
    """Our server."""

    def __init__(self, address: str) -> None:
        key = os.environ.get("RAG_API_KEY")
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self.address = address
        self._client = httpx2.Client(base_url=address, headers=headers, timeout=300)

    def answer(self, question: str, history: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
        body = {"question": question, "history": list(history)}
        response = self._client.post("/v1/answer", json=body)
        response.raise_for_status()
        return dict(response.json())

    def counted(self, name: str, labels: str = "") -> int:
        """Return the sum of a counter of `/metrics` over the lines with these labels."""
        text = self._client.get("/metrics").raise_for_status().text
        lines = re.findall(rf"^{name}_total\{{(.*)\}} (\S+)$", text, re.MULTILINE)
        return sum(int(float(value)) for found, value in lines if labels in found)

    def shows(self, url: str, quote: str) -> bool:
        """Return True if the page behind a link marks this quote. A browser sends no key."""
        response = httpx2.get(url, timeout=300)
        marked = re.findall(r"<mark[^>]*>(.*?)</mark>", response.text, re.DOTALL)
        return response.status_code == 200 and _letters("".join(marked)) == _letters(quote)


class OpenWebUI:
    """Open WebUI, used as its page uses it."""

    def __init__(self, address: str) -> None:
        self._client = httpx2.Client(base_url=address, timeout=300)

    def open(self) -> str:
        """Sign up as the admin, or sign in if the account exists. Return the version."""
        _until(self._healthy, "Open WebUI is not open")
        response = self._client.post("/api/v1/auths/signup", json=ACCOUNT)
        if response.status_code != 200:
            response = self._client.post("/api/v1/auths/signin", json=ACCOUNT)
        token = response.raise_for_status().json()["token"]
        self._client.headers["authorization"] = f"Bearer {token}"
        return str(self._get("/api/version")["version"])

    def connect(self, protocol: str) -> None:
        """Let the connection to our server use this protocol."""
        config = self._get("/openai/config")
        config["OPENAI_API_CONFIGS"] = {"0": {"enable": True, **PROTOCOLS[protocol]}}
        self._client.post("/openai/config/update", json=config).raise_for_status()

    def models(self) -> list[str]:
        return [model["id"] for model in self._get("/api/models")["data"]]

    def ask(
        self,
        question: str,
        chat: dict[str, Any] | None = None,
        files: Sequence[dict[str, Any]] = (),
    ) -> tuple[str, str]:
        """Ask in a new chat, or as the next turn of one. Return the ids of chat and reply."""
        user_id, reply_id = str(uuid.uuid4()), str(uuid.uuid4())
        before = _current(chat)["id"] if chat else None
        message = {
            "id": user_id,
            "parentId": before,
            "childrenIds": [],
            "role": "user",
            "content": question,
            "timestamp": int(time.time()),
            "models": [MODEL],
            "files": list(files),
        }
        body: dict[str, Any] = {
            "stream": True,
            "model": MODEL,
            "params": {},
            "tool_servers": [],
            "features": {
                "voice": False,
                "image_generation": False,
                "code_interpreter": False,
                "web_search": False,
                "memory": True,
            },
            "variables": {"{{USER_NAME}}": ACCOUNT["name"]},
            "session_id": str(uuid.uuid4()),
            "id": reply_id,
            "parent_id": before,
            "user_message": message,
            "files": list(files) or None,
            "background_tasks": {"follow_up_generation": True} if chat else TASKS,
        }
        if chat:
            body["chat_id"] = chat["id"]
        response = self._client.post("/api/chat/completions", json=body)
        return response.raise_for_status().json()["chat_id"], reply_id

    def stored(self, chat_id: str, reply_id: str) -> dict[str, Any]:
        """Return a chat as it was stored, once the reply and its title and follow-ups are there.

        The tags come last. They are None if they don't come, as when their reply can't be read.
        """

        def chat() -> dict[str, Any]:
            return self._get(f"/api/v1/chats/{chat_id}")

        def told() -> bool:
            found = chat()
            reply = found["chat"]["history"]["messages"].get(reply_id, {})
            ready = "error" in reply or ("followUps" in reply and found["title"] != NEW)
            return bool(reply.get("done")) and ready

        _until(told, "the chat was not finished")
        with suppress(TimeoutError):
            _until(lambda: "tags" in chat()["meta"], "there are no tags", TAGS_SECONDS)
        found = chat()
        known = {"id": chat_id, "title": found["title"], "tags": found["meta"].get("tags")}
        return {**found["chat"], **known}

    def task(self, name: str, chat: dict[str, Any]) -> str:
        """Return the reply to one of its own requests, as the model gave it."""
        messages = [
            {"role": message["role"], "content": message["content"]}
            for message in chat["history"]["messages"].values()
        ]
        body = {"model": MODEL, "messages": messages, "chat_id": chat["id"], **BODIES[name]}
        response = self._client.post(f"/api/v1/tasks/{name}/completions", json=body)
        if "choices" not in response.text:
            return f"(not sent: {response.text})"
        return str(response.json()["choices"][0]["message"]["content"])

    def _healthy(self) -> bool:
        try:
            return self._client.get("/health").status_code == 200
        except httpx2.TransportError:
            return False

    def _get(self, path: str) -> dict[str, Any]:
        return dict(self._client.get(path).raise_for_status().json())


def shown_sources(message: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the name and address that the page shows for [1], [2], … of a message."""
    shown: dict[str, str] = {}
    for source in message.get("sources") or []:
        for index in range(len(source["document"])):
            metadata = source["metadata"][index]
            address = metadata.get("source") or source["source"].get("id", "N/A")
            shown.setdefault(address, metadata.get("name") or address)
    return [(name, address) for address, name in shown.items()]


def check_reply(
    checks: Checks, server: Server, message: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Compare the text and the sources of a stored message with our answer."""
    text = message["content"]
    print(text)
    checks.that(
        all(_letters(said["text"]) in _letters(text) for said in expected["statements"])
        and MARKER.findall(text) == MARKER.findall(expected["text"]),
        "the stored text holds each sentence and marker of the answer",
    )
    shown = shown_sources(message)
    citations = {
        citation["marker"]: citation
        for statement in expected["statements"]
        for citation in statement["citations"]
    }
    checks.that(len(shown) == len(citations), f"{len(shown)} sources, {len(citations)} citations")
    for marker in sorted({int(n) for n in MARKER.findall(text)}):
        citation = citations[marker]
        name, address = shown[marker - 1] if marker <= len(shown) else ("", "")
        title = " ".join(citation["title"].split())
        checks.that(
            name in (title, f"{title} [{marker}]")
            and (address == citation["url"] or server.shows(address, citation["quote"])),
            f"[{marker}] opens {name} <{address}>",
        )


def check_tasks(checks: Checks, chat: dict[str, Any]) -> None:
    """Check what the chat got of its background tasks."""
    title, tags, follow_ups = chat["title"], chat["tags"], _current(chat).get("followUps")
    checks.that(0 < len(title) <= SHORT and title != NEW, f"title: {title}")
    checks.that(_short(tags), f"tags: {tags}")
    checks.that(_short(follow_ups), f"follow-ups: {follow_ups}")


def check_chat(checks: Checks, server: Server, client: OpenWebUI) -> None:
    """Check a chat of two turns, and each of its own requests once more by itself."""
    first = server.answer(QUESTION)
    second = server.answer(FOLLOW_UP, [first])
    counted = _counts(server)

    print(f"\n== {QUESTION}")
    chat = client.stored(*client.ask(QUESTION))
    check_reply(checks, server, _current(chat), first)
    check_tasks(checks, chat)
    counted = check_counts(checks, server, counted, requests=4)

    print(f"\n== {FOLLOW_UP}")
    chat = client.stored(*client.ask(FOLLOW_UP, chat))
    check_reply(checks, server, _current(chat), second)
    counted = check_counts(checks, server, counted, requests=2)

    print(f"\n== {QUESTION} (with an attached text)")
    attached = client.stored(*client.ask(QUESTION, files=[ATTACHED]))
    print(_current(attached)["content"])
    # The title, the follow-ups and the tags, and a query for the attached text.
    counted = check_counts(checks, server, counted, requests=5)

    print("\n== its own requests, sent again one by one")
    for name in BODIES:
        reply = client.task(name, chat)
        checks.that(len(reply) <= 2 * SHORT and _readable(name, reply), f"{name}: {reply}")
    checks.that(_counts(server)[0] == counted[0], "none of them was a question")


def check_counts(
    checks: Checks, server: Server, before: tuple[int, int], *, requests: int
) -> tuple[int, int]:
    """Check that so many requests came since `before`, of which one was a question."""
    now = _counts(server)
    asked, came = now[0] - before[0], now[1] - before[1]
    checks.that((asked, came) == (1, requests), f"{came} requests came, {asked} counts as question")
    return now


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--server", default="http://127.0.0.1:8871", help="our server")
    parser.add_argument("--client", default="http://127.0.0.1:8872", help="Open WebUI")
    options = parser.parse_args()
    server, client, checks = Server(options.server), OpenWebUI(options.client), Checks()
    print(f"Open WebUI {client.open()}")
    for protocol in PROTOCOLS:
        print(f"\n# {protocol}")
        client.connect(protocol)
        checks.that(MODEL in client.models(), f"models: {', '.join(client.models())}")
        check_chat(checks, server, client)
    print(f"\n{checks.wrong} wrong" if checks.wrong else "\nall right")
    sys.exit(1 if checks.wrong else 0)


def _counts(server: Server) -> tuple[int, int]:
    """Return how many questions were answered, and how many requests of OpenAI's protocol came."""
    requests = [server.counted("cited_rag_requests", f'"{kind}"') for kind in ("chat", "responses")]
    return server.counted("cited_rag_questions"), sum(requests)


def _current(chat: dict[str, Any]) -> dict[str, Any]:
    history = chat["history"]
    return dict(history["messages"][history["currentId"]])


def _readable(name: str, reply: str) -> bool:
    """Return True if Open WebUI finds what it reads in the reply to one of its own requests."""
    found = json.loads(reply[reply.find("{") : reply.rfind("}") + 1] or "{}")
    return name not in KEYS or KEYS[name] in found


def _short(texts: list[str] | None) -> bool:
    """Return True for a list of short texts, which may be empty."""
    return texts is not None and all(len(text) <= SHORT for text in texts)


def _letters(text: str) -> str:
    return "".join(text.split())


def _until(found: Callable[[], bool], failure: str, seconds: float = WAIT_SECONDS) -> None:
    """Wait until something is true. Raises `TimeoutError` if it doesn't get true."""
    end = time.monotonic() + seconds
    while not found():
        if time.monotonic() > end:
            raise TimeoutError(f"{failure} within {seconds:.0f} s")
        time.sleep(0.5)


if __name__ == "__main__":
    main()
