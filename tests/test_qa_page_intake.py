"""Files dropped on the page: what is taken in, what is refused and why, and questions while the library is brought up
to date."""

from __future__ import annotations

import html
import os
import re
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest

from index.build import build
from index.errors import AttestError, LibraryLocked
from qa import Assistant
from qa.page import intake
from qa.page.desk import Desk
from qa.page.holdings import head_html, holdings_html, progress_html
from qa.page.intake import MOST_BYTES, Intake, Progress, take_in


@pytest.fixture
def desk(write, tmp_path) -> Desk:
    folder = write({"a.txt": " date 2024-05-02 The mayor of Varnby is Jane Doe.", "bad.txt": b"\x00\x01\xff\xfe\x00"})
    build(folder, tmp_path / "library", encoder="hashed")
    return Desk(Assistant.open_library(tmp_path / "library", reader="overlap"), folder)


@pytest.fixture
def dropped(write):
    return lambda files: [write(files, "dropped") / name for name in files]


def test_what_is_dropped_is_copied_indexed_and_answered_from(desk, dropped):
    one = Intake(desk)
    one.start(dropped({"new.txt": "The bridge of Ostara was opened by Ann Lee."}))
    one.wait(30)
    assert one.progress == Progress("done", added=1)
    assert (desk.folder / "new.txt").read_text() == "The bridge of Ostara was opened by Ann Lee."
    assert "new.txt" in desk.assistant.library.sources
    assert desk.ask("Who opened the bridge of Ostara?").considered[0].source == "new.txt"


def test_no_file_of_the_folder_is_ever_replaced_not_even_through_a_link(desk, dropped, tmp_path):
    (desk.folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    added, refused = take_in(dropped({"a.txt": "Other words.", "link.txt": "Other words."}), desk.folder)
    assert added == 0 and all("rename yours" in why for why in refused) and len(refused) == 2
    assert "Jane Doe" in (desk.folder / "a.txt").read_text()
    assert not (tmp_path / "outside.txt").exists()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("x.exe", b"MZ", "no reader for .exe"),
        ("x", b"words", "no reader for files without a suffix"),
        ("binary.txt", b"\x00\x01\xff\xfe", "binary.txt"),
        ("empty.txt", b"  \n", "holds no text"),
        (".hidden.txt", b"words", "name that cannot be kept"),
        ("con.txt", b"words", "name that cannot be kept"),
        ("a\u202etxt.txt", b"words", "name that cannot be kept"),
        ("x" * 230 + ".txt", b"words", "name that cannot be kept"),
        ('a"><img src=x>.txt', b"words", "name that cannot be kept"),
        ("bad.jsonl", b"{", "bad.jsonl"),
    ],
)
def test_what_cannot_be_read_or_kept_is_refused_by_name_and_not_copied(desk, dropped, name, content, why):
    before = sorted(os.listdir(desk.folder))
    added, (refused,) = take_in(dropped({name: content}), desk.folder)
    assert added == 0 and why in refused
    assert sorted(os.listdir(desk.folder)) == before


def test_too_large_and_too_many_files_are_refused(desk, dropped, monkeypatch):
    (large,) = dropped({"large.txt": ""})
    os.truncate(large, MOST_BYTES + 1)
    assert "more than the" in take_in([large], desk.folder)[1][0]
    monkeypatch.setattr(intake, "MOST_FILES", 2)
    added, refused = take_in(dropped({f"n{n}.txt": f"Words {n}." for n in range(5)}), desk.folder)
    assert added == 2 and "3 more files" in refused[0]


def test_a_library_without_its_folder_takes_nothing_in(desk, dropped):
    with pytest.raises(AttestError, match="start it on the FOLDER"):
        Intake(Desk(desk.assistant)).start(dropped({"new.txt": "Words."}))


def test_questions_are_answered_from_the_old_library_while_the_new_one_is_made(desk, dropped, monkeypatch):
    begun, go_on = Event(), Event()

    def slow(folder, library, progress=None, **options):
        progress(1, 4)
        begun.set()
        assert go_on.wait(30)
        return build(folder, library, progress=progress, **options)

    monkeypatch.setattr(intake, "build", slow)
    one = Intake(desk)
    one.start(dropped({"new.txt": "The bridge of Ostara was opened by Ann Lee."}))
    assert begun.wait(30)
    try:
        assert "25% of 4 new passages" in progress_html(one.progress).replace("&#37;", "%")
        assert desk.ask("Who is the mayor of Varnby?").considered
        with pytest.raises(AttestError, match="already"):
            one.start()
    finally:
        go_on.set()
    one.wait(30)
    assert one.progress.stage == "done" and len(desk.assistant.library.sources) == 2
    one.start()  # and the next one may begin
    one.wait(30)


@pytest.mark.parametrize(
    ("error", "told"),
    [(LibraryLocked("another process writes"), "another process writes"), (KeyError("x"), "KeyError")],
)
def test_an_indexing_that_fails_is_told_and_the_old_library_stays(desk, dropped, monkeypatch, error, told):
    def broken(*args, **options):
        raise error

    monkeypatch.setattr(intake, "build", broken)
    before, one = desk.assistant, Intake(desk)
    one.start(dropped({"new.txt": "Words of an article."}))
    one.wait(30)
    assert one.progress.stage == "failed" and told in one.progress.error and desk.assistant is before


def test_the_library_is_told_with_its_refused_files_escaped(desk):
    shown = holdings_html(desk)
    assert "<dd>1</dd>" in shown and "2 May 2024" in shown and str(desk.folder.name) in shown
    assert "1 file not in the library" in shown and "bad&#46;txt" in shown
    assert "1 article, the newest of 2 May 2024" in re.sub("<.*?>", "", html.unescape(head_html(desk)))
    refused = [(f"{n}<b>.txt", f"{n}<b>.txt: is no text") for n in range(80)]
    library = SimpleNamespace(manifest=desk.assistant.library.manifest, newest=None, refused=refused)
    many = holdings_html(Desk(SimpleNamespace(library=library), Path("x")))
    assert many.count("<li>") == 51 and "30 more" in many and "<b>" not in many


def test_a_refusal_is_shown_escaped():
    assert "<img" not in progress_html(Progress("done", refused=("<img src=x>: no",)))
    assert progress_html(Progress()) == ""
