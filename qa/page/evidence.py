"""An answer as the page shows it: the short answer, what disagrees, and the evidence, passage by passage, as HTML.

What is shown of an answer is decided in `qa.shown`; here it only gets its form. No logic of answering.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.answer import Answer, Item
from qa.page.citation import AROUND, figure, marked, nearest, origin
from qa.page.markup import article_link, text
from qa.shown import FEW, Shown, entries, said, sure

NEAREST = 3  # passages that are shown where there is no answer
_CONFLICTS = {
    "number": "Sources disagree about the number",
    "date": "Sources disagree about the day",
    "polarity": "One source affirms what the other denies",
    "name": "Sources name different ones",
    "wording": "Sources say opposite things",
    "superseded": "A later article replaces the earlier answer",
}


def answer_html(answer: Answer, applied: str = "") -> str:
    """One turn of the chat, without the question. applied: the filter, in words."""
    notes = "".join(f'<p class="at-note">{text(note)}</p>' for note in (_read_as(answer), applied) if note)
    if not answer.answered:
        why = answer.reason or "nothing was found"
        said = f'<h3 class="at-none">No answer</h3><p class="at-why">{text(f"{why[:1].upper()}{why[1:]}.")}</p>'
        return f'<section class="at-turn">{said}{notes}{_nearest(answer)}</section>'
    (_, _, cited), *others = entries(answer)
    disputes = "".join(_conflict(answer, pair["answers"], pair["kind"]) for pair in answer.conflicts)
    evidence = "".join(map(figure, cited[:FEW])) + _rest(cited[FEW:])
    more = "".join(
        _other(item, answer.calibrated, shown) for item, (_, _, shown) in zip(answer.answers[1:], others, strict=False)
    )
    more = f'<h4 class="at-label">Other answers, less likely</h4>{more}' if more else ""
    body = f'{disputes}<h4 class="at-label">Evidence</h4>{evidence}{more}'
    return f'<section class="at-turn">{_head(answer)}{notes}{body}</section>'


def message_html(words: str) -> str:
    """What the page itself has to say in place of an answer."""
    return f'<section class="at-turn"><p class="at-why" role="status">{text(words)}</p></section>'


def question_html(question: str, most: int = 400) -> str:
    asked = question.strip()
    cut = f" … ({len(asked)} characters)" if len(asked) > most else ""
    return f'<h2 class="at-question">{text(asked[:most])}{cut}</h2>'


def _head(answer: Answer) -> str:
    """The short answer, how likely it is to be right, and how many say so."""
    first, *more = answer.answers
    if not (answer.listed and more):
        return (
            f'<h3 class="at-answer">{_short(first.text)}</h3><p class="at-sure">{_sure(first, answer.calibrated)}</p>'
        )
    items = "".join(f"<li>{_short(item.text)}</li>" for item in answer.answers)
    articles = {citation.source for item in answer.answers for citation in item.citations}
    each = sure(answer.answers, answer.calibrated)
    told = f"A list of {len(answer.answers)}, each {each}, from {_count(len(articles), 'article')}"
    return f'<h3 class="at-unseen">List</h3><ul class="at-answer at-items">{items}</ul><p class="at-sure">{told}</p>'


def _sure(item: Item, calibrated: bool) -> str:
    """ "93% confident; 2 independent sources agree (4 articles)"."""
    articles = len({citation.source for citation in item.citations})
    says = f", says {text(item.polarity)}" if item.polarity else ""
    agree = f"{item.n_sources} independent sources agree" if item.n_sources > 1 else "one source"
    copies = f" ({_count(articles, 'article')})" if articles > item.n_sources else ""
    return f"{sure([item], calibrated)}{says}; {agree}{copies}"


def _count(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")


def _short(words: str) -> str:
    flat = " ".join(words.split())
    return f"<bdi>{text(flat if len(flat) <= 2 * AROUND else f'{flat[:AROUND]} … {flat[-AROUND:]}')}</bdi>"


def _read_as(answer: Answer) -> str:
    """The question as it was read, where that is not how it was typed."""
    read = answer.trace.read if answer.trace else ""
    return f"Read as: {read}" if read and _words(read) != _words(answer.question) else ""


def _words(words: str) -> list[str]:
    return re.findall(r"\w+", words.lower())


def _other(item: Item, calibrated: bool, cited: Sequence[Shown]) -> str:
    told = f'<strong>{_short(item.text)}</strong> <span class="at-sure">{_sure(item, calibrated)}</span>'
    return f'<details class="at-other"><summary>{told}</summary>{"".join(map(figure, cited))}</details>'


def _rest(cited: Sequence[Shown]) -> str:
    """The further passages that say so, folded."""
    if not cited:
        return ""
    head = _count(len(cited), "more passage")
    return f'<details class="at-other"><summary>{head}</summary>{"".join(map(figure, cited))}</details>'


def _conflict(answer: Answer, pair: Sequence[int], kind: str) -> str:
    """Both sides next to each other, each with its sentence and its day."""
    head = _CONFLICTS.get(kind, f"Sources disagree ({kind})")
    sides = "".join(_side(answer.answers[n]) for n in pair)
    return f'<div class="at-conflict"><h4>{text(head)}</h4><div class="at-sides">{sides}</div></div>'


def _side(item: Item) -> str:
    cited = item.citations[0]
    start, end = cited.start - cited.passage.start, cited.end - cited.passage.start
    parts = [(cited.passage.text[:start], False), (cited.quote, True), (cited.passage.text[end:], False)]
    told = f'<p><strong>{_short(item.text)}</strong></p><p class="at-origin">{origin(cited)}</p>'
    quoted = f'<blockquote dir="auto">{marked(parts, AROUND // 3)}</blockquote>'
    quoted += f'<p class="at-note">{text(who)}</p>' if (who := said([cited])) else ""
    acts = f'<p class="at-acts">{article_link(cited.source, cited.sha256, [(cited.start, cited.end)])}</p>'
    return f'<div class="at-side">{told}{quoted}{acts}</div>'


def _nearest(answer: Answer) -> str:
    """The passages that were retrieved first, told apart from evidence."""
    shown = "".join(nearest(answer, near) for near in answer.considered[:NEAREST])
    head = "<summary>Nearest passages. They do not answer it.</summary>"
    return f'<details class="at-near" open>{head}{shown}</details>' if shown else ""
