"""Checks an answer against the articles: needs no model and no index, and trusts nothing that the answer says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from index.article import Article
from index.errors import ArticleError, QuestionSetError
from index.formats import need_folder, read_file
from index.passages import Passage
from qa.answer import JOIN
from qa.conflicts import KINDS
from qa.dates import quoted
from qa.edtf import is_edtf


def problems(answer: dict[str, Any], find: Callable[[str], Article | None]) -> list[str]:
    """What does not check in an answer of the documented JSON form, one line each. find: source -> article or None."""
    found: list[str] = []
    items = _list(answer, "answers")
    texts = [item.get("text") if isinstance(item, dict) else None for item in items]
    first = texts[0] if texts else None
    joined = JOIN.join(text if isinstance(text, str) else "" for text in texts)
    if answer.get("answered") is not bool(items) or answer.get("text") not in ([first, joined] if texts else [None]):
        found.append(f"the answer claims {answer.get('text')!r}, its first entry is {first!r}, of {len(texts)}")
    for n, item in enumerate(items):
        citations = _list(item, "citations")
        if not citations:
            found.append(f"answer {n}: no citation")
        for m, citation in enumerate(citations):
            found += (f"answer {n}, citation {m}: {what}" for what in citation_problems(citation, find))
        sources = {str(citation.get("source")) for citation in citations if isinstance(citation, dict)}
        if citations and not (type(item.get("n_sources")) is int and 0 < item["n_sources"] <= len(sources)):
            found.append(f"answer {n}: counts {item.get('n_sources')!r} sources, cites {len(sources)}")
        if citations and isinstance(citations[0], dict) and citations[0].get("quote") != item.get("text"):
            found.append(f"answer {n}: text {item.get('text')!r} is not the quote of its first citation")
    return [*found, *conflict_problems(answer, len(items))]


def conflict_problems(answer: dict[str, Any], count: int) -> Iterator[str]:
    """Conflicts that do not name two of the `count` answers, or are of no known kind."""
    told = answer.get("conflicts", [])
    for n, pair in enumerate(told if isinstance(told, list) else [told]):
        named = _list(pair, "answers")
        if len(named) != 2 or named[0] == named[1] or not all(type(m) is int and 0 <= m < count for m in named):
            yield f"conflict {n}: names the answers {named!r}, of {count}"
        if not isinstance(pair, dict) or pair.get("kind") not in KINDS:
            yield f"conflict {n}: is of no kind of {', '.join(KINDS)}"


def citation_problems(citation: Any, find: Callable[[str], Article | None]) -> Iterator[str]:
    """What does not check in one citation: article, hash, title, day, quote, passage, dates."""
    source = citation.get("source") if isinstance(citation, dict) else None
    article = find(source) if isinstance(source, str) else None
    if article is None:
        yield f"no article {source!r}"
        return
    if citation.get("sha256") != hashlib.sha256(article.text.encode()).hexdigest():
        yield f"{source}: the article has changed since it was cited (SHA-256)"
    for name, truth in (("title", article.title), ("published", article.published)):
        if citation.get(name) != truth:
            yield f"{source}: {name} is {truth!r}, not {citation.get(name)!r}"
    passage = citation.get("passage") if isinstance(citation.get("passage"), dict) else {}
    sound = True
    for name, part, text in (("quote", citation, citation.get("quote")), ("passage", passage, passage.get("text"))):
        start, end = part.get("start"), part.get("end")
        if not (type(start) is int and type(end) is int and 0 <= start < end <= len(article.text)):
            yield f"{source}: {name} has no valid extent ({start!r} to {end!r})"
            sound = False
        elif article.text[start:end] != text:
            yield f"{source}[{start}:{end}] reads {article.text[start:end]!r}, not {text!r}"
    yield from (f"{source}: {what}" for what in (date_problems(citation, article) if sound else ()))


def date_problems(citation: dict[str, Any], article: Article) -> Iterator[str]:
    """What does not check in a citation's dates, its quote and passage having extents: each is a mention that stands in
    the passage as told, a date in EDTF, and what the article's day of publication gives for it."""
    dates, passage = citation.get("dates"), Passage(citation["passage"]["start"], citation["passage"]["end"])
    if not isinstance(dates, list):
        yield f"dates is {dates!r}, not a list"
        return
    truth = [vars(mention) for mention in quoted(article, passage, citation["start"], citation["end"])]
    for told in dates:
        mention = told if isinstance(told, dict) else {}
        start, end, day = mention.get("start"), mention.get("end"), mention.get("date")
        if not (type(start) is int and type(end) is int and passage.start <= start < end <= passage.end):
            yield f"date {told!r} has no extent in the passage"
        elif article.text[start:end] != mention.get("mention"):
            yield f"[{start}:{end}] reads {article.text[start:end]!r}, not {mention.get('mention')!r}"
        elif not is_edtf(day):
            yield f"{mention['mention']!r} has the date {day!r}, which is none in EDTF, like 2024-06-07"
        elif mention not in truth:
            yield f"{mention['mention']!r} at {start} is not known to be {day!r}, published {article.published!r}"


def _list(part: Any, key: str) -> list[Any]:
    value = part.get(key) if isinstance(part, dict) else None
    return value if isinstance(value, list) else []


def from_folder(root: Path) -> Callable[[str], Article | None]:
    """A `find` that reads the articles themselves. Raises NoArticles where there is no such folder."""
    need_folder(root)
    inside, read = root.resolve(), dict[str, dict[str, Article]]()

    def find(source: str) -> Article | None:
        try:
            name = source.split("#", 1)[0] if "#" in source and not (root / source).is_file() else source
            path = (root / name).resolve()
            if name not in read:
                known = path.is_relative_to(inside) and path.is_file()
                read[name] = {article.source: article for article in read_file(path, name)} if known else {}
            return read[name].get(source)
        except (ArticleError, OSError, ValueError):  # a source that is no path, or an article that cannot be read
            return None

    return find


def read_answers(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """(place, answer) of a JSON file of one answer or a list of them, or of each line of a file of JSON lines.

    Raises QuestionSetError.
    """
    hint = "give a file that `attest ask --json` wrote"
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise QuestionSetError(f"{path}: cannot be read ({error.strerror}); {hint}") from None
    except UnicodeDecodeError as error:
        raise QuestionSetError(f"{path}: not UTF-8 at byte {error.start}; {hint}") from None
    try:
        told = json.loads(text)
        named = [(f"{path}, answer {n}", answer) for n, answer in enumerate(told, 1)] if isinstance(told, list) else []
        answers = named if isinstance(told, list) else [(str(path), told)]
    except (ValueError, RecursionError):
        lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
        answers = [(f"{path}, line {n}", _parse(line, f"{path}, line {n}")) for n, line in lines]
    if not answers:
        raise QuestionSetError(f"{path}: empty; {hint}")
    for place, answer in answers:
        if not isinstance(answer, dict) or not isinstance(answer.get("answers"), list):
            raise QuestionSetError(f'{place}: no "answers" in it; {hint}')
    return answers


def _parse(line: str, place: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise QuestionSetError(f"{place}: not JSON ({error}); one answer a line is expected") from None
