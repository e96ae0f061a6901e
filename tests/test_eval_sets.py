"""Question sets in the formats of the field, and any of them asked from end to end over its own articles."""

from __future__ import annotations

import gzip
import json
import lzma
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.corpus import placed
from eval.questions import Gold, Question
from eval.sets import FORMATS, read_set
from index.article import Article
from index.errors import QuestionSetError
from qa import cli

PARIS = "Paris is the capital of France. 🗼 It lies on the Seine."
ROME = "Rome is the capital of Italy."


def squad(**facts: Any) -> dict[str, Any]:
    asked = {"id": "s1", "question": "What lies on the Seine?", "answers": [{"text": "Paris", "answer_start": 0}] * 2}
    hard = {"id": "s2", "question": "Who is mayor?", "answers": [], "is_impossible": True}
    hard["plausible_answers"] = [{"text": "France", "answer_start": 24}]
    first = {"context": PARIS, "qas": [asked | facts, hard]}
    late = {"id": "s3", "question": "On which river?", "answers": [{"text": "the Seine", "answer_start": 45}]}
    return {
        "version": "v2.0",
        "data": [{"title": "The_City", "paragraphs": [first, {"context": PARIS, "qas": [late]}]}],
    }


def mrqa(**facts: Any) -> list[dict[str, Any]]:
    found = [{"text": "Italy", "char_spans": [[23, 27]], "token_spans": [[5, 5]]}]
    asked = {"qid": "m1", "question": "Whose capital is Rome?", "answers": ["Italy"], "detected_answers": found}
    return [{"header": {"dataset": "X", "split": "dev"}}, {"id": "", "context": ROME, "qas": [asked | facts]}]


def row(**facts: Any) -> dict[str, Any]:
    usual = {"id": "r1", "question": "Whose?", "context": ROME, "answers": [{"text": "Italy", "start": 23}]}
    return usual | {"multi": False} | facts


NQ = {"question": "who is on the seine", "answer": ["Paris", "City of Paris"]}
OURS = {"id": "1", "question": "Who?", "type": "factoid", "answers": [{"text": "Spain", "doc": "a.txt", "start": 1}]}


def put(folder: Path, name: str, content: Any) -> Path:
    """content: one object, or a list of them as lines; texts as they are."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = content if isinstance(content, list) else [content]
    data = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines).encode()
    pack = {".gz": gzip.compress, ".xz": lzma.compress}.get(path.suffix, bytes)
    path.write_bytes(pack(data))
    return path


def beir(folder: Path, **files: Any) -> Path:
    put(
        folder,
        "corpus.jsonl",
        [{"_id": "d1", "title": "Paris", "text": PARIS}, {"_id": "d2", "title": "", "text": ROME}],
    )
    put(folder, "queries.jsonl", [{"_id": "q1", "text": "seine city"}, {"_id": "q9", "text": "not judged"}])
    put(folder, "qrels/test.tsv", ["query-id\tcorpus-id\tscore", "q1\td1\t2", "q1\td2\t0"])
    for name, content in files.items():
        put(folder, {"qrels": "qrels/test.tsv"}.get(name, f"{name}.jsonl"), content)
    return folder


# What each format gives


@pytest.mark.parametrize("name", ["dev-v2.0.json", "dev.json.gz", "dev.jsonl"])
def test_squad(tmp_path, name):
    found = read_set(put(tmp_path, name, squad()))
    first, second, third = found.questions
    assert found.format == "squad"
    assert first.answers == (Gold("Paris", "articles.jsonl#0", 0),) and first.type == "factoid"
    assert (second.answers, second.type) == ((), "unanswerable")
    assert third.answers == (Gold("the Seine", "articles.jsonl#0", 45),)  # one text is one article
    assert list(found.articles()) == [{"id": "0", "text": PARIS, "title": "The City"}] == list(found.articles())
    assert first.relevant == (("articles.jsonl#0", 1),) and second.relevant == ()


def test_squad_written_over_many_lines(tmp_path):
    (tmp_path / "dev.json").write_text(json.dumps(squad(), indent=2), encoding="utf-8")
    assert len(read_set(tmp_path / "dev.json").questions) == 3


@pytest.mark.parametrize("name", ["set.jsonl", "set.jsonl.gz", "set.jsonl.xz"])
def test_mrqa(tmp_path, name):
    found = read_set(put(tmp_path, name, mrqa()))
    (one,) = found.questions
    assert (found.format, one.id) == ("mrqa", "m1")
    assert one.answers == (Gold("Italy", "articles.jsonl#0", 23), Gold("Italy", None, None))
    assert [article["text"] for article in found.articles()] == [ROME]


def test_rows_beside_their_contexts(tmp_path):
    many = [{"text": "Rome", "start": 0}, {"text": "Italy", "start": 23}]
    lines = [row(), row(id="r2", answers=many, multi=True), row(id="r3", answers=[], context=PARIS), row(id="r4")]
    del lines[3]["answers"]
    found = read_set(put(tmp_path, "set.jsonl.xz", lines))
    first, second, third, fourth = found.questions
    assert fourth.type == "unanswerable"
    assert (found.format, first.answers) == ("rows", (Gold("Italy", "articles.jsonl#0", 23),))
    assert (second.type, second.all_of) == ("list", (("Rome",), ("Italy",)))
    assert (third.type, third.relevant) == ("unanswerable", ())
    assert len(list(found.articles())) == 2


def test_nq_open(tmp_path):
    found = read_set(put(tmp_path, "nq.jsonl", [NQ, NQ | {"answer": "Paris"}, {"question": "who", "answers": ["me"]}]))
    assert (found.format, found.brings_articles) == ("nq-open", False)
    assert [one.id for one in found.questions] == ["1", "2", "3"]
    assert found.questions[0].answers == (Gold("Paris", None, None), Gold("City of Paris", None, None))
    assert not found.questions[0].located and found.questions[0].judged


def test_our_own(tmp_path):
    found = read_set(put(tmp_path, "set.jsonl.gz", [OURS]))
    assert (found.format, found.questions[0].relevant, found.brings_articles) == ("attest", (("a.txt", 1),), False)


def test_beir(tmp_path):
    found = read_set(beir(tmp_path / "set"))
    (one,) = found.questions
    assert (found.format, one.type, one.judged, one.answerable) == ("beir", "retrieval", False, False)
    assert one.relevant == (("articles.jsonl#d1", 2),)
    assert [article["id"] for article in found.articles()] == ["d1", "d2"]
    put(tmp_path, "set/qrels/dev.tsv", ["q9\td2\t1"])
    (other,) = read_set(tmp_path / "set" / "qrels" / "dev.tsv").questions
    assert (other.id, other.relevant) == ("q9", (("articles.jsonl#d2", 1),))


def test_an_article_of_beir_without_text_is_its_title_and_without_either_is_left_out(tmp_path):
    lines = [
        {"_id": "1", "title": "Paris", "text": " "},
        {"_id": "2", "title": "", "text": ""},
        {"_id": "3", "text": "x"},
    ]
    articles = list(read_set(beir(tmp_path / "set", corpus=lines)).articles())
    assert [(one["id"], one["text"]) for one in articles] == [("1", "Paris"), ("3", "x")]


# What is wrong is told

BAD: dict[str, tuple[str, Any, str, str]] = {
    "squad not JSON": ("a.json", "{", "a.json", "not JSON"),
    "squad without data": ("a.json", "[]", "a.json", "list"),
    "squad data": ("a.json", {"data": 3}, "a.json", '"data" is 3'),
    "squad article": ("a.json", {"data": [3]}, "data[0]", "object"),
    "squad paragraphs": ("a.json", {"data": [{}]}, "data[0]", '"paragraphs"'),
    "squad offset": (
        "a.json",
        squad(answers=[{"text": "Rome", "answer_start": 0}]),
        "qas[0].answers[0]",
        "'Paris'"[:4],
    ),
    "squad offset below": ("a.json", squad(answers=[{"text": "Paris", "answer_start": -1}]), "qas[0]", "-1"),
    "squad text": ("a.json", squad(answers=[{"text": 4, "answer_start": 0}]), "qas[0]", "4"),
    "squad id": ("a.json", squad(id=7), "paragraphs[0].qas[0]", '"id" is 7'),
    "squad id twice": ("a.json", squad(id="s3"), "qas[0]", "'s3'"),
    "squad surrogate": ("a.json", squad(question="\ud800"), "a.json", "surrogate"),
    "squad empty": ("a.json", {"data": []}, "a.json", "no questions"),
    "mrqa span": ("a.jsonl", mrqa(detected_answers=[{"char_spans": [[3]]}]), "line 2: qas[0]", "[3]"),
    "mrqa detected": ("a.jsonl", mrqa(detected_answers=5), "line 2: qas[0]", '"detected_answers" is 5'),
    "mrqa answers": ("a.jsonl", mrqa(answers="Italy"), "line 2: qas[0]", '"answers" is'),
    "mrqa span beyond": ("a.jsonl", mrqa(detected_answers=[{"char_spans": [[3, 999]]}]), "line 2", "None"),
    "mrqa question": ("a.jsonl", mrqa(question=""), "line 2", '"question"'),
    "mrqa context": ("a.jsonl", [{"header": {}}, {"qas": []}], "line 2", '"context"'),
    "row offset": ("a.jsonl", [row(), row(id="r2", answers=[{"text": "Italy", "start": 22}])], "line 2", "' Ital'"),
    "row answers": ("a.jsonl", [row(), row(id="r2", answers="Italy")], "line 2", "'Italy'"),
    "row answer": ("a.jsonl", [row(), row(id="r2", answers=["Italy"])], "line 2", "'Italy'"),
    "row id twice": ("a.jsonl", [row(), row()], "line 2", "'r1'"),
    "nq answer": ("a.jsonl", [NQ, NQ | {"answer": 3}], "line 2", '"answer" is 3'),
    "nq blank": ("a.jsonl", [NQ, NQ | {"answer": [" "]}], "line 2", "' '"),
    "nq not JSON": ("a.jsonl", [NQ, "{"], "line 2", "not JSON"),
    "own without type": ("a.jsonl", [{"id": "1", "question": "q", "answers": []}], "line 1", '"type"'),
    "nothing known": ("a.jsonl", [{"q": 1, "a": 2}], "a.jsonl", "a, q"),
    "not packed": ("a.jsonl", "x" * 9, "line 1", "not JSON"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_told_with_file_place_and_value(tmp_path, name):
    file, content, place, what = BAD[name]
    path = put(tmp_path, file, content)
    with pytest.raises(QuestionSetError) as caught:
        read_set(path)
    message = str(caught.value)
    assert message.startswith(str(path)) and place in message and what in message
    assert "\n" not in message and len(message) < 500
    assert ";" in message  # what to do


@pytest.mark.parametrize("suffix", [".gz", ".xz"])
def test_a_file_that_is_not_packed_as_its_name_says_is_refused(tmp_path, suffix):
    path = tmp_path / f"set.jsonl{suffix}"
    for data in (b"plain", gzip.compress(b"{}" * 999)[:20], lzma.compress(b"{}" * 999)[:30], b"\xff"):
        path.write_bytes(data)
        with pytest.raises(QuestionSetError, match=f"set.jsonl{suffix}: cannot be unpacked"):
            read_set(path)


@pytest.mark.parametrize(
    ("files", "place", "what"),
    [
        ({"qrels": ["q1\td1\t1", "q1 d2 1"]}, "test.tsv, line 2", "tabs"),
        ({"qrels": ["q1\td1\t1", "q1\td2\thigh"]}, "test.tsv, line 2", "'high'"),
        ({"qrels": ["q1\td1\t1", "q1\td2\t--1"]}, "test.tsv, line 2", "'--1'"),
        ({"qrels": ["q1\td1\t1", "q5\td2\t1"]}, "test.tsv, line 2", "'q5'"),
        ({"qrels": ["a\tb\tc"]}, "set", "no questions"),
        ({"queries": [{"_id": "q1"}]}, "queries.jsonl, line 1", '"text"'),
        ({"queries": [{"_id": 1, "text": "x"}]}, "queries.jsonl, line 1", '"_id" is 1'),
    ],
)
def test_what_is_wrong_in_a_folder_of_beir_is_told(tmp_path, files, place, what):
    with pytest.raises(QuestionSetError) as caught:
        read_set(beir(tmp_path / "set", **files))
    assert place in str(caught.value) and what in str(caught.value)


def test_a_folder_without_the_files_of_beir_is_refused(tmp_path):
    with pytest.raises(QuestionSetError, match=r"test\.tsv or dev\.tsv or train\.tsv.*BEIR"):
        read_set(tmp_path)


FIELDS = "id question type answers answer context data paragraphs qas header text start char_spans _id".split()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), part, max_size=4),
)


@settings(max_examples=40)
@given(
    st.lists(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6), max_size=3),
    st.sampled_from([".json", ".jsonl"]),
)
def test_any_json_is_read_or_refused_and_never_crashes(tmp_path_factory, lines, suffix):
    path = tmp_path_factory.mktemp("any") / f"set{suffix}"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    try:
        assert read_set(path).format in FORMATS
    except QuestionSetError as error:
        assert str(path) in str(error)


# Gold in a library


def test_gold_counts_as_placed_only_where_it_reads_so_in_the_library():
    here, gone = Gold("Italy", "a#1", 23), Gold("Italy", "a#2", 23)
    one = Question("1", "q", "factoid", (here, gone), relevant=(("a#1", 1),))
    (found,) = placed([one], {"a#1": Article("a#1", ROME)}.get)
    assert found.answers == (here, Gold("Italy", None, None)) and found.relevant == (("a#1", 1),)
    (lost,) = placed([one], {"a#1": Article("a#1", PARIS)}.get)
    assert not lost.located and lost.answers == (Gold("Italy", None, None),)
    (nowhere,) = placed([one], lambda source: None)
    assert nowhere.relevant == ()


# From end to end

FAST = ("--reader", "overlap", "--encoder", "hashed", "--json")


def result(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[dict[str, Any], str]:
    capsys.readouterr()
    assert cli.main(["eval", *map(str, args), *FAST]) == 0
    out, err = capsys.readouterr()
    return json.loads(out), err


SENTENCE = {"answers": [{"text": PARIS[:31], "answer_start": 0}], "question": "Which is the capital of France?"}


def test_a_set_with_contexts_is_asked_over_all_of_them_without_any_folder(tmp_path, capsys):
    path = put(tmp_path, "dev.json", squad(**SENTENCE))
    found, err = result(capsys, path)
    assert err == "" and found["settings"]["format"] == "squad" and found["settings"]["articles"] == 1
    first = found["rows"][0]
    assert (first["text"], first["f1"], first["cited"], first["classes"][0]) == (PARIS[:31], 1.0, 1.0, "right")
    assert (first["rank"], first["found"], found["figures"]["article_ndcg@10"]) == (1, [[1, 1]], 1.0)
    assert [path.name for path in tmp_path.iterdir()] == ["dev.json"]  # the library is in the cache


def test_the_library_of_a_set_is_kept_where_it_is_told_and_found_again(tmp_path, capsys, monkeypatch):
    path = put(tmp_path, "dev.json", squad(**SENTENCE))
    first, _ = result(capsys, path, "--library", tmp_path / "library")
    assert first["times"]["articles_per_second"] > 0 and first["times"]["passages_per_second"] > 0
    assert cli.main(["doctor", "--library", str(tmp_path / "library")]) == 0
    monkeypatch.setattr("eval.corpus.build", None)
    again, _ = result(capsys, path, "--library", tmp_path / "library")
    assert again["rows"][0]["text"] == first["rows"][0]["text"] and "articles_per_second" not in again["times"]


def test_over_other_articles_places_are_not_judged_and_that_is_told(tmp_path, capsys, write):
    path = put(tmp_path, "dev.json", squad(**SENTENCE))
    found, err = result(capsys, path, write({"a.txt": PARIS}))
    assert err.count("\n") == 1 and "not judged" in err
    assert found["figures"]["cited_right"] is None and found["figures"]["f1"] == 0.5


def test_lines_of_nq_open_are_asked_over_a_folder(tmp_path, capsys, write):
    path = put(tmp_path, "nq.jsonl", [{"question": "which is the capital of france", "answer": [PARIS[:31]]}])
    found, err = result(capsys, path, write({"a.txt": PARIS}))
    assert (found["figures"]["em"], found["figures"]["cited_right"], err) == (1.0, None, "")


def test_a_set_without_articles_needs_a_folder(tmp_path, capsys):
    assert cli.main(["eval", str(put(tmp_path, "nq.jsonl", [NQ]))]) == 2
    assert "FOLDER" in capsys.readouterr().err


def test_beir_is_judged_by_its_ranking_alone(tmp_path, capsys):
    found, _ = result(capsys, beir(tmp_path / "set"), "--report", tmp_path / "r.html")
    figures = found["figures"]
    assert figures["article_recall@10"] == figures["article_recall@100"] == 1.0
    assert figures["f1"] is figures["abstained_right"] is figures["risk_coverage_area"] is None
    assert "not judged" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_articles_of_one_text_stand_for_each_other_in_a_ranking(tmp_path, capsys):
    twice = [{"_id": "d1", "text": PARIS}, {"_id": "d2", "text": ROME}, {"_id": "d3", "text": PARIS}]
    put(tmp_path, "set/corpus.jsonl", twice)
    found, _ = result(capsys, beir(tmp_path / "set", corpus=twice, qrels=["q1\td3\t1"]))
    assert found["figures"]["article_recall@100"] == 1.0
