"""Addresses at which this server shows an article with a cited sentence marked.

A link names the place and, by two digests, the text: `/a/ID?at=start-end&v=ARTICLE.QUOTE`. The
first digest tells if the article was edited since. By the second one, the sentence is found again
in an edited article. Where keys are needed, the link also carries the second it expires and a
signature, because a person who clicks on it sends no key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from rag.types import Citation

PREFIX = "/a/"
VALID_SECONDS = 7 * 24 * 3600
"""How long a signed link works."""
_DIGITS = 16
_LONGEST_QUOTE = 2_000
_SEARCHED = 10_000
_PLACE = re.compile(r"(\d{1,9})-(\d{1,9})", re.ASCII)
_VERSION = re.compile(rf"([0-9a-f]{{{_DIGITS}}})\.([0-9a-f]{{{_DIGITS}}})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class CitedPlace:
    """The place of a quote, in code points of the article's text, and the digests of both texts."""

    start: int
    end: int
    article: str
    quote: str


class Links:
    """Makes and checks the links of one server.

    `secret` returns the secret that signs them, or None if they need no signature now.
    """

    def __init__(
        self, secret: Callable[[], bytes | None], clock: Callable[[], float] = time.time
    ) -> None:
        self._secret = secret
        self._clock = clock

    def to_citation(self, base: str, citation: Citation) -> str:
        """Return the address of a citation. `base` is the server's address, without a slash."""
        fields = {
            "at": f"{citation.start}-{citation.end}",
            "v": f"{citation.content_hash[:_DIGITS]}.{quote_digest(citation.quote)}",
        }
        return f"{self._address(base, citation.doc_id, fields)}#quote"

    def to_article(self, base: str, doc_id: str) -> str:
        """Return the address of an article."""
        return self._address(base, doc_id, {})

    def allows(self, doc_id: str, at: str, v: str, until: str, signature: str) -> bool:
        """Return True if a link with these parts was made here and has not expired."""
        secret = self._secret()
        if secret is None:
            return True
        if not (until.isascii() and until.isdigit() and len(until) < 20):
            return False
        right = _signature(secret, doc_id, at, v, until)
        return hmac.compare_digest(right, signature.encode()) and self._clock() <= int(until)

    def _address(self, base: str, doc_id: str, fields: dict[str, str]) -> str:
        secret = self._secret()
        if secret is not None:
            until = str(int(self._clock()) + VALID_SECONDS)
            at, v = fields.get("at", ""), fields.get("v", "")
            signature = _signature(secret, doc_id, at, v, until)
            fields = {**fields, "until": until, "sig": signature.decode()}
        query = f"?{urlencode(fields)}" if fields else ""
        return f"{base}{PREFIX}{quote(doc_id, errors='replace')}{query}"


def _signature(secret: bytes, *parts: str) -> bytes:
    signed = "\n".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(secret, signed, hashlib.sha256).hexdigest().encode()


def read_place(at: str, v: str) -> CitedPlace | None:
    """Return the place that a link names, or None if it names none or is malformed."""
    place, version = _PLACE.fullmatch(at), _VERSION.fullmatch(v)
    if not place or not version:
        return None
    start, end = int(place[1]), int(place[2])
    if start >= end:
        return None
    return CitedPlace(start=start, end=end, article=version[1], quote=version[2])


def find_quote(text: str, place: CitedPlace) -> tuple[int, int] | None:
    """Return where the cited sentence is in a text that may have been edited; None if it is gone.

    Of several places with the same words, it is the one nearest to the cited place.
    """
    length = place.end - place.start
    if quote_digest(text[place.start : place.end]) == place.quote:
        return place.start, place.end
    if length > _LONGEST_QUOTE:
        return None
    # Anybody can write a place that is nowhere, so only its surroundings are looked through.
    first = max(0, place.start - _SEARCHED)
    places = range(first, min(len(text) - length, place.start + _SEARCHED) + 1)
    for start in sorted(places, key=lambda start: abs(start - place.start)):
        if quote_digest(text[start : start + length]) == place.quote:
            return start, start + length
    return None


def quote_digest(text: str) -> str:
    """Return a digest of a quote, 64 bits in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
