"""The chat page: what reaches the browser, and with which settings. Gradio is loaded only behind `slow`."""

from __future__ import annotations

import gc
import os
import re
import urllib.request
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from index.errors import QuestionError
from qa.answer import Answer, Citation, Extract, Item
from qa.page import HOST
from qa.page.chat import build_page
from qa.page.desk import Desk

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> ![i](http://e.x/i.png) \x1b[31m \u202e"


def hostile_answer(question: str) -> Answer:
    text = f"{HOSTILE} Spain {HOSTILE} opposed."
    start = len(HOSTILE) + 1
    around = Extract(0, len(text), text)
    citation = Citation(f"{HOSTILE}.txt", HOSTILE, "2024-06-09", "0" * 64, start, start + 5, "Spain", (), around)
    return Answer(question, (Item("Spain", 0.93, (citation,)),), None, 0.1)


class Stub:
    """Stands for an assistant. asked: (question, history) of each call."""

    def __init__(self, folder: str = "/somewhere") -> None:
        self.library = SimpleNamespace(
            manifest={"articles": 5, "passages": 16, "folder": folder},
            newest="2024-06-09",
            refused=[],
            sources=["a.txt"],
            built_ns=1,
            latest=lambda count: [],
        )
        self.asked: list[tuple[str, list[Answer]]] = []

    def ask(self, question: str, history: Sequence[Answer] = (), **options: Any) -> Answer:
        self.asked.append((question, list(history)))
        if "refuse" in question:
            raise QuestionError(f"question {question!r} is refused")
        return hostile_answer(question)


# With Gradio, which leaves event loops and sockets for the garbage collector to close

QUIET = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def needs_gradio(test: Any) -> Any:
    return pytest.mark.slow(QUIET(test))


@pytest.fixture
def made() -> Iterator[Any]:
    """made(stub) builds its page; what Gradio leaves open is collected here, not in a later test."""
    yield lambda stub: build_page(Desk(stub))
    gc.collect()


@pytest.fixture
def built(made) -> tuple[Stub, Any, dict[str, Any]]:
    stub = Stub()
    return stub, *made(stub)


def calls(demo: Any, name: str) -> Any:
    """The function of that name among those that the page calls."""
    (found,) = {event.fn for event in demo.fns.values() if getattr(event.fn, "__name__", "") == name}
    return found


@needs_gradio
def test_the_page_shares_reports_and_keeps_nothing(built):
    _, demo, settings = built
    assert settings["share"] is False and settings["enable_monitoring"] is False and settings["run_history"] is False
    assert demo.analytics_enabled is False
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert not {"auth", "allowed_paths", "server_name"} & set(settings)
    assert HOST == "127.0.0.1"


@needs_gradio
def test_the_page_offers_no_public_programming_interface(built):
    _, demo, _ = built
    assert [event.api_name for event in demo.fns.values() if event.api_visibility == "public"] == []


@needs_gradio
def test_the_chat_sanitises_and_renders_no_markdown(built):
    _, demo, _ = built
    (chat,) = [block for block in demo.blocks.values() if type(block).__name__ == "Chatbot"]
    assert chat.sanitize_html is True and chat.render_markdown is False and chat.latex_delimiters == []


@needs_gradio
def test_the_page_has_no_part_that_takes_html_as_it_is(built):
    _, demo, _ = built
    assert {type(block).__name__ for block in demo.blocks.values()} & {"HTML", "Code", "Plot", "Image"} == set()


@needs_gradio
def test_a_turn_of_the_chat_shows_the_question_at_once_then_the_answer_and_empties_the_box(built):
    stub, demo, _ = built
    (_, asking, _), (box, shown, turns) = calls(demo, "reply")(f"Who? {HOSTILE}", [], [], "", "", "", "")
    assert [turn["role"] for turn in asking] == [turn["role"] for turn in shown] == ["user", "assistant"]
    assert "Reading" in asking[1]["content"] and "<mark>Spain</mark>" in shown[1]["content"]
    assert box == "" and len(turns) == 1 and len(stub.asked) == 1


@needs_gradio
def test_a_follow_up_on_the_page_passes_the_history_and_keeps_what_is_shown(built):
    stub, demo, _ = built
    turns: list[Any] = []
    for question in ("Who opposed?", "When did they?"):
        *_, (_, shown, turns) = calls(demo, "reply")(question, turns, [], "", "", "", "")
    assert [a.question for a in stub.asked[1][1]] == ["Who opposed?"]
    assert len(shown) == 4 and len(turns) == 2


@needs_gradio
def test_a_refused_question_stays_in_the_box_to_be_mended(built):
    _, demo, _ = built
    *_, (box, shown, turns) = calls(demo, "reply")("refuse this", [], [], "", "", "", "")
    assert box == "refuse this" and "is refused" in shown[1]["content"] and turns[0].answer is None


@needs_gradio
def test_a_blank_line_asks_nothing(built):
    stub, demo, _ = built
    assert list(calls(demo, "reply")("  ", [], [], "", "", "", "")) == [("  ", [], [])]
    assert stub.asked == []


@pytest.fixture
def served(built, monkeypatch) -> Iterator[str]:
    """The page as a browser gets it."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "*")
    _, demo, settings = built
    _, url, public = demo.launch(server_name=HOST, prevent_thread_lock=True, **settings)
    assert public is None and url.startswith(f"http://{HOST}:")
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            yield answer.read().decode()
    finally:
        demo.close()


@needs_gradio
def test_the_served_page_asks_no_foreign_host_for_anything(served):
    asked = re.findall(r"""(?:src|href|srcset|action|poster|data)\s*=\s*["']?((?:https?:)?//[^"'\s>]+)""", served)
    asked += re.findall(r"""(?:url\(|@import\s+)["']?((?:https?:)?//[^"')\s]+)""", served)
    assert [url for url in asked if not url.startswith(f"http://{HOST}")] == []
    assert "Attest" in served
