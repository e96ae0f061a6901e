"""The load test counts rightly, and asks as often as it says."""

from __future__ import annotations

import asyncio
import json
import os
from types import SimpleNamespace
from typing import Any

import pytest

from eval import load
from eval.load import Tally, bodies, chat, failed
from eval.load_server import resident
from eval.load_ways import by_page, by_rest


class Client:
    """Gives these answers, one after the other."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.sent = list(answers), list[Any]()

    async def post(self, path: str, json: Any) -> Any:
        self.sent.append((path, json))
        return self._next()

    async def get(self, path: str) -> Any:
        self.sent.append((path, None))
        return self._next()

    def _next(self) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def given(status: int, body: Any = None, text: str = "", **headers: str) -> Any:
    return SimpleNamespace(status_code=status, json=lambda: body, text=text, headers=headers)


ASKED = {"question": "Who?", "history": []}


def failure() -> Exception:
    import httpx

    return httpx.ReadTimeout("too late")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (given(200, {"answered": False}), "answered"),
        (given(200, {}), "200"),
        (given(503, **{"retry-after": "2"}), "busy"),
        (given(503), "503"),
        (given(500), "500"),
        (failure(), "ReadTimeout"),
    ],
)
def test_only_a_503_that_says_when_to_come_again_is_busy(answer, outcome):
    assert asyncio.run(by_rest(Client(answer), ASKED)) == outcome


BEGUN = given(200, {"event_id": "7"})


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([BEGUN, given(200, text='event: complete\ndata: [{"answered": true}]\n\n')], "answered"),
        ([BEGUN, given(200, text='event: error\ndata: {"error": "too many questions are waiting"}\n\n')], "busy"),
        ([BEGUN, given(200, text="event: error\ndata: null\n\n")], "failed"),
        ([given(503, text='{"detail": "Queue is full."}')], "busy"),
        ([given(500)], "500"),
    ],
)
def test_the_same_through_the_queue_of_the_page(answers, outcome):
    client = Client(*answers)
    assert asyncio.run(by_page(client, ASKED)) == outcome
    assert client.sent[0][1]["data"][:2] == ["Who?", []]


def test_errors_are_what_is_neither_answered_nor_busy():
    tally = Tally()
    tally.outcomes.update({"answered": 3, "busy": 2, "500": 1, "ReadTimeout": 4})
    assert failed(tally) == 5


def test_times_are_those_of_what_was_answered():
    tally = Tally(seconds=[n / 1000 for n in range(1, 101)])
    assert [tally.told()[name] for name in ("p50_ms", "p95_ms", "p99_ms")] == [50.0, 95.0, 99.0]


@pytest.mark.parametrize(("takes", "least", "most"), [(0.0, 12, 65), (0.1, 3, 11)])
def test_chats_keep_to_their_rate_and_do_not_make_up_for_what_they_waited(takes, least, most):
    async def way(client: Any, asked: Any) -> str:
        await asyncio.sleep(takes)
        return "answered"

    tally = Tally()
    asyncio.run(chat(tally, way, None, [ASKED], 1, 0.02, 1.0))
    assert least <= tally.outcomes["answered"] <= most


def test_the_questions_are_our_own_with_their_contexts():
    asked = bodies()
    assert len(asked) == 120 and any(body["history"] for body in asked)
    json.dumps(asked)


def test_memory_is_told_where_the_system_tells_it():
    mine = resident(os.getpid())
    assert mine is None or 10 < mine < 100_000
    assert resident(-1) is None


@pytest.mark.slow
def test_a_short_run_holds_together(tmp_path):
    out = tmp_path / "load.json"
    load.main(["--reader", "overlap", "--idle", "24", "--seconds", "3", "--questions", "40", "--out", str(out)])
    result = json.loads(out.read_text(encoding="utf-8"))
    assert result["holds"]["no errors but busy"] and result["holds"]["alive after"]
    assert result["answered"] >= 40
