"""`attest page` as a process of its own, with Gradio: what it serves, what it refuses, and whom it calls (nobody)."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qa.page.exchange import HEADERS, MOST_UPLOAD

ROOT = Path(__file__).parent.parent
TEXTS = {
    "a.txt": "Spain wrote the letters on Monday. Spain sent them to Peru.",
    "b.txt": "The harvest of olives was poor.",
}
QUESTION = "Who wrote the letters?"

WATCH = """
import sys
def watch(event, given, seen=open(sys.argv.pop(1), "a", buffering=1)):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"):
        place = given[0] if event.startswith("socket.get") else given[1]
        host = place[0] if isinstance(place, tuple) else place
        if isinstance(host, bytes):
            host = host.decode("latin-1")
        if isinstance(place, tuple) or event.startswith("socket.get"):
            if host not in (None, "", "localhost", "127.0.0.1", "::1"):
                print(event, host, file=seen)
sys.addaudithook(watch)
"""


def test_the_watch_sees_who_is_called(tmp_path):
    calls = """
import contextlib, socket
with contextlib.suppress(OSError): socket.getaddrinfo("nobody.invalid", 80)
with contextlib.suppress(OSError), socket.socket() as s: s.setblocking(False); s.connect(("192.0.2.1", 9))
with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as s: s.sendto(b"x", ("192.0.2.2", 9))
with contextlib.suppress(OSError), socket.socket() as s: s.connect(("127.0.0.1", 9))
"""
    subprocess.run([sys.executable, "-c", WATCH + calls, str(tmp_path / "seen")], check=True)
    seen = (tmp_path / "seen").read_text(encoding="utf-8")
    assert [line.split()[1] for line in seen.splitlines()] == ["nobody.invalid", "192.0.2.1", "192.0.2.2"]


@dataclass
class Server:
    url: str
    process: Any
    seen: Path
    scratch: Path

    def get(self, path: str, data: bytes | None = None, **fields: str) -> tuple[int, dict[str, str], bytes]:
        request = urllib.request.Request(self.url + path, data, {k.replace("_", "-"): v for k, v in fields.items()})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=20) as answer:
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()

    def alive(self) -> bool:
        return json.loads(self.get("/api/health")[2])["status"] == "ok" and self.get("/")[0] == 200


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("served")
    (place / "articles").mkdir()
    for name, text in TEXTS.items():
        (place / "articles" / name).write_text(text, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    env |= {"XDG_CACHE_HOME": str(place / "cache"), "TMPDIR": str(place), "HOME": str(place), "no_proxy": "*"}
    env |= {"GRADIO_SHARE": "True", "GRADIO_ANALYTICS_ENABLED": "True", "GRADIO_ALLOWED_PATHS": "/"}
    code = WATCH + "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "from qa.cli import main; sys.exit(main(sys.argv[1:]))"
    arguments = ["page", str(place / "articles"), "--reader", "overlap", "--encoder", "hashed", "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(place / "seen"), *arguments],
        cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    server = Server(f"http://127.0.0.1:{port}", process, place / "seen", place)
    try:
        assert server.url in process.stdout.readline().decode()
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                assert server.alive()
                break
            except OSError:
                time.sleep(0.1)
        yield server
    finally:
        process.kill()
        process.communicate()


pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


def client(server: Server) -> Any:
    from gradio_client import Client

    return Client(server.url, verbose=False, analytics_enabled=False, download_files=False)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.mark.slow
def test_page_and_service_are_one_process_with_our_headers(server):
    for path in ("/", "/api/health", "/config", "/gradio_api/info", "/nothing"):
        status, fields, _ = server.get(path)
        assert status == (404 if path == "/nothing" else 200), path
        assert {name: fields.get(name) for name in HEADERS} == HEADERS, path
    settings = json.loads(server.get("/config")[2])
    assert settings["analytics_enabled"] is False and settings["run_history"] is False
    assert settings["show_error"] is False and settings["mcp_server"] is False


@pytest.mark.slow
def test_gradio_client_and_rest_give_the_same_answer(server):
    asked = json.dumps({"question": QUESTION, "top": 1, "sources": ["a.txt"]}).encode()
    _, _, body = server.get("/api/ask", asked, content_type="application/json")
    given = client(server).predict(QUESTION, sources=["a.txt"], top=1, api_name="/ask")
    assert given | {"seconds": 0} == json.loads(body) | {"seconds": 0} and given["answered"]


@pytest.mark.slow
def test_no_other_endpoint_of_the_page_is_public(server):
    assert list(json.loads(server.get("/gradio_api/info")[2])["named_endpoints"]) == ["/ask"]


@pytest.mark.slow
@pytest.mark.parametrize("question", ["x" * 100_000, "", "?"])
def test_a_question_that_cannot_be_asked_gets_its_message(server, question):
    from gradio_client.exceptions import AppError

    with pytest.raises(AppError, match=r"at most 1000|at least 1|no words"):
        client(server).predict(question, api_name="/ask")
    assert server.alive()


@pytest.mark.slow
def test_a_foreign_host_origin_or_body_is_refused_and_the_page_lives(server):
    kind = "application/json"
    assert server.get("/", Host="evil.example")[0] == 400
    assert server.get("/gradio_api/queue/join", b"{}", Origin="http://evil.example", content_type=kind)[0] == 403
    assert server.get("/api/ask", b"x" * 2_000_000, content_type=kind)[0] == 413
    assert server.get("/gradio_api/queue/join", b"x" * 2_000_000, content_type=kind)[0] == 413
    assert server.alive()


@pytest.mark.slow
def test_an_upload_beyond_the_cap_is_refused_and_none_of_it_kept(server):
    most = json.loads(server.get("/config")[2])["max_file_size"]
    assert most and most <= MOST_UPLOAD
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    body = head + b"x" * (most + 1) + b"\r\n--b--\r\n"
    assert server.get("/gradio_api/upload", body, content_type="multipart/form-data; boundary=b")[0] == 413
    assert server.alive()
    kept = [path for path in server.scratch.rglob("attest-*/**/*") if path.is_file()]
    assert sum(path.stat().st_size for path in kept) <= most


@pytest.mark.slow
def test_files_of_this_computer_are_not_served(server):
    for path in ("/etc/passwd", str(server.scratch / "articles" / "a.txt"), str(ROOT / "pyproject.toml")):
        assert server.get(f"/gradio_api/file={path}")[0] in (403, 404), path


@pytest.mark.slow
def test_the_served_page_names_no_foreign_host_that_a_browser_would_ask(server):
    html = server.get("/")[2].decode()
    asked = re.findall(
        r"""<(?:script|img|link|iframe|source)\b[^>]*?(?:src|href)\s*=\s*["']?((?:https?:)?//[^"'\s>]+)""", html
    )
    assert [url for url in asked if not url.startswith(server.url)] == []


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a signal of POSIX")
def test_it_called_nobody_and_ends_when_it_is_told_to(server):
    """The last: it stops the server."""
    assert server.seen.read_text(encoding="utf-8") == ""
    server.process.send_signal(signal.SIGINT)
    out, _ = server.process.communicate(timeout=20)
    assert (server.process.returncode, out.decode()) == (0, "")
    assert list(server.scratch.glob("attest-*")) == []
