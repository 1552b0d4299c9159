"""Exports through `rag index` and uploading: found, cited and followed as other articles."""

from __future__ import annotations

import json
from pathlib import Path

from rag.store.indexing import update_index
from rag.types import Answer
from rag.uploads.intake import Upload, take_in
from rag.uploads.library import Library
from tests.conftest import HashEmbedder
from tests.ingest import exported
from tests.ingest.exported import ALL, FERRY, MILL, PORT
from tests.test_cli import rag


def test_the_command_reads_exports_and_cites_their_articles(tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    (news / "factiva.rtf").write_bytes(exported.rtf(exported.factiva([FERRY, PORT]).split("\n")))
    (news / "nexis.txt").write_text("\n".join(exported.nexis_uni_lines([MILL])))
    ran = rag(tmp_path, "index", "news", "--json")
    report = json.loads(ran.out)
    assert report["documents"] == 2 + 1, ran
    assert report["failures"] == []

    for question, told in (
        ("How many trips a day will the ferry line to Skaro run?", FERRY),
        ("鹭港四号码头的总投资是多少？", PORT),
    ):
        answer = Answer.from_json(rag(tmp_path, "ask", "--json", question).out)
        assert answer.status == "answered", answer
        for citation in answer.citations:
            shown = json.loads(rag(tmp_path, "show", "--json", citation.doc_id).out)
            assert citation.quote == shown["text"][citation.start : citation.end]
        assert (answer.citations[0].doc_id, answer.citations[0].outlet) == (
            f"factiva/{told.number}",
            told.outlet,
        )
        assert str(answer.citations[0].published).startswith(told.day)


def test_an_export_made_again_adds_only_what_is_new(
    tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    path = articles / "wechat.html"
    path.write_text(exported.wechat_merged([FERRY, PORT]), encoding="utf-8")
    assert update_index(tmp_path / "index", [articles], hash_embedder).added == 2
    path.write_text(exported.wechat_merged([MILL, *ALL]), encoding="utf-8")
    report = update_index(tmp_path / "index", [articles], hash_embedder)
    assert (report.added, report.changed, report.removed, report.unchanged) == (1, 0, 0, 2)


def test_an_uploaded_export_is_many_articles(tmp_path: Path, hash_embedder: HashEmbedder) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.md").write_text("The harbour of Lund opened on Monday.")
    update_index(tmp_path / "index", [tmp_path / "articles"], hash_embedder)
    library = Library(tmp_path / "index", hash_embedder)
    sent = tmp_path / "sent.docx"
    sent.write_bytes(exported.nexis_docx(ALL))
    broken = tmp_path / "package.json"
    broken.write_text('{"name": "tool", "version": "1.0.0"}')
    added = library.add(
        [Upload(name="Files (3).docx", path=sent), Upload(name="package.json", path=broken)]
    )
    assert (added.new, added.error) == (("Files (3).docx",), None)
    assert [refusal.name for refusal in added.refused] == ["package.json"]
    listed = {article.title: article for article in library.catalogue().articles}
    for told in ALL:
        assert listed[told.title].outlet == told.outlet
        assert str(listed[told.title].published).startswith(told.day)


def test_a_folder_may_hold_json_that_is_no_article(tmp_path: Path) -> None:
    settings = tmp_path / "news" / "settings.json"
    settings.parent.mkdir()
    settings.write_text('{"theme": "dark", "size": 3}')
    ran = rag(tmp_path, "index", "news", "--json")
    assert ran.code == 0, ran
    report = json.loads(ran.out)
    assert report["failures"] == []
    [notice] = report["notices"]
    assert notice["path"].endswith("settings.json")
    # Who sends such a file to the page is told that nothing came of it.
    (tmp_path / "work").mkdir()
    intake = take_in([Upload(name="settings.json", path=settings)], tmp_path / "work")
    assert [refused.name for refused in intake.refused] == ["settings.json"]
    assert intake.paths == []
