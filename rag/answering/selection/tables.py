"""Find the rows of tables that a question asks for: by their name, or as the first of a column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from rag.answering.evidence import AskedRow
from rag.answering.selection.ranking import Asked
from rag.text.characters import HAN, has_han
from rag.text.superlatives import (
    Superlative,
    is_measured_by,
    says_decline,
    superlative,
    tells_change,
    wants_largest,
)
from rag.text.table_rows import Row, Table, cell_value, is_period, is_sum, read_tables, without_unit
from rag.text.terms import Concept, FoldedText, fold, shows
from rag.types import Document

_MOST_ROWS = 5
_LEAST_SHARE = 0.6
"""The least share of the question's weight that the row, its column and its table must show."""
_AROUND_CHARACTERS = 400
_NOT_FOR_A_TABLE = re.compile(
    r"为什么|为何|怎么会|如何|怎[么样](?!样)|原因"
    r"|\bwhy\b|\bhow (?:do|does|did|can|could|will|to)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_BRACKETS = re.compile(r"\s*[（(][^（）()]*[)）]\s*$")
_CLASS_ENDINGS = "区县市省镇乡州村国"
_WHICH_EN = re.compile(r"\b(?:which|what) ([a-z]+)", re.IGNORECASE)
_WHICH = re.compile(rf"哪一?[个家座所只支款条名位]?([{HAN}]{{1,3}})")


@dataclass(frozen=True, kw_only=True)
class _Match:
    """Rows of one table, and the share of the question's weight that they and the table show."""

    share: float
    table: Table
    rows: tuple[Row, ...]


def rows_asked_for(asked: Asked, documents: Sequence[Document]) -> tuple[AskedRow, ...]:
    """Return the rows of one table of these articles that answer a question, best first.

    There are often none.
    """
    question = unicodedata.normalize("NFKC", asked.query.text)
    if _NOT_FOR_A_TABLE.search(question):
        return ()
    best: tuple[tuple[bool, float, str], Document, _Match] | None = None
    years = set(_YEAR.findall(question))
    for document in documents:
        for table in _tables(document.text):
            match = _Asking(asked, question, document, table).match()
            day = document.published.moment.date().isoformat() if document.published else ""
            if match:
                about = f"{document.title} {document.text[:_AROUND_CHARACTERS]} {table.above}"
                told = set(_YEAR.findall(f"{about} {table.header} {_names(table)}"))
                of_year = years <= told
                if told and not of_year:
                    continue
                key = of_year, round(match.share, 3), day
                if best is None or key > best[0]:
                    best = key, document, match
    if best is None:
        return ()
    _, document, match = best
    return tuple(
        AskedRow(
            document=document,
            start=row.start,
            end=row.end,
            context="\n".join(
                (match.table.above, match.table.header, document.text[row.start : row.end])
            ),
        )
        for row in match.rows[:_MOST_ROWS]
    )


@lru_cache(maxsize=64)
def _tables(text: str) -> tuple[Table, ...]:
    return read_tables(text)


class _Asking:
    """A question that is compared with one table."""

    def __init__(self, asked: Asked, question: str, document: Document, table: Table) -> None:
        self._asked = asked
        self._question = question
        self._folded = fold(question)
        self._table = table
        self._end = superlative(question)
        self._of_rows = self._concepts_of_rows(document)
        text = document.text[:_AROUND_CHARACTERS]
        self._around = fold(f"{document.title}\n{text}\n{table.above}\n{table.header}")

    def match(self) -> _Match | None:
        """Return the rows asked for, None if the question isn't about this table."""
        named = list(self._named_rows())
        if named and (match := self._by_name(named)):
            return match
        if self._end and not self._is_in_a_label(self._end):
            return self._at_the_end(self._end)
        return None

    def _is_in_a_label(self, end: Superlative) -> bool:
        """Return True if the question has "最高" only within a column's name, as in 最高价."""
        word = self._folded.characters[end.start : end.end]
        return any(
            word in folded.characters and without_unit(folded.characters) in self._folded.characters
            for folded in map(fold, self._table.columns)
        )

    # Rows by their name.

    def _named_rows(self) -> Iterator[tuple[int, Row, str]]:
        """Yield the rows that the question names: place in the question, row, wording there."""
        cores = [fold(_core(row.name)).characters.strip() for row in self._table.rows]
        asked = self._folded.characters
        for row, core in zip(self._table.rows, cores, strict=True):
            short = core[:-1] if core[-1:] in _CLASS_ENDINGS and len(core) > 2 else ""
            for written in filter(None, (core, short)):
                at = _find(written, asked)
                behind = asked[at + len(written) : at + len(written) + 1]
                if written == short and behind in tuple(_CLASS_ENDINGS) and behind != core[-1]:
                    # 西山县 is not 西山区.
                    continue
                # 西山 stands for 西山区 if no other row begins with it.
                if at >= 0 and (written == core or sum(c.startswith(short) for c in cores) == 1):
                    yield at, row, written
                    break

    def _by_name(self, named: Sequence[tuple[int, Row, str]]) -> _Match | None:
        # 东城 is also in 东城区: the longest name counts.
        named = [n for n in named if not any(n[2] != m[2] and n[2] in m[2] for m in named)]
        names = " ".join(written for _, _, written in named)
        rest = [c for c in self._asked.concepts if not _is_part(c, names)]
        told = {column for _, row, _ in named for column in row.values}
        columns = [at for at in told if self._label_is_asked(at, rest)]
        if not columns:
            periods = all(is_period(without_unit(c)) for c in self._table.columns if c)
            if not (periods and told and self._table.columns):
                return None
        shown = fold(" ".join((names, *(self._table.columns[at] for at in columns))))
        share = self._share(shown)
        if share < _LEAST_SHARE or not self._names_shown(shown):
            return None
        rows = [row for _, row, _ in sorted(named, key=lambda n: n[0]) if row.values]
        kept = [row for row in rows if not columns or any(at in row.values for at in columns)]
        return _Match(share=share, table=self._table, rows=tuple(kept)) if kept else None

    def _label_is_asked(self, at: int, concepts: Sequence[Concept]) -> bool:
        label = self._table.columns[at] if at < len(self._table.columns) else ""
        return bool(label) and self._weight(label, concepts) > 0

    def _weight(
        self, label: str, concepts: Sequence[Concept], without: Superlative | None = None
    ) -> float:
        """Return how much of the question a label shows; a whole name in the question counts extra.

        A name that is part of the superlative `without` doesn't count.
        """
        folded = fold(label)
        asked = self._folded.characters
        if without:
            asked = f"{asked[: without.start]} {asked[without.end :]}"
        core = fold(without_unit(label)).characters
        weight = sum(
            weight
            for concept, weight in zip(self._asked.concepts, self._asked.weights, strict=True)
            if concept in concepts and shows(folded, concept)
        )
        whole = len(core) > 1 and _find(core, asked) >= 0
        if not whole and is_period(core):
            year = re.search(r"(?:19|20)\d\d", core)
            whole = bool(year and year[0] in self._question and core.strip(" 年度") == year[0])
        return weight + (10.0 if whole else 0.0)

    # The first or last row of a column.

    def _at_the_end(self, end: Superlative) -> _Match | None:
        at = self._column(end)
        if at is None:
            return None
        label = self._table.columns[at] if at < len(self._table.columns) else ""
        shown = fold(f"{label} {' '.join(row.name for row in self._table.rows[:50])}")
        share = self._share(shown)
        if share < _LEAST_SHARE or not self._names_shown(shown):
            return None
        members = self._members(at)
        if len(members) < 2:
            return None
        largest = wants_largest(end, self._question, without_unit(label))
        values = sorted({value for value, _ in members}, reverse=largest)
        wanted = values[end.place - 1 : end.place - 1 + end.count]
        rows = [row for value in wanted for other, row in members if other == value]
        rows += self._of_the_class(members, rows, largest=largest) if end.place == 1 else []
        return _Match(share=share, table=self._table, rows=tuple(rows)) if rows else None

    def _column(self, end: Superlative) -> int | None:
        """Return the column that the superlative is about: the one named nearest to it."""
        numeric = [at for at in range(self._width()) if self._is_numeric(at)]
        if says_decline(self._question):
            numeric = [at for at in numeric if tells_change(self._label(at))] or numeric
            if len(numeric) == 1 and tells_change(self._label(numeric[0])):
                return numeric[0]
        named: list[tuple[tuple[float, float, str], int]] = []
        for at in numeric:
            label = self._table.columns[at] if at < len(self._table.columns) else ""
            # The "rank" of "ranks second" names no column if another column is named.
            said = [c for c in self._asked.concepts if c not in self._of_rows]
            weight = self._weight(label, said, without=end) if label else 0.0
            if weight:
                near = -self._distance(label, end)
                named.append(((near, weight / (10 + len(label)), _year(label)), at))
        if named:
            return max(named)[1]
        measured = [a for a in numeric if is_measured_by(end.kind, self._label(a))]
        if measured:
            return measured[0]
        # The text above the table may say what is measured, if all columns are periods or there is
        # one.
        unnamed = [at for at in numeric if not self._label(at) or is_period(self._label(at))]
        if len(numeric) == 1 or len(unnamed) == len(numeric) > 0:
            caption = _BRACKETS.search(self._table.label)
            about = fold(f"{self._table.above}\n{caption[0] if caption else ''}")
            if any(c.essential and shows(about, c) for c in self._asked.concepts):
                return max(numeric, key=lambda at: (_year(self._label(at)), at))
        return None

    def _label(self, at: int) -> str:
        label = self._table.columns[at] if at < len(self._table.columns) else ""
        return without_unit(label) if label else ""

    def _width(self) -> int:
        return max((at + 1 for row in self._table.rows for at in row.values), default=0)

    def _is_numeric(self, at: int) -> bool:
        values = [row.values[at] for row in self._table.rows if at in row.values]
        numbers = [value for value in values if cell_value(value) is not None]
        return len(numbers) > 1 and 2 * len(numbers) >= len(values)

    def _distance(self, label: str, end: Superlative) -> float:
        """Return how far the superlative is from the column's name in the question.

        In Chinese the name comes before it (财政收入最高), in English after it (highest revenue).
        """
        folded, asked = fold(label), self._folded.characters
        core = fold(without_unit(label)).characters
        words = [c.text.casefold() for c in self._asked.concepts if shows(folded, c)]
        places = [(at, at + len(word)) for word in (core, *words) if (at := asked.find(word)) >= 0]
        before = 1 if has_han(self._question) else 3
        return min(
            (
                float((end.start - b) * before if b <= end.start else (a - end.end) * (4 - before))
                for a, b in places
            ),
            default=99.0,
        )

    def _members(self, at: int) -> list[tuple[Decimal, Row]]:
        """Return the rows that are members, and not sums of others, with their values."""
        rows = [
            (value, row)
            for row in self._table.rows
            if (value := cell_value(row.values.get(at, ""))) is not None
            and not is_sum(_core(row.name))
        ]
        total = sum(value for value, _ in rows)
        for pair in {id(pair): pair for pair in (*rows[:1], *rows[-1:])}.values():
            # The first or last row may be the sum of the others without saying so.
            if len(rows) > 3 and total and abs(2 * pair[0] - total) <= abs(total) / 500:
                rows = [other for other in rows if other is not pair]
                break
        narrower = [
            [pair for pair in rows if shows(fold(pair[1].name), concept)]
            for concept in self._asked.concepts
            if concept.essential and not shows(self._around, concept)
        ]
        for some in narrower:
            if 0 < len(some) < len(rows):
                rows = some
        return rows

    def _of_the_class(
        self, members: Sequence[tuple[Decimal, Row]], best: Sequence[Row], *, largest: bool
    ) -> list[Row]:
        """Return the best 区 of a table with 区 and 县, if the question asks for a 区."""
        match = _WHICH.search(self._question)
        for length in (3, 2, 1) if match else ():
            noun = match[1][:length] if match else ""
            alike = [(v, row) for v, row in members if _core(row.name).endswith(noun)]
            if alike and len(alike) < len(members):
                if any(row in best for _, row in alike):
                    return []
                return [(max if largest else min)(alike, key=lambda pair: pair[0])[1]]
        return []

    # How well the table fits the question.

    def _concepts_of_rows(self, document: Document) -> frozenset[Concept]:
        """Return the concepts that the table needn't show.

        These are the superlative itself, and across languages the word for what the rows are.
        """
        words = ""
        if self._end:
            words = self._question[self._end.start : self._end.end].casefold()
            # A decline is told by the numbers in a column of changes.
            words += " ".join(c.text for c in self._asked.concepts if says_decline(c.text))
        kind = _WHICH_EN.search(self._question)
        if kind and document.language != self._asked.query.language:
            words += f" {kind[1].casefold()}"
        return frozenset(c for c in self._asked.concepts if words and c.text.casefold() in words)

    def _share(self, shown: FoldedText) -> float:
        """Return the share of the question's concepts that are shown here or around the table.

        It is by weight, or by number if that is more: the rarest word often says little.
        """
        concepts = zip(self._asked.concepts, self._asked.weights, strict=True)
        pairs = [(c, weight) for c, weight in concepts if c not in self._of_rows]
        # A verb can be put in many ways, and tables have no verbs.
        pairs = [(c, weight) for c, weight in pairs if c.essential] or pairs
        if not pairs:
            return 0.0
        here = [w for c, w in pairs if shows(shown, c) or shows(self._around, c)]
        return max(sum(here) / (sum(w for _, w in pairs) or 1.0), len(here) / len(pairs))

    def _names_shown(self, shown: FoldedText) -> bool:
        return all(
            shows(shown, concept) or shows(self._around, concept)
            for concept in self._asked.concepts
            if concept.name
        )


def _core(name: str) -> str:
    """Return a row's name without the brackets after it."""
    return _BRACKETS.sub("", name).strip() or name


def _find(word: str, text: str) -> int:
    """Return where a folded name is in a folded text: Latin words as whole words; -1 if nowhere."""
    if len(word) < 2:
        return -1
    if word.isascii():
        match = re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text)
        return match.start() if match else -1
    return text.find(word)


def _is_part(concept: Concept, names: str) -> bool:
    return concept.text.casefold() in names


def _names(table: Table) -> str:
    return " ".join(row.name for row in table.rows)


def _year(label: str) -> str:
    found = re.findall(r"(?:19|20)\d\d", label)
    return max(found, default="")
