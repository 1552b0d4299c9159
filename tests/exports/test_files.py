"""Files of answers, opened again by other programs."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import docx
import numpy as np
import pypdfium2
import pytest

import rag
from rag.errors import ConfigError
from rag.exports import fonts
from rag.exports.saving import ENDINGS
from rag.messages import Language
from rag.types import Answer
from tests.exports.opened import need_a_chinese_font, pdf_text
from tests.exports.test_text import answer_of
from tests.page.scripted import answered, cite, claim, made_document

URL = "https://new.qq.com/rain/a/20250213A07BWT00"
QUOTE = "苹果与中国的多家公司进行了交谈。"
QUESTIONS = ("Why did Apple choose Alibaba?", "Still with Baidu?", "weather?")


def conversation() -> list[Answer]:
    return list(map(answer_of, QUESTIONS))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_word_file_has_headings_links_and_the_exact_quotes(
    tmp_path: Path, language: Language
) -> None:
    path = rag.export(conversation(), tmp_path / "a.docx", language=language)
    document = docx.Document(str(path))
    headings = [p.text for p in document.paragraphs if p.style and p.style.name == "Heading 1"]
    assert headings == list(QUESTIONS)
    quotes = [p.text for p in document.paragraphs if p.style and p.style.name == "Quote"]
    assert f"“{QUOTE}”" in quotes
    links = [link for p in document.paragraphs for link in p.hyperlinks]
    assert URL in {link.address for link in links}
    # Each marker leads to a bookmark of its own answer.
    body = document.element.body.xml
    marks = re.findall(r'bookmarkStart w:id="(\d+)" w:name="(\w+)"', body)
    assert {link.fragment for link in links if link.fragment} <= {name for _, name in marks}
    assert len({number for number, _ in marks}) == len(marks) == 3 + 2
    assert 'w:eastAsia="宋体"' in document.styles.element.xml


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_pdf_has_text_that_can_be_copied_and_is_small(tmp_path: Path, language: Language) -> None:
    need_a_chinese_font()
    path = rag.export(conversation(), tmp_path / "a.pdf", language=language)
    text = pdf_text(path)
    for said in (*QUESTIONS, QUOTE, URL, "科创板日报 · 2025-02-13 18:26", "[1][3]"):
        assert said.replace(" ", "") in text.replace(" ", ""), said
    # The font has 20 MB.
    assert path.stat().st_size < 300_000
    with pypdfium2.PdfDocument(path) as document:
        page = document[0].render(scale=1, grayscale=True).to_numpy()
        width = page.shape[1]
        ink = np.flatnonzero(page.min(axis=0) < 128)
        # Nothing is written into the margins, and the text has the width of the page.
        assert 0.09 < ink[0] / width < 0.13
        assert 0.8 < ink[-1] / width < 0.91


def test_long_words_and_hostile_text_stay_on_the_page(tmp_path: Path) -> None:
    long = f"https://a.example/{'x' * 300}"
    evil = f"Said \x07\ud800\x00 {'y' * 200} 🦆 {long}"
    article = made_document(f"{evil} End.", title=evil, url=long)
    said = answered(evil, claim(evil, cite(article, evil, 1)))
    for ending in ENDINGS:
        if ending == ".pdf":
            need_a_chinese_font()
        assert rag.export(said, tmp_path / f"a{ending}").stat().st_size > 100
    assert "x" * 300 in pdf_text(tmp_path / "a.pdf")


def test_a_pdf_without_chinese_needs_no_chinese_font(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAG_PDF_FONT", raising=False)
    monkeypatch.setattr(fonts, "_CHINESE", ())
    if fonts.latin_font():
        article = made_document("It rose. Then it fell.", title="Prices")
        plain = answered("Did it rise?", claim("It rose.", cite(article, "It rose.", 1)))
        path = rag.export(plain, tmp_path / "a.pdf")
        assert "It rose. [1]" in pdf_text(path)
    with pytest.raises(ConfigError, match="apt-get install fonts-noto-cjk") as refusal:
        rag.export(conversation(), tmp_path / "b.pdf")
    assert "中文字体" in refusal.value.message.zh
    assert not (tmp_path / "b.pdf").exists()


def test_the_sources_go_into_reference_managers(tmp_path: Path) -> None:
    article = made_document(
        "Up 5%. End.", title="R&D_{5}% \\x", outlet="A#1", url="https://a.b/%7B"
    )
    answers = [*conversation(), answered("Up?", claim("Up.", cite(article, "Up 5%.", 1)))]
    bib = rag.export(answers, tmp_path / "a.bib").read_text(encoding="utf-8")
    assert bib.count("@misc{") == len(set(re.findall(r"@misc\{(.+),", bib))) == 4
    assert "howpublished = {科创板日报},\n  year = {2025},\n  month = feb,\n  day = {13}," in bib
    assert r"title = {{R\&D\_\{5\}\% \textbackslash{}x}}" in bib
    assert f"url = {{{URL}}}" in bib
    items = json.loads(rag.export(answers, tmp_path / "a.json").read_text(encoding="utf-8"))
    assert items[1]["container-title"] == "科创板日报"
    assert items[1]["issued"] == {"date-parts": [[2025, 2, 13]]}
    assert (items[1]["URL"], QUOTE in items[1]["note"]) == (URL, True)


def test_what_cannot_be_written_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = conversation()[:1]
    with pytest.raises(ConfigError, match=r"ends in \.docx, \.pdf, \.md"):
        rag.export(said, tmp_path / "a.odt")
    with pytest.raises(ConfigError, match="give at least one"):
        rag.export([], tmp_path / "a.md")
    with pytest.raises(ConfigError, match="can't be written"):
        rag.export(said, tmp_path / "none" / "a.md")
    for name, module in (("a.docx", "docx"), ("a.pdf", "fpdf")):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(ConfigError, match=r"pip install \"cited-rag\[office\]\""):
            rag.export(said, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
