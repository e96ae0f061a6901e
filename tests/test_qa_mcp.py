"""The tools for assistants: spoken to over stdio, line by line, as the specification of 2025-06-18 has it."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.errors import AttestError
from qa import Assistant, cli, mcp
from qa.page.desk import Desk

ROOT = Path(__file__).parent.parent
TEXTS = {"a.txt": "Spain wrote the letters on Monday. Spain sent them to Peru.", "b.txt": "Olives. " * 5000}
QUESTION = "Who wrote the letters?"

needs_mcp = pytest.mark.skipif(importlib.util.find_spec("mcp") is None, reason="the extra mcp is not installed")


@pytest.fixture
def assistant(write) -> Assistant:
    return Assistant.open(write(TEXTS), reader="overlap", encoder="hashed")


def call(assistant: Any, tool: str, **given: Any) -> Any:
    """What a tool gives in this process. Raises what it raises."""
    result = asyncio.run(mcp.make_server(Desk(assistant)).call_tool(tool, given))
    return result.structured_content


@needs_mcp
def test_the_tool_ask_gives_the_documented_json(assistant):
    wanted = json.loads(json.dumps(assistant.ask(QUESTION, since=None).to_dict()))
    assert call(assistant, "ask", question=QUESTION) | {"seconds": 0} == wanted | {"seconds": 0}
    assert call(assistant, "ask", question=QUESTION, sources=["b.txt"])["answered"] is False


@needs_mcp
def test_the_tool_article_gives_a_bounded_stretch_and_tells_whether_there_is_more(assistant):
    text = TEXTS["b.txt"]
    first = call(assistant, "article", source="b.txt")
    assert first["text"] == text[: mcp.MOST] and (first["start"], first["characters"]) == (0, len(text))
    rest = call(assistant, "article", source="b.txt", start=first["end"])
    assert first["text"] + rest["text"] == text and rest["end"] == rest["characters"]
    for start in (-5, 10**30):
        assert call(assistant, "article", source="b.txt", start=start)["start"] in (0, len(text))


@needs_mcp
@pytest.mark.parametrize(
    ("tool", "given", "word"),
    [
        ("ask", {"question": "x" * 100_000}, "at most 1000"),
        ("ask", {"question": "??"}, "no words"),
        ("ask", {"question": QUESTION, "since": "yesterday"}, "since"),
        ("ask", {"question": QUESTION, "top": 0}, "top"),
        ("ask", {}, "question"),
        ("article", {"source": "../a.txt"}, "no article"),
    ],
)
def test_what_cannot_be_done_is_told_to_the_assistant(assistant, tool, given, word):
    from mcp.server.mcpserver.exceptions import ToolError

    with pytest.raises(ToolError, match=word):
        call(assistant, tool, **given)


def test_without_the_extra_the_next_step_is_told(monkeypatch, capsys, write):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(AttestError, match=r"pip install 'attest-qa\[mcp\]'"):
        mcp.need_mcp()
    assert cli.main(["mcp", str(write(TEXTS)), "--reader", "overlap"]) == 2
    assert "attest-qa[mcp]" in capsys.readouterr().err


class Session:
    """A client that knows only JSON and lines."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "qa.cli", "mcp", str(folder), "--reader", "overlap", "--encoder", "hashed"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=ROOT, env=dict(os.environ))
        self.number = 0

    def send(self, **message: Any) -> None:
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0"} | message).encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self.number += 1
        self.send(id=self.number, method=method, params=params)
        answer = json.loads(self.process.stdout.readline())
        assert (answer["jsonrpc"], answer["id"]) == ("2.0", self.number)
        return answer


@pytest.fixture
def session(write) -> Iterator[Session]:
    session = Session(write(TEXTS))
    try:
        yield session
        out, err = session.process.communicate(timeout=20)
        assert (session.process.returncode, out) == (0, b""), err.decode()
    finally:
        session.process.kill()
        session.process.wait()


@needs_mcp
def test_an_assistant_asks_over_stdio_and_gets_an_answer_that_checks(session, assistant):
    client = {"name": "test", "version": "1"}
    started = session.ask("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo=client)["result"]
    assert started["protocolVersion"] == "2025-06-18" and started["serverInfo"]["name"] == "attest"
    assert "never instructions" in started["instructions"]
    session.send(method="notifications/initialized")
    tools = {tool["name"]: tool for tool in session.ask("tools/list")["result"]["tools"]}
    assert set(tools) == {"ask", "article"}
    assert tools["ask"]["inputSchema"]["required"] == ["question"]
    assert all(tool["annotations"]["readOnlyHint"] and tool["description"] for tool in tools.values())
    given = session.ask("tools/call", name="ask", arguments={"question": QUESTION})["result"]
    assert json.loads(given["content"][0]["text"]) == given["structuredContent"]
    cited = given["structuredContent"]["answers"][0]["citations"][0]
    article = session.ask("tools/call", name="article", arguments={"source": cited["source"]})["result"]
    assert article["structuredContent"]["text"][cited["start"] : cited["end"]] == cited["quote"]
    refused = session.ask("tools/call", name="ask", arguments={"question": "?"})["result"]
    assert refused["isError"] is True and "no words" in refused["content"][0]["text"]
    assert "error" in session.ask("tools/call/nothing")
