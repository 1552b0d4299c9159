"""Write the sources of answers for a reference manager, as BibTeX or as CSL-JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from rag.exports.addresses import safe_url
from rag.text.characters import has_han, one_line
from rag.text.dates import SHORT_MONTHS
from rag.types import Answer, Citation, Published

_LATEX = {
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
}


def bibtex(answers: Sequence[Answer]) -> str:
    """Return a `@misc` entry for each article that the answers cite, with the quotes as a note."""
    return "\n".join(_entry(*article) for article in _articles(answers))


def csl_json(answers: Sequence[Answer]) -> str:
    """Return a CSL-JSON array with an item for each article that the answers cite."""
    items = []
    for key, article, quotes in _articles(answers):
        item: dict[str, object] = {
            "id": key,
            "type": "article-newspaper",
            "title": one_line(article.title),
            "language": "zh-CN" if has_han(article.title) else "en",
            "note": " ".join(quotes),
        }
        if article.outlet:
            item["container-title"] = one_line(article.outlet)
        if article.published:
            item["issued"] = {"date-parts": [_date_parts(article.published)]}
        if address := safe_url(article.url):
            item["URL"] = address
        items.append(item)
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _articles(answers: Iterable[Answer]) -> Iterator[tuple[str, Citation, list[str]]]:
    """Yield a key, a citation and the quotes of each cited article, in the order of citing."""
    found: dict[str, tuple[Citation, list[str]]] = {}
    for answer in answers:
        for citation in answer.citations:
            _, quotes = found.setdefault(citation.doc_id, (citation, []))
            quote = f"“{one_line(citation.quote)}”"
            if quote not in quotes:
                quotes.append(quote)
    for number, (article, quotes) in enumerate(found.values(), start=1):
        day = str(article.published)[:10].replace("-", "") if article.published else "undated"
        yield f"news{day}-{number}", article, quotes


def _entry(key: str, article: Citation, quotes: Sequence[str]) -> str:
    fields = {"title": f"{{{_latex(article.title)}}}"}
    if article.outlet:
        fields["howpublished"] = _latex(article.outlet)
    if article.published:
        year, *rest = _date_parts(article.published)
        fields["year"] = str(year)
        if rest:
            fields["month"] = SHORT_MONTHS[rest[0] - 1]
        if len(rest) > 1:
            fields["day"] = str(rest[1])
    if address := safe_url(article.url):
        # Addresses are read as they are. Braces, which would end the field, are not part of one.
        fields["url"] = re.sub(r"[{}\\]", lambda sign: f"%{ord(sign[0]):02X}", address)
    fields["note"] = _latex(" ".join(quotes))
    lines = ",\n".join(
        # The names of months are words of BibTeX, and so they have no braces.
        f"  {name} = {value}" if name == "month" else f"  {name} = {{{value}}}"
        for name, value in fields.items()
    )
    return f"@misc{{{key},\n{lines}\n}}\n"


def _date_parts(published: Published) -> list[int]:
    moment = published.moment
    parts = {"year": 1, "month": 2}.get(published.precision, 3)
    return [moment.year, moment.month, moment.day][:parts]


def _latex(text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in one_line(text))
