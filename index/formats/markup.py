"""A piece of HTML, as feeds and letters carry it -> its text: blocks apart, nothing run, nothing fetched."""

from __future__ import annotations

import re

_BLOCKS = frozenset(
    "address article aside blockquote dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main "
    "nav ol p pre section table td th tr ul".split()
)
_SILENT = frozenset("head iframe math noscript object script style svg template title".split())


def text_of(markup: str) -> str:
    """The words between the tags: blocks end in an empty line, `<br>` in a line; runs of white space become one space,
    as a browser shows them."""
    from lxml import etree, html

    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(f"<div>{markup}</div>", parser=parser)
    except (etree.ParserError, ValueError):
        return ""
    parts: list[str] = []
    hidden = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            hidden += element.tag in _SILENT
            parts.append("\n\n" if element.tag in _BLOCKS else "\n" if element.tag == "br" else "")
            if not hidden:
                parts.append(_spaced(element.text))
        else:
            hidden -= element.tag in _SILENT
            parts.append("\n\n" if element.tag in _BLOCKS else "")
            if not hidden:
                parts.append(_spaced(element.tail))
    return re.sub(r" *\n *", "\n", re.sub(r" *\n\s*\n *", "\n\n", "".join(parts))).strip()


def _spaced(text: str | None) -> str:
    return re.sub(r"[ \t\r\n\f]+", " ", text or "")
