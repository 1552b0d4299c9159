"""Collect the claims of the swap probe, with the sources to check them against."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from eval.collection import draw, is_collection, read_documents, read_records
from eval.swaps.rewording import literal_variants, notations
from eval.swaps.swapping import Names, Swap, people_in, swaps
from eval.swaps.words import COMPANIES, PLACES, PRODUCTS
from rag.messages import Language
from rag.text.characters import HAN, has_han
from rag.text.sentences import split_sentences
from rag.types import Document

_SEED = 20_261_122
_LENGTHS = {"zh": (18, 160), "en": (50, 350)}
"""The length of usable sentences in characters. Others are headlines, lists and debris."""
# The share of words that a noted claim must have in common with its articles to count as true.
_LEAST_SHARED = 0.6
_GRAM = {
    "zh": re.compile(rf"(?=([{HAN}A-Za-z0-9]{{2}}))"),
    "en": re.compile(r"([A-Za-z0-9]{3,})"),
}


# Figures, and words with a capital inside a sentence.
_FACT = re.compile(r"\d+|(?<=[a-z,] )[A-Z][a-z]+")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A sentence of an article: `document.text[start:end]`."""

    document: Document
    start: int
    end: int

    @property
    def text(self) -> str:
        """The sentence."""
        return self.document.text[self.start : self.end]

    @property
    def paragraph(self) -> str:
        """The line of the article that contains the sentence."""
        text = self.document.text
        start = text.rfind("\n", 0, self.start) + 1
        end = text.find("\n", self.end)
        return text[start : end if end >= 0 else len(text)]


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A claim, whether it is true of its sources, and how it was made.

    `family` is `swap`, `literal`, `notation`, `written` (by other people), or one of these with
    `across` before it. `detail` helps a person to understand a failure.
    """

    family: str
    kind: str
    language: Language
    true: bool
    group: str
    claim: str
    sources: tuple[Source, ...]
    detail: str = ""


def sentences_of(document: Document) -> list[Source]:
    """Return the document's sentences."""
    return [
        Source(document=document, start=s.start, end=s.end)
        for s in split_sentences(document.text)
        if s.kind == "sentence"
    ]


def sample(documents: Sequence[Document], limit: int) -> list[Source]:
    """Return one sentence from each of at most `limit` documents, as a fixed random sample."""
    chance = random.Random(_SEED)  # noqa: S311
    order = list(range(len(documents)))
    chance.shuffle(order)
    found: list[Source] = []
    for i in order:
        usable = [source for source in sentences_of(documents[i]) if _usable(source)]
        if usable and len(found) < limit:
            found.append(chance.choice(usable))
    return found


def _usable(source: Source) -> bool:
    low, high = _LENGTHS[source.document.language]
    text = source.text
    return low <= len(text) <= high and not text.endswith(("?", "？", "…", "...", ":", "："))


def made_probes(documents: Sequence[Document], limit: int) -> list[Probe]:
    """Return swaps and true rewordings of `limit` sampled sentences."""
    chance = random.Random(_SEED)  # noqa: S311
    pools = {language: _pool(documents, language) for language in ("zh", "en")}
    probes = []
    for source in sample(documents, limit):
        language = source.document.language
        article = source.document.text
        probe = partial(
            Probe,
            language=language,
            group=f"{source.document.doc_id}:{source.start}",
            sources=(source,),
        )
        made = swaps(source.text, language, article, pools[language], chance)
        probes += [_swapped("swap", swap, probe) for swap in made]
        for kind, text in literal_variants(source.text, language, chance):
            probes.append(probe(family="literal", kind=kind, claim=text, true=True))
        for kind, text in notations(source.text, language):
            probes.append(probe(family="notation", kind=kind, claim=text, true=True))
    return probes


def _swapped(family: str, swap: Swap, probe: Callable[..., Probe]) -> Probe:
    detail = f"{swap.was} → {swap.now}"
    return probe(family=family, kind=swap.kind, claim=swap.text, true=False, detail=detail)


def _pool(documents: Sequence[Document], language: Language) -> Names:
    people: list[str] = []
    for document in documents[:2000]:
        if document.language == language:
            people += people_in(document.text[:3000], language)
    return {
        "place": PLACES[language],
        "company": COMPANIES[language],
        "product": PRODUCTS[language],
        "person": tuple(dict.fromkeys(people)),
    }


def written_probes(folder: Path, documents: Sequence[Document], limit: int) -> list[Probe]:
    """Return claims that other people wrote about a set's articles, and swaps of these.

    Notes and nuggets may be about texts of which the set has another report. So only those are used
    whose figures and names and most of whose words are in the set's articles.
    """
    known = {document.doc_id: document for document in documents}
    found: list[tuple[str, Language, tuple[Document, ...]]] = []
    if any(folder.glob("claims.jsonl*")):
        return _labelled(folder, known, limit)
    if not is_collection(folder):
        return []
    for record, _ in read_records(folder, "questions"):
        articles = tuple(known[i] for i in record.get("relevant") or [] if i in known)
        note = record.get("evidence_note")
        notes = [note[s.start : s.end] for s in split_sentences(note)] if note else []
        for claim in [*(record.get("nuggets") or []), *notes]:
            language: Language = "zh" if has_han(claim) else "en"
            low, _ = _LENGTHS[language]
            shared = _shared(claim, articles, language)
            told = all(any(fact in a.text for a in articles) for fact in _FACT.findall(claim))
            if articles and len(claim) >= low * 2 // 3 and shared >= _LEAST_SHARED and told:
                found.append((claim, language, articles))
    chance = random.Random(_SEED)  # noqa: S311
    pools = {language: _pool(documents, language) for language in ("zh", "en")}
    probes = []
    for i in draw(len(found), limit):
        claim, language, articles = found[i]
        sources = tuple(s for article in articles for s in sentences_of(article))
        group = f"{articles[0].doc_id}:{i}"
        probe = partial(Probe, language=language, group=group, sources=sources)
        probes.append(probe(family="written", kind="noted", claim=claim, true=True))
        whole = "\n".join(article.text for article in articles)
        made = swaps(claim, language, whole, pools[language], chance)
        probes += [_swapped("written swap", s, probe) for s in made if s.text not in whole]
    return probes


def _labelled(folder: Path, known: dict[str, Document], limit: int) -> list[Probe]:
    records = [record for record, _ in read_records(folder, "claims")]
    probes = []
    for i in draw(len(records), limit):
        record = records[i]
        articles = [known[d] for d in record["doc_ids"] if d in known]
        sources = tuple(s for article in articles for s in sentences_of(article))
        if sources:
            probes.append(
                Probe(
                    family="labelled", kind=record["label"], language=record["lang"],
                    true=record["label"] == "supported", group=record["id"],
                    claim=record["claim"], sources=sources,
                )
            )  # fmt: skip
    return probes


def _shared(claim: str, articles: Sequence[Document], language: Language) -> float:
    grams = {g.casefold() for g in _GRAM[language].findall(claim)}
    text = "\n".join(article.text for article in articles).casefold()
    return sum(gram in text for gram in grams) / max(len(grams), 1)


def parallel_probes(folder: Path, parallel: Path, limit: int) -> list[Probe]:
    """Return sentences of one set, to check against their translations in another, and their swaps.

    Paragraphs that questions are about are translations if the last parts of their ids agree.
    Sentences are used if both paragraphs have the same number of them.
    """
    asked = {d for r, _ in read_records(folder, "questions") for d in r.get("relevant") or []}
    ours = [document for document in read_documents(folder) if document.doc_id in asked]
    others = {d.doc_id.split("-")[-1]: d for d in read_documents(parallel)}
    pairs = []
    for document in ours:
        other = others.get(document.doc_id.split("-")[-1])
        if other is None:
            continue
        one, two = sentences_of(document), sentences_of(other)
        if len(one) == len(two):
            pairs += [p for p in zip(one, two, strict=True) if _usable(p[0]) and _usable(p[1])]
    chance = random.Random(_SEED)  # noqa: S311
    language: Language = ours[0].language
    pool = _pool(ours, language)
    probes = []
    for i in draw(len(pairs), limit):
        said, source = pairs[i]
        group = f"{said.document.doc_id}:{said.start}"
        probe = partial(Probe, language=language, group=group, sources=(source,))
        probes.append(probe(family="across", kind="translation", claim=said.text, true=True))
        made = swaps(said.text, language, said.document.text, pool, chance)
        probes += [_swapped("across swap", swap, probe) for swap in made]
    return probes
