"""What the REST service sends, for its OpenAPI document. The same fields as `qa.answer`, where they are explained."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Extract(_Sent):
    start: int
    end: int
    text: str


class Mention(_Sent):
    mention: str
    start: int
    end: int
    date: str


class Citation(_Sent):
    """`text[start:end] == quote` in the article's text, in code points."""

    source: str
    title: str | None
    published: str | None
    sha256: str
    start: int
    end: int
    quote: str
    dates: list[Mention]
    passage: Extract


class Item(_Sent):
    text: str
    confidence: float
    n_sources: int
    citations: list[Citation]


class Conflict(_Sent):
    answers: tuple[int, int]
    kind: str


class Answer(_Sent):
    question: str
    answered: bool
    text: str | None
    confidence: float
    reason: str | None
    answers: list[Item]
    conflicts: list[Conflict]
    seconds: float


class Article(_Sent):
    source: str
    title: str | None
    published: str | None
    sha256: str
    text: str


class Health(_Sent):
    status: Literal["ok"]
    version: str
    articles: int
    passages: int


class Problem(_Sent):
    error: str
