"""The REST service and the guard before it, without Gradio; and, behind `slow`, the whole of `attest page`."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from index.build import build
from index.errors import AttestError, LibraryCorrupt, QuestionError
from qa import Assistant, page
from qa.answer import Answer
from qa.page import schema
from qa.page.api import Question, make_api
from qa.page.desk import Desk
from qa.page.exchange import HEADERS, MOST_BODY, dressed
from qa.page.guard import Guard, is_loopback

TEXTS = {
    "a.txt": "Spain wrote the letters on Monday. Spain sent them to Peru.",
    "deep/ü #?%.txt": "The harvest of olives was poor.\r\nSo it was.",
}
QUESTION = "Who wrote the letters?"
HERE = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """Built once, in a place of its own: nothing here changes it."""
    place = tmp_path_factory.mktemp("service")
    for name, text in TEXTS.items():
        (place / "articles" / name).parent.mkdir(parents=True, exist_ok=True)
        (place / "articles" / name).write_bytes(text.encode())
    build(place / "articles", place / "library", "hashed")
    return Assistant.open_library(place / "library", reader="overlap")


class Failing:
    """An assistant that raises."""

    def __init__(self, assistant: Assistant, error: Exception) -> None:
        self.library, self.error = assistant.library, error

    def ask(self, *given: Any, **options: Any) -> Answer:
        raise self.error


def client(assistant: Any, password: str | None = None, host: str = "127.0.0.1", **desk: Any) -> TestClient:
    app = Guard(make_api(Desk(assistant, **desk)), host, password)
    return TestClient(app, HERE, headers={"user-agent": "test"})


@pytest.fixture
def asking(assistant) -> TestClient:
    return client(assistant)


def told(response: Any, status: int) -> str:
    """The message of a refusal, which has nothing else in it."""
    assert response.status_code == status, response.text
    assert list(response.json()) == ["error"] and "Traceback" not in response.text
    return response.json()["error"]


def alive(asking: TestClient) -> bool:
    return asking.get("/api/health").json()["status"] == "ok"


# The service


def test_an_answer_is_the_documented_json(asking, assistant):
    given_ = asking.post("/api/ask", json={"question": QUESTION}).json()
    wanted = assistant.ask(QUESTION).to_dict()
    assert given_ | {"seconds": 0} == json.loads(json.dumps(wanted)) | {"seconds": 0}
    assert schema.Answer.model_validate(given_).model_dump(mode="json") == given_
    assert given_["answers"][0]["citations"][0]["source"] == "a.txt"


def test_the_fields_of_the_openapi_document_are_those_of_the_answers():
    from qa import answer as of

    for sent, ours in ((schema.Citation, of.Citation), (schema.Mention, of.Mention), (schema.Extract, of.Extract)):
        assert list(sent.model_fields) == list(ours.__dataclass_fields__)


def test_every_option_reaches_the_assistant(assistant):
    seen: dict[str, Any] = {}

    class Spy(Failing):
        def ask(self, question: str, history: Sequence[Any] = (), **options: Any) -> Answer:
            seen.update(options, question=question, history=history)
            return assistant.ask(question)

    asked = {
        "question": QUESTION,
        "history": ["Who sent them?"],
        "sources": ["a.txt"],
        "since": "2024-05-01",
        "until": "2024-06-01",
        "as_of": "2024-06-02",
        "top": 3,
    }
    assert client(Spy(assistant, ValueError())).post("/api/ask", json=asked).status_code == 200
    assert seen == asked


BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "body"),
    "no JSON": (b"{", "JSON"),
    "a list": (b"[]", "body"),
    "null": (b"null", "body"),
    "no question": (b"{}", "question"),
    "a number": (b'{"question": 5}', "question"),
    "empty": (b'{"question": ""}', "question"),
    "blank": (b'{"question": " \\n"}', "no words"),
    "no words": (b'{"question": "???"}', "no words"),
    "100,000 characters": (json.dumps({"question": "x" * 100_000}).encode(), "at most 1000"),
    "half a character": (b'{"question": "who \\ud800?"}', "question"),
    "unknown field": (b'{"question": "Who?", "model": "x"}', "model"),
    "no day": (b'{"question": "Who?", "since": "yesterday"}', "since"),
    "a day that is none": (b'{"question": "Who?", "until": "2024-02-31"}', "until"),
    "top of none": (b'{"question": "Who?", "top": 0}', "top"),
    "top of many": (b'{"question": "Who?", "top": 100000000000000000000}', "top"),
    "top without end": (b'{"question": "Who?", "top": 1e999}', "top"),
    "top by halves": (b'{"question": "Who?", "top": true}', "top"),
    "long history": (json.dumps({"question": "Who?", "history": ["Who?"] * 21}).encode(), "history"),
    "history of numbers": (b'{"question": "Who?", "history": [1]}', "history"),
    "a source alone": (b'{"question": "Who?", "sources": "a.txt"}', "sources"),
    "many sources": (json.dumps({"question": "Who?", "sources": ["a"] * 101}).encode(), "sources"),
    "nested": (b'{"question": ' + b"[" * 100_000, ""),
    "not UTF-8": (b'{"question": "\xff"}', ""),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_cannot_be_asked_is_refused_with_a_message(asking, name):
    body, word = BODIES[name]
    response = asking.post("/api/ask", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert word in told(response, response.status_code) and len(response.text) < 500
    assert alive(asking)


def test_too_many_questions_at_once_are_told_to_come_again(assistant):
    response = client(assistant, waiting=0).post("/api/ask", json={"question": QUESTION})
    assert "waiting" in told(response, 503)
    assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("error", "status"),
    [(QuestionError("no"), 422), (AttestError("no"), 409), (LibraryCorrupt("no"), 409), (KeyError("secret"), 500)],
)
def test_no_failure_shows_more_than_its_message(assistant, capsys, error, status):
    asking = client(Failing(assistant, error))
    message = told(asking.post("/api/ask", json={"question": QUESTION}), status)
    assert (message == "no") is (status != 500) and "secret" not in message
    assert capsys.readouterr().err.count("\n") == (status == 500)
    assert alive(asking)


@pytest.mark.parametrize("source", TEXTS)
def test_an_article_is_given_by_its_source_unchanged(asking, assistant, source):
    from urllib.parse import quote

    given_ = asking.get(f"/api/articles/{quote(source)}").json()
    assert (given_["source"], given_["text"]) == (source, TEXTS[source])
    assert given_["sha256"] == assistant.library.article(source).sha256


@pytest.mark.parametrize("source", ["b.txt", "", "../a.txt", "/etc/passwd", "%00", "%ff", "a.txt/", "x" * 3000])
def test_what_is_no_article_is_not_found(asking, source):
    told(asking.get(f"/api/articles/{source}"), 404)
    assert alive(asking)


def test_health_tells_what_the_library_holds(asking):
    assert asking.get("/api/health").json() | {"version": ""} == {
        "status": "ok",
        "version": "",
        "articles": 2,
        "passages": 2,
    }


def test_the_openapi_document_names_the_three_operations_and_no_page_shows_it(asking):
    document = asking.get("/api/openapi.json").json()
    found = {one["operationId"] for path in document["paths"].values() for one in path.values()}
    assert found == {"ask", "article", "health"}
    assert {"Answer", "Question", "Problem"} <= document["components"]["schemas"].keys()
    for place in ("/docs", "/redoc", "/openapi.json", "/api/docs"):
        told(asking.get(place), 404)


# Anything at all

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(Question.model_fields)), inner),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(body=JSON)
def test_no_body_is_a_server_error(asking, body):
    content = json.dumps(body).encode()
    assert asking.post("/api/ask", content=content, headers={"content-type": "application/json"}).status_code < 500


@pytest.fixture
def document(assistant) -> Any:
    schemathesis = pytest.importorskip("schemathesis")
    guarded = Guard(make_api(Desk(assistant)))

    async def named(scope: Any, receive: Any, send: Any) -> None:
        """As if it had been called by our address: the client's own is "testserver"."""
        if scope["type"] == "http":
            kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
            scope = scope | {"headers": [*kept, (b"host", b"127.0.0.1:7860")]}
        await guarded(scope, receive, send)

    return schemathesis.openapi.from_asgi("/api/openapi.json", named)


@pytest.mark.parametrize("mode", ["POSITIVE", "NEGATIVE"])
@pytest.mark.parametrize(
    ("path", "method"), [("/api/ask", "POST"), ("/api/articles/{id}", "GET"), ("/api/health", "GET")]
)
def test_every_operation_keeps_to_its_description(document, path, method, mode):
    """Also for what the description forbids: no server error, no undescribed status, type or body."""
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    told_of = [checks.content_type_conformance, checks.response_schema_conformance, checks.status_code_conformance]
    operation = document[path][method]

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=GenerationMode[mode]))
    def check(case: Any) -> None:
        case.call_and_validate(checks=[not_a_server_error, *told_of])

    with contextlib.suppress(Unsatisfiable):  # where nothing is sent, nothing can be forbidden
        check()


# The guard


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost", "LOCALHOST:1", "[::1]:7860", "127.0.0.2"])
def test_our_own_names_are_known(asking, host):
    assert asking.get("/api/health", headers={"host": host}).status_code == 200


FOREIGN = ["evil.example", "evil.example:7860", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "", "["]


@pytest.mark.parametrize("host", [*FOREIGN, "127.0.0.1@evil.example:80/", "0x7f.1", "[::1", "localhost,evil.example"])
@pytest.mark.parametrize("path", ["/api/health", "/", "/gradio_api/queue/join"])
def test_a_foreign_host_is_refused(asking, host, path):
    assert "host" in told(asking.get(path, headers={"host": host}), 400)
    assert alive(asking)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:7860", "http://127.0.0.1", "//", "["]
)
@pytest.mark.parametrize("path", ["/api/ask", "/gradio_api/queue/join", "/gradio_api/upload"])
def test_a_foreign_origin_is_refused(asking, origin, path):
    assert "another site" in told(asking.post(path, json={"question": QUESTION}, headers={"origin": origin}), 403)
    assert "another site" in told(asking.options(path, headers={"origin": origin}), 403)
    assert alive(asking)


@pytest.mark.parametrize("fields", [{"origin": HERE}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}])
def test_our_own_page_and_programs_may_ask(asking, fields):
    assert asking.post("/api/ask", json={"question": QUESTION}, headers=fields).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_may_not_change_anything(asking, site):
    told(asking.post("/api/ask", json={"question": QUESTION}, headers={"sec-fetch-site": site}), 403)
    assert asking.get("/api/health", headers={"sec-fetch-site": site}).status_code == 200  # a link to the page


@pytest.mark.parametrize("path", ["/api/ask", "/gradio_api/queue/join", "/"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_2_mb_is_refused(asking, path, chunked):
    body = b'{"question": "' + b"x" * (2 * MOST_BODY) + b'"}'
    content = (body[at : at + 2**16] for at in range(0, len(body), 2**16)) if chunked else body
    if path != "/api/ask" and chunked:
        return  # nobody reads it
    assert "larger" in told(asking.post(path, content=content, headers={"content-type": "application/json"}), 413)
    assert alive(asking)


@pytest.mark.parametrize(
    "path",
    ["/docs", "/proxy=http://e.x/", "/gradio_api/proxy=http://e.x/", "/gradio_api/file=http://e.x/", "/monitoring",
     "/gradio_api/file=//e.x/", "//gradio_api/monitoring", "/gradio_api/component_server", "/gradio_api/vibe-edit",
     "/gradio_api/runs", "/login", "/dev/reload", "/gradio_api/mcp/", "/apis", "/gradio_api/run-history/connect"],
)  # fmt: skip
def test_routes_that_the_page_does_not_need_are_not_served(path):
    async def open_all(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError(scope["path"])

    told(TestClient(Guard(open_all), HERE).get(path), 404)


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """An application that lets every site read its answers."""
    fields = [(b"Access-Control-Allow-Origin", b"*"), (b"X-Frame-Options", b"ALLOWALL"), (b"cache-control", b"public")]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": b"yes"})


@pytest.mark.parametrize("path", ["/", "/assets/index.js", "/api/health"])
def test_every_answer_has_our_headers_and_none_that_opens_it_to_others(path):
    given_ = TestClient(Guard(echo), HERE).get(path).headers
    assert {name: given_.get(name) for name in HEADERS} == HEADERS
    assert "access-control-allow-origin" not in given_
    assert given_["cache-control"] == ("public" if "assets" in path else "no-store")
    policy = dict(part.split(" ", 1) for part in HEADERS["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'" and policy["connect-src"] == "'self'"
    assert not any("http" in part or "*" in part or "eval" in part for part in policy.values())


def test_a_policy_of_the_page_itself_stands():
    strict = b"default-src 'none'"
    given_ = dict(dressed([(b"Content-Security-Policy", strict), (b"x-frame-options", b"ALLOWALL")], "/article"))
    assert given_.pop(b"Content-Security-Policy") == strict
    assert {name.decode() for name in given_} == {*HEADERS, "cache-control"} - {"content-security-policy"}
    assert given_[b"x-frame-options"] == b"DENY"


def test_refusals_have_the_headers_too(asking):
    for response in (asking.get("/docs"), asking.get("/", headers={"host": "evil.example"})):
        assert {name: response.headers.get(name) for name in HEADERS} == HEADERS


def test_no_websocket_is_served(asking):
    with pytest.raises(WebSocketDisconnect) as stop, asking.websocket_connect("/api/ask"):
        pass
    assert stop.value.code == 1008


def basic(user: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


SECRET = "correct: horse é"


@pytest.mark.parametrize("path", ["/", "/api/health", "/api/openapi.json", "/gradio_api/info", "/assets/x.js"])
def test_with_a_password_nothing_is_served_without_it(path):
    asking = TestClient(Guard(echo, "0.0.0.0", SECRET), HERE)
    odd = [{"authorization": value} for value in ("Bearer x", "Basic", "Basic ====", "Basic " + "A" * 5000)]
    for fields in ({}, basic("me", "wrong"), basic(SECRET, ""), basic("me", SECRET[:-1]), *odd):
        response = asking.get(path, headers=fields)
        told(response, 401)
        assert response.headers["www-authenticate"].startswith("Basic ")
    assert asking.get(path, headers=basic("anybody", SECRET)).text == "yes"


def test_on_another_address_numbers_and_its_own_name_are_known_and_no_other():
    guard = Guard(echo, "news.example", SECRET)
    assert all(guard.known(name) for name in ("news.example:7860", "192.168.1.5:7860", "[fe80::1]:7860", "localhost"))
    assert not any(guard.known(name) for name in ("evil.example", "news.example.evil", ""))


@given(st.text(max_size=30))
def test_any_host_header_gets_an_answer(host):
    assert Guard(echo).known(host) in (True, False)


@pytest.mark.parametrize(
    ("host", "ours"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("127.9.9.9", True), ("0.0.0.0", False), ("::", False),
     ("192.168.1.5", False), ("news.example", False), ("", False)],
)  # fmt: skip
def test_which_addresses_others_cannot_reach(monkeypatch, host, ours):
    assert is_loopback(host) is ours
    monkeypatch.delenv(page.PASSWORD, raising=False)
    if ours:
        assert page.password_for(host) is None
    else:
        with pytest.raises(AttestError, match=page.PASSWORD):
            page.password_for(host)
    monkeypatch.setenv(page.PASSWORD, SECRET)
    assert page.password_for(host) == SECRET


@pytest.mark.parametrize("password", ["", "short"])
def test_a_password_that_is_soon_guessed_is_refused(monkeypatch, password):
    monkeypatch.setenv(page.PASSWORD, password)
    for host in ("127.0.0.1", "0.0.0.0"):
        with pytest.raises(AttestError, match=f"{page.PASSWORD} has {len(password)}"):
            page.password_for(host)


def test_a_port_in_use_is_told_with_the_next_step(assistant):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AttestError, match=rf"port {port}.*--port"):
            page.serve(assistant, port)


HEAPS = """
import ctypes, sys, threading
from qa.page import few_arenas
if sys.argv[1:]:
    few_arenas()
libc, wait = ctypes.CDLL(None), threading.Barrier(8)
libc.malloc.argtypes, libc.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
def work():
    wait.wait(), libc.malloc(100_000), wait.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
[thread.start() for thread in threads], [thread.join() for thread in threads]
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives each thread a heap")
def test_many_threads_share_two_heaps():
    def heaps(*few: str) -> int:
        command = [sys.executable, "-c", HEAPS, *few]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.count("<heap nr")

    assert heaps("few") <= 2 < heaps()


def test_settings_of_gradio_in_the_environment_do_not_count(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "environ", dict(os.environ) | {"GRADIO_SHARE": "True", "GRADIO_ALLOWED_PATHS": "/"})
    page.alone(str(tmp_path))
    found = {name: value for name, value in os.environ.items() if name.startswith("GRADIO_")}
    assert found == {
        "GRADIO_ANALYTICS_ENABLED": "False",
        "GRADIO_SHARE": "False",
        "GRADIO_TEMP_DIR": str(tmp_path),
    }
