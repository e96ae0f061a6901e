"""A library on PostgreSQL holds, finds and answers what a local one does, and says clearly what is wrong."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import AttestError, Filter, Library, build
from index import postgres as server_side
from index.encoders import ENCODERS, Hashed
from index.errors import (
    EncoderMismatch,
    LibraryCorrupt,
    LibraryError,
    LibraryMissing,
    LibraryOutdated,
    LibraryUnreachable,
    NoArticles,
)
from index.postgres import addresses, dense, dialect, schema
from index.postgres import build as writing
from index.postgres.connection import Database
from index.transfer import copy
from qa import Assistant, cli

WORDS = "kyiv paris berlin trainers letters soldiers agreed opposed minister summit treaty harvest olives budget".split()
ODD = (
    "A \0 within. It said \"yes\", 'no', 100 % and ?; C:\\new\\table {x} $1 %s :name -- ; drop table text;\n"
    "\U0010fffe alone, \U0010fffe0 and \U0010fffe1 and \U0010fffe\0. 😀 👩‍🚀 Café Ünïcode 马克龙抵达基辅 \x7f\u2028 end."
)


def sentence(draw: random.Random) -> str:
    words = [draw.choice(WORDS) for _ in range(9)] + [draw.choice(WORDS).title(), str(draw.randrange(9000))]
    return " ".join(words).capitalize() + "."


def article(draw: random.Random, sentences: int = 12) -> str:
    return " ".join(sentence(draw) for _ in range(sentences))


def articles(seed: int = 0) -> dict[str, bytes]:
    """Files of several formats: reprints, near-copies, days, folders, odd characters, and some that are refused."""
    draw = random.Random(seed)
    texts = [article(draw, draw.randint(3, 40)) for _ in range(14)]
    files = {f"wire/{n}.txt": text for n, text in enumerate(texts)}
    files |= {f"papers/deep/{n}.md": f"---\ndate: 2024-06-{n + 1:02}\n---\n\n{texts[n]}" for n in range(5)}
    files |= {f"copies/{n}.txt": f"Agency. {texts[n]} More is not known." for n in (1, 2, 3)}
    lines = [{"id": f"r{n}", "text": texts[n % 7], "date": f"2024-05-{n + 1:02}", "title": f"T {n}"} for n in range(9)]
    lines += [{"id": 'q"?%\\', "text": ODD}, {"id": "\U0010fffe", "text": "A source of its own, with a mark."}]
    files["many.jsonl"] = "".join(json.dumps(line) + "\n" for line in lines)
    files |= {"odd.txt": ODD.replace("\0", ""), "only.md": "---\ntitle: No text\n---\n", "%s ?.txt": "Percent and question mark in a name.", "blank.txt": " \n", "long.txt": "x" * 70_000}
    files |= {"Ünï 😀/naïve.html": f"<html><body><article><h1>Kyiv</h1><p>{texts[5]}</p></article></body></html>"}
    files |= {"bad.jsonl": "{", "bad.bin": "no article"}
    return {name: text.encode() for name, text in files.items()}


QUESTIONS = [
    "Who opposed the trainers in Kyiv?",
    "Which minister agreed to the budget?",
    "summit 4711",
    "olives",
    "Café",
    "马克龙",
    "drop table text; -- %s ? 😀",
    "the of and",
    "what is not there: zyxw",
    "Did Berlin oppose the treaty, and did Paris agree to the letters?",
]
FILTERS = [
    None,
    Filter(sources=("wire",)),
    Filter(sources=("papers/deep/", "copies/1.txt")),
    Filter(sources=("many.jsonl",)),
    Filter(sources=('many.jsonl#q"?%\\', "many.jsonl#\U0010fffe")),
    Filter(sources=("a\0b", "\ud800", "nowhere", "%")),
    Filter(sources=()),
    Filter(since="2024-05-04"),
    Filter(until="2024-05-04"),
    Filter(since="2024-05-02", until="2024-06-03", sources=("many.jsonl", "papers")),
    Filter(since="2030-01-01"),
]


def held(library: Library) -> dict[str, Any]:
    """All that a library tells of its articles, but for the order of its rows."""
    sources = library.sources
    kinds = {}
    for name, first in library.groups().items():
        kinds.setdefault(first, set()).add(name)
    return {
        "articles": {source: library.article(source).text for source in sources},
        "facts": {source: vars(library.article(source)) | {"copy_of": None, "sha256": None} for source in sources},
        "originals": {name: library.original(name) for name in library.files},
        "passages": {source: library.passages_of(source)[1] for source in sources},
        "groups": {frozenset(group) for group in kinds.values()},
        "of_files": {name: library.sources_of(name) for name in library.files},
        "refused": library.refused,
        "newest": library.newest,
        "latest": [one.source for one in library.latest(99)],
        "reprints": {source: [one.source for one in library.reprints(source)] for source in sources},
        "known": {word: library.vocabulary.known(word) for word in (*WORDS, "cafe", "zyxw", "克", "\U0010fffe")},
        "starting": {begin: library.vocabulary.starting(begin) for begin in ("", "k", "tr", "马", "zz")},
        "counts": (library.manifest["articles"], library.manifest["passages"]),
    }


def found(library: Library, rows: bool = True) -> dict[Any, Any]:
    """What each searcher and all of them find; by row, or by what the passage is."""

    def told(hits):
        if rows:
            return [(hit.row, hit.score) for hit in hits]
        texts = [(round(hit.score, 9), a.text[p.start : p.end]) for hit in hits for a, p in [library.passage(hit.row)]]
        return sorted(texts)

    lists = {}
    for chosen in FILTERS:
        with library.snapshot():
            allowed = library.allowed(chosen) if chosen else None
            for question in QUESTIONS:
                for name, searcher in library._searchers.items():
                    lists[question, chosen, name] = told(searcher.search(question, 500, allowed))
                if rows:
                    lists[question, chosen] = told(library.search(question, 30, chosen))
    return lists


def doctor(place: str) -> dict[str, str]:
    """What is wrong with a library, by where."""
    return {name: problem for name, problem in server_side.examine(place) if problem}


@pytest.fixture(scope="module")
def pair(server, tmp_path_factory) -> tuple[Library, Library]:
    """Libraries of the same articles, a local one and one on the server; nothing changes them."""
    folder = tmp_path_factory.mktemp("pair")
    for name, data in articles().items():
        (folder / "articles" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "articles" / name).write_bytes(data)
    opened = []
    for place in (folder / "library", f"{server.get_uri()}#pair"):
        report = build(folder / "articles", place, "hashed")
        assert report.changed and not build(folder / "articles", place).changed
        opened.append(Library.open(place))
    return opened[0], opened[1]


# ---- both stores hold and find the same


def test_both_stores_hold_the_same(pair):
    local, remote = map(held, pair)
    for name, told in local.items():
        assert remote[name] == told, name
    assert len(local["refused"]) == 3 and len(local["groups"]) < len(pair[0].groups())
    assert pair[1].article('many.jsonl#q"?%\\').text == ODD
    assert doctor(pair[1].folder) == {}


def test_both_stores_have_the_same_rows_and_files(pair):
    local, remote = pair
    assert remote.files == local.files and list(remote.files) == list(local.files)
    for source in local.sources:
        assert remote.passages_of(source) == local.passages_of(source)
        assert remote.article(source) == local.article(source)
    for row in range(local.manifest["passages"]):
        assert remote.passage(row) == local.passage(row)
    assert local.vectors_of([3, 0, 3]).tolist() == remote.vectors_of([3, 0, 3]).tolist()
    assert remote.vectors_of([]).shape == local.vectors_of([]).shape
    assert remote.cosines("kyiv", [2, 1]).tolist() == local.cosines("kyiv", [2, 1]).tolist()
    words = [word for begin in "kptbs" for word, _ in local.vocabulary.starting(begin)]
    assert [remote.vocabulary.spelt(word) for word in words] == [local.vocabulary.spelt(word) for word in words]
    assert remote.vocabulary.spelt("zyxw") is None and remote.article("nowhere") is None


@pytest.mark.parametrize("chosen", FILTERS[1:], ids=str)
def test_filters_let_the_same_pass(pair, chosen):
    local, remote = pair
    assert remote.allowed(chosen).tolist() == local.allowed(chosen).tolist()
    for row in local.allowed(chosen).tolist():
        assert remote.passage(row, chosen) == local.passage(row, chosen)


def test_both_stores_find_the_same_in_the_same_order(pair):
    local, remote = map(found, pair)
    assert len(local) == len(FILTERS) * len(QUESTIONS) * 4
    different = [asked for asked in local if local[asked] != remote[asked]]
    assert different == []


@pytest.fixture(scope="module")
def seeded(server, seeds, tmp_path_factory) -> tuple[Path, str]:
    places = tmp_path_factory.mktemp("seeded") / "library", f"{server.get_uri()}#seeds"
    for place in places:
        build(seeds, place)
    return places


def answers(place, reader: str, questions) -> list[dict[str, Any]]:
    assistant = Assistant.open_library(place, reader=reader)
    told = []
    for row in questions:
        answer = assistant.ask(row["question"])
        assert answer.verify() == []
        told.append(answer.to_dict() | {"seconds": 0})
    return told


def asked(count: int) -> list[dict[str, Any]]:
    path = Path(__file__).resolve().parent.parent / "eval" / "questions" / "seeds.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return rows[:: max(1, len(rows) // count)]


def test_the_seeds_are_answered_alike(seeded):
    local, remote = (answers(place, "overlap", asked(120)) for place in seeded)
    assert local == remote and sum(answer["answered"] for answer in local) > 5
    local, remote = (answers(place, "attest", asked(8)) for place in seeded)
    assert local == remote and sum(answer["answered"] for answer in local) > 2


@pytest.mark.slow
def test_all_questions_on_the_seeds_are_answered_alike_by_the_shipped_reader(seeded):
    local, remote = (answers(place, "attest", asked(1000)) for place in seeded)
    assert len(local) == 120 and local == remote


@given(st.text(st.sampled_from("a\0\U0010fffe01%?é\ud800\\'\"")))
def test_any_text_is_given_back(text):
    whole = text.encode("utf-8", "backslashreplace").decode()
    kept = dialect.kept(text)
    assert "\0" not in kept.encode().decode() and dialect.given(kept) == whole


def test_lists_and_marks_of_a_statement_are_translated():
    said, values = dialect.spoken("a ? in (select value from json_each(?)) b % ? json_each(?)", (1, '["\\u0000"]', "\0", "[2]"))
    assert said.count("%s") == 4 and "?" not in said and "%%" in said and said.count("unnest(%s::text[])") == 2
    assert values == [1, ["\U0010fffe0"], "\U0010fffe0", ["2"]]


# ---- updates


def synced(folder: Path, files: dict[str, bytes]) -> None:
    """Makes the folder hold these files; those that do not change are not touched."""
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)


def changed(draw: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    """A few files come, go, change, or get another name."""
    files, fresh = dict(files), articles(draw.randrange(4))
    for name in draw.sample(sorted(files), 3):
        what = draw.choice(["drop", "change", "rename", "copy", "swap"])
        if what == "change":
            files[name] = draw.choice(list(fresh.values()))
        elif what == "swap":
            other = draw.choice(sorted(files))
            files[name], files[other] = files[other], files[name]
        elif what != "drop":
            files[f"moved/{draw.randrange(9)}{Path(name).suffix}"] = files[name]
        if what in ("drop", "rename"):
            del files[name]
    for name in draw.sample(sorted(fresh), 2):
        files[name] = fresh[name]
    return files


@pytest.mark.parametrize("seed", range(3))
def test_after_any_update_the_library_is_what_a_new_one_would_be(address, tmp_path, monkeypatch, seed):
    monkeypatch.setattr(writing, "SET", 15)
    draw, folder, files = random.Random(seed), tmp_path / "articles", articles(seed)
    folder.mkdir()
    for turn in range(6):
        synced(folder, files)
        before = set(Library.open(address).groups()) if turn else set()
        report = build(folder, address, "hashed")
        build(folder, tmp_path / f"new{turn}", "hashed")
        new, library = Library.open(tmp_path / f"new{turn}"), Library.open(address)
        wrong = [name for name, told in held(new).items() if held(library)[name] != told]
        assert not wrong
        assert found(library, rows=False) == found(new, rows=False)
        assert not doctor(address)
        assert library.refused == report.refused == new.refused
        fresh = [name for name in new.groups() if name not in before]
        assert report.embedded == sum(len(new.text(name)[0]) for name in fresh)  # and nothing that was only moved
        version = library.version
        assert not build(folder, address).changed and Library.open(address).version == version
        files = changed(draw, files)


def test_touched_files_are_not_read_again_and_a_file_that_moves_is_not_embedded(address, write, embedded):
    folder = write({"a.txt": "Macron spoke in Paris.", "b.txt": "Spain agreed."})
    assert build(folder, address, "hashed").embedded == 2
    (folder / "a.txt").touch()
    report = build(folder, address)
    assert (report.changed, report.embedded) == (True, 0)
    (folder / "b.txt").rename(folder / "c.txt")
    assert build(folder, address).embedded == 0 and len(embedded) == 2
    assert Library.open(address).sources == ["a.txt", "c.txt"] and not doctor(address)
    (folder / "a.txt").unlink()
    (folder / "c.txt").unlink()
    with pytest.raises(NoArticles):
        build(folder, address)
    assert Library.open(address).sources == ["a.txt", "c.txt"]


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that the toy encoder was given to embed."""
    texts: list[str] = []

    class Counting(Hashed):
        def encode(self, some, progress=None):
            texts.extend(some)
            return super().encode(some, progress)

        def encode_question(self, question):
            return super().encode([question])[0]

    monkeypatch.setitem(ENCODERS, "hashed", Counting)
    return texts


def test_an_open_library_follows_the_writer(address, write):
    folder = write({"a.txt": "Macron spoke in Paris."})
    build(folder, address, "hashed")
    assistant = Assistant.open_library(address, reader="overlap")
    assert assistant.ask("Who spoke in Paris?").answers[0].citations[0].source == "a.txt"
    write({"b.txt": "Zelensky spoke in Oslo.", "a.txt": "Nothing is known."})
    build(folder, address)
    assert assistant.ask("Who spoke in Oslo?").answers[0].citations[0].source == "b.txt"
    assert assistant.library.manifest["articles"] == 2 and assistant.library.article("a.txt").text == "Nothing is known."


# ---- several folders and writers


def test_folders_share_a_library_and_names_that_are_taken_are_refused_each_time(address, write):
    one = write({"a.txt": "Macron spoke.", "same.txt": "Spain agreed.", "x.jsonl": '{"id": "1.txt", "text": "Oslo."}'}, "one")
    two = write({"b.txt": "Spain agreed.", "same.txt": "Italy agreed.", "x.jsonl#1.txt": "Bergen."}, "two")
    assert build(one, address, "hashed").refused == []
    for turn in range(3):
        report = build(two, address)
        assert [name for name, _ in report.refused] == [f"same.txt (of {two})", "x.jsonl#1.txt"]
        assert all(f" from {one}" in why and "rename one" in why for _, why in report.refused)
        assert report.changed is (turn == 0)
        assert not build(one, address).changed
    library = Library.open(address)
    assert library.sources == ["a.txt", "b.txt", "same.txt", "x.jsonl#1.txt"]
    assert library.article("same.txt").text == "Spain agreed." and library.article("x.jsonl#1.txt").text == "Oslo."
    assert library.folders.keys() == {str(one), str(two)} and not doctor(address)
    (one / "same.txt").unlink()
    build(one, address)
    assert [name for name, _ in build(two, address).refused] == ["x.jsonl#1.txt"]
    assert Library.open(address).article("same.txt").text == "Italy agreed." and not doctor(address)


def run(*arguments: str, **environment: str) -> subprocess.Popen:
    """The command `attest` in a process of its own."""
    import os

    here = str(Path(__file__).resolve().parent.parent)
    command = [sys.executable, "-m", "qa.cli", *arguments]
    return subprocess.Popen(command, stdout=-1, stderr=-1, text=True, env=os.environ | environment, cwd=here)


def test_processes_that_write_at_once_lose_and_double_nothing(address, tmp_path):
    folders = [tmp_path / name for name in ("one", "two")]
    for n, folder in enumerate(folders):
        folder.mkdir()
        synced(folder, {f"{n}/{name}": data for name, data in articles(n).items()})
    running = [run("index", str(folder), "--library", address, "--encoder", "hashed") for folder in (*folders, folders[0])]
    for process in running:
        out, told = process.communicate(timeout=100)
        assert process.returncode == 0 and "Traceback" not in told, told
    both = tmp_path / "both"
    both.mkdir()
    synced(both, {f"{n}/{name}": data for n in (0, 1) for name, data in articles(n).items()})
    build(both, tmp_path / "library", "hashed")
    new, library = Library.open(tmp_path / "library"), Library.open(address)
    assert not [name for name, told in held(new).items() if held(library)[name] != told]
    assert found(library, rows=False) == found(new, rows=False) and not doctor(address)
    assert not any(build(folder, address).changed for folder in folders)


def test_writers_that_begin_one_library_at_once_find_it_made_by_one(address):
    failed = []

    def create():
        try:
            schema.create(Database(address), schema.empty({"encoder": "hashed", "dim": 4}))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [] and schema.read(Database(address))[0] == 0


def test_a_text_that_another_writer_took_away_is_embedded_again(address, write, monkeypatch):
    one, two = write({"a.txt": "Spain agreed.", "z.txt": "Oslo."}, "one"), write({"b.txt": "Spain agreed."}, "two")
    build(one, address, "hashed")
    known = writing._known

    def meanwhile(db, names):
        held = known(db, names)
        (one / "a.txt").unlink(missing_ok=True)
        monkeypatch.setattr(writing, "_known", known)
        build(one, address)
        return held

    monkeypatch.setattr(writing, "_known", meanwhile)
    assert build(two, address).embedded == 1
    assert Library.open(address).sources == ["b.txt", "z.txt"] and not doctor(address)


def test_what_the_same_folder_already_wrote_is_not_written_twice(address, write, monkeypatch):
    folder = write({"a.txt": "Spain agreed.", "b.txt": "Oslo."})
    build(folder, address, "hashed")
    write({"c.txt": "Paris."})
    known = writing._known

    def meanwhile(db, names):
        monkeypatch.setattr(writing, "_known", known)
        assert build(folder, address).embedded == 1
        return known(db, names)

    monkeypatch.setattr(writing, "_known", meanwhile)
    assert build(folder, address).embedded == 0
    library = Library.open(address)
    assert library.sources == ["a.txt", "b.txt", "c.txt"] and not doctor(address) and not build(folder, address).changed


def test_a_reader_beside_a_writer_sees_all_of_a_set_or_nothing(address, tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "SET", 4)
    folder, draw, files = tmp_path / "articles", random.Random(5), articles()
    folder.mkdir()
    synced(folder, files)
    build(folder, address, "hashed")
    library, done, looks, wrong = Library.open(address), threading.Event(), set(), []

    def look():
        while not done.is_set():
            try:
                with library.snapshot():
                    told, count = library.manifest, len(library.sources)
                    rows = [hit.row for hit in library.search("kyiv trainers harvest", 50)]
                    passages = [library.passage(row) for row in rows]
                    counted = library.db.execute("select count(*) from passage")[0][0]
                    assert (told["articles"], told["passages"]) == (count, counted)
                    assert all(p.end <= len(a.text) for a, p in passages)
                    assert library.vocabulary.known("kyiv") == len(library._searchers["lexical"].search("kyiv", 10**6))
                    looks.add(library.version)
                for source in library.sources[:3]:  # outside of a snapshot: there or not, and never half
                    article = library.article(source)
                    assert article is None or article.text
                [one.source for one in library.latest(5)]
            except Exception as error:
                wrong.append(error)
                return

    readers = [threading.Thread(target=look) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(4):
        files = changed(draw, files)
        synced(folder, files)
        build(folder, address)
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == [] and len(looks) > 3
