"""The server for other programs, over an index on a Milvus server."""

from __future__ import annotations

from pathlib import Path

from rag.assistant import Assistant
from rag.config import Config
from rag.models.embedder import Embedder
from rag.store.index import update_index
from rag.types import Answer
from tests.conftest import SEEDS
from tests.server.conftest import running
from tests.server.test_rest import ARTICLE, WHY


def test_articles_are_asked_about_added_corrected_and_removed(
    index: Path, seeds_index: Path, embedder: Embedder
) -> None:
    update_index(index, [SEEDS], embedder)
    with (
        Assistant.open(Config(index=seeds_index), embedder=embedder) as local,
        Assistant.open(Config(index=index), embedder=embedder) as assistant,
        running(assistant) as server,
    ):
        answer = Answer.from_json(server.post("/v1/answer", question=WHY).content)
        assert answer.statements == local.ask(WHY).statements

        files = [("file", ("snow.md", ARTICLE.encode(), "text/markdown"))]
        assert server.client.post("/v1/articles", files=files).json()["new"] == ["snow.md"]
        found = server.post("/v1/answer", question="雪山隧道全长多少公里？").json()
        assert "12.9公里" in found["text"]
        doc_id = found["statements"][0]["citations"][0]["doc_id"]
        place = f"/v1/articles/{doc_id}"
        corrected = server.client.patch(place, json={"title": "雪山隧道通车"})
        assert corrected.status_code == 200
        listed = server.client.get("/v1/articles", params={"limit": 50}).json()
        assert "雪山隧道通车" in [article["title"] for article in listed["articles"]]
        assert server.client.delete(place).json() == {"removed": ["雪山隧道通车"]}
        assert server.client.get(place).status_code == 404
        again = Answer.from_json(server.post("/v1/answer", question=WHY).content)
        assert again.statements == answer.statements
