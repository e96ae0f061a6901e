"""A citation as the page shows it: where it stands, the passage with the quote marked, and what can be done with it."""

from __future__ import annotations

import re

from qa.answer import Answer, Citation, Considered
from qa.page.markup import article_link, exact, hidden, name, spoken_day, text
from qa.shown import Parts, Shown

AROUND = 360  # code points of a passage before and behind what is quoted; of a quote at either end
NEAR = 320  # of a passage that does not answer


def figure(shown: Shown) -> str:
    cited, quotes = shown.citation, [part for part, quote in shown.parts if quote]
    seen = "It holds characters that cannot be seen; they are shown as <U+…>." if hidden(cited.passage.text) else ""
    notes = "".join(f'<p class="at-note">{text(note)}</p>' for note in (*shown.notes, seen) if note)
    acts = f"{article_link(cited.source, cited.sha256, _extents(shown))} {_copy('; '.join(quotes), len(quotes))}"
    return _figure(origin(cited), marked(shown.parts), notes, acts)


def nearest(answer: Answer, near: Considered) -> str:
    """A passage that was read and does not answer; "" where its article is not known."""
    article = answer.find(near.source) if answer.find else None
    if article is None:
        return ""
    words = article.text[near.start : near.end]
    cut = _flat(words if len(words) <= NEAR else _cut(words, NEAR, 0))
    link = article_link(near.source, article.sha256, [(near.start, near.end)])
    return _figure(_origin(article.title, near.source, article.published), cut, "", link)


def origin(cited: Citation) -> str:
    return _origin(cited.title, cited.source, cited.published)


def marked(parts: Parts, around: int = AROUND) -> str:
    """A passage with its quotes marked. What is cut is replaced by an ellipsis; of each quote both ends are shown."""
    shown = []
    for n, (part, quote) in enumerate(parts):
        head, tail = (quote or n > 0) * around, (quote or n < len(parts) - 1) * around
        cut = part if len(part) <= head + tail else _cut(part, head, tail)
        shown.append(f"<mark>{_flat(cut)}</mark>" if quote else _flat(cut))
    return "".join(shown)


def _cut(part: str, head: int, tail: int) -> str:
    """The head and the tail, at words where there are any."""
    words = part[:head].rsplit(None, 1)
    first = words[0] if len(words) > 1 and " " in part[head - 40 : head] else part[:head]
    last = part[len(part) - tail :]
    return f"{first} … {last[last.find(' ', 0, 40) + 1 :]}"


def _figure(where: str, passage: str, notes: str, acts: str) -> str:
    quoted = f'<blockquote dir="auto">{passage}</blockquote>{notes}<p class="at-acts">{acts}</p>'
    return f'<figure class="at-cite"><figcaption class="at-origin">{where}</figcaption>{quoted}</figure>'


def _origin(title: str | None, source: str, published: str | None) -> str:
    """Source, day, and title where there is one."""
    day = f'<time datetime="{text(published)}">{text(spoken_day(published))}</time>' if published else "date unknown"
    head = f'<span class="at-source">{name(source)}</span> <span class="at-day">{day}</span>'
    return f'{head}<span class="at-title">{name(title)}</span>' if title else head


def _flat(words: str) -> str:
    """Escaped, without blank lines."""
    return text(re.sub(r"\n\s*\n", "\n", words.replace("\r\n", "\n")))


def _copy(words: str, count: int) -> str:
    label = "Copy exact quote" if count == 1 else "Copy exact quotes"
    return f'<button type="button" class="at-copy">{label}<span class="at-exact" hidden>{exact(words)}</span></button>'


def _extents(shown: Shown) -> list[tuple[int, int]]:
    """Of the quotes, in the article."""
    at, found = shown.citation.passage.start, []
    for part, quote in shown.parts:
        found += [(at, at + len(part))] if quote else []
        at += len(part)
    return found
