"""Every question of a run as a card: its answer beside the gold, and the words it was cited from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from eval.metrics import Row, fold, normalize
from eval.metrics.row import BESIDE, FALSE, MISATTRIBUTED, RIGHT

ITEMS, CITED = 8, 3  # answers of a question, and citations of an answer, that are shown
AROUND, WORD = 200, 20  # code points of the passage on either side of a quote, and how many of them a cut may save
_CLASSES = {
    RIGHT: "at the evidence",
    MISATTRIBUTED: "right words, another place",
    BESIDE: "beside the evidence",
    FALSE: "does not read so",
}


def card(row: Row, prediction: dict[str, Any] | None) -> str:
    """prediction: the answer as JSON, for its citations."""
    kind = "open" if not row.judged else "good" if row.well else "bad"
    score = f"F1 {row.f1:.2f}" if row.answerable else "no answer in the articles" if row.judged else "not judged"
    told = marked(row.text, row.gold) if row.text is not None else '<i class="none">no answer</i>'
    gold = f'<span class="gold">{_golds(row)}</span>' if row.answerable else ""
    return (
        f'<details class="card {kind}"><summary><span class="verdict"></span><span class="asked">{escape(row.question)}'
        f'</span><span class="score">{score}</span><span class="given">{told}</span>{gold}</summary>'
        f'<p class="facts">{escape(row.id)} · {escape(row.type)} · confidence {row.confidence:.2f} · '
        f"{row.seconds * 1000:.0f} ms{_rank(row)}</p>{_answers(row, prediction or {})}</details>"
    )


def marked(text: str, golds: Iterable[str]) -> str:
    """The text with the words in bold that it shares with the accepted answer that shares most."""
    words = [set(normalize(fold(gold)).split()) for gold in golds]
    tokens = [(word, set(normalize(fold(word)).split())) for word in text.split(" ")]
    best = max(words, key=lambda one: sum(bool(parts & one) for _, parts in tokens), default=set())
    return " ".join(f"<b>{escape(word)}</b>" if parts & best else escape(word) for word, parts in tokens)


def _golds(row: Row) -> str:
    shown = list(dict.fromkeys(row.gold))
    more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
    return " <i>or</i> ".join(marked(gold, [row.text or ""]) for gold in shown[:3]) + more


def _rank(row: Row) -> str:
    if not (row.answerable and row.located):
        return ""
    return f" · evidence in passage {row.rank}" if row.rank else " · evidence not among the passages read"


def _answers(row: Row, prediction: dict[str, Any]) -> str:
    """Each answer with its quotes, in their passages."""
    if prediction.get("reason"):
        return f'<p class="reason">{escape(str(prediction["reason"]))}</p>'
    classes, parts = iter(row.classes), []
    for item in prediction.get("answers", []):
        kinds = [(citation, next(classes, BESIDE)) for citation in item["citations"]]
        quotes = "".join(_citation(citation, kind, row) for citation, kind in kinds[:CITED])
        head = f'<p class="item">{escape(item["text"])}<span>{item["confidence"]:.2f}</span></p>'
        parts.append(f'<div class="answer">{head}{quotes}</div>')
    left = len(parts) - ITEMS
    return "".join(parts[:ITEMS]) + (f'<p class="facts">and {left} more answers</p>' if left > 0 else "")


def _citation(citation: dict[str, Any], kind: str, row: Row) -> str:
    told = f'<span class="class {kind}">{_CLASSES[kind]}</span>' if row.answerable and row.located else ""
    day = f", {escape(citation['published'])}" if citation["published"] else ""
    return f"<blockquote>{quoted(citation)}<footer>{escape(citation['source'])}{day}{told}</footer></blockquote>"


def quoted(citation: dict[str, Any]) -> str:
    """The quote, marked where its offsets say, with what stands around it in its passage."""
    passage = citation["passage"]
    text, start, end = passage["text"], citation["start"] - passage["start"], citation["end"] - passage["start"]
    low, high = max(0, start - AROUND), min(len(text), end + AROUND)
    if low:  # at a space, where one is near
        low = text.find(" ", low, min(start, low + WORD)) + 1 or low
    if high < len(text):
        space = text.rfind(" ", max(end, high - WORD), high)
        high = space if space >= 0 else high
    before, after = "… " if low else "", " …" if high < len(text) else ""
    return f"{before}{escape(text[low:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:high])}{after}"


def worst_first(rows: Sequence[Row]) -> list[Row]:
    """Wrong ones first, the most confident of them before the others."""
    return sorted(rows, key=lambda row: (row.well or not row.judged, -row.confidence, row.f1, row.id))
