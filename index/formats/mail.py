"""A letter or newsletter, .eml (RFC 5322, MIME): its plain text, or else its HTML as text. Attachments are left out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from index.article import Article
from index.errors import UnreadableArticle
from index.formats.markup import text_of
from index.formats.text import plain_article


def read(data: bytes, source: str) -> Iterable[Article]:
    from email import policy
    from email.message import EmailMessage
    from email.parser import BytesParser

    try:
        message = BytesParser(policy=policy.default).parsebytes(data)
        assert isinstance(message, EmailMessage)
        body = message.get_body(preferencelist=("plain", "html"))
        text = body.get_content(errors="strict") if body is not None else ""
        kind = body.get_content_subtype() if body is not None else ""
        subject, sender, sent = (message[name] for name in ("subject", "from", "date"))
        when: datetime | None = getattr(sent, "datetime", None)
    except UnicodeDecodeError as error:
        raise UnreadableArticle(f"{source}: its text is not {error.encoding}, as it says; save it again") from None
    except Exception as error:  # the standard library's parser raises all kinds on broken headers
        raise UnreadableArticle(f"{source}: not a readable letter ({error!r}); save its text as .txt") from None
    if not message.keys():
        raise UnreadableArticle(f"{source}: has no header lines, so it is no letter; rename it to .txt")
    if not isinstance(text, str) or not text.strip():
        raise UnreadableArticle(f"{source}: a letter without text; its attachments are not read, save them apart")
    yield plain_article(
        text_of(text) if kind == "html" else text,
        source,
        title=_clean(subject),
        published=when.date().isoformat() if when else None,
        author=_clean(sender),
    )


def _clean(header: object) -> str | None:
    text = " ".join(str(header or "").encode("utf-8", "replace").decode().split())
    return text or None
