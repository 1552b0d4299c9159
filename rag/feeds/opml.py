"""Read and write lists of feeds as OPML 2.0, which feed readers exchange."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from rag.errors import FetchError
from rag.feeds.addresses import usable_address
from rag.text.characters import cleaned, one_line

MAX_BYTES = 5 * 1024**2


@dataclass(frozen=True, kw_only=True)
class Outline:
    """A feed in a list."""

    address: str
    name: str


def read_opml(data: bytes) -> tuple[Outline, ...]:
    """Return the feeds of an OPML file, each once. Outlines without a usable address are skipped.

    Raises `FetchError` if it is no OPML, declares XML entities, or names no feed.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    root = None
    if len(data) <= MAX_BYTES and b"<!ENTITY" not in data.replace(b"\0", b"").upper():
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError):
            root = None
    found: dict[str, Outline] = {}
    for outline in root.iter("outline") if root is not None and root.tag == "opml" else ():
        values = {name.lower(): value for name, value in outline.attrib.items()}
        try:
            address = usable_address(values.get("xmlurl", ""))
        except FetchError:
            continue
        name = one_line(values.get("title") or values.get("text") or "")
        found.setdefault(address, Outline(address=address, name=name))
    if not found:
        raise FetchError(
            en="This is no OPML that names feeds: export it again from the feed reader.",
            zh="这不是列有订阅源的 OPML：请从阅读器重新导出。",
        )
    return tuple(found.values())


def write_opml(outlines: Sequence[Outline]) -> str:
    """Return an OPML file as text."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "cited-rag"
    body = etree.SubElement(root, "body")
    for outline in outlines:
        name = cleaned(outline.name)
        etree.SubElement(body, "outline", type="rss", text=name, title=name, xmlUrl=outline.address)
    text: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return text.decode()
