"""Write a sheet of sampled statements for a person to judge, to check the verifier's verdicts.

    spot-check.html    for marking in a browser: it shows a verdict only after the person's mark
    spot-check.csv     for marking in a spreadsheet, where the verdicts are visible

The page downloads its marks in the form of the CSV file. `eval.agreement` counts them.

The sheet is most useful for a run with a chat model. The extractive composer only quotes, so nearly
all its statements are clearly supported.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np

from eval.intervals import SEED
from eval.records import Run
from eval.templates import template
from rag.errors import ConfigError
from rag.types import Citation, DocumentReference, Passage, Verdict

CSV, HTML = "spot-check.csv", "spot-check.html"

LABELS: dict[Verdict, tuple[str, str]] = {
    "supported": ("Supported", "支持"),
    "partial": ("Partly", "部分支持"),
    "unsupported": ("Not supported", "不支持"),
}
"""The three verdicts, best first, as a person reads them: English, Chinese."""

_COLUMNS = ("id", "question", "statement", "quotes", "verdict", "mark", "remark")
_NOTHING_CITED = "Nothing is cited. Found for the question: 没有引文。为该问题找到的段落："
# A cell that starts with such a character can be a formula (OWASP ASVS 5.0, 1.2.10).
_FORMULA = "=+-@\t\r\n\0"
_VERDICTS: dict[str, Verdict] = {verdict: verdict for verdict in LABELS}
_MARKS = _VERDICTS | {chinese: verdict for verdict, (_, chinese) in LABELS.items()}


@dataclass(frozen=True, kw_only=True)
class Quote:
    """A place in an article to judge a statement by. `published` is empty if unknown."""

    title: str
    published: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """A claim to be judged, with the verifier's verdict.

    `quotes` are its citations. A claim that the check left out has none (`cited` is false). Then
    its quotes are the passages found for the question, in which the verifier saw no support either.
    """

    statement_id: str
    language: str
    question: str
    statement: str
    verdict: Verdict
    quotes: tuple[Quote, ...]
    cited: bool


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A row of a marked sheet. `mark` is None if the person gave no mark."""

    statement_id: str
    question: str
    statement: str
    quotes: str
    verdict: Verdict
    mark: Verdict | None
    remark: str


def sample_statements(run: Run, count: int = 40) -> tuple[Sampled, ...]:
    """Return up to `count` claims of the run, shown or left out, always the same ones.

    All verdicts get the same number of claims, if the run has enough, because a plain sample would
    have few of the important ones. A question gets a second claim for a verdict only after every
    other question has one, and a sentence with the same quotes comes only once. The order is
    random.
    """
    random = np.random.default_rng(SEED)
    claims = list(_claims(run))
    shuffled = [claims[i] for i in random.permutation(len(claims))]
    once = {(claim.statement, claim.quotes): (cluster, claim) for cluster, claim in shuffled}
    taken: Counter[tuple[str, str]] = Counter()
    turns: dict[Verdict, list[tuple[int, Sampled]]] = {verdict: [] for verdict in LABELS}
    for cluster, claim in once.values():
        turns[claim.verdict].append((taken[cluster, claim.verdict], claim))
        taken[cluster, claim.verdict] += 1
    queues = [
        [claim for _, claim in sorted(queue, key=lambda turn: turn[0])] for queue in turns.values()
    ]
    dealt = [claim for turn in zip_longest(*queues) for claim in turn if claim][:count]
    return tuple(dealt[i] for i in random.permutation(len(dealt)))


def write_sheet(run: Run, folder: Path, count: int = 40) -> tuple[Path, Path]:
    """Write the sheet as CSV and as a page that loads nothing else. Returns the two paths.

    Raises `ConfigError` if the run has no statements, or if the folder already has a sheet, which
    may hold a person's marks.
    """
    sampled = sample_statements(run, count)
    if not sampled:
        raise ConfigError(
            en=f"{run.name} has no statement to check: give a run with answers.",
            zh=f"{run.name} 中没有可供抽查的句子：请给出有答案的评测。",
        )
    table, page = folder / CSV, folder / HTML
    if table.exists():
        raise ConfigError(
            en=f"{table} is there already and may hold marks: move it away first.",
            zh=f"{table} 已存在，可能含有标注：请先将其移走。",
        )
    folder.mkdir(parents=True, exist_ok=True)
    rows = [_row(claim) for claim in sampled]
    # Excel reads a file as UTF-8 only if it has a byte order mark.
    with table.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([_COLUMNS, *rows])
    page.write_text(_to_html(run, sampled, rows), encoding="utf-8")
    return table, page


def read_sheet(path: Path) -> tuple[Marked, ...]:
    """Read a sheet that a person marked, with its unmarked rows.

    A mark is a verdict's name or Chinese label; case and blanks do not matter. Raises `ConfigError`
    if the file is not such a sheet, has an unknown mark, or has an id twice.
    """
    marked: dict[str, Marked] = {}
    # The number that a spreadsheet shows beside the row.
    for number, row in _rows(path):
        found = Marked(
            statement_id=row["id"],
            question=row["question"],
            statement=row["statement"],
            quotes=row["quotes"],
            verdict=_verdict(path, number, row["verdict"]),
            mark=_mark(path, number, row["mark"]),
            remark=row["remark"],
        )
        if found.statement_id in marked:
            raise ConfigError(
                en=f"{path}, row {number}: the id {found.statement_id!r} is there twice: remove "
                "one of the rows.",
                zh=f"{path} 第 {number} 行：编号 {found.statement_id!r} 重复：请删除其中一行。",
            )
        marked[found.statement_id] = found
    return tuple(marked.values())


def _claims(run: Run) -> Iterator[tuple[str, Sampled]]:
    """Yield every claim with the cluster of its question."""
    articles = _articles(run)
    for record in run.records:
        if record.answer is None:
            continue
        found = [_found(hit.passage, articles) for hit in record.answer.hits]
        said = record.answer.statements + record.answer.left_out
        for number, statement in enumerate(said, start=1):
            if statement.kind == "claim":
                cited = [_quote(citation, citation.quote) for citation in statement.citations]
                yield (
                    record.cluster,
                    Sampled(
                        statement_id=f"{record.question_id}#{number}",
                        language=record.language,
                        question=record.question,
                        statement=statement.text,
                        verdict=statement.verdict,
                        quotes=tuple(cited or found),
                        cited=bool(cited),
                    ),
                )


def _articles(run: Run) -> dict[str, Citation | DocumentReference]:
    """Return the articles named by answers, by id. A found passage has only its article's id."""
    named: dict[str, Citation | DocumentReference] = {}
    for answer in (record.answer for record in run.records if record.answer):
        named |= {reference.doc_id: reference for reference in answer.nearest}
        named |= {citation.doc_id: citation for citation in answer.citations}
    return named


def _found(passage: Passage, articles: Mapping[str, Citation | DocumentReference]) -> Quote:
    if article := articles.get(passage.doc_id):
        return _quote(article, passage.text)
    return Quote(title=passage.doc_id, published="", text=passage.text)


def _quote(source: Citation | DocumentReference, text: str) -> Quote:
    return Quote(title=source.title, published=str(source.published or ""), text=text)


def _row(claim: Sampled) -> list[str]:
    """Return the cells of a claim, made safe, without a mark."""
    quotes = [] if claim.cited else [_NOTHING_CITED]
    for quote in claim.quotes:
        published = f" ({quote.published})" if quote.published else ""
        quotes.append(f"{quote.title}{published}\n{quote.text}")
    cells = (claim.statement_id, claim.question, claim.statement, "\n\n".join(quotes))
    return [_harmless(cell) for cell in (*cells, claim.verdict, "", "")]


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet computes.

    An apostrophe is put before it. A cell that starts with one gets another, so that it can be
    undone.
    """
    return "'" + cell if cell.startswith((*_FORMULA, "'")) else cell


def _as_written(cell: str) -> str:
    """Return the original cell that was given to `_harmless`."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith((*_FORMULA, "'")) else cell


def _to_html(run: Run, sampled: Sequence[Sampled], rows: Sequence[Sequence[str]]) -> str:
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()[:12]
    sheet = {
        # Pages opened from a disk share one store, and two runs may have the same name.
        "key": f"spot-check:{run.name}:{digest}",
        "file": CSV,
        "columns": _COLUMNS,
        "formula": _FORMULA,
        "labels": {verdict: " ".join(label) for verdict, label in LABELS.items()},
        "rows": rows,
    }
    return template("spot_check.html.j2").render(
        name=run.name, sampled=sampled, labels=LABELS, sheet=sheet
    )


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows that are not blank, with their original cells and row numbers from 2."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            if not set(_COLUMNS) <= set(reader.fieldnames or ()):
                raise _no_sheet(path, f"its columns are {reader.fieldnames or []}")
            for number, row in enumerate(reader, start=2):
                cells = {column: _as_written(row[column]) for column in _COLUMNS}
                if any(cells.values()):
                    yield number, cells
    except (UnicodeDecodeError, csv.Error) as error:
        raise _no_sheet(path, str(error)) from error


def _verdict(path: Path, number: int, cell: str) -> Verdict:
    if cell not in _VERDICTS:
        raise _no_sheet(path, f"row {number}: verdict {cell!r}")
    return _VERDICTS[cell]


def _mark(path: Path, number: int, cell: str) -> Verdict | None:
    mark = "".join(cell.split()).casefold()
    if mark and mark not in _MARKS:
        raise ConfigError(
            en=f"{path}, row {number}: unknown mark {cell!r}: write supported, partial or "
            "unsupported, or leave it empty.",
            zh=f"{path} 第 {number} 行：无法识别的标注 {cell!r}：请填写 支持、部分支持 或 不支持，"
            "或留空。",
        )
    return _MARKS[mark] if mark else None


def _no_sheet(path: Path, why: str) -> ConfigError:
    return ConfigError(
        en=f"{path} is not a spot-check sheet ({why}): give {CSV} as `python -m eval sheet` or its "
        "page made it, saved as CSV in UTF-8, separated by commas.",
        zh=f"{path} 不是抽查表（{why}）：请给出 `python -m eval sheet` 或其网页生成的 {CSV}，"
        "并保存为逗号分隔的 UTF-8 CSV。",
    )
