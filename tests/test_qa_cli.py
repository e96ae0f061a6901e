"""The command `attest`, run in this process: exit codes, what is printed where, and every bad input of a user.

Bad input ends with code 2 and one line on stderr that names the thing; nothing ever shows a traceback.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from index import store
from index.build import build, default_library
from index.errors import AttestError
from qa import cli

QUESTION = "Which countries opposed training inside Ukraine?"
FAST = ("--reader", "overlap", "--encoder", "hashed")
ARTICLES = {
    "letters.txt": " date 2024-06-09 France has sent letters. However, Germany, Italy and Spain opposed the exercise.",
    "deep/harbour.txt": "The harbour opened on Monday. Portugal received the parcels.",
}


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def attest(capsys) -> Callable[..., Done]:
    def run(*argv: object) -> Done:
        capsys.readouterr()
        try:
            code = cli.main([str(arg) for arg in argv])
        except SystemExit as stop:  # argparse
            code = stop.code
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return Done(code, printed.out, printed.err)

    return run


@pytest.fixture
def folder(write) -> Path:
    return write(ARTICLES)


@pytest.fixture
def library(folder, tmp_path) -> Path:
    build(folder, tmp_path / "library", "hashed")
    return tmp_path / "library"


def check_refused(done: Done, *names: str) -> None:
    """Code 2, nothing on stdout, and one line on stderr that names these."""
    assert done.code == 2
    assert done.out == ""
    lines = done.err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("attest: "), done.err
    assert "unexpected" not in lines[0]
    assert len(lines[0]) < 600
    for name in names:
        assert name in lines[0]


# Asking


def test_an_answer_is_printed_with_its_passage_source_and_day(attest, folder):
    done = attest("ask", "Who opposed the exercise?", folder, *FAST)
    assert (done.code, done.err) == (0, "")
    assert "letters.txt, 2024-06-09" in done.out
    assert ">>However, Germany, Italy and Spain opposed the exercise.<<" in " ".join(done.out.split())
    assert "\x1b" not in done.out


def test_the_library_of_a_folder_is_kept_in_the_users_cache_and_used_again(attest, folder):
    before = sorted(folder.rglob("*"))
    first = attest("ask", QUESTION, folder, *FAST)
    place = default_library(folder)
    built = (place / "CURRENT").read_text(encoding="utf-8")
    assert attest("ask", QUESTION, folder, *FAST) == first
    assert (place / "CURRENT").read_text(encoding="utf-8") == built
    assert sorted(folder.rglob("*")) == before


def test_a_named_library_is_asked_with_its_own_encoder(attest, library):
    done = attest("ask", "Who received the parcels?", "--library", library, "--reader", "overlap")
    assert done.code == 0 and done.out.startswith("Portugal received the parcels.")


def test_json_is_the_answer_and_nothing_else(attest, folder):
    done = attest("ask", "Who opposed the exercise?", folder, *FAST, "--json")
    answer = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert answer["answered"] is True
    citation = answer["answers"][0]["citations"][0]
    text = (folder / citation["source"]).read_text(encoding="utf-8")
    assert text[citation["start"] : citation["end"]] == citation["quote"] == answer["text"]


def test_markdown_is_printed_where_asked_for(attest, folder):
    done = attest("ask", "Who opposed the exercise?", folder, *FAST, "--markdown")
    assert done.code == 0
    assert done.out.startswith("**Who opposed the exercise?**\n")
    assert "> **However, Germany, Italy and Spain opposed the exercise.**" in done.out.replace("letters. ", "").replace(
        "> France has sent ", "> "
    )


def test_no_answer_ends_with_code_1_and_its_reason(attest, folder):
    done = attest("ask", QUESTION, folder, *FAST, "--since", "2030-01-01")
    assert (done.code, done.out, done.err) == (
        1,
        "No answer: no article passes the filter (published since 2030-01-01).\n",
        "",
    )


def test_no_answer_as_json_is_still_the_whole_form(attest, folder):
    done = attest("ask", QUESTION, folder, *FAST, "--as-of", "2024-06-08", "--json")
    answer = json.loads(done.out)
    assert (done.code, answer["answered"], answer["answers"]) == (1, False, [])
    assert answer["reason"]


@pytest.mark.parametrize("top", [1, 2])
def test_top_bounds_the_answers(attest, folder, top):
    done = attest(
        "ask", "Who received parcels when the harbour opened on Monday?", folder, *FAST, "--json", "--top", top
    )
    assert len(json.loads(done.out)["answers"]) == top


def test_filters_reach_the_search(attest, folder):
    done = attest("ask", "Who received parcels or letters?", folder, *FAST, "--json", "--source", "deep")
    sources = {c["source"] for item in json.loads(done.out)["answers"] for c in item["citations"]}
    assert sources == {"deep/harbour.txt"}


def test_refused_files_are_told_while_the_others_answer(attest, write):
    folder = write(ARTICLES | {f"{n}.pdf": "%PDF" for n in range(5)} | {"picture.txt": b"\x89PNG\0\0\xff"})
    done = attest("ask", "Who opposed the exercise?", folder, *FAST)
    assert done.code == 0
    lines = done.err.splitlines()
    assert len(lines) == 4 and all(line.startswith("attest: refused: ") for line in lines)
    assert "3 more" in lines[-1]


@pytest.mark.slow
def test_the_question_of_the_readme_is_answered_with_the_four_countries(attest, seeds):
    done = attest("ask", QUESTION, seeds, "--json")
    answer = json.loads(done.out)
    assert done.code == 0
    assert answer["text"] == "the United States; Germany; Italy; Spain"
    assert [item["text"] for item in answer["answers"]] == answer["text"].split("; ")
    citation = answer["answers"][0]["citations"][0]
    assert (citation["source"], citation["published"]) == ("004_404871ae4e9fadb6.txt", "2024-06-09")
    told = attest("ask", QUESTION, seeds)
    assert ">>the United States<<, >>Germany<<, >>Italy<< and >>Spain<<" in " ".join(
        told.out.replace("   | ", " ").split()
    )


# Questions and options that are refused

BAD_ASKING: dict[str, tuple[list[str], list[str]]] = {
    "empty question": ([""], ["question ''"]),
    "blank question": (["  \t "], ["question ''"]),
    "question without words": (["?!"], ["'?!'"]),
    "question of 100,000 characters": (["why " * 25_000], ["99999", "1000"]),
    "question of 100,000 letters": (["w" * 100_000], ["100000", "1000"]),
    "top nought": ([QUESTION, "--top", "0"], ["top", "0"]),
    "top below nought": ([QUESTION, "--top", "-3"], ["top", "-3"]),
    "since no day": ([QUESTION, "--since", "yesterday"], ["since", "'yesterday'"]),
    "until no day": ([QUESTION, "--until", "2024-02-30"], ["until", "'2024-02-30'"]),
    "as-of no day": ([QUESTION, "--as-of", "7 June"], ["as_of", "'7 June'"]),
}


@pytest.mark.parametrize("name", BAD_ASKING)
def test_a_bad_question_or_option_is_refused_in_one_line(attest, folder, name):
    (question, *options), names = BAD_ASKING[name]
    check_refused(attest("ask", question, folder, *FAST, *options), *names)


def test_a_bad_question_is_refused_before_anything_is_indexed(attest, folder):
    attest("ask", "", folder, *FAST)
    assert not default_library(folder).exists()


def test_neither_folder_nor_library_is_refused(attest):
    check_refused(attest("ask", QUESTION, *FAST), "FOLDER", "--library")


def test_both_folder_and_library_are_refused(attest, folder, library):
    check_refused(attest("ask", QUESTION, folder, "--library", library, *FAST), "FOLDER", "--library")


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["dance"],
        ["ask"],
        ["ask", QUESTION, ".", "--frobnicate"],
        ["ask", QUESTION, ".", "--top", "many"],
        ["ask", QUESTION, ".", "--json", "--markdown"],
        ["page", ".", "--port", "http"],
        ["index"],
        ["doctor"],
    ],
    ids=" ".join,
)
def test_bad_usage_ends_with_code_2_and_one_line_that_tells_where_the_usage_stands(attest, argv):
    check_refused(attest(*argv), "attest: ")


def test_a_wrong_value_is_named_with_its_command(attest):
    check_refused(attest("ask", QUESTION, ".", "--top", "many"), "--top", "'many'", "`attest ask --help`")


def test_a_library_given_as_the_folder_is_that_library(attest, library, folder, tmp_path):
    answer = tmp_path / "answer.json"
    answer.write_text(attest("ask", "Who opposed the exercise?", library, *FAST, "--json").out, encoding="utf-8")
    assert json.loads(answer.read_text(encoding="utf-8"))["answered"]
    assert attest("verify", answer, library).code == 0
    assert attest("doctor", library).code == 0


def test_doctor_of_a_folder_checks_its_library_in_the_cache(attest, folder):
    attest("ask", QUESTION, folder, *FAST)
    assert attest("doctor", folder).code == 0
    cut(generation(default_library(folder)) / "vectors.f32")
    assert attest("doctor", folder).code == 1


def test_the_numbers_of_a_reader_that_was_never_fitted_are_not_called_confidence(attest, folder):
    printed = attest("ask", "Who opposed the exercise?", folder, *FAST).out
    assert "by the reader’s own score" in printed and "confident" not in printed


@pytest.mark.parametrize("port", ["0", "-1", "65536", "99999999"])
def test_a_port_that_is_none_is_refused(attest, folder, port):
    check_refused(attest("page", folder, *FAST, "--port", port), "--port", port)


def test_a_port_in_use_is_refused(attest, folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = attest("page", folder, *FAST, "--port", port)
    assert done.code == 2
    assert done.err.count("\n") == 1 and f"port {port}" in done.err and "--port" in done.err


def test_an_address_that_others_reach_is_refused_before_anything_is_indexed(attest, folder, monkeypatch):
    monkeypatch.delenv("ATTEST_PASSWORD", raising=False)
    check_refused(attest("page", folder, *FAST, "--host", "0.0.0.0"), "--host 0.0.0.0", "ATTEST_PASSWORD")
    assert not default_library(folder).exists()


# Folders that are refused

WORD = "Spain wrote letters. "
BAD_FOLDERS: dict[str, tuple[dict[str, str | bytes], list[str]]] = {
    "empty": ({}, ["articles", ".txt"]),
    "only hidden files": ({".a.txt": WORD}, ["articles", ".txt"]),
    "only an empty file": ({"a.txt": ""}, ["articles", "a.txt"]),
    "only blanks": ({"a.txt": " \n\t\r\n"}, ["articles", "a.txt"]),
    "only another format": ({"a.png": "PNG"}, ["a.png", ".txt"]),
    "binary named txt": ({"a.txt": bytes(range(256)) * 4}, ["a.txt", "binary"]),
    "picture named txt": (
        {"a.txt": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + zlib.compress(bytes(range(256)))},
        ["a.txt", "binary"],
    ),
    "UTF-16 without BOM": ({"a.txt": (WORD * 3).encode("utf-16-le")}, ["a.txt", "UTF-16"]),
    "UTF-16 BE without BOM": ({"a.txt": (WORD * 3).encode("utf-16-be")}, ["a.txt", "UTF-16"]),
    "Latin-1": ({"a.txt": "café ".encode("latin-1") * 9}, ["a.txt", "0xe9"]),
    "several, all bad": ({"a.txt": b"\xff\xfe\xfa\0\1", "b.pdf": "x", "c.doc": "x"}, ["2 more"]),
    "bad line of JSON": ({"a.jsonl": '{"text": "x y"}\n{"txt": 1}\n'}, ["a.jsonl", "line 2"]),
}


@pytest.mark.parametrize("command", ["ask", "index"])
@pytest.mark.parametrize("name", BAD_FOLDERS)
def test_a_folder_without_a_readable_article_is_refused_in_one_line(attest, write, name, command):
    files, names = BAD_FOLDERS[name]
    folder = write(files)
    argv = ["ask", QUESTION, folder, *FAST] if command == "ask" else ["index", folder, "--encoder", "hashed"]
    check_refused(attest(*argv), *names)


@pytest.fixture(params=["ask", "index", "page", "verify", "eval"])
def on_folder(request, attest, tmp_path) -> Callable[[Path], Done]:
    """Runs a command on a folder; every command that takes one."""
    answer, questions = tmp_path / "answer.json", tmp_path / "questions.jsonl"
    answer.write_text('{"answers": []}', encoding="utf-8")
    questions.write_text('{"id": "1", "question": "Who?", "type": "unanswerable", "answers": []}', encoding="utf-8")
    before = {"ask": [QUESTION], "verify": [answer], "eval": [questions]}.get(request.param, [])
    after = {"index": ["--encoder", "hashed"], "verify": []}.get(request.param, FAST)
    return lambda path: attest(request.param, *before, path, *after)


@pytest.mark.parametrize("name", ["gone", "no such/folder", "ordner-é"])
def test_a_missing_folder_is_refused_by_name(on_folder, tmp_path, name):
    check_refused(on_folder(tmp_path / name), name, "no such folder")


def test_a_file_in_place_of_a_folder_is_refused_by_name(on_folder, folder):
    check_refused(on_folder(folder / "letters.txt"), "letters.txt", "not a folder")


def test_a_folder_name_too_long_for_the_system_is_refused_like_any_missing_folder(attest, tmp_path):
    check_refused(attest("ask", QUESTION, tmp_path / ("x" * 300), *FAST), "no such folder")


@pytest.mark.parametrize("name", ["new\nline", "esc\x1b[31m"], ids=ascii)
def test_odd_characters_of_a_name_do_not_reach_the_terminal(attest, tmp_path, name):
    done = attest("ask", QUESTION, tmp_path / name, *FAST)
    check_refused(done, "no such folder")
    assert "\x1b" not in done.err


def test_odd_characters_of_a_refused_files_name_do_not_reach_the_terminal(attest, write):
    folder = write(ARTICLES | {"a\x1b[31m\nattest: refused: letters.txt.pdf": "%PDF"})
    done = attest("index", folder, "--encoder", "hashed")
    assert done.code == 0 and len(done.err.splitlines()) == 1
    assert "\x1b" not in done.err


# Libraries that are refused


@pytest.fixture(params=["ask", "page", "verify", "eval"])
def on_library(request, attest, tmp_path) -> Callable[[Path], Done]:
    answer, questions = tmp_path / "answer.json", tmp_path / "questions.jsonl"
    answer.write_text('{"answers": []}', encoding="utf-8")
    questions.write_text('{"id": "1", "question": "Who?", "type": "unanswerable", "answers": []}', encoding="utf-8")
    before = {"ask": [QUESTION], "verify": [answer], "eval": [questions]}.get(request.param, [])
    after = [] if request.param == "verify" else ["--reader", "overlap"]
    return lambda path: attest(request.param, *before, "--library", path, *after)


@pytest.mark.parametrize("name", ["gone", "."])
def test_a_missing_library_is_refused_by_name_with_the_next_step(on_library, tmp_path, name):
    check_refused(on_library(tmp_path / name), str(tmp_path / name), "attest index")


def generation(library: Path) -> Path:
    return max(path for path in library.glob("gen-*") if path.is_dir())


BREAKAGES: dict[str, Callable[[Path], object]] = {
    "CURRENT is empty": lambda path: (path / "CURRENT").write_bytes(b""),
    "CURRENT is binary": lambda path: (path / "CURRENT").write_bytes(b"\xff\xfe\0"),
    "CURRENT names nothing": lambda path: (path / "CURRENT").write_text("gen-000099", encoding="utf-8"),
    "no manifest": lambda path: (generation(path) / "manifest.json").unlink(),
    "manifest is no JSON": lambda path: (generation(path) / "manifest.json").write_bytes(b"{"),
    "manifest is a list": lambda path: (generation(path) / "manifest.json").write_bytes(b"[]"),
    "manifest is of another format": lambda path: change(
        generation(path) / "manifest.json", f'"format": {store.FORMAT}'.encode(), b'"format": 9'
    ),
}


def change(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


BROKEN_FILES: dict[str, Callable[[Path], object]] = {
    f"{name} {what}": lambda library, name=name, act=act: act(generation(library) / name)
    for name in ("vectors.f32", "articles.db")
    for what, act in (("gone", Path.unlink), ("cut", cut), ("changed", flip))
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_library_without_a_readable_manifest_is_refused_by_every_command(on_library, library, name):
    BREAKAGES[name](library)
    check_refused(on_library(library), str(library), "broken", "index")


@pytest.mark.parametrize("name", BROKEN_FILES)
def test_a_library_with_a_broken_file_is_refused_by_name(attest, library, name):
    BROKEN_FILES[name](library)
    done = attest("ask", QUESTION, "--library", library, "--reader", "overlap")
    check_refused(done, str(library), name.split()[0], "index")


def test_a_broken_library_in_the_cache_is_refused_and_names_what_to_delete(attest, folder):
    attest("ask", QUESTION, folder, *FAST)
    place = default_library(folder)
    cut(generation(place) / "vectors.f32")
    check_refused(attest("ask", QUESTION, folder, *FAST), str(place), "delete")
    shutil.rmtree(place)
    assert attest("ask", "Who opposed the exercise?", folder, *FAST).code == 0


@pytest.mark.parametrize("name", BROKEN_FILES)
def test_doctor_fails_and_says_which_file_is_broken(attest, library, name):
    BROKEN_FILES[name](library)
    done = attest("doctor", "--library", library)
    assert done.code == 1
    told = {line.split(": ", 1)[0].split("/")[-1]: line.split(": ", 1)[1] for line in done.out.splitlines()}
    assert set(told) == {"CURRENT", "manifest.json", "articles.db", "vectors.f32"}
    assert [file for file, what in told.items() if what != "ok"] == [name.split()[0]]


def test_doctor_finds_nothing_in_a_sound_library(attest, library):
    done = attest("doctor", "--library", library)
    assert (done.code, done.err) == (0, "")
    assert [line.split(": ")[1] for line in done.out.splitlines()] == ["ok"] * 4


@pytest.mark.parametrize("name", ["gone", "."])
def test_doctor_refuses_a_folder_without_a_library(attest, tmp_path, name):
    check_refused(attest("doctor", "--library", tmp_path / name), str(tmp_path / name), "attest index")


@pytest.mark.parametrize("how", BREAKAGES)
def test_doctor_finds_a_library_without_a_readable_manifest_broken(attest, library, how):
    BREAKAGES[how](library)
    done = attest("doctor", "--library", library)
    assert done.code == 1 and done.out.startswith("CURRENT: ") and "delete" in done.err


@pytest.mark.parametrize("command", ["ask", "page"])
def test_a_library_of_another_encoder_is_refused_with_both_names(attest, library, command):
    argv = [QUESTION] if command == "ask" else []
    argv += ["--library", library, "--reader", "overlap", "--encoder", "all-MiniLM-L6-v2"]
    check_refused(attest(command, *argv), str(library), "'hashed'", "'all-MiniLM-L6-v2 int8'")


def test_a_folder_indexed_with_another_encoder_is_refused_with_both_names(attest, folder, library):
    attest("ask", QUESTION, folder, *FAST)
    done = attest("ask", QUESTION, folder, "--reader", "overlap", "--encoder", "all-MiniLM-L6-v2")
    check_refused(done, "'hashed'", "'all-MiniLM-L6-v2 int8'")
    done = attest("index", folder, "--library", library, "--encoder", "all-MiniLM-L6-v2")
    check_refused(done, "'hashed'", "'all-MiniLM-L6-v2 int8'")


def test_an_encoder_without_a_name_is_refused(attest, folder):
    check_refused(attest("index", folder, "--encoder", " "), "encoder", "hashed")


def test_a_library_of_another_folder_is_refused(attest, write, library):
    other = write({"other.txt": WORD}, "elsewhere")
    check_refused(attest("index", other, "--library", library), str(library), "elsewhere")


# Indexing


def test_indexing_tells_what_was_done_and_the_second_time_that_nothing_changed(attest, folder, tmp_path):
    library = tmp_path / "library"
    first = attest("index", folder, "--library", library, "--encoder", "hashed")
    assert (first.code, first.err) == (0, "")
    assert first.out == f"2 articles, 2 passages, 2 embedded now; library: {library}\n"
    second = attest("index", folder, "--library", library)
    assert (second.code, second.out) == (0, f"2 articles, 2 passages, nothing changed; library: {library}\n")
    (folder / "new.txt").write_text(WORD, encoding="utf-8")
    third = attest("index", folder, "--library", library)
    assert third.out == f"3 articles, 3 passages, 1 embedded now; library: {library}\n"


def test_indexing_without_a_name_tells_where_the_library_is(attest, folder):
    done = attest("index", folder, "--encoder", "hashed")
    assert done.out.endswith(f"library: {default_library(folder)}\n")


def test_indexing_reports_every_refused_file_by_name_and_reason(attest, write):
    bad = {
        "picture.txt": b"\x89PNG\r\n\x1a\n\0\0",
        "sixteen.txt": (WORD * 3).encode("utf-16-le"),
        "latin.txt": b"caf\xe9 au lait",
        "blank.md": "\n",
        "lines.jsonl": "{",
        "report.pdf": "%PDF",
    }
    done = attest("index", write(ARTICLES | bad), "--encoder", "hashed")
    assert done.code == 0 and done.out.startswith("2 articles, ")
    lines = sorted(done.err.splitlines())
    assert [line.split(": ")[2].split(",")[0] for line in lines] == sorted(bad)
    assert all(len(line.split(": ", 3)[-1]) > 10 for line in lines)


# Checking answers


@pytest.fixture
def answer(attest, folder, tmp_path) -> Path:
    path = tmp_path / "answer.json"
    path.write_text(attest("ask", "Who opposed the exercise?", folder, *FAST, "--json").out, encoding="utf-8")
    return path


def tamper(path: Path, quote: str) -> None:
    answer = json.loads(path.read_text(encoding="utf-8"))
    answer["answers"][0]["citations"][0]["quote"] = quote
    answer["answers"][0]["text"] = answer["text"] = quote
    path.write_text(json.dumps(answer), encoding="utf-8")


def test_a_printed_answer_checks_against_folder_and_library(attest, answer, folder, library):
    for where in ([folder], ["--library", library]):
        done = attest("verify", answer, *where)
        assert (done.code, done.out, done.err) == (0, "1 answers checked, 0 problems\n", "")


def test_checking_needs_neither_model_nor_index(attest, answer, folder, monkeypatch):
    for module, name in (("qa.reader", "load_reader"), ("index.encoders", "load_encoder"), ("index.build", "build")):
        monkeypatch.setattr(sys.modules[module], name, None)
    assert attest("verify", answer, folder).code == 0


def test_a_changed_quote_does_not_check(attest, answer, folder, library):
    tamper(answer, "Portugal opposed the exercise.")
    for where in ([folder], ["--library", library]):
        done = attest("verify", answer, *where)
        assert (done.code, done.err) == (1, "")
        assert "'Portugal opposed the exercise.'" in done.out and "letters.txt" in done.out
        assert "1 answers checked, 0 problems" not in done.out


@pytest.mark.parametrize("edit", [lambda text: text.replace("Germany", "Austria"), lambda text: text + " More."])
def test_a_changed_article_does_not_check(attest, answer, folder, edit):
    path = folder / "letters.txt"
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
    done = attest("verify", answer, folder)
    assert done.code == 1 and "letters.txt" in done.out


def test_a_removed_article_does_not_check(attest, answer, folder):
    (folder / "letters.txt").unlink()
    done = attest("verify", answer, folder)
    assert done.code == 1 and "no article 'letters.txt'" in done.out


def test_lines_of_answers_are_checked_each_and_named_by_line(attest, answer, folder, tmp_path):
    good = json.loads(answer.read_text(encoding="utf-8"))
    tamper(answer, "Portugal")
    bad = json.loads(answer.read_text(encoding="utf-8"))
    lines = tmp_path / "answers.jsonl"
    lines.write_text("\n".join(map(json.dumps, [good, bad, good])) + "\n", encoding="utf-8")
    done = attest("verify", lines, folder)
    assert done.code == 1
    assert "3 answers checked" in done.out
    assert all("line 2" in line for line in done.out.splitlines()[:-1])


GARBAGE: dict[str, tuple[bytes, list[str]]] = {
    "empty": (b"", ["empty"]),
    "blank": (b"\n \n", ["empty"]),
    "no JSON": (b"hello", ["line 1", "not JSON"]),
    "binary": (bytes(range(256)), ["not UTF-8"]),
    "a list of nothing": (b"[]", ["empty"]),
    "a list of numbers": (b"[1]", ["answer 1", '"answers"']),
    "a number": (b"17", ['"answers"']),
    "null": (b"null", ['"answers"']),
    "no answers": (b'{"question": "Who?"}', ['"answers"']),
    "answers as text": (b'{"answers": "none"}', ['"answers"']),
    "second line is cut": (b'{"answers": []}\n{"answers": [\n', ["line 2", "not JSON"]),
    "second line is no answer": (b'{"answers": []}\n[1]\n', ["line 2"]),
    "nested without end": (b"[" * 100_000, ["line 1"]),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_a_file_that_holds_no_answers_is_refused_by_name(attest, folder, tmp_path, name):
    data, names = GARBAGE[name]
    (tmp_path / "garbage.json").write_bytes(data)
    check_refused(attest("verify", tmp_path / "garbage.json", folder), "garbage.json", *names)


@pytest.mark.parametrize("name", ["gone.json", "."])
def test_an_answer_file_that_cannot_be_read_is_refused_by_name(attest, folder, tmp_path, name):
    check_refused(attest("verify", tmp_path / name, folder), str(tmp_path / name), "cannot be read")


def test_a_hostile_source_in_an_answer_is_a_failed_check(attest, answer, folder):
    data = json.loads(answer.read_text(encoding="utf-8"))
    data["answers"][0]["citations"][0]["source"] = "letters.txt\0\x1b[31m"
    answer.write_text(json.dumps(data), encoding="utf-8")
    done = attest("verify", answer, folder)
    assert done.code == 1 and "no article" in done.out and "\x1b" not in done.out


# Measuring

GOOD = {"id": "q1", "question": "Who opposed?", "type": "unanswerable", "answers": []}
GOLD = GOOD | {"type": "factoid", "answers": [{"text": "Spain", "doc": "letters.txt", "start": 0}]}
BAD_QUESTIONS: dict[str, tuple[list[str], int, str]] = {
    "not JSON": ([json.dumps(GOOD), "{"], 2, "not JSON"),
    "no object": (["[]"], 1, "object"),
    "no question": ([json.dumps({"id": "1", "type": "x", "answers": []})], 1, "question"),
    "answers for the unanswerable": ([json.dumps(GOOD | {"answers": [{"text": "Spain"}]})], 1, "unanswerable"),
    "id used twice": ([json.dumps(GOOD), "", json.dumps(GOOD)], 3, "'q1'"),
    "gold that is not in its article": ([json.dumps(GOOD), json.dumps(GOLD | {"id": "2"})], 2, "'Spain'"),
    "gold of no article": ([json.dumps(GOLD | {"answers": [{"text": "Spain", "doc": "none.txt"}]})], 1, "'none.txt'"),
}


@pytest.mark.parametrize("name", BAD_QUESTIONS)
def test_a_malformed_question_file_is_refused_by_file_and_line(attest, folder, tmp_path, name):
    lines, number, what = BAD_QUESTIONS[name]
    (tmp_path / "set.jsonl").write_text("\n".join(lines), encoding="utf-8")
    check_refused(attest("eval", tmp_path / "set.jsonl", folder, *FAST), f"set.jsonl, line {number}", what)


@pytest.mark.parametrize(("data", "what"), [(b"\n", "no questions"), (b"\xff", "not UTF-8"), (None, "cannot be read")])
def test_a_question_file_that_cannot_be_read_is_refused_by_name(attest, folder, tmp_path, data, what):
    path = tmp_path / "set.jsonl"
    if data is not None:
        path.write_bytes(data)
    check_refused(attest("eval", path, folder, *FAST), "set.jsonl", what)


def test_a_bad_question_file_is_refused_before_anything_is_indexed(attest, folder, tmp_path):
    (tmp_path / "set.jsonl").write_text("{", encoding="utf-8")
    attest("eval", tmp_path / "set.jsonl", folder, *FAST)
    assert not default_library(folder).exists()


# However a command ends


def test_an_unforeseen_error_is_one_line_too_and_the_debug_switch_shows_it(attest, monkeypatch):
    def explode(args):
        raise RuntimeError("a\nb")

    monkeypatch.setattr(cli, "run_ask", explode)
    done = attest("ask", QUESTION)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1 and "RuntimeError: a b" in done.err and "ATTEST_DEBUG" in done.err
    monkeypatch.setenv("ATTEST_DEBUG", "1")
    with pytest.raises(RuntimeError):
        attest("ask", QUESTION)


def test_an_interrupt_ends_with_130_and_one_line(attest, monkeypatch):
    def stop(args):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "run_ask", stop)
    done = attest("ask", QUESTION)
    assert done.code == 130 and done.err.count("\n") == 1


@pytest.mark.parametrize("message", ["folder: bad", "two\nlines"])
def test_an_error_of_ours_is_one_line_and_code_2(attest, monkeypatch, message):
    def fail(args):
        raise AttestError(message)

    monkeypatch.setattr(cli, "run_ask", fail)
    done = attest("ask", QUESTION)
    assert done.code == 2 and done.err.count("\n") == 1


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["short", "long"])
def test_output_that_nobody_reads_to_its_end_is_no_error(library, form):
    command = [
        sys.executable,
        "-m",
        "qa.cli",
        "ask",
        "Who opposed?",
        "--library",
        library,
        "--reader",
        "overlap",
        *form,
    ]
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(cli.__file__).parent.parent, env=settings
    ) as process:
        process.stdout.close()  # as in: attest ask ... | true
        err = process.stderr.read().decode()
    assert (process.returncode, err) == (0, "")
