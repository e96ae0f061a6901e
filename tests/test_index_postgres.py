"""A library on PostgreSQL holds, finds and answers what a local one does, and says clearly what is wrong."""

from __future__ import annotations

import contextlib
import gc
import json
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Filter, Library, build
from index import postgres as server_side
from index.errors import (
    EncoderMismatch,
    LibraryCorrupt,
    LibraryError,
    LibraryMissing,
    LibraryOutdated,
    LibraryUnreachable,
    NoArticles,
)
from index.postgres import build as writing
from index.postgres import dense, dialect, schema
from index.postgres.connection import Database
from index.transfer import copy
from qa import Assistant, cli

ROOT = Path(__file__).parent.parent
WORDS = (
    "kyiv paris berlin trainers letters soldiers agreed opposed minister summit treaty harvest olives budget".split()
)
ODD = (
    "A \0 within. It said \"yes\", 'no', 100 % and ?; C:\\new\\table {x} $1 %s :name -- ; drop table text;\n"
    "\U0010fffe alone, \U0010fffe0 and \U0010fffe1 and \U0010fffe\0. 😀 👩‍🚀 Café Ünïcode 马克龙 \x7f\u2028 end."
)


def sentence(draw: random.Random) -> str:
    words = [draw.choice(WORDS) for _ in range(9)] + [draw.choice(WORDS).title(), str(draw.randrange(9000))]
    return " ".join(words).capitalize() + "."


def article(draw: random.Random, sentences: int = 12) -> str:
    return " ".join(sentence(draw) for _ in range(sentences))


def articles(seed: int = 0, parsed: bool = False) -> dict[str, bytes]:
    """Files of several formats: reprints, near-copies, days, folders, odd characters, and some that are refused.
    parsed: with one that a process of its own reads, which takes a second."""
    draw = random.Random(seed)
    texts = [article(draw, draw.randint(3, 40)) for _ in range(14)]
    files = {f"wire/{n}.txt": text for n, text in enumerate(texts)}
    files |= {f"papers/deep/{n}.md": f"---\ndate: 2024-06-{n + 1:02}\n---\n\n{texts[n]}" for n in range(5)}
    files |= {f"copies/{n}.txt": f"Agency. {texts[n]} More is not known." for n in (1, 2, 3)}
    lines = [{"id": f"r{n}", "text": texts[n % 7], "date": f"2024-05-{n + 1:02}", "title": f"T {n}"} for n in range(9)]
    lines += [{"id": 'q"?%\\', "text": ODD}, {"id": "\U0010fffe", "text": "A source of its own, with a mark."}]
    files["many.jsonl"] = "".join(json.dumps(line) + "\n" for line in lines)
    files |= {
        "odd.txt": ODD.replace("\0", ""),
        "only.md": "---\ntitle: No text\n---\n",
        "%s ?.txt": "Percent and question mark in a name.",
        "blank.txt": " \n",
        "long.txt": "x" * 70_000,
    }
    if parsed:
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
        "holders": sorted(library.holders(range(library.manifest["passages"])).values()),
        "reprints": {source: [one.source for one in library.reprints(source)] for source in sources},
        "known": {word: library.vocabulary.known(word) for word in (*WORDS, "cafe", "zyxw", "克", "\U0010fffe")},
        "starting": {begin: library.vocabulary.starting(begin) for begin in ("", "k", "tr", "马", "zz")},
        "counts": (library.manifest["articles"], library.manifest["passages"]),
    }


def different(one: Library, other: Library) -> list[str]:
    """In what two libraries differ."""
    one_has, other_has = held(one), held(other)
    return [name for name, told in one_has.items() if other_has[name] != told]


def found(library: Library, rows: bool = True) -> dict[Any, Any]:
    """What each searcher and all of them find; by row, or by what the passage is."""
    places = [] if rows else [library.passage(row) for row in range(library.manifest["passages"])]
    texts = [article.text[passage.start : passage.end] for article, passage in places]

    def told(hits):
        if rows:
            return [(hit.row, hit.score) for hit in hits]
        return sorted((round(hit.score, 9), texts[hit.row]) for hit in hits)

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
    for name, data in articles(parsed=True).items():
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
    assert not different(*pair)
    assert len(pair[0].refused) == 3 and len(set(pair[0].groups().values())) < len(pair[0].groups())
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
    assert [asked for asked in local if local[asked] != remote[asked]] == []


def test_of_equal_passages_both_stores_find_the_first(address, write, tmp_path):
    """More of them than a searcher gives: the toy encoder does not look at the order of words."""
    draw, words, lines = random.Random(6), WORDS[:8], []
    for n in range(260):
        draw.shuffle(words)
        lines.append(json.dumps({"id": n, "text": " ".join(words).capitalize() + "."}) + "\n")
    folder = write({"many.jsonl": "".join(lines)})
    for place in (tmp_path / "library", address):
        build(folder, place, "hashed")
    Database(address).execute("update passage set crc = crc where id < 200")  # which the server then reads last
    local, remote = Library.open(tmp_path / "library"), Library.open(address)
    for chosen in (None, Filter(sources=("many.jsonl",))):
        assert remote.search("kyiv trainers", 300, chosen) == local.search("kyiv trainers", 300, chosen)
        assert len(local.search("kyiv trainers", 300, chosen)) > 250
    for top in (1, 50, 200):
        asked = "kyiv trainers"
        with remote.snapshot():
            hits = remote._searchers["dense"].search(asked, top)
        assert hits == local._searchers["dense"].search(asked, top)


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
    local, remote = (answers(place, "overlap", asked(40)) for place in seeded)
    assert local == remote and sum(answer["answered"] for answer in local) > 2
    local, remote = (answers(place, "attest", asked(5)) for place in seeded)
    assert local == remote and any(answer["answered"] for answer in local)


@pytest.mark.slow
@pytest.mark.parametrize("reader, count", [("overlap", 120), ("attest", 60)])
def test_questions_on_the_seeds_are_answered_alike_by_both_readers(seeded, reader, count):
    local, remote = (answers(place, reader, asked(count)) for place in seeded)
    assert len(local) == count and local == remote


@given(st.text(st.sampled_from("a\0\U0010fffe01%?é\ud800\\'\"")))
def test_any_text_is_given_back(text):
    whole = text.encode("utf-8", "backslashreplace").decode()
    kept = dialect.kept(text)
    assert "\0" not in kept.encode().decode() and dialect.given(kept) == whole


def test_lists_and_marks_of_a_statement_are_translated():
    said, values = dialect.spoken(
        "a ? in (select value from json_each(?)) b % ? json_each(?)", (1, '["\\u0000"]', "\0", "[2]")
    )
    assert said == "a %s = any(%s::text[]) b %% %s unnest(%s::text[]) as each(value)"
    assert dialect.spoken("in (select cast(value as bigint) from json_each(?))", ("[]",))[0].endswith("::bigint[])")
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


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 8))])
def test_after_any_update_the_library_is_what_a_new_one_would_be(address, tmp_path, monkeypatch, seed):
    if few := seed % 2 == 1:  # files of a set
        monkeypatch.setattr(writing, "SET", 15)
    draw, folder, files = random.Random(seed), tmp_path / "articles", articles(seed)
    folder.mkdir()
    for turn in range(4):
        synced(folder, files)
        before = set(Library.open(address).groups()) if turn else set()
        report = build(folder, address, "hashed")
        build(folder, tmp_path / f"new{turn}", "hashed")
        new, library = Library.open(tmp_path / f"new{turn}"), Library.open(address)
        assert not different(new, library)
        assert found(library, rows=False) == found(new, rows=False)
        assert not doctor(address)
        assert library.refused == report.refused == new.refused
        fresh = [name for name in new.groups() if name not in before]
        least = sum(len(new.text(name)[0]) for name in fresh)
        assert least <= report.embedded  # and what was only moved is not, but from one set to a later one
        assert few or least == report.embedded
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


def test_an_open_library_follows_the_writer(address, write):
    folder = write({"a.txt": "Macron spoke in Paris."})
    build(folder, address, "hashed")
    assistant = Assistant.open_library(address, reader="overlap")
    assert assistant.ask("Who spoke in Paris?").answers[0].citations[0].source == "a.txt"
    write({"b.txt": "Zelensky spoke in Oslo.", "a.txt": "Nothing is known."})
    build(folder, address)
    assert assistant.ask("Who spoke in Oslo?").answers[0].citations[0].source == "b.txt"
    assert (
        assistant.library.manifest["articles"] == 2 and assistant.library.article("a.txt").text == "Nothing is known."
    )


# ---- several folders and writers


def test_folders_share_a_library_and_names_that_are_taken_are_refused_each_time(address, write):
    one = write(
        {"a.txt": "Macron spoke.", "same.txt": "Spain agreed.", "x.jsonl": '{"id": "1.txt", "text": "Oslo."}'}, "one"
    )
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
    running = [
        run("index", str(folder), "--library", address, "--encoder", "hashed") for folder in (*folders, folders[0])
    ]
    for process in running:
        _, told = process.communicate(timeout=100)
        assert process.returncode == 0 and "Traceback" not in told, told
    both = tmp_path / "both"
    both.mkdir()
    synced(both, {f"{n}/{name}": data for n in (0, 1) for name, data in articles(n).items()})
    build(both, tmp_path / "library", "hashed")
    new, library = Library.open(tmp_path / "library"), Library.open(address)
    assert not different(new, library)
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


# ---- copies


def test_a_library_is_copied_between_stores_and_back(pair, server, address, tmp_path):
    local, remote = pair
    copy(local.folder, address)
    copy(address, f"{address}_again")
    copy(f"{address}_again", tmp_path / "back")
    for place in (address, f"{address}_again", tmp_path / "back"):
        made = Library.open(place)
        assert not different(local, made) and made.files == local.files
        assert found(made, rows=False) == found(remote, rows=False)
    assert not doctor(address) and not doctor(f"{address}_again")
    version = Library.open(address).version
    assert copy(local.folder, address).manifest["articles"] == len(local.sources)  # again: nothing comes twice
    assert not different(local, Library.open(address)) and Library.open(address).version > version


def test_each_file_of_a_copy_is_still_of_its_folder(address, write):
    one, two = write({"a.txt": "Spain agreed."}, "one"), write({"b.txt": "Oslo."}, "two")
    build(one, address, "hashed")
    build(two, address)
    copy(address, f"{address}_copy")
    for folder in (one, two):
        report = build(folder, f"{address}_copy")
        assert (report.refused, report.changed, report.articles) == ([], False, 2)


def test_a_library_without_passages_is_copied_and_then_grows(address, write, tmp_path):
    folder = write({"only.md": "---\ntitle: No text\n---\n"})
    build(folder, tmp_path / "library", "hashed")
    copy(tmp_path / "library", address)
    write({"a.txt": "Spain agreed."})
    assert build(folder, address).passages == 1
    assert [hit.row for hit in Library.open(address).search("Spain", 5)] == [0]


@pytest.fixture
def database(server):
    """Makes a database that has nothing yet, and gives the address of a library in it."""
    made = []

    def create(setup: str = "") -> str:
        name = f"fresh_{len(made)}_{random.randrange(10**9)}"
        server.psql(f"create database {name}")
        made.append(name)
        with psycopg_connection(server.get_uri(name)) as connection:
            for statement in filter(None, setup.split(";")):
                connection.execute(statement)
        return f"{server.get_uri(name)}#attest"

    yield create
    for name in made:
        server.psql(f"drop database {name} with (force)")


@contextlib.contextmanager
def psycopg_connection(uri: str):
    import psycopg

    connection = psycopg.connect(uri.partition("#")[0], autocommit=True)
    try:
        yield connection
    finally:
        connection.close()


def test_a_copy_into_a_database_without_pgvector_brings_it_there(database, pair):
    place = database()
    copy(pair[0].folder, place)
    assert not different(pair[0], Library.open(place))


def test_pgvector_may_live_in_any_schema_and_other_tables_are_never_read(database, write):
    other = "create table public.library(id int, version int, manifest text); create table public.article(source text)"
    place = database(f"create schema extensions; create extension vector schema extensions; {other}")
    with pytest.raises(LibraryMissing, match="no library here"):
        Library.open(place)
    build(write({"a.txt": "Spain agreed."}), place, "hashed")
    assert [hit.row for hit in Library.open(place).search("Spain", 5)] == [0] and not doctor(place)


@pytest.mark.parametrize("name", ["select", "User", "a_1", "x" * 63])
def test_names_that_are_words_of_sql_are_names_as_well(server, write, name):
    place = f"{server.get_uri()}#{name}"
    build(write({"a.txt": "Spain agreed."}), place, "hashed")
    assert Library.open(place).sources == ["a.txt"] and not doctor(place)


# ---- errors


def one_line(error: BaseException, *words: str) -> str:
    told = str(error)
    assert "\n" not in told and "s3cret" not in told and all(word in told for word in words), told
    return told


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://me:s3cret@host:5432/db#news", "postgresql://me@host:5432/db#news"),
        ("postgresql://me@host/db?password=s3cret&sslmode=require", "postgresql://me@host/db?sslmode=require"),
        ("postgres://me:s3cret%40@/db?host=/tmp/x&sslpassword=s3cret#a", "postgres://me@/db?host=/tmp/x#a"),
    ],
)
def test_no_password_is_shown(address, shown):
    database = Database(address)
    assert server_side.shown(address) == database.place == shown
    assert "s3cret" not in repr(database) + repr(database._address)
    assert "s3cret" in database._address.libpq


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:s3cret#more@host/db",
        "postgresql://me:s3cret/more@host/db",
        "postgresql://me:more?s3cret@host/db",
        "postgresql://me:s3cret@host/db#a-b",
        "postgresql://me:s3cret@host/db#1a",
        "postgresql://me:s3cret@host/db#x%22;drop",
        "postgresql://me:s3cret@host/db#é",
        f"postgresql://me:s3cret@host/db#{'x' * 64}",
        "postgresql://me:s3cret@[::1/db",
        "postgresql://me:s3cret@ho\u2100st/db",
    ],
)
def test_an_address_that_cannot_be_is_refused_without_its_password(address):
    with pytest.raises(LibraryError) as caught:
        Library.open(address)
    one_line(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:s3cret@127.0.0.1:1/db",
        "postgresql://me:s3cret%zz@127.0.0.1:1/db",
        "postgresql://me:s3cret@127.0.0.1:port/db",
        "postgresql://me:s3cret@127.0.0.1:1/db?no_such_setting=1",
        "postgresql://me@127.0.0.1:1/db?password=s3cret%zz",
        "postgresql://me:s3cret@127.0.0.1:1/db?connect_timeout=long",
    ],
)
def test_a_server_that_is_away_or_cannot_be_found_is_told_in_one_line(address, capsys, write):
    folder = str(write({"a.txt": "Spain agreed."}))
    for command in (["ask", "Who agreed?"], ["index", folder], ["doctor"]):
        assert cli.main([*command, "--library", address]) == 2
        out, told = capsys.readouterr()
        assert out == "" and told.startswith("attest: ") and told.count("\n") == 1 and "s3cret" not in told
        assert "Traceback" not in told and "unexpected" not in told


def test_a_library_that_is_let_go_leaves_no_connection_behind(address, write):
    build(write({"a.txt": "Spain agreed. Peru did not."}), address, "hashed")
    asked = "select count(*) from pg_stat_activity where application_name = 'attest'"
    watching = Database(address)
    gc.collect()
    gc.disable()
    try:
        before = watching.execute(asked)
        for _ in range(3):
            Assistant.open(address, reader="overlap").ask("Who agreed?")
        for _ in range(100):  # the server takes note of it in its own time
            if watching.execute(asked) == before:
                break
            time.sleep(0.05)
        assert watching.execute(asked) == before
    finally:
        gc.enable()


def test_questions_are_measured_over_a_server(address, seeds, tmp_path, capsys):
    build(seeds, tmp_path / "here", "hashed")
    build(seeds, address, "hashed")
    asked = tmp_path / "some.jsonl"
    lines = (ROOT / "eval" / "questions" / "seeds.jsonl").read_text(encoding="utf-8").splitlines()
    asked.write_text("\n".join(lines[:12]), encoding="utf-8")
    told = []
    for place in (str(tmp_path / "here"), address):
        command = ["eval", str(asked), "--library", place, "--reader", "overlap", "--json"]
        assert cli.main(command) == 0
        figures = json.loads(capsys.readouterr().out)
        told.append(figures["figures"])
    assert told[0]["recall@8"] == 1
    differ = {name for name in told[0] if told[0][name] != told[1][name]}
    assert differ <= {"seconds_p50", "seconds_p95", "seconds_p99", "questions_per_second", "peak_memory"}


def test_the_articles_of_a_question_set_can_be_kept_on_a_server(address, tmp_path, capsys):
    paragraph = {
        "context": "Spain sent the letters to Peru on Monday.",
        "qas": [{"id": "1", "question": "Who sent the letters?", "answers": [{"text": "Spain", "answer_start": 0}]}],
    }
    asked = tmp_path / "squad.json"
    asked.write_text(json.dumps({"version": "1.1", "data": [{"title": "Letters", "paragraphs": [paragraph]}]}))
    assert not server_side.exists(address)
    for _ in range(2):
        assert cli.main(["eval", str(asked), "--library", address, "--reader", "overlap"]) == 0
        assert server_side.exists(address) and "f1" in capsys.readouterr().out


def test_a_server_that_is_away_is_unreachable():
    with pytest.raises(LibraryUnreachable) as caught:
        Library.open("postgresql://me:s3cret@127.0.0.1:1/db")
    one_line(caught.value, "postgresql://me@127.0.0.1:1/db", "does not answer", "refused", "ask again")


def test_what_is_missing_is_named(server, address):
    with pytest.raises(LibraryMissing, match="no library here; build one with: attest index FOLDER --library postgres"):
        Library.open(address)
    base = server.get_uri()
    for wrong, told in (
        (base.replace("/postgres?", "/nothing?"), "nothing"),
        (base.replace("//postgres", "//nobody"), "nobody"),
    ):
        with pytest.raises(LibraryUnreachable) as caught:
            Library.open(wrong)
        one_line(caught.value, f'"{told}" does not exist')


def test_a_role_that_may_only_read_asks_and_does_not_write(server, address, write):
    folder = write({"a.txt": "Spain agreed on Monday."})
    build(folder, address, "hashed")
    name = address.partition("#")[2]
    reader = address.replace("//postgres", f"//reader_{name}")
    server.psql(f"create role reader_{name} login")
    try:
        with pytest.raises(LibraryError) as caught:
            Library.open(reader)
        one_line(caught.value, "permission denied for schema", "ask the database's owner")
        server.psql(
            f"grant usage on schema {name} to reader_{name}; "
            f"grant select on all tables in schema {name} to reader_{name}"
        )
        assert Assistant.open_library(reader, reader="overlap").ask("Who agreed on Monday?").answered
        assert not doctor(reader) and not build(folder, reader).changed
        write({"b.txt": "Oslo."})
        with pytest.raises(LibraryError) as caught:
            build(folder, reader)
        one_line(caught.value, "permission denied for table", "ask the database's owner")
        with pytest.raises(LibraryError) as caught:
            build(folder, f"{reader}_new", "hashed")
        one_line(caught.value, "permission denied for database", "ask the database's owner")
        assert Library.open(address).sources == ["a.txt"]
    finally:
        server.psql(f"drop owned by reader_{name}; drop role reader_{name}")


def test_another_encoder_is_refused(address, write):
    folder = write({"a.txt": "Spain agreed."})
    build(folder, address, "hashed")
    for act in (lambda: Library.open(address, "all-MiniLM-L6-v2"), lambda: build(folder, address, "all-MiniLM-L6-v2")):
        with pytest.raises(EncoderMismatch, match=r"built with encoder 'hashed', not .*another --library"):
            act()


@pytest.mark.parametrize(
    ("statement", "error", "told"),
    [
        (
            "update library set manifest = replace(manifest, '\"format\": ', '\"format\": 9')",
            LibraryOutdated,
            "update Attest",
        ),
        (
            "update library set manifest = replace(manifest, '\"format\": ', '\"format\": -')",
            LibraryOutdated,
            "another --library",
        ),
        ("update library set manifest = '{'", LibraryCorrupt, "manifest is broken"),
        ("update library set manifest = null", LibraryCorrupt, "manifest is broken"),
        ("update library set manifest = '[]'", LibraryCorrupt, "manifest is broken"),
        ("delete from library", LibraryCorrupt, "manifest is broken"),
    ],
)
def test_a_manifest_of_another_version_or_broken_is_told(address, write, statement, error, told):
    folder = write({"a.txt": "Spain agreed."})
    build(folder, address, "hashed")
    library = Library.open(address)
    Database(address).execute(statement)
    for act in (lambda: Library.open(address), lambda: build(folder, address), lambda: library.search("Spain", 1)):
        with pytest.raises(error, match=told):
            act()
    if error is LibraryCorrupt:
        assert list(doctor(address)) == ["manifest"]


DAMAGE = {
    "update text set text = overlay(text placing 'X' from 3) where id = 2": "articles",
    "delete from text where id = 2": "articles",
    "delete from article where source = 'wire/1.txt'": "counts",
    "delete from file where path = 'wire/1.txt'": "articles",
    "update original set data = '\\x00'": "originals",
    "update original o set data = (select data from original where sha256 <> o.sha256 limit 1)": "originals",
    "delete from original where sha256 = (select sha256 from file where path = 'wire/1.txt')": "originals",
    "update passage set vector = (select vector from passage where id = 1) where id = 2": "passages",
    "update passage set vector = null where id = 0": "passages",
    "delete from passage where id = 3": "passages",
    'update passage set "end" = "end" + 100000 where id = 3': "passages",
    "update passage set text = 99999 where id = 3": "passages",
    "update words set counts = set_byte(counts, 0, get_byte(counts, 0) + 1) where term = 'kyiv'": "words",
    "update words set places = set_byte(places, 0, 255) where term = 'kyiv'": "words",
    "delete from words where term = 'kyiv'": "words",
    "update lengths set lengths = set_byte(lengths, 0, 1)": "words",
    "insert into words values (7, 'kyiv', '\\x0000', '\\x01')": "words",
    "delete from band where text = 2": "copies",
    "update text set copy_of = 9999 where id = 2": "copies",
    "update library set manifest = replace(manifest, '\"articles\": ', '\"articles\": 1')": "counts",
    "drop table band": "copies",
}


@pytest.mark.parametrize("statement", DAMAGE)
def test_damage_is_found_by_the_doctor(pair, server, address, capsys, statement):
    place = damaged(pair, server, address)
    Database(place).execute(statement)
    assert DAMAGE[statement] in doctor(place)
    assert cli.main(["doctor", "--library", place]) == 1
    out, told = capsys.readouterr()
    assert f"{DAMAGE[statement]}: ok" not in out and "is damaged" in told and "Traceback" not in out + told


def damaged(pair, server, address: str) -> str:
    """A copy of the library, made by the server, to be damaged."""
    name, db = address.partition("#")[2], Database(address)
    db.execute(f"create schema {name}")
    for table in ("library", "file", "original", "text", "article", "passage", "words", "lengths", "band"):
        db.execute(f"create table {name}.{table} as select * from pair.{table}")
    return address


def test_a_text_that_changed_is_not_read(pair, server, address):
    place = damaged(pair, server, address)
    Database(place).execute("update text set text = overlay(text placing 'X' from 3)")
    library = Library.open(place)
    with pytest.raises(LibraryCorrupt, match=r"has changed since it was stored.*restore its backup"):
        library.article("wire/1.txt")
    with pytest.raises(LibraryCorrupt, match="restore its backup"):
        Assistant.open_library(place, reader="overlap").ask("Who opposed the trainers in Kyiv?")


def test_the_packages_are_named_where_they_are_missing(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert cli.main(["ask", "Who?", "--library", "postgresql://host/db"]) == 2
    assert "pip install 'attest-qa[postgres]'" in capsys.readouterr().err


def test_a_local_library_loads_none_of_the_packages():
    code = "import index, qa.cli, sys; print([n for n in sys.modules if n.split('.')[0] in ('psycopg', 'pgvector')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_connections_are_closed_when_a_process_ends(pair):
    code = (
        "import sys, threading; from index import Library\n"
        "library = Library.open(sys.argv[1]); library.search('kyiv', 5)\n"
        "threads = [threading.Thread(target=library.article, args=('odd.txt',)) for _ in range(4)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]; print(len(library.db._idle))"
    )
    done = subprocess.run([sys.executable, "-X", "dev", "-c", code, pair[1].folder], capture_output=True, text=True)
    assert done.returncode == 0 and int(done.stdout) > 0
    assert "ResourceWarning" not in done.stderr and "Traceback" not in done.stderr, done.stderr


def test_connections_that_the_server_ended_are_replaced(pair, server):
    library = Library.open(pair[1].folder)
    right = library.search("kyiv trainers", 9)
    end = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'attest'"
    for _ in range(3):
        server.psql(end)
        assert library.search("kyiv trainers", 9) == right
    with pytest.raises(LibraryUnreachable), library.snapshot():
        server.psql(end)
        library.search("kyiv summit", 9)
    assert library.search("kyiv trainers", 9) == right
    with pytest.raises(LibraryUnreachable), library.db.transaction():  # what was lost is never said to be done
        server.psql(end)
        with contextlib.suppress(LibraryUnreachable):
            library.db.execute("select 1")


# ---- many passages: pgvector's graph


@pytest.fixture(scope="module")
def many(server, tmp_path_factory) -> tuple[str, np.ndarray]:
    """A library of 2,200 passages with a graph, which the server takes for larger than it is, and its vectors."""
    folder, draw = tmp_path_factory.mktemp("many"), random.Random(9)
    words = [f"{a}{b}{n}" for a in "bdfgk" for b in "aeiou" for n in range(12)]
    place = f"{server.get_uri()}&options=-c%20enable_seqscan%3Doff%20-c%20enable_bitmapscan%3Doff#many"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "NEAR_FROM", 2_000)
        for part in range(2):  # the second part comes when there is a graph
            texts = [" ".join(draw.choice(words) for _ in range(12)) for _ in range((2_000, 200)[part])]
            lines = [{"id": n, "text": text, "date": f"2024-0{1 + n % 9}-01"} for n, text in enumerate(texts)]
            (folder / f"{part}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
            build(folder, place, "hashed")
    library = Library.open(place)
    return place, library.vectors_of(range(library.manifest["passages"]))


def recall(library: Library, vectors: np.ndarray, allowed: np.ndarray | None = None) -> float:
    """Share of the ten best that the dense searcher finds."""
    draw, right, count = random.Random(2), 0, 0
    rows = np.arange(len(vectors)) if allowed is None else allowed
    for _ in range(30):
        question = " ".join(library.passage(draw.randrange(len(vectors)))[0].text.split()[:6])
        scores = vectors[rows].astype(float) @ library.encode_question(question).astype(float)
        with library.snapshot():
            hits = library._searchers["dense"].search(question, 10, allowed)
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        assert allowed is None or {hit.row for hit in hits} <= set(allowed.tolist())
        least = np.sort(scores)[-min(10, len(rows))] - 1e-6
        right += sum(hit.score >= least for hit in hits)
        count += min(10, len(rows))
    return right / count


def test_the_graph_is_used_and_finds_what_an_exact_search_finds(many, monkeypatch):
    place, vectors = many
    library, plans = Library.open(place), []
    assert len(vectors) == 2_200 and schema.has_graph(library.db)
    execute = Database.execute

    def explained(self, statement, values=()):
        if "<#>" in statement:
            plans.append("\n".join(line for (line,) in execute(self, f"explain {statement}", values)))
        return execute(self, statement, values)

    monkeypatch.setattr(Database, "execute", explained)
    assert recall(library, vectors) >= 0.98
    assert len(plans) == 30 and all("Index Scan using passage_near" in plan for plan in plans), plans[0]
    plans.clear()
    assert recall(library, vectors, library.allowed(Filter(since="2024-07-01"))) == 1
    assert len(plans) == 30 and not any("passage_near" in plan for plan in plans)
    assert not doctor(place)


@pytest.mark.parametrize("share", [0.001, 0.01, 0.1, 0.5, 1.0])
def test_of_few_that_a_filter_leaves_each_is_compared(many, share):
    place, vectors = many
    rng = np.random.default_rng(3)
    allowed = np.sort(rng.choice(len(vectors), max(1, int(share * len(vectors))), replace=False))
    assert recall(Library.open(place), vectors, allowed) == 1


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_of_many_that_a_filter_leaves_the_graph_finds_nearly_all(many, monkeypatch, share):
    monkeypatch.setattr(dense, "FEW", 10)
    place, vectors = many
    allowed = np.sort(np.random.default_rng(4).choice(len(vectors), int(share * len(vectors)), replace=False))
    assert recall(Library.open(place), vectors, allowed) >= 0.98


def test_where_the_graph_gives_up_each_is_compared(many, monkeypatch):
    few = "select set_config('hnsw.ef_search', '10', true), set_config('hnsw.max_scan_tuples', '20', true)"
    monkeypatch.setattr(dense, "FEW", 10)
    monkeypatch.setattr(dense, "_SETTINGS", few)
    place, vectors = many
    allowed = np.arange(0, len(vectors), 100)
    assert recall(Library.open(place), vectors, allowed) == 1


def test_what_comes_after_the_graph_is_found(many):
    library = Library.open(many[0])
    for n in (0, 150, 199):
        text = library.article(f"1.jsonl#{n}").text
        with library.snapshot():
            hit = library._searchers["dense"].search(text, 1)[0]
        assert library.passage(hit.row)[0].text == text


def test_a_reader_uses_the_graph_as_soon_as_it_is_there(address, write, monkeypatch):
    build(write({"a.txt": "Spain agreed."}), address, "hashed")
    library = Library.open(address)
    assert library._near is None
    monkeypatch.setattr(schema, "NEAR_FROM", 1)
    assert not build(write({}), address).changed
    assert [hit.row for hit in library.search("Spain", 3)] == [0] and "halfvec" in library._near


# ---- the page and the service


def test_the_service_says_that_the_server_is_away_and_goes_on_when_it_is_back(pair, monkeypatch):
    from starlette.testclient import TestClient

    from index.postgres import connection
    from qa.page import chat, turns
    from qa.page.api import make_api
    from qa.page.desk import Desk
    from qa.page.filters import Chosen

    desk = Desk(Assistant.open_library(pair[1].folder, reader="overlap"))
    asking = TestClient(make_api(desk), "http://127.0.0.1:7860")
    question = {"question": "Who opposed the trainers in Kyiv?"}
    first = asking.post("/api/ask", json=question)
    assert first.status_code == 200

    def refused(*_):
        import psycopg

        raise psycopg.OperationalError("connection refused")

    with monkeypatch.context() as away:
        away.setattr(connection, "connected", refused)
        desk.assistant.library.db.renew()
        for told in (asking.post("/api/ask", json=question), asking.get("/api/articles/wire/1.txt")):
            assert told.status_code == 503 and list(told.json()) == ["error"] and told.headers["Retry-After"]
            assert "does not answer (connection refused)" in told.json()["error"]
        with pytest.raises(LibraryUnreachable):
            desk.ask("Who opposed the trainers?")
        turn = turns.ask(desk, "Who opposed the trainers?", (), Chosen())
        assert turn.answer is None and "connection refused" in turn.shown[1]
        assert chat._suggestions(desk)() == []
    assert turns.ask(desk, "Who opposed the trainers?", (), Chosen()).answer
    again = asking.post("/api/ask", json=question)
    assert again.json() | {"seconds": 0} == first.json() | {"seconds": 0}
    assert asking.get("/api/articles/wire/1.txt").status_code == 200
