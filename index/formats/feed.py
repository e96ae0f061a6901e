"""A feed saved to disk: RSS 2.0, RSS 1.0 (RDF) or Atom (RFC 4287), an article each item.

No entity of the file's own is expanded, nothing is fetched. An article's source is the file's path, "#", and the item's
guid or id, else its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from index.article import Article
from index.errors import UnreadableArticle
from index.formats.markup import text_of
from index.formats.records import articles

_TEXT = ("encoded", "content", "description", "summary")  # the longest counts: some are teasers


def read(data: bytes, source: str) -> Iterable[Article]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableArticle(f"{source}: not well-formed XML ({error.msg}); save the feed again") from None
    if root.getroottree().docinfo.doctype and root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableArticle(f"{source}: defines entities of its own, which no feed needs; remove its DOCTYPE")
    items = [element for element in root.iter() if _name(element) in {"item", "entry"}]
    if not items:
        raise UnreadableArticle(
            f"{source}: a {_name(root)!r} without items, no RSS or Atom feed; save it as .html or .txt"
        )
    return articles(_records(items), source, "item")


def _records(items: Iterable[Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, item in enumerate(items, 1):
        found: dict[str, str] = {}
        for element in item:
            name = _name(element)
            if name == "link" and element.get("href") and element.get("rel", "alternate") == "alternate":
                found.setdefault("link", element.get("href"))
            elif name == "author" and len(element):
                found.setdefault("author", _content(next((e for e in element if _name(e) == "name"), element)))
            elif _content(element) and name in _TEXT:
                found[name] = max(found.get(name, ""), _content(element), key=len)
            elif _content(element):
                found.setdefault(name, _content(element))  # the feed's own: <media:title> comes behind <title>
        texts = [text_of(found[name]) for name in _TEXT if name in found]
        yield (
            number,
            {
                "text": max(texts, key=len, default="") or text_of(found.get("title", "")),
                "title": text_of(found.get("title", "")),
                "date": found.get("pubDate") or found.get("published") or found.get("date") or found.get("updated"),
                "id": found.get("guid") or found.get("id"),
                "url": found.get("link"),
                "author": found.get("creator") or found.get("author"),
                "language": found.get("language"),
            },
        )


def _content(element: Any) -> str:
    """What is between an element's tags: its text, or (Atom's xhtml) its mark-up."""
    from lxml import etree

    if not len(element):
        return (element.text or "").strip()
    return (element.text or "") + "".join(etree.tostring(child, encoding="unicode") for child in element)


def _name(element: Any) -> str:
    """The name without its namespace; "" for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
