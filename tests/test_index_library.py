"""Libraries on disk: built, brought up to date, filtered, and never trusted when damaged."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index import AttestError, Filter, Library, build, default_library, generation, store, tables
from index.encoders import ENCODERS, Hashed
from index.errors import EncoderMismatch, LibraryCorrupt, LibraryError, LibraryLocked, LibraryMissing, NoArticles
from index.passages import split
from index.scan import look
from index.search import codes

FILES = {
    "a.txt": "Macron spoke in Paris. France sends trainers.",
    "b.txt": "Germany, Italy and Spain opposed it.",
    "c.jsonl": '{"id": "x", "text": "Lithuania agreed."}\n{"id": "y", "text": "Estonia agreed too."}\n',
}
LONG = " ".join(
    f"Sentence number {n} tells how Macron and Zelensky met in the city of Paris on Friday." for n in range(60)
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "library"


def rows(library: Library) -> list[tuple[str, int, int, str]]:
    """Every passage in row order: source, extent, text."""
    found = (library.passage(row) for row in range(library.manifest["passages"]))
    return [(a.source, p.start, p.end, a.text[p.start : p.end]) for a, p in found]


def facts(library: Library) -> list[object]:
    """All that a library holds, but for its clock."""
    articles = [library.article(source) for source in library.sources]
    return [rows(library), articles, library.refused, list(library.files), library.vectors.tolist()]


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def age(folder: Path, seconds: float = 60) -> None:
    """Makes files look as if they had not been touched for a while, so that their times alone tell them unchanged."""
    for path in folder.rglob("*"):
        if path.is_file():
            then = path.stat().st_mtime_ns - int(seconds * 1e9)
            os.utime(path, ns=(then, then))


# Building


def test_a_built_library_holds_every_article_passage_and_vector(write, place):
    report = build(write(FILES | {"deep/er/d.md": "# Kyiv\n\nKyiv welcomed it."}), place, "hashed")
    library = Library.open(place)
    assert (report.articles, report.passages, report.embedded, report.changed, report.refused) == (5, 5, 5, True, [])
    assert library.sources == ["a.txt", "b.txt", "c.jsonl#x", "c.jsonl#y", "deep/er/d.md"]
    expected = [
        (article.source, p.start, p.end, article.text[p.start : p.end])
        for article in map(library.article, library.sources)
        for p in split(article)
    ]
    assert rows(library) == expected
    assert np.array_equal(library.vectors, Hashed().encode([text for *_, text in expected]))
    article = library.article("deep/er/d.md")
    assert (article.text, article.title) == ("# Kyiv\n\nKyiv welcomed it.", "Kyiv")
    assert library.article("nowhere.txt") is None


@pytest.mark.parametrize("old", [False, True], ids=["just written", "written long ago"])
@pytest.mark.parametrize(
    "files",
    [
        FILES,
        FILES | {"z.txt": b"\xff\xfe\xff", "z.pdf": b"%PDF"},
        {"b.txt": "Beta text.", "a/x.txt": "Another text."},
        {"a.txt": "One.", "a/b.txt": "Two.", "a-b.txt": "Three.", "é.txt": "Four.", "Z.txt": "Five."},
    ],
    ids=["flat", "with refused files", "a folder sorts before a file", "awkward names"],
)
def test_building_again_embeds_nothing_and_writes_nothing(write, place, embedded, files, old):
    folder = write(files)
    if old:
        age(folder)
    first = build(folder, place, "hashed")
    assert len(embedded) == first.embedded == first.passages > 0
    before = tree(place)
    embedded.clear()
    for encoder in ("hashed", None):
        again = build(folder, place, encoder)
        assert (again.articles, again.passages, again.refused) == (first.articles, first.passages, first.refused)
        assert (again.embedded, again.changed, embedded) == (0, False, [])
    assert tree(place) == before


def test_a_new_time_alone_embeds_nothing_and_changes_nothing_that_is_held(write, place, embedded):
    folder = write(FILES | {"z.txt": b"\xff"})
    build(folder, place, "hashed")
    before = facts(Library.open(place))
    embedded.clear()
    age(folder)
    assert build(folder, place).embedded == 0
    assert embedded == []
    assert facts(Library.open(place)) == before
    assert build(folder, place).changed is False


def test_only_the_passages_of_a_changed_file_are_embedded_again(write, place, embedded):
    folder = write(FILES | {"long.txt": LONG})
    build(folder, place, "hashed")
    embedded.clear()
    write({"b.txt": "Hungary opposed it."})
    report = build(folder, place)
    assert embedded == ["Hungary opposed it."]
    assert (report.embedded, report.changed, report.articles) == (1, True, 5)
    assert Library.open(place).article("b.txt").text == "Hungary opposed it."


def test_a_new_file_is_added_and_a_deleted_one_is_gone(write, place, embedded):
    folder = write(FILES)
    build(folder, place, "hashed")
    embedded.clear()
    write({"aa.txt": "Poland agreed."})
    assert build(folder, place).articles == 5
    assert embedded == ["Poland agreed."]
    (folder / "b.txt").unlink()
    (folder / "c.jsonl").unlink()
    assert build(folder, place).articles == 2
    assert embedded == ["Poland agreed."]
    library = Library.open(place)
    assert [source for source, *_ in rows(library)] == ["a.txt", "aa.txt"]
    assert library.article("b.txt") is None
    assert {hit.row for hit in library.search("Germany Italy Spain opposed", 10)} <= {0, 1}
    assert library.search("Poland", 1)[0].row == 1


def test_a_moved_file_keeps_its_text_under_its_new_name(write, place):
    folder = write(FILES)
    build(folder, place, "hashed")
    (folder / "b.txt").rename(folder / "moved.txt")
    build(folder, place)
    library = Library.open(place)
    assert library.article("b.txt") is None
    assert library.article("moved.txt").text == FILES["b.txt"]


def test_an_edit_that_keeps_size_and_time_is_seen_if_it_came_with_the_build(write, place):
    folder = write({"a.txt": "Ten went in."})
    build(folder, place, "hashed")
    then = (folder / "a.txt").stat().st_mtime_ns
    write({"a.txt": "Six went in."})
    os.utime(folder / "a.txt", ns=(then, then))
    build(folder, place)
    assert Library.open(place).article("a.txt").text == "Six went in."


@pytest.fixture(params=["written anew", "changed in place"])
def way(request, monkeypatch):
    """How a generation comes from the one before it: small libraries are written anew, large ones are not."""
    monkeypatch.setattr(codes, "FLAT_UP_TO", 30)
    if request.param == "changed in place":
        monkeypatch.setattr(generation, "SMALL", 0)
        monkeypatch.setattr(generation, "WORN", float("inf"))
    return request.param


@pytest.mark.parametrize("seed", range(3))
def test_after_any_updates_the_library_is_what_a_build_from_scratch_gives(write, tmp_path, place, way, seed):
    draw = random.Random(seed)
    names = [f"{folder}{n}{kind}" for folder in ("", "x/", "x/y/") for n in range(4) for kind in (".txt", ".jsonl")]

    def content(name: str) -> str | bytes:
        if draw.random() < 0.15:
            return b"\xff not UTF-8"
        texts = [" ".join(draw.choices(LONG.split(". "), k=draw.choice([1, 3, 40]))) + "." for _ in range(3)]
        return texts[0] if name.endswith(".txt") else "".join(json.dumps({"text": text}) + "\n" for text in texts)

    folder = write({"keep.txt": LONG})
    for turn in range(6):
        for name in draw.sample(names, 20 if turn == 4 else 8):
            (folder / name).unlink(missing_ok=True)
            write({name: content(name)} if draw.random() < (0.1 if turn == 4 else 0.75) else {})
        if draw.random() < 0.5:
            age(folder)
        build(folder, place, "hashed")
        build(folder, tmp_path / f"scratch{turn}", "hashed")
        library, scratch = Library.open(place), Library.open(tmp_path / f"scratch{turn}")
        assert sorted(rows(library)) == sorted(rows(scratch))
        assert groups(library) == groups(scratch)
        assert (library.sources, library.refused) == (scratch.sources, scratch.refused)
        assert np.array_equal(library.vectors, Hashed().encode([text for *_, text in rows(library)]))
        assert all(library.passages_of(source)[1] == split(library.article(source)) for source in library.sources)
        for name, file in library.files.items():
            assert library.original(name) == (b"" if file.refused else (folder / name).read_bytes())
        if way == "written anew":
            assert facts(library) == facts(scratch)
            for question in ("Sentence number 7", "Macron Zelensky Paris", "number 12 and 30"):
                assert library.search(question, 20) == scratch.search(question, 20)
        else:
            assert scores(library, "Sentence number 7") == scores(scratch, "Sentence number 7")


def groups(library: Library) -> set[frozenset[str]]:
    """The near-copies of one text, as sets of sources."""
    found: dict[str, set[str]] = {}
    for source in library.sources:
        found.setdefault(library.article(source).copy_of or source, set()).add(source)
    return {frozenset(group) for group in found.values()}


def scores(library: Library, question: str) -> list[tuple[float, str]]:
    """What each searcher finds, with equal scores in one order: rows differ with the history of a library."""
    texts = [text for *_, text in rows(library)]
    hits = [hit for searcher in library._searchers.values() for hit in searcher.search(question, len(texts))]
    return sorted((-round(hit.score, 5), texts[hit.row]) for hit in hits)


def test_what_was_deleted_is_not_left_in_the_files(write, place, way):
    folder = write(FILES | {"secret.txt": "Xyzzyplugh met the informer. " * 40})
    build(folder, place, "hashed")
    assert b"Xyzzyplugh met the informer" in (current(place) / "articles.db").read_bytes()
    (folder / "secret.txt").unlink()
    build(folder, place)
    assert b"Xyzzyplugh met" not in (current(place) / "articles.db").read_bytes()


def test_a_library_of_which_much_has_come_and_gone_is_written_anew(write, place, monkeypatch):
    monkeypatch.setattr(generation, "SMALL", 0)
    folder = write({f"{n}.txt": f"Article {n} tells of Kyiv." for n in range(20)})
    build(folder, place, "hashed")
    worn = []
    for n in range(5):
        write({"0.txt": f"Version {n} tells of Paris."})
        build(folder, place)
        worn.append(Library.open(place).manifest["worn"])
    assert worn == [2, 4, 0, 2, 4]  # a fifth of 20 passages


def test_the_bytes_of_a_file_are_kept_as_they_were(write, place, monkeypatch):
    monkeypatch.setattr(tables, "PART", 1000)
    marked = "\ufeffÉté.\r\nKyiv.".encode("utf-16")
    folder = write({"a.txt": marked, "b.txt": LONG, "empty.txt": b""})
    build(folder, place, "hashed")
    library = Library.open(place)
    assert (library.original("a.txt"), library.original("b.txt")) == (marked, LONG.encode())
    assert library.original("empty.txt") == library.original("nowhere.txt") == b""


def test_progress_is_told_up_to_the_end(write, place):
    told: list[tuple[int, int]] = []
    build(write(FILES), place, "hashed", progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (4, 4)


def test_only_the_newest_two_generations_stay(write, place):
    for n in range(5):
        build(write({"a.txt": f"Text number {n}."}), place, "hashed")
    assert sorted(path.name for path in place.glob("gen-*")) == ["gen-000004", "gen-000005"]
    assert (place / "CURRENT").read_text().split()[0] == "gen-000005"


def test_what_was_deleted_is_gone_from_the_disk_once_a_build_finds_nothing_new(write, place):
    folder = write({"a.txt": "The secret letter.", "b.txt": "It rained."})
    build(folder, place, "hashed")
    (folder / "a.txt").unlink()
    build(folder, place, "hashed")
    with Library.open(place).snapshot(), store.writing(place):
        build(folder, place, "hashed")  # while somebody writes it is left
    assert len(list(place.glob("gen-*"))) == 2
    build(folder, place, "hashed")
    held = [path.read_bytes() for path in place.rglob("*") if path.is_file()]
    assert not any(b"secret" in data for data in held) and Library.open(place).sources == ["b.txt"]


def test_what_an_interrupted_build_left_behind_does_not_matter(write, place):
    build(write(FILES), place, "hashed")
    (place / "gen-000002.draft").mkdir()
    (place / "gen-000002.draft" / "articles.db").write_bytes(b"half")
    (place / "CURRENT.draft").write_bytes(b"gen-00")
    assert Library.open(place).sources[0] == "a.txt"
    build(write({"a.txt": "Something new."}), place)
    assert Library.open(place).article("a.txt").text == "Something new."
    assert not list(place.glob("*.draft"))


def test_a_failed_build_leaves_the_library_as_it_was(write, place, monkeypatch):
    folder = write(FILES)
    build(folder, place, "hashed")
    before = facts(Library.open(place))
    write({"a.txt": "Something new."})
    with monkeypatch.context() as patch:
        patch.setattr(Hashed, "encode", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            build(folder, place)
    assert facts(Library.open(place)) == before
    assert build(folder, place).embedded == 1


def test_a_library_opened_before_two_updates_still_answers_or_says_why_not(write, place):
    folder = write(FILES)
    build(folder, place, "hashed")
    library = Library.open(place)
    for text in ("Something new.", "Something newer."):
        write({"a.txt": text})
        build(folder, place)
    with contextlib.suppress(LibraryError):
        assert library.search("Germany", 1)[0].row == 1


# Refused files and folders


def test_a_refused_file_is_reported_each_time_and_the_rest_is_indexed(write, place):
    folder = write(FILES | {"bad.txt": b"\xff\xfe\xff", "blob.bin": b"x", "empty.txt": b"", "deep/none": b"x"})
    for turn in range(3):
        if turn == 2:
            age(folder)
        report = build(folder, place, "hashed")
        assert report.articles == 4
        assert [path for path, _ in report.refused] == ["bad.txt", "blob.bin", "deep/none", "empty.txt"]
        assert all(reason.startswith(f"{path}: ") for path, reason in report.refused)
    assert Library.open(place).refused == report.refused


def test_a_repaired_file_is_taken_in_and_a_spoilt_one_is_dropped(write, place):
    folder = write({"a.txt": "Fine text.", "b.txt": b"\xff"})
    build(folder, place, "hashed")
    write({"a.txt": b"\xff", "b.txt": "Fine now."})
    report = build(folder, place)
    assert [path for path, _ in report.refused] == ["a.txt"]
    assert Library.open(place).sources == ["b.txt"]


def test_one_bad_record_refuses_its_file_and_not_the_others(write, place):
    bad = '{"text": "Fine."}\n{"text": "Fine too.", "title": "half \\ud83d of a pair"}\n'
    report = build(write({"a.txt": "Fine text.", "b.jsonl": bad}), place, "hashed")
    assert [path for path, _ in report.refused] == ["b.jsonl"]
    assert Library.open(place).sources == ["a.txt"]


def test_hidden_files_and_folders_are_passed_over(write, place):
    folder = write({"a.txt": "Fine text.", ".b.txt": "Hidden.", ".git/c.txt": "Hidden.", "d/.e.txt": "Hidden."})
    report = build(folder, place, "hashed")
    assert (report.articles, report.refused) == (1, [])


def test_a_linked_file_is_read_and_a_linked_folder_is_not_followed(write, place, tmp_path):
    folder = write({"a.txt": "Fine text."})
    other = write({"b.txt": "Linked text."}, "elsewhere")
    (folder / "link.txt").symlink_to(other / "b.txt")
    (folder / "folder").symlink_to(other)
    (folder / "loop").symlink_to(folder)
    (folder / "broken.txt").symlink_to(tmp_path / "nowhere.txt")
    report = build(folder, place, "hashed")
    assert Library.open(place).sources == ["a.txt", "link.txt"]
    assert [path for path, _ in report.refused] == ["broken.txt"]


def test_the_folder_of_articles_itself_is_refused_as_a_library(write):
    folder = write({"a.txt": "Fine text."})
    with pytest.raises(LibraryError, match="name another --library"):
        build(folder, folder, "hashed")
    assert sorted(path.name for path in folder.iterdir()) == ["a.txt"]


@pytest.mark.parametrize("inside", ["library", "deep/library"])
def test_a_library_kept_among_the_articles_does_not_index_itself(write, inside):
    folder = write({"a.txt": "Fine text.", "deep/b.txt": "More text."})
    assert build(folder, folder / inside, "hashed").articles == 2
    again = build(folder, folder / inside)
    assert (again.articles, again.refused, again.changed) == (2, [], False)


def test_a_named_pipe_does_not_stop_the_work(write, place):
    folder = write({"a.txt": "Fine text."})
    os.mkfifo(folder / "pipe.txt")
    found: list[str] = []
    worker = threading.Thread(target=lambda: found.extend(e.file.path for e in look(folder, place, None)), daemon=True)
    worker.start()
    worker.join(2)
    stuck = worker.is_alive()
    while worker.is_alive():  # let it go: each time it opens the pipe, it finds the other end closed again
        with contextlib.suppress(OSError):
            os.close(os.open(folder / "pipe.txt", os.O_WRONLY | os.O_NONBLOCK))
        worker.join(0.05)
    assert not stuck
    assert "a.txt" in found


def test_a_folder_that_cannot_be_listed_is_not_passed_over_in_silence(write, place, monkeypatch):
    folder = write({"a.txt": "Fine text.", "closed/b.txt": "Out of reach."})
    scan = os.scandir

    def refusing(path="."):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    try:
        report = build(folder, place, "hashed")
    except AttestError as error:
        assert "closed" in str(error)
    else:
        assert any("closed" in path for path, _ in report.refused)


def test_a_file_whose_permissions_were_mended_is_taken_in(write, place, monkeypatch):
    folder = write({"a.txt": "Fine text.", "b.txt": "Out of reach."})
    age(folder)
    opened = Path.open

    def refusing(self, *args, **kwargs):
        if self.name == "b.txt":
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refusing)
        assert [path for path, _ in build(folder, place, "hashed").refused] == ["b.txt"]
    report = build(folder, place)  # chmod changes neither size nor time of the file
    assert (report.articles, report.refused) == (2, [])


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no articles in it; put .txt"),
        ({".hidden.txt": "Hidden."}, "no articles in it"),
        ({"bad.txt": b"\xff"}, "no article in it can be read: bad.txt: not UTF-8"),
        ({"bad.txt": b"\xff", "c.pdf": b"x"}, r"can be read: bad.txt: .*\(and 1 more refused\)"),
    ],
    ids=["empty", "hidden", "unreadable", "two unreadable"],
)
def test_a_folder_without_a_readable_article_is_refused_with_the_reason(write, place, files, message):
    folder = write(files)
    with pytest.raises(NoArticles, match=message) as caught:
        build(folder, place, "hashed")
    assert str(folder) in str(caught.value)
    assert not store.exists(place)


def test_no_folder_and_a_file_instead_of_a_folder_are_told_apart(write, place):
    folder = write({"a.txt": "Fine text."})
    with pytest.raises(NoArticles, match="gone: no such folder"):
        build(folder / "gone", place, "hashed")
    with pytest.raises(NoArticles, match=r"a\.txt: not a folder"):
        build(folder / "a.txt", place, "hashed")
    assert not place.exists()


@pytest.mark.parametrize("text", ["Subscribe", "Sign up now\n\nShare\n"])
def test_articles_of_boilerplate_alone_are_held_and_nothing_is_found_in_them(write, place, text):
    folder = write({"a.txt": text})
    assert build(folder, place, "hashed").passages == 0
    assert Library.open(place).search("share", 5) == []
    write({"b.txt": "Germany opposed it."})
    build(folder, place)
    assert [hit.row for hit in Library.open(place).search("Germany", 5)] == [0]


def test_a_library_may_lose_its_last_passage(write, place):
    folder = write({"a.txt": "Germany opposed it."})
    build(folder, place, "hashed")
    write({"a.txt": "Subscribe"})
    build(folder, place)
    assert Library.open(place).search("Germany", 5) == []


def test_files_whose_sources_would_be_the_same_do_not_break_the_build(write, place):
    folder = write({"a.txt": "Fine text.", "b.jsonl": '{"id": "x.txt", "text": "One."}', "b.jsonl#x.txt": "Two."})
    report = build(folder, place, "hashed")
    assert "a.txt" in Library.open(place).sources
    assert len(report.refused) == 1


@pytest.mark.skipif(os.name == "nt", reason="names are bytes only on POSIX")
def test_file_names_that_are_not_text_are_refused_and_do_not_break_the_build(write, place):
    folder = write({"a.txt": "Fine text.", "\\udcff.txt": "A backslash.", os.fsdecode(b"\xff.txt"): "Not UTF-8."})
    report = build(folder, place, "hashed")
    assert report.articles == 1
    assert len(report.refused) == 2


@pytest.mark.skipif(os.name == "nt", reason="names are bytes only on POSIX")
@pytest.mark.parametrize("name", [os.fsdecode(b"caf\xe9"), "n" * 250, "with space & ünï #?%41"], ids=ascii)
def test_a_folder_of_any_name_can_be_indexed(write, name):
    folder = write({"a.txt": "Fine text."}, name)
    assert build(folder, None, "hashed").articles == 1
    assert build(folder).changed is False
    assert Library.open(default_library(folder)).sources == ["a.txt"]


# One library, one encoder, one folder, one writer


def test_another_encoder_is_refused_and_both_are_named(write, place):
    folder = write(FILES)
    build(folder, place, "hashed")
    for refuse in (lambda: Library.open(place, "all-MiniLM-L6-v2"), lambda: build(folder, place, "all-MiniLM-L6-v2")):
        with pytest.raises(EncoderMismatch, match=r"'hashed'.*'all-MiniLM-L6-v2 int8'"):
            refuse()
    assert Library.open(place).encoder.name == "hashed"
    assert Library.open(place, "hashed").encoder.name == "hashed"


def test_a_library_built_with_an_encoder_folder_opens_from_everywhere(write, place, tmp_path, monkeypatch):
    from index.encoders import SentenceTransformers

    monkeypatch.setattr(SentenceTransformers, "encode", lambda self, texts, progress=None: Hashed().encode(texts))
    folder, model = write(FILES), write({"config.json": "{}"}, "model")
    monkeypatch.chdir(tmp_path)
    build(folder, place, "model")
    monkeypatch.chdir(folder)
    assert Library.open(place, str(model)).encoder.name.startswith("model@")
    assert Library.open(place).encoder.name.startswith("model@")


def test_another_folder_is_refused_by_name(write, place):
    one, two = write(FILES, "one"), write(FILES, "two")
    build(one, place, "hashed")
    with pytest.raises(LibraryError, match=f"{one}.*{two}"):
        build(two, place, "hashed")
    build(one / ".." / "one", place)


def test_a_library_in_the_users_cache_is_kept_for_each_folder(write, place):
    one, two = write(FILES, "one/same"), write({"z.txt": "Other text."}, "two/same")
    assert default_library(one) != default_library(two)
    assert default_library(one) == default_library(one / ".." / "same")
    assert str(default_library(one)).startswith(os.environ["HOME"])
    build(one, encoder="hashed")
    build(two, encoder="hashed")
    assert Library.open(default_library(one)).sources != Library.open(default_library(two)).sources
    assert sorted(tree(one)) == sorted(FILES), "something was written among the articles"


@pytest.mark.parametrize("column", ["file", "source", "text"])
def test_an_article_is_found_without_reading_the_others(write, place, column):
    """Once, every file of an update looked through every article: 19,043 files took twice as long as the first time."""
    build(write(FILES), place, "hashed")
    plan = f"explain query plan select source from article where {column} = ? order by id"
    steps = [row[3] for row in Library.open(place).db.execute(plan, ("x",))]
    assert steps[0].startswith("SEARCH article USING") and not any(step.startswith("SCAN") for step in steps)


def test_of_a_file_of_many_articles_only_what_changed_is_embedded_again(write, place):
    def lines(*texts):
        return "".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(texts))

    folder = write({"all.jsonl": lines("Spain said no.", "Italy agreed.", "Kyiv welcomed it.")})
    assert build(folder, place, "hashed").embedded == 3
    write({"all.jsonl": lines("Spain said no.", "Italy hesitated.", "Kyiv welcomed it.", "Paris too.")})
    assert build(folder, place).embedded == 2
    library = Library.open(place)
    expected = Hashed().encode(["Spain said no.", "Italy hesitated.", "Kyiv welcomed it.", "Paris too."])
    assert np.array_equal(library.vectors, expected)


def test_a_renamed_file_is_not_embedded_again(write, place):
    folder = write(FILES)
    build(folder, place, "hashed")
    before = {source: Library.open(place).article(source).text for source in Library.open(place).sources}
    (folder / "a.txt").rename(folder / "z.txt")
    report = build(folder, place)
    assert report.changed and report.embedded == 0
    library = Library.open(place)
    assert {source: library.article(source).text for source in library.sources} == {
        "z.txt" if source == "a.txt" else source: text for source, text in before.items()
    }


def test_a_library_of_an_earlier_form_of_our_encoder_is_embedded_again(write, place, monkeypatch):
    folder = write(FILES)

    class Earlier(Hashed):
        name = "all-MiniLM-L6-v2"

    monkeypatch.setitem(ENCODERS, "all-MiniLM-L6-v2", Earlier)
    build(folder, place)
    monkeypatch.setitem(ENCODERS, "all-MiniLM-L6-v2", Hashed)
    with pytest.raises(EncoderMismatch, match="index its articles again"):
        Library.open(place)
    with pytest.raises(LibraryError, match="holds the articles of"):
        build(write(FILES, "elsewhere"), place)
    assert build(folder, place).embedded == 4 and Library.open(place).manifest["encoder"] == "hashed"
    assert not build(folder, place).changed


def test_a_library_of_a_model_folder_that_was_trained_further_is_not_made_anew_with_another(write, place, monkeypatch):
    monkeypatch.setitem(ENCODERS, "mine", Hashed)
    build(write(FILES), place, "mine")
    monkeypatch.setattr(Hashed, "name", "hashed further")
    with pytest.raises(EncoderMismatch, match="hashed further"):
        build(write(FILES), place)


def test_a_library_that_another_writer_holds_is_not_changed(write, place):
    folder = write(FILES)
    build(folder, place, "hashed")
    write({"a.txt": "Something new."})
    with store.writing(place), pytest.raises(LibraryLocked, match=str(place)):
        build(folder, place)
    assert Library.open(place).article("a.txt").text == FILES["a.txt"]
    assert build(folder, place).embedded == 1


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_library_that_cannot_be_a_folder_is_refused(write, tmp_path, place):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(AttestError, match="file"):
        build(write(FILES), tmp_path / place, "hashed")


# Damage


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip(where: float) -> Callable[[Path], None]:
    def flipped(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[int(where * (len(data) - 1))] ^= 1
        path.write_bytes(data)

    return flipped


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut by a byte": truncate,
    "cut in half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "emptied": lambda path: path.write_bytes(b""),
    "longer by a byte": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "first byte flipped": flip(0),
    "middle byte flipped": flip(0.5),
    "last byte flipped": flip(1),
    "deleted": Path.unlink,
    "turned into a folder": lambda path: (path.unlink(), path.mkdir()),
}


def current(place: Path) -> Path:
    return place / (place / "CURRENT").read_text().split()[0]


def assert_broken(folder: Path, place: Path) -> None:
    for use in (lambda: Library.open(place), lambda: build(folder, place)):
        with pytest.raises((LibraryCorrupt, LibraryMissing), match=str(place)):
            use()


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["articles.db", "vectors.f32", "manifest.json"])
def test_a_damaged_file_is_noticed(write, place, name, damage):
    folder = write(FILES)
    build(folder, place, "hashed")
    assert sorted(path.name for path in current(place).iterdir()) == ["articles.db", "manifest.json", "vectors.f32"]
    DAMAGES[damage](current(place) / name)
    assert_broken(folder, place)


def test_every_flipped_byte_of_the_manifest_is_noticed(write, place):
    build(write(FILES), place, "hashed")
    path = current(place) / "manifest.json"
    whole = path.read_bytes()
    wrong: dict[str, list[str]] = {}
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            Library.open(place).search("Germany", 1)
            outcome = "not noticed"
        except (LibraryCorrupt, LibraryMissing):
            continue
        except Exception as error:
            outcome = repr(error)[:80]
        line = whole[whole.rfind(b"\n", 0, at) + 1 : whole.find(b"\n", at)]
        wrong.setdefault(outcome, []).append(line.decode()[:40])
    assert {outcome: sorted(set(lines)) for outcome, lines in wrong.items()} == {}


@pytest.mark.parametrize(
    "manifest",
    [
        *(b"", b"{", b"[]", b"{}", b"null", b'"text"', b"\xff\xfe", b"[" * 100_000),
        b'{"files": [], "format": 1}',
        b'{"files": {}, "format": 1}',
        b'{"files": {"articles.db": 3}, "format": 1}',
        b'{"files": {"a": {}}, "format": 1}',
        b'{"files": {}, "format": 999}',
        b'{"files": null, "format": 1}',
    ],
    ids=lambda manifest: ascii(manifest[:50]),
)
def test_a_manifest_of_nonsense_is_noticed(write, place, manifest):
    folder = write(FILES)
    build(folder, place, "hashed")
    (current(place) / "manifest.json").write_bytes(manifest)
    assert_broken(folder, place)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"gen-999999", b"gen", b"nonsense", b"\xff\xfe", b"\0", b"../..", b"/", b"x" * 5_000, b"{}"],
    ids=lambda content: ascii(content[:20]),
)
def test_nonsense_in_current_is_noticed(write, place, content):
    folder = write(FILES)
    build(folder, place, "hashed")
    (place / "CURRENT").write_bytes(content)
    assert_broken(folder, place)


def test_without_current_there_is_no_library_and_a_build_makes_one(write, place, embedded):
    folder = write(FILES)
    build(folder, place, "hashed")
    before = facts(Library.open(place))
    (place / "CURRENT").unlink()
    with pytest.raises(LibraryMissing, match=f"{place}: no library here; .*attest index"):
        Library.open(place)
    embedded.clear()
    assert build(folder, place, "hashed").embedded == len(embedded) == 4
    assert facts(Library.open(place)) == before


def test_without_its_generation_a_library_is_broken(write, place):
    folder = write(FILES)
    build(folder, place, "hashed")
    shutil.rmtree(current(place))
    assert_broken(folder, place)


@pytest.mark.parametrize("what", ["nowhere", "file"])
def test_where_no_library_is_none_is_opened(tmp_path, what):
    (tmp_path / "file").write_text("text")
    with pytest.raises(LibraryMissing, match=what):
        Library.open(tmp_path / what)


def test_a_large_library_is_checked_by_size_at_open_and_by_hash_on_demand(write, place, monkeypatch):
    build(write(FILES), place, "hashed")
    monkeypatch.setattr(store, "CHECKED_AT_OPEN", 0)
    flip(0.5)(current(place) / "vectors.f32")
    manifest = Library.open(place).manifest
    problems = dict(store.check(current(place), manifest))
    assert problems["articles.db"] is None
    assert "has changed" in problems["vectors.f32"]
    (current(place) / "articles.db").write_bytes(
        (current(place) / "articles.db").read_bytes().replace(b"Germany, Italy", b"Hungary, Italy")
    )
    with pytest.raises(LibraryCorrupt, match=r"b.txt has changed since it was stored"):
        Library.open(place).article("b.txt")
    library = Library.open(place)
    data = bytearray((current(place) / "articles.db").read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    (current(place) / "articles.db").write_bytes(data)
    with pytest.raises(LibraryCorrupt, match=r"articles.db: .*malformed"), library.snapshot():
        library.latest(3)
    truncate(current(place) / "vectors.f32")
    with pytest.raises(LibraryCorrupt, match=r"vectors.f32 has 4095 bytes, not 4096"):
        Library.open(place)


# Filters

DATED = {
    "news/a.txt": "1 May 2024\n\nAlpha text.",
    "news/b.txt": "2 May 2024\n\nBeta text.",
    "news/deep/c.txt": "3 May 2024\n\nGamma text.",
    "newsletter/d.txt": "Delta text without a day.",
    "e.jsonl": '{"id": "1", "text": "Epsilon.", "date": "2024-05-04"}\n{"id": "10", "text": "Zeta."}\n',
}
A, B, C, D, E1, E10 = "news/a.txt", "news/b.txt", "news/deep/c.txt", "newsletter/d.txt", "e.jsonl#1", "e.jsonl#10"


@pytest.fixture
def dated(write, place) -> Library:
    build(write(DATED), place, "hashed")
    return Library.open(place)


def sources(library: Library, chosen: Filter) -> set[str]:
    found = library.allowed(chosen)
    assert found.dtype == np.int64
    assert found.tolist() == sorted(found.tolist())
    return {library.passage(int(row))[0].source for row in found}


@pytest.mark.parametrize(
    ("chosen", "passed"),
    [
        (Filter(), {A, B, C, D, E1, E10}),
        (Filter(since="2024-05-02"), {B, C, E1}),
        (Filter(until="2024-05-02"), {A, B}),
        (Filter(since="2024-05-02", until="2024-05-03"), {B, C}),
        (Filter(since="2024-05-02", until="2024-05-02"), {B}),
        (Filter(since="2025-01-01"), set()),
        (Filter(since="2024-05-03", until="2024-05-01"), set()),
        (Filter(sources=(A,)), {A}),
        (Filter(sources=("news",)), {A, B, C}),
        (Filter(sources=("news/",)), {A, B, C}),
        (Filter(sources=("news/deep",)), {C}),
        (Filter(sources=("e.jsonl",)), {E1, E10}),
        (Filter(sources=(E1,)), {E1}),
        (Filter(sources=(A, "newsletter", "nowhere")), {A, D}),
        (Filter(sources=("nowhere",)), set()),
        (Filter(sources=("new",)), set()),
        (Filter(sources=("%", "news/_.txt", "*", "' or 1 --")), set()),
        (Filter(sources=("news", E1), since="2024-05-03"), {C, E1}),
        (Filter(sources=("newsletter",), until="2030-01-01"), set()),
    ],
    ids=str,
)
def test_a_filter_lets_pass_what_it_says(dated, chosen, passed):
    assert sources(dated, chosen) == passed
    found = {dated.passage(hit.row)[0].source for hit in dated.search("text alpha epsilon zeta", 50, chosen)}
    assert found == passed


def test_a_filter_of_thousands_of_sources_is_answered(dated):
    assert sources(dated, Filter(sources=(*(f"nowhere/{n}.txt" for n in range(40_000)), B))) == {B}


def test_an_empty_filter_is_false():
    assert not Filter()
    assert Filter(sources=("a",)) and Filter(since="2024-05-01") and Filter(until="2024-05-01")


def test_the_newest_day_is_the_latest_known(dated, write, tmp_path):
    assert dated.newest == "2024-05-04"
    build(write({"a.txt": "No day here."}, "other"), tmp_path / "other library", "hashed")
    assert Library.open(tmp_path / "other library").newest is None
