"""The chat page: what reaches the browser, and with which settings. Gradio is loaded only behind `slow`."""

from __future__ import annotations

import gc
import html
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
from qa.page.chat import answer_to, build_page
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
            manifest={"articles": 5, "passages": 16, "folder": folder}, newest="2024-06-09", refused=[]
        )
        self.asked: list[tuple[str, list[Answer]]] = []

    def ask(self, question: str, history: Sequence[Answer] = ()) -> Answer:
        self.asked.append((question, list(history)))
        if "refuse" in question:
            raise QuestionError(f"question {question!r} is refused")
        return hostile_answer(question)


def tags(source: str) -> set[str]:
    return set(re.findall(r"<\s*([a-zA-Z!?/]\w*)", source))


OURS = {"h3", "p", "small", "strong", "blockquote", "mark"}


def test_an_answer_reaches_the_page_escaped_with_its_quote_marked():
    shown, past = answer_to(Stub(), "Who opposed?", [])
    assert tags(shown) <= OURS | {f"/{tag}" for tag in OURS}
    assert "<mark>Spain</mark>" in shown
    assert "<script>alert(1)</script>" in html.unescape(shown)
    assert "\x1b" not in shown and "\u202e" not in shown
    assert [answer.question for answer in past] == ["Who opposed?"]


def test_a_refused_question_gets_its_message_escaped_and_is_not_kept():
    earlier = [hostile_answer("Who?")]
    shown, past = answer_to(Stub(), "<b>refuse</b>", earlier)
    assert past == earlier
    assert tags(shown) == {"p", "/p"} and "refused" in shown


def test_a_follow_up_passes_what_was_said_before():
    stub = Stub()
    _, past = answer_to(stub, "Who opposed?", [])
    _, past = answer_to(stub, "When did they?", past)
    assert [(question, [a.question for a in history]) for question, history in stub.asked] == [
        ("Who opposed?", []),
        ("When did they?", ["Who opposed?"]),
    ]
    assert len(past) == 2


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


def reply_of(demo: Any) -> Any:
    (reply,) = {event.fn for event in demo.fns.values() if getattr(event.fn, "__name__", "") == "reply"}
    return reply


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
    assert "5 articles, 16 passages, newest of 2024-06-09" in chat.label


@needs_gradio
def test_a_turn_of_the_chat_shows_question_and_answer_escaped_and_empties_the_box(built):
    stub, demo, _ = built
    box, shown, past = reply_of(demo)(f"Who? {HOSTILE}", [], [])
    assert (box, [turn["role"] for turn in shown]) == ("", ["user", "assistant"])
    for turn in shown:
        assert tags(turn["content"]) <= OURS | {f"/{tag}" for tag in OURS}
    assert [a.question for a in past] == [f"Who? {HOSTILE}"]
    assert len(stub.asked) == 1


@needs_gradio
def test_a_follow_up_on_the_page_passes_the_history_and_keeps_what_is_shown(built):
    stub, demo, _ = built
    reply = reply_of(demo)
    _, shown, past = reply("Who opposed?", [], [])
    _, shown, past = reply("When did they?", shown, past)
    assert [a.question for a in stub.asked[1][1]] == ["Who opposed?"]
    assert len(shown) == 4 and len(past) == 2


@needs_gradio
def test_a_blank_line_asks_nothing(built):
    stub, demo, _ = built
    assert reply_of(demo)("  ", ["shown"], ["past"]) == ("", ["shown"], ["past"])
    assert stub.asked == []


@needs_gradio
@pytest.mark.parametrize(("folder", "count"), [("/home/me/seeds", 1), ("/home/me/articles", 0)])
def test_example_questions_are_shown_over_the_seeds_alone(made, folder, count):
    demo, _ = made(Stub(folder))
    assert sum(type(block).__name__ == "Dataset" for block in demo.blocks.values()) == count


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
