"""The REST service: a question, an article, and whether it is up. Its OpenAPI document is at /api/openapi.json.

Everything that is sent is checked and bounded; an answer is `Answer.to_dict()`, unchanged; an error is {"error": why}.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException as Refused

from index.errors import AttestError, LibraryUnreachable, QuestionError
from qa.page import schema
from qa.page.desk import Busy, Desk
from qa.page.exchange import UNEXPECTED
from qa.question import MOST_QUESTION

Text = Annotated[str, Field(max_length=MOST_QUESTION)]
Day = Annotated[str, Field(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"})]
SOON = {"Retry-After": "2"}


class Question(BaseModel):
    """history: the questions of this chat so far, oldest first. sources: only these articles, or those in these
    folders. since, until: days of publication, inclusive. as_of: as if asked at the end of that day."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: Annotated[str, Field(min_length=1, max_length=MOST_QUESTION)]
    history: Annotated[list[Text], Field(max_length=20)] = []
    sources: Annotated[list[Text], Field(max_length=100)] | None = None
    since: Day | None = None
    until: Day | None = None
    as_of: Day | None = None
    top: Annotated[int, Field(ge=1, le=50)] | None = None


def make_api(desk: Desk) -> FastAPI:
    """The application; `qa.page.app` mounts the page in it and puts the guard before it."""
    problem: dict[str, Any] = {"model": schema.Problem}
    api = FastAPI(
        title="Attest", version=released(), docs_url=None, redoc_url=None, openapi_url="/api/openapi.json",
        description="Answers from a folder of articles, with the exact words they rest on.",
        responses={400: problem, 413: problem},
    )  # fmt: skip
    for kind in (AttestError, RequestValidationError, Refused, Exception):
        api.add_exception_handler(kind, _told)

    @api.post(
        "/api/ask",
        operation_id="ask",
        responses={200: {"model": schema.Answer}, 409: problem, 422: problem, 503: problem},
    )
    def ask(question: Question) -> JSONResponse:
        """The answers to a question, each with its citations; or none, and why."""
        return JSONResponse(answer(desk, question))

    @api.get(
        "/api/articles/{id:path}",
        operation_id="article",
        responses={404: problem, 409: problem, 422: problem, 503: problem},
    )
    def article(id: str) -> schema.Article:
        """An article by its source: the text that the offsets of citations count in, unchanged."""
        found = desk.assistant.library.article(id)
        if found is None:
            raise HTTPException(404, f"no article {id[:200]!r}; a citation names its source")
        return schema.Article(
            source=found.source, title=found.title, published=found.published, sha256=found.sha256, text=found.text
        )

    @api.get("/api/health", operation_id="health")
    async def health() -> schema.Health:
        """Whether the service is up, and what its library holds."""
        held = desk.assistant.library.manifest
        return schema.Health(status="ok", version=released(), articles=held["articles"], passages=held["passages"])

    return api


def answer(desk: Desk, question: Question) -> dict[str, Any]:
    """Raises Busy, and what `Assistant.ask` raises."""
    options = question.model_dump(exclude={"question", "history"})
    return desk.ask(question.question, question.history, **options).to_dict()


def make_ask(desk: Desk, failed: Callable[[str], Exception]) -> Callable[..., dict[str, Any]]:
    """The tool and endpoint "ask" of frameworks that read a signature. failed: a message -> what they want raised."""

    def ask(
        question: str,
        history: list[str] | None = None,
        sources: list[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        as_of: str | None = None,
        top: int | None = None,
    ) -> dict[str, Any]:
        """Answer a question from the articles, with citations. history: the questions before it, oldest first, if it
        is a follow-up. sources: only these articles or folders. since, until: days of publication (2024-06-07),
        inclusive. as_of: as if asked at the end of that day. top: at most so many answers."""
        asked = {"history": history, "sources": sources, "since": since, "until": until, "as_of": as_of, "top": top}
        try:
            return answer(desk, checked(question=question, **asked))
        except AttestError as error:
            raise failed(str(error)) from None

    return ask


def checked(**fields: Any) -> Question:
    """A question from a caller in this process. Raises QuestionError."""
    try:
        return Question(**{name: value for name, value in fields.items() if value is not None})
    except ValidationError as error:
        raise QuestionError(_first(error.errors(include_url=False, include_input=False))) from None


@cache
def released() -> str:
    try:
        return version("attest-qa")
    except PackageNotFoundError:  # a bare checkout
        return "0"


async def _told(request: Request, error: Exception) -> JSONResponse:
    """What went wrong, in the one form that errors have; nothing of what was sent is sent back but names."""
    if isinstance(error, RequestValidationError):
        return JSONResponse({"error": _first(error.errors())}, 422)
    if isinstance(error, Refused):
        return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)
    if isinstance(error, (Busy, LibraryUnreachable)):
        return JSONResponse({"error": str(error)}, 503, SOON)
    if isinstance(error, AttestError):
        return JSONResponse({"error": str(error)}, 422 if isinstance(error, QuestionError) else 409)
    return JSONResponse({"error": UNEXPECTED}, 500)


def _first(errors: Any) -> str:
    first = errors[0]
    place = ".".join(str(part) for part in first["loc"] if part != "body")[:100]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{place or 'body'}: {first['msg']}{more}"
