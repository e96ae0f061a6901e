"""Question files, judging, reports, gates, comparisons, and `attest eval` from end to end without any model."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import eval.questions as questions_module
from eval import squad
from eval.cards import AROUND, quoted
from eval.compare import compare, read_result, told
from eval.evidence import NEAR
from eval.gates import failed, read_gates
from eval.kept import Kept
from eval.metrics import METRICS, Row
from eval.page import page
from eval.questions import Gold, Question, read_questions
from eval.report import document, steady, table
from eval.run import judge, run
from index.article import Article
from index.errors import QuestionSetError
from index.formats import read_file
from qa import cli
from qa.answer import Answer, Citation, Considered, Extract, Item
from qa.assistant import Assistant
from qa.reader import Reading, Span

TEXT = "x" * 500 + "Germany, Italy and Spain opposed the exercise." + "y" * 500
ARTICLE = Article("a.txt", TEXT)
AT = 500  # where the gold stands


def cite(start: int, end: int, source: str = "a.txt", quote: str | None = None) -> Citation:
    around = Extract(0, len(TEXT), TEXT)
    return Citation(source, None, None, ARTICLE.sha256, start, end, quote or TEXT[start:end], (), around)


def answer(*items: tuple[str, int], considered: Sequence[Considered] = (), seconds: float = 0.5) -> Answer:
    """Of (text, where it stands) each, with one citation."""
    made = tuple(Item(text, 0.9, (cite(start, start + len(text)),)) for text, start in items)
    find = {"a.txt": ARTICLE}.get
    return Answer("q", made, None if made else "why not", seconds, considered=tuple(considered), find=find)


def question(*golds: Gold, **facts: Any) -> Question:
    return Question("q1", "Who opposed?", "factoid" if golds else "unanswerable", golds, **facts)


GOLD = Gold("Germany, Italy and Spain", "a.txt", AT)


# Judging


def test_the_right_answer_gets_full_marks():
    row = judge(question(GOLD), answer(("Germany, Italy and Spain", AT)))
    assert (row.em, row.f1, row.cited, row.answered, row.answerable) == (1.0, 1.0, 1.0, True, True)
    assert (row.id, row.type, row.question, row.text) == ("q1", "factoid", "Who opposed?", "Germany, Italy and Spain")
    assert (row.citations, row.seconds, row.confidence) == ((1, 1), 0.5, 0.9)
    assert row.gold == ("Germany, Italy and Spain",)


def test_the_best_of_the_accepted_variants_counts():
    row = judge(question(Gold("Portugal", "a.txt", 0), Gold("Italy", "a.txt", AT + 9), GOLD), answer(("Italy", AT + 9)))
    assert (row.em, row.f1) == (1.0, 1.0)


def test_only_the_first_answer_counts_for_em_and_f1():
    row = judge(question(GOLD), answer(("exercise", AT + 37), ("Germany, Italy and Spain", AT)))
    assert (row.em, row.f1) == (0.0, 0.0)


def test_typographic_variants_are_the_same_answer():
    row = judge(question(Gold('"legitimate" - Kyiv\'s', None, None)), answer(("“legitimate” – Kyiv’s", 0)))
    assert row.em == 1.0


def test_an_unanswered_question_counts_nought():
    row = judge(question(GOLD), answer())
    assert (row.em, row.f1, row.cited, row.answered, row.text) == (0.0, 0.0, 0.0, False, None)
    assert row.citations == (0, 0)


def test_answering_the_unanswerable_earns_nothing():
    row = judge(question(), answer(("Spain", AT + 19)))
    assert (row.em, row.f1, row.cited, row.answerable, row.answered) == (0.0, 0.0, 0.0, False, True)


def test_keeping_quiet_on_the_unanswerable_is_told():
    row = judge(question(), answer())
    assert (row.em, row.f1, row.answerable, row.answered) == (0.0, 0.0, False, False)


@pytest.mark.parametrize(
    ("start", "wanted"),
    [
        (AT, 1.0),
        (AT - 5 - NEAR, 0.0),  # ends exactly NEAR before the gold
        (AT - 5 - NEAR + 1, 1.0),
        (AT + len(GOLD.text) + NEAR - 1, 1.0),
        (AT + len(GOLD.text) + NEAR, 0.0),
        (0, 0.0),
    ],
)
def test_a_citation_within_200_characters_of_accepted_evidence_is_right(start, wanted):
    assert NEAR == 200
    assert judge(question(GOLD), answer((TEXT[start : start + 5], start))).cited == wanted


def test_a_citation_in_another_article_or_not_the_first_is_not_right():
    other = Gold(GOLD.text, "b.txt", AT)
    assert judge(question(other), answer(("Spain", AT + 19))).cited == 0.0
    assert judge(question(Gold(GOLD.text, "a.txt", None)), answer(("Spain", AT + 19))).cited == 0.0
    far_first = Item("x" * 5, 0.9, (cite(0, 5), cite(AT, AT + 7)))
    assert judge(question(GOLD), Answer("q", (far_first,), None, 0.1)).cited == 0.0


def test_a_citation_that_does_not_read_so_is_counted_as_such():
    false = Item("Spain", 0.9, (cite(AT + 19, AT + 24), cite(0, 5, quote="Spain")))
    made = Answer("q", (false,), None, 0.1, find={"a.txt": ARTICLE}.get)
    assert judge(question(GOLD), made).citations == (2, 1)


def test_a_citation_wrong_in_several_ways_is_one_wrong_citation():
    lost = Item("Spain", 0.9, (cite(AT + 19, AT + 24), cite(10**6, 10**6 + 5, quote="Spain")))
    forged = Citation("a.txt", None, None, "0" * 64, 0, 5, "Spain", (), Extract(3, 9, "no such text"))
    worse = Item("Spain", 0.9, (cite(AT + 19, AT + 24), forged))
    for item in (lost, worse):
        made = Answer("q", (item,), None, 0.1, find={"a.txt": ARTICLE}.get)
        assert judge(question(GOLD), made).citations == (2, 1)


GROUPS = (("Germany",), ("Italy", "Italian Republic"), ("the United States", "US"))


@pytest.mark.parametrize(
    ("items", "wanted"),
    [
        ([("Germany, Italy and Spain", AT)], 2 / 3),
        ([("Germany", AT), ("Italy", AT + 9)], 2 / 3),
        ([("Germany", AT)], 1 / 3),
        ([("Germ", AT)], 0.0),
        ([], 0.0),
    ],
)
def test_a_list_is_judged_by_the_share_of_its_groups_that_any_answer_covers(items, wanted):
    assert judge(question(GOLD, all_of=GROUPS), answer(*items)).list_recall == pytest.approx(wanted)
    assert judge(question(GOLD), answer(*items)).list_recall is None


@pytest.mark.parametrize(
    ("items", "wanted"),
    [
        ([("Germany", AT), ("Italy", AT + 9)], 1.0),
        ([("Germany", AT), ("exercise", AT + 37)], 1 / 2),  # no member
        ([("Germany, Italy and Spain", AT)], 1.0),  # an accepted variant
        ([("Spain opposed the exercise", AT + 19)], 0.0),  # less than half of it is a member
        ([], 0.0),
    ],
)
def test_a_list_is_judged_by_the_share_of_its_answers_that_are_accepted(items, wanted):
    assert (
        judge(question(Gold("Germany, Italy and Spain", "a.txt", AT), all_of=GROUPS), answer(*items)).list_precision
        == wanted
    )
    assert judge(question(GOLD), answer(*items)).list_precision is None


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        (AT, AT + 24, "right"),
        (AT - 5, AT + 1, "right"),  # one code point of the accepted span is enough
        (AT + 23, AT + 30, "right"),
        (AT - 5, AT, "beside"),
        (AT + 24, AT + 30, "beside"),
    ],
)
def test_a_citation_is_right_where_it_overlaps_accepted_evidence(start, end, wanted):
    assert judge(question(GOLD), answer((TEXT[start:end], start))).classes == (wanted,)


def test_an_accepted_answer_from_elsewhere_is_misattributed_and_a_false_quote_is_false():
    twice = Article("a.txt", f"{TEXT} Spain again.")
    again = twice.text.rindex("Spain")
    found = Citation("a.txt", None, None, twice.sha256, again, again + 5, "Spain", (), Extract(0, 9, twice.text[:9]))
    made = Answer("q", (Item("Spain", 0.9, (found,)),), None, 0.1, find={"a.txt": twice}.get)
    gold = Gold("Spain", "a.txt", AT + 19)
    assert judge(question(gold), made).classes == ("misattributed",)
    assert judge(question(GOLD), made).classes == ("beside",)
    assert judge(question(gold), dataclasses.replace(made, find=None)).classes == ("false",)


def test_a_list_needs_each_of_its_groups_cited_right():
    listed = question(GOLD, all_of=(("Germany",), ("Italy", "Italian Republic"), ("Spain",), ("US",)))
    assert judge(listed, answer(("Germany", AT), ("Italy", AT + 9))).evidence == 1 / 2
    assert judge(listed, answer(("Germany, Italy and Spain", AT))).evidence == 3 / 4
    assert judge(listed, answer(("Germany", AT))).exact == (1, 1, 1, 4)
    assert judge(question(GOLD), answer(("Spain", AT + 19))).evidence == 1
    assert judge(question(GOLD), answer()).evidence == 0


def test_several_evidence_articles_count_each():
    both = question(GOLD, relevant=(("a.txt", 1), ("b.txt", 1)))
    assert judge(both, answer(("Spain", AT + 19))).sources == (1, 2)


@pytest.mark.parametrize(
    ("kind", "groups", "pair", "wanted"),
    [
        ("conflict", (("Germany",), ("Spain",)), [0, 1], (1, 1)),
        ("conflict", (("Germany", "Spain"),), [0, 1], (1, 0)),  # one side
        ("conflict", (), [0, 1], (1, 1)),
        ("factoid", (("Germany",), ("Spain",)), [0, 1], (1, 0)),
    ],
)
def test_a_claimed_conflict_is_right_between_two_sides_of_a_marked_one(kind, groups, pair, wanted):
    made = dataclasses.replace(
        answer(("Germany", AT), ("Spain", AT + 19)), conflicts=({"answers": pair, "kind": "name"},)
    )
    asked = dataclasses.replace(question(GOLD, all_of=groups), type=kind)
    assert judge(asked, made).conflicts == wanted


def test_the_ranking_is_that_of_the_articles_read_where_no_other_is_given():
    asked = question(GOLD, relevant=(("a.txt", 1), ("c.txt", 2)))
    made = answer(considered=read_passages(("b.txt", 0, 9), ("b.txt", 9, 20), ("a.txt", 0, 9)))
    assert judge(asked, made).found == ((2, 1),) and judge(asked, made).relevant == (1, 2)
    assert judge(asked, made, ["c.txt", "b.txt", "a.txt"]).found == ((1, 2), (3, 1))


def test_the_first_member_of_a_list_is_its_first_answer():
    listed = dataclasses.replace(answer(("Germany", AT), ("Italy", AT + 9)), listed=True)
    row = judge(question(Gold("Germany", "a.txt", AT)), listed)
    assert (row.text, row.em) == ("Germany; Italy", 1.0)


def read_passages(*extents: tuple[str, int, int]) -> list[Considered]:
    return [Considered(source, start, end, 0.1, None) for source, start, end in extents]


@pytest.mark.parametrize(
    ("passages", "wanted"),
    [
        ([("a.txt", 400, 600)], 1),
        ([("b.txt", 400, 600), ("a.txt", AT, AT + len(GOLD.text))], 2),
        ([("a.txt", AT + 1, 600), ("a.txt", 0, AT + len(GOLD.text) - 1)], None),  # cut off on either side
        ([("a.txt", 0, 300), ("a.txt", 200, 400), ("a.txt", 300, 900)], 3),
        ([], None),
    ],
)
def test_the_rank_is_that_of_the_first_passage_that_holds_whole_evidence(passages, wanted):
    assert judge(question(GOLD), answer(considered=read_passages(*passages))).rank == wanted
    assert judge(question(Gold(GOLD.text, None, None)), answer(considered=read_passages(*passages))).rank is None


def test_a_run_asks_question_by_question_in_order():
    asked = []

    def ask(one: Question) -> Answer:
        asked.append(one.id)
        return answer(("Spain", AT + 19))

    many = [Question(str(n), "Who?", "factoid", (GOLD,)) for n in range(3)]
    running = run(ask, many)
    assert next(running)[0] is many[0] and asked == ["0"]
    assert [(one.id, row.id) for one, _, row in running] == [("1", "1"), ("2", "2")]


# Question files

FACT = {"id": "1", "question": "Who?", "type": "factoid", "answers": [{"text": "Spain", "doc": "a.txt", "start": 519}]}
NOT_TOLD = {"id": "2", "question": "How many?", "type": "unanswerable", "answers": []}


def put(folder: Path, *lines: Any) -> Path:
    path = folder / "set.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_a_question_file_is_read_in_order_with_everything_in_it(tmp_path):
    more = {"all_of": [["Spain", "Spanish"], ["Italy"]], "context": "And who?", "note": "n", "evidence_docs": ["a.txt"]}
    path = put(tmp_path, "", FACT | more, "  ", NOT_TOLD | {"all_of": None, "context": None}, "")
    first, second = read_questions(path, {"a.txt": ARTICLE}.get)
    assert first == Question(
        "1",
        "Who?",
        "factoid",
        (Gold("Spain", "a.txt", 519),),
        (("Spain", "Spanish"), ("Italy",)),
        "And who?",
        (("a.txt", 1),),
    )
    assert (second.answers, second.all_of, second.context, second.answerable) == ((), (), None, False)
    assert first.answerable


BAD_LINES: dict[str, tuple[Any, str]] = {
    "not JSON": ("{", "not JSON"),
    "two objects": ("{} {}", "not JSON"),
    "nested without end": ("[" * 100_000, "not JSON"),
    "a list": ("[]", "list"),
    "a text": ('"q"', "str"),
    "null": ("null", "NoneType"),
    "no id": ({k: v for k, v in FACT.items() if k != "id"}, '"id"'),
    "id as number": (FACT | {"id": 7}, '"id"'),
    "blank id": (FACT | {"id": " "}, '"id"'),
    "no question": (FACT | {"question": None}, '"question"'),
    "blank question": (FACT | {"question": ""}, '"question"'),
    "no type": ({k: v for k, v in FACT.items() if k != "type"}, '"type"'),
    "no answers": ({k: v for k, v in FACT.items() if k != "answers"}, '"answers"'),
    "answers as text": (FACT | {"answers": "Spain"}, '"answers"'),
    "unanswerable with answers": (FACT | {"type": "unanswerable"}, "unanswerable"),
    "answerable without": (FACT | {"answers": []}, "'factoid'"),
    "answer as text": (FACT | {"answers": ["Spain"]}, "'Spain'"),
    "answer without text": (FACT | {"answers": [{"doc": "a.txt", "start": 1}]}, '"text"'),
    "empty answer": (FACT | {"answers": [{"text": ""}]}, '"text"'),
    "doc as number": (FACT | {"answers": [{"text": "Spain", "doc": 4}]}, '"doc"'),
    "start as text": (FACT | {"answers": [{"text": "Spain", "doc": "a.txt", "start": "519"}]}, '"start"'),
    "start as true": (FACT | {"answers": [{"text": "Spain", "doc": "a.txt", "start": True}]}, '"start"'),
    "start below nought": (FACT | {"answers": [{"text": "Spain", "doc": "a.txt", "start": -1}]}, '"start"'),
    "all_of as text": (FACT | {"all_of": "Spain"}, '"all_of"'),
    "all_of of texts": (FACT | {"all_of": ["Spain"]}, '"all_of"'),
    "all_of of numbers": (FACT | {"all_of": [[1]]}, '"all_of"'),
    "context as list": (FACT | {"context": ["Who?"]}, '"context"'),
    "evidence as text": (FACT | {"evidence_docs": "a.txt"}, '"evidence_docs"'),
    "half a surrogate pair": (r'{"id": "1", "question": "\ud83d", "type": "factoid", "answers": []}', "surrogate"),
    "id used before": (NOT_TOLD, "'2'"),
    "gold elsewhere": (FACT | {"answers": [{"text": "Spain", "doc": "a.txt", "start": 518}]}, "'Spain'"),
    "gold beyond the end": (FACT | {"answers": [{"text": "Spain", "doc": "a.txt", "start": 10**9}]}, "'Spain'"),
    "gold of no article": (FACT | {"answers": [{"text": "Spain", "doc": "b.txt"}]}, "'b.txt'"),
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_is_refused_by_file_line_and_what_is_wrong(tmp_path, name):
    line, what = BAD_LINES[name]
    with pytest.raises(QuestionSetError) as caught:
        read_questions(put(tmp_path, NOT_TOLD, "", line), {"a.txt": ARTICLE}.get)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'set.jsonl'}, line 3: ") and what in message
    assert len(message) < 600 and "\n" not in message


@pytest.mark.parametrize(("data", "what"), [(b"", "no questions"), (b"\n \n", "no questions"), (b"\xff", "byte 0")])
def test_a_file_without_questions_is_refused_by_name(tmp_path, data, what):
    (tmp_path / "set.jsonl").write_bytes(data)
    with pytest.raises(QuestionSetError, match=f"set.jsonl: .*{what}"):
        read_questions(tmp_path / "set.jsonl")


def test_without_articles_gold_is_taken_on_trust(tmp_path):
    wrong = FACT | {"answers": [{"text": "Spain", "doc": "b.txt", "start": 0}]}
    assert len(read_questions(put(tmp_path, wrong))) == 1


# The project's own questions

OWN = Path(questions_module.__file__).parent / "questions" / "seeds.jsonl"


@pytest.fixture(scope="module")
def seed_articles(seeds) -> dict[str, Article]:
    return {path.name: read_file(path, path.name)[0] for path in seeds.iterdir()}


def test_our_question_set_is_large_and_every_gold_span_reads_in_its_seed(seed_articles):
    ours = read_questions(OWN, seed_articles.get)  # compares every span
    assert len(ours) >= 60
    assert len({one.id for one in ours}) == len(ours)
    assert len({one.question for one in ours}) == len(ours)
    for one in ours:
        for gold in one.answers:
            assert seed_articles[gold.doc].text[gold.start : gold.start + len(gold.text)] == gold.text


def test_a_fifth_of_our_questions_cannot_be_answered():
    ours = read_questions(OWN)
    assert sum(not one.answerable for one in ours) * 5 >= len(ours)


def test_our_questions_cover_every_seed_and_many_kinds(seed_articles):
    ours = read_questions(OWN)
    assert {gold.doc for one in ours for gold in one.answers} == set(seed_articles) and len(seed_articles) == 5
    assert len({one.type for one in ours}) >= 5
    assert any(one.context for one in ours) and any(one.all_of for one in ours)


def test_every_group_of_a_list_question_is_held_by_its_evidence(seed_articles):
    for one in read_questions(OWN):
        texts = " ".join(seed_articles[gold.doc].text for gold in one.answers)
        assert all(any(variant in texts for variant in group) for group in one.all_of), one.id


def test_the_evidence_named_beside_a_question_is_that_of_its_answers(seed_articles):
    for line in OWN.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        assert {gold["doc"] for gold in one["answers"]} <= set(one["evidence_docs"]) <= set(seed_articles), one["id"]


# Reports


def row(n: int, **facts: Any) -> Row:
    usual = {"question": "Who?", "type": "factoid", "answerable": True, "answered": True, "text": "Spain"}
    return Row(**({"id": f"q{n}", "confidence": 0.5} | usual | facts))


ROWS = [
    row(1, em=1.0, f1=1.0, cited=1.0, rank=1, citations=(1, 1), seconds=0.1, gold=("Spain",)),
    row(2, f1=0.25, rank=2, citations=(1, 1), seconds=0.2, gold=("Italy",)),
    row(3, type="unanswerable", answerable=False, answered=False, text=None, seconds=0.3),
]


def test_a_document_holds_figures_rows_settings_and_survives_json():
    made = document(ROWS, {"seconds": 3.5}, reader="overlap")
    assert json.loads(json.dumps(made))["rows"][0]["gold"] == ["Spain"]
    assert json.loads(json.dumps(made))["rows"][0]["citations"] == [1, 1]
    assert made["figures"]["f1"] == pytest.approx(0.625)
    assert made["intervals"]["f1"] == (0.25, 1.0) and "seconds_p50" not in made["intervals"]
    assert made["types"]["factoid"]["questions"] == 2.0 and made["types"]["unanswerable"]["abstained_right"] == 1.0
    assert (made["settings"], made["times"]) == ({"reader": "overlap"}, {"seconds": 3.5})
    assert [one["id"] for one in made["rows"]] == ["q1", "q2", "q3"]
    assert made["machine"]["python"]


def test_but_for_times_and_memory_a_document_is_the_same_byte_for_byte():
    slower = [dataclasses.replace(one, seconds=one.seconds * 2 + 1, memory=9.0) for one in ROWS]
    first, second = (document(rows, {"seconds": n}, reader="x") for n, rows in enumerate((ROWS, slower)))
    assert json.dumps(first) != json.dumps(second)
    assert json.dumps(steady(first)) == json.dumps(steady(second))
    assert steady(first)["figures"]["f1"] == 0.625


def test_the_table_has_a_line_for_every_figure_that_was_measured():
    made = document(ROWS)
    lines = {line.split()[0]: line.split() for line in table(made).splitlines()}
    assert list(lines) == [name for name in METRICS if made["figures"][name] is not None]
    assert lines["f1"][1:5] == ["0.6250", "0.2500", "-", "1.0000"]
    assert "list_recall" not in lines  # no list question was asked
    assert lines["questions"][1] == "3"


HOSTILE = "<script src=//e.x/a.js>alert(1)</script><img src=http://e.x/i.png onerror=alert(1)>'\"&"


class Seen(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.attributes: set[tuple[str, str | None]] = set()
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.attributes.update(attrs)

    def handle_data(self, data):
        self.text += data


def hostile_page() -> str:
    rows = [row(4, question=HOSTILE, text=HOSTILE, type=HOSTILE, gold=(HOSTILE,)), row(5, text=None, answered=False)]
    return page(document(rows, questions=HOSTILE, reader=HOSTILE))


ALLOWED = set("lang charset class http-equiv content name type id checked".split())
ALLOWED |= set("viewbox role aria-label aria-hidden x y width height rx cx cy r points transform".split())


def test_the_page_needs_no_other_host_and_runs_nothing():
    source = page(document(ROWS, reader="overlap"))
    assert re.search(r"https?:|=\s*[\"']?//|url\(|@import|<script|<link|<iframe|javascript:", source) is None
    seen = Seen(source)
    assert not {name for name, _ in seen.attributes} - ALLOWED
    assert source.startswith("<!doctype html>")


def test_the_page_says_itself_that_nothing_but_its_own_style_may_be_used():
    source = page(document(ROWS))
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', source)
    (style,) = re.findall(r"<style>(.*?)</style>", source, re.S)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; ") and f"style-src 'sha256-{digest}'" in policy


def test_texts_reach_the_page_escaped():
    clean, hostile = Seen(page(document(ROWS[:2]))), Seen(hostile_page())
    assert set(hostile.tags) - set(clean.tags) <= {"b", "i"}
    assert not {name for name, _ in hostile.attributes} - ALLOWED
    assert hostile.text.count(HOSTILE) >= 4


def test_the_page_tells_right_from_wrong_worst_first():
    rows = [*ROWS, row(6, type="unanswerable", answerable=False), row(7, answered=False, text=None, f1=0.0)]
    body = page(document(rows)).split("<h2>Questions</h2>")[1]
    told = re.findall(r'<details class="card (\w+)">.*?<p class="facts">(q\d)', body)
    assert {number for kind, number in told if kind == "good"} == {"q1", "q3"}
    assert [kind for kind, _ in told] == ["bad"] * 3 + ["good"] * 2 and "no answer" in body
    assert re.findall(r"(\d) (wrong|right)</label>", body) == [("3", "wrong"), ("2", "right")]


def test_an_answer_stands_beside_its_gold_with_the_words_they_share_in_bold():
    source = page(document([row(1, text="the Kingdom of Spain", f1=0.5, gold=("Spain", "Madrid"))]))
    assert '<span class="given">the Kingdom of <b>Spain</b></span>' in source
    assert '<span class="gold"><b>Spain</b> <i>or</i> Madrid</span>' in source


def test_a_card_shows_the_quote_where_its_offsets_say_and_whether_it_is_the_evidence():
    made = answer(("Italy", AT + 9), ("Spain", AT + 19))
    judged = judge(question(GOLD), made)
    source = page(document([judged]), [{"id": "q1"} | made.to_dict()])
    assert (
        "Germany, <mark>Italy</mark> and Spain opposed" in source and "Italy and <mark>Spain</mark> opposed" in source
    )
    assert source.count("at the evidence") == 2


@given(st.text("ab \n", max_size=600) | st.text("a", min_size=500, max_size=600), st.data())
def test_what_stands_around_a_quote_is_cut_and_the_quote_never_is(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    shown = quoted({"start": start + 7, "end": end + 7, "passage": {"start": 7, "text": text}})
    before, quote, after = re.fullmatch(r"(.*?)<mark>(.*?)</mark>(.*)", shown, re.S).groups()
    assert quote == text[start:end]
    assert text[:start].endswith(before.removeprefix("… ")) and text[end:].startswith(after.removesuffix(" …"))
    assert len(before) <= AROUND + 2 and len(after) <= AROUND + 2


def test_a_page_of_questions_without_known_answers_has_no_calibration():
    found = ((1, 1),)
    source = page(document([row(1, type="retrieval", answerable=False, judged=False, found=found, relevant=(1,))]))
    assert "Latency" in source and "Calibration" not in source and "article_ndcg@10" in source


def test_a_comparison_is_on_the_page():
    made = document(ROWS)
    other = {"id": "q1", "question": HOSTILE, "before": None, "now": HOSTILE, "f1": [0.0, 1.0]}
    made["comparison"] = {"questions": 3, "figures": {}, "answers": [other]}
    change = {"before": 0.5, "now": 0.625, "low": 0.1, "high": 0.2, "change": 0.125}
    made["comparison"]["figures"] = {"f1": change, "calibration_error": change, "em": change | {"low": -0.1}}
    made["comparison"]["figures"]["coverage"] = change | {"change": 0.0}
    kinds = re.findall(r'<th>(\w+)</th><td>0.5000</td><td>0.6250</td><td class="(\w+)">\+0.1250', page(made))
    assert kinds == [("f1", "up"), ("calibration_error", "down"), ("em", "same")]
    assert "1 figures are the same" in page(made) and "1 answers are other ones" in page(made)
    assert "<script" not in page(made)


# Gates

FIGURES: dict[str, float | None] = dict.fromkeys(METRICS) | {"f1": 0.8, "recall@8": 0.95, "seconds_p95": 2.0}


@pytest.mark.parametrize(
    ("gate", "holds"),
    [
        ("f1>=0.8", True),
        ("f1>0.8", False),
        ("f1 >= .8", True),
        (" f1>=0.81 ", False),
        ("f1<=1", True),
        ("recall@8>=0.9", True),
        ("seconds_p95<3", True),
        ("seconds_p95<2", False),
        ("list_recall>=0", False),  # nothing measured holds no gate
    ],
)
def test_a_gate_holds_or_is_named_with_its_figure(gate, holds):
    broken = failed(FIGURES, read_gates([gate]))
    assert (broken == []) is holds
    if not holds:
        assert gate in broken[0]


def test_every_failed_gate_is_told():
    assert len(failed(FIGURES, read_gates(["f1>=0.9", "f1>=0.7", "recall@8>0.99"]))) == 2


@pytest.mark.parametrize(
    "gate", ["", "f1", "f1=0.8", "f1=>0.8", "f2>=0.8", "f1>=high", "f1>=0.8 and em>=1", "f1>=-", "f1>=1e"]
)
def test_a_gate_that_cannot_be_read_is_refused_by_its_text(gate):
    with pytest.raises(QuestionSetError, match=re.escape(repr(gate))):
        read_gates([gate])


# Comparing


def save(folder: Path, result: Any) -> Path:
    path = folder / "old.json"
    path.write_text(result if isinstance(result, str) else json.dumps(result), encoding="utf-8")
    return path


def compared(now: Sequence[Row], old: Path) -> list[str]:
    return list(told(compare(now, read_result(old))))


def test_a_comparison_tells_each_figure_and_each_answer_that_changed(tmp_path):
    old = save(tmp_path, document(ROWS))
    lines = compared([ROWS[0], row(2, text="Italy", em=1.0, f1=1.0, gold=("Italy",)), ROWS[2]], old)
    assert "3 questions in both" in lines[0]
    (f1,) = [line.split() for line in lines if line.startswith("f1 ")]
    assert f1 == ["f1", "0.6250", "1.0000", "+0.3750", "+0.0000", "to", "+0.7500"]
    assert not any(line.startswith("list_recall") for line in lines)  # neither run asked for lists
    assert [line for line in lines if re.match(r"q\d", line)] == ["q2: F1 0.25 -> 1.00  'Spain' -> 'Italy'"]


def test_a_change_for_sure_has_a_star(tmp_path):
    old = save(tmp_path, document([row(n, f1=n / 100) for n in range(20)]))
    lines = compared([row(n, f1=n / 100 + 0.1) for n in range(20)], old)
    assert [line.split()[-1] for line in lines if line.startswith("f1 ")] == ["*"]


def test_a_comparison_bears_an_older_result_with_fewer_figures_and_other_questions(tmp_path):
    old = document(ROWS[:1])
    del old["figures"]["f1"]
    for one in old["rows"]:
        del one["squad"], one["belief"]
    lines = compared(ROWS, save(tmp_path, old))
    assert "1 questions in both" in lines[0]
    assert not any(line.startswith("f1 ") for line in lines) and any(line.startswith("em ") for line in lines)


@pytest.mark.parametrize(
    "old",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"figures": {}}',
        '{"figures": {}, "rows": [{}]}',
        '{"figures": [], "rows": []}',
        '{"figures": {}, "rows": [{"id": "q1"}]}',
        json.dumps({"figures": {}, "rows": [document(ROWS)["rows"][0] | {"f1": "high"}]}),
        json.dumps({"figures": {}, "rows": [document(ROWS)["rows"][0] | {"citations": []}]}),
        '{"figures": {"f1": "high"}, "rows": []}',
        b"\xff".decode("latin-1") + "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
    ids=count(),
)
def test_what_is_no_earlier_result_is_refused_by_name(tmp_path, old):
    with pytest.raises(QuestionSetError, match=r"old\.json"):
        read_result(save(tmp_path, old))


def test_a_missing_earlier_result_is_refused_by_name(tmp_path):
    with pytest.raises(QuestionSetError, match=r"gone\.json"):
        read_result(tmp_path / "gone.json")


# The reader alone, on SQuAD-like rows


class Says:
    """A reader that says this text with this score and this `answerable`; for "" it finds nothing."""

    name = "says"

    def __init__(self, text: str, score: float = 1.0, answerable: float = 0.9) -> None:
        self.text, self.score, self.answerable = text, score, answerable

    def read(self, question: str, passages: Sequence[str], top: int = 10) -> Reading:
        if not self.text:
            return Reading(0.0, ())
        start = passages[0].index(self.text)
        span = Span(self.text, 0, start, start + len(self.text), self.score - 1)
        return Reading(self.answerable, (span,), self.score)


ASKED = {
    "question": "Who?",
    "context": "Germany and Spain opposed.",
    "answers": [{"text": "Spain"}, {"text": "the Spain"}],
}


def test_a_row_is_scored_by_its_best_gold():
    assert squad.score(Says("Spain", 3.0), ASKED) == (0.9, 3.0, 1.0, 1.0, True)
    assert squad.score(Says("Germany and Spain", 3.0), ASKED) == (0.9, 3.0, 0.0, 0.5, True)
    assert squad.score(Says("Spain", 3.0), ASKED | {"answers": []}) == (0.9, 3.0, 0.0, 0.0, False)
    assert squad.score(Says(""), ASKED) == (0.0, -1e9, 0.0, 0.0, True)


# (answerable, score, EM, F1, has an answer)
SCORED = [
    (0.9, 4.0, 1.0, 1.0, True),
    (0.8, 3.0, 0.0, 0.5, True),
    (0.7, 2.0, 0.0, 0.0, False),
    (0.4, 1.0, 1.0, 1.0, True),
    (0.1, 0.0, 0.0, 0.0, False),
]


def test_figures_of_hand_made_rows():
    assert squad.figures(SCORED) == {
        "questions": 5,
        "unanswerable": 2,
        "forced_em": 66.67,
        "forced_f1": 83.33,
        "em": 40.0,  # 1 + 0 + 0 (answered) + 0 (not answered) + 1 (rightly not)
        "best_em": 60.0,  # answer from 4.0 on: 1 + 1 + 1; from 1.0 on: 1 + 0 + 0 + 1 + 1
        "f1": 50.0,
        "best_f1": 70.0,  # answer from 3.0 on: 1 + .5 + 1 + 1; from 1.0 on: 1 + .5 + 1 + 1
        "auroc": round(5 / 6, 4),
    }


def test_without_unanswerable_questions_only_forced_figures_are_told():
    assert set(squad.figures(SCORED[:2])) == {"questions", "unanswerable", "forced_em", "forced_f1"}


def test_without_answerable_questions_there_is_nothing_to_force():
    told = squad.figures([SCORED[2], SCORED[4]])
    assert (told["em"], told["f1"], told["best_f1"], told["auroc"]) == (50.0, 50.0, 100.0, None)


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(-50, 50).map(float), st.integers(0, 1).map(float), st.booleans()),
        min_size=2,
        max_size=12,
        unique_by=lambda row: row[1],
    ),
    st.data(),
)
def test_the_best_figures_are_the_best_over_all_thresholds(drawn, data):
    scored = [
        (answerable, score, em if has else 0.0, data.draw(st.floats(em, 1)) if has else 0.0, has)
        for answerable, score, em, has in drawn
    ]
    if all(s[4] for s in scored):
        return
    told = squad.figures(scored)
    for name, column in (("em", 2), ("f1", 3)):

        def at(threshold: float, column: int = column) -> float:
            kept = [(s[column] if s[4] else 0.0) if s[1] >= threshold else float(not s[4]) for s in scored]
            return 100 * sum(kept) / len(kept)

        every = [at(threshold) for threshold in [*(s[1] for s in scored), float("inf")]]
        assert told[f"best_{name}"] == pytest.approx(max(every), abs=0.006)
        assert told[name] <= 100


def squad_file(folder: Path, name: str = "dev.jsonl", rows: Sequence[Any] = (ASKED,)) -> Path:
    data = "\n".join(json.dumps(one) for one in rows).encode()
    (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return folder / name


@pytest.mark.parametrize("name", ["dev.jsonl", "dev.jsonl.gz"])
def test_the_reader_is_measured_from_a_plain_or_packed_file(tmp_path, capsys, name):
    rows = [
        ASKED | {"answers": [{"text": "Germany and Spain opposed."}]},
        ASKED | {"question": "Zebra?", "answers": []},
    ]
    assert squad.main([str(squad_file(tmp_path, name, rows)), "--reader", "overlap"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["file"], told["reader"], told["questions"], told["forced_em"]) == (name, "overlap", 2, 100.0)


def test_a_sample_takes_every_nth_question(tmp_path, capsys):
    path = squad_file(tmp_path, rows=[ASKED] * 10)
    assert squad.main([str(path), "--reader", "overlap", "--most", "5"]) == 0
    assert json.loads(capsys.readouterr().out)["questions"] == 5


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", b"{"),
        ("a.jsonl", b"[1]"),
        ("a.jsonl", b'{"question": "q", "context": "c"}'),
        ("a.jsonl", b'{"question": "q", "context": "c", "answers": ["Spain"]}'),
        ("a.jsonl", b"\xff"),
        ("a.jsonl.gz", b"not packed"),
        ("a.jsonl.gz", gzip.compress(b"{}" * 999)[:20]),
        ("gone.jsonl", None),
    ],
    ids=count(),
)
def test_a_file_that_holds_no_such_rows_is_refused_in_one_line(tmp_path, capsys, name, data):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    assert squad.main([str(tmp_path / name), "--reader", "overlap"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and name in err


# From end to end

FAST = ("--reader", "overlap", "--encoder", "hashed")
LETTERS = "France has sent letters. However, Germany, Italy and Spain opposed the exercise."
OPPOSED = "However, Germany, Italy and Spain opposed the exercise."


@pytest.fixture
def asked(write, tmp_path, capsys) -> Callable[..., tuple[int, str, str]]:
    """Runs `attest eval` on two questions over a folder of two articles."""
    folder = write({"a.txt": LETTERS, "b.txt": "The harbour opened on Monday."})
    start = LETTERS.index(OPPOSED)
    first = {"id": "1", "question": "Who opposed the exercise?", "type": "factoid"}
    first["answers"] = [{"text": OPPOSED, "doc": "a.txt", "start": start}]
    second = first | {"id": "2", "question": "Who opposed it?", "context": "Who opposed the exercise?"}
    questions = put(tmp_path, first, second, NOT_TOLD | {"id": "3"})

    def run_it(*options: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main(["eval", str(questions), str(folder), *FAST, *map(str, options)])
        return code, *capsys.readouterr()

    return run_it


def test_eval_prints_a_table_of_every_figure(asked):
    code, out, err = asked()
    assert (code, err) == (0, "")
    figures = {line.split()[0]: line.split()[1] for line in out.splitlines()}
    assert list(figures) == [name for name in METRICS if name in figures]
    assert (figures["questions"], figures["f1"], figures["verbatim"], figures["coverage"]) == (
        "3",
        "1.0000",
        "1.0000",
        "1.0000",
    )


def test_eval_as_json_is_one_document_with_its_settings(asked):
    code, out, _ = asked("--json")
    result = json.loads(out)
    assert code == 0
    assert result["figures"]["em"] == 1.0
    assert (result["settings"]["reader"], result["settings"]["encoder"]) == ("overlap", "hashed")
    assert [one["id"] for one in result["rows"]] == ["1", "2", "3"]


def test_predictions_are_an_answer_a_line_with_its_id_and_pass_the_check(asked, tmp_path, capsys):
    code, _, _ = asked("--predictions", tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert code == 0
    assert [line["id"] for line in lines] == ["1", "2", "3"]
    assert list(lines[0])[1:] == [
        "question",
        "answered",
        "text",
        "confidence",
        "reason",
        "answers",
        "conflicts",
        "seconds",
    ]
    assert lines[1]["question"] == "Who opposed it?"
    assert cli.main(["verify", str(tmp_path / "out.jsonl"), str(tmp_path / "articles")]) == 0
    assert "3 answers checked, 0 problems" in capsys.readouterr().out


def test_the_report_is_written_as_one_page(asked, tmp_path):
    assert asked("--report", tmp_path / "out.html")[0] == 0
    source = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "Who opposed the exercise?" in source and source.endswith("</html>")


@pytest.mark.parametrize(
    ("gates", "code"),
    [
        (["f1>=0.9"], 0),
        (["f1>=0.9", "verbatim>=1"], 0),
        (["f1>=0.9", "seconds_p95<0"], 1),
        (["questions>=4"], 1),
        (["nonsense"], 2),
        (["f9>=1"], 2),
    ],
)
def test_gates_decide_the_exit_code(asked, gates, code):
    got, out, err = asked(*(part for gate in gates for part in ("--gate", gate)))
    assert got == code
    assert len(err.splitlines()) == (code > 0)
    assert bool(out) is (code < 2)


def test_a_bad_gate_is_refused_before_anything_is_asked(asked, monkeypatch):
    monkeypatch.setattr("eval.command.open_assistant", None)
    assert asked("--gate", "f1=>1")[0] == 2


def test_eval_compares_with_an_earlier_result(asked, tmp_path):
    (tmp_path / "old.json").write_text(asked("--json")[1], encoding="utf-8")
    code, out, _ = asked("--compare", tmp_path / "old.json")
    assert code == 0
    assert any(line.split()[:4] == ["f1", "1.0000", "1.0000", "+0.0000"] for line in out.splitlines())
    code, out, err = asked("--json", "--compare", tmp_path / "old.json")
    assert json.loads(out)["comparison"]["figures"]["f1"]["change"] == 0 and "+0.0000" in err


def test_a_comparison_of_other_questions_is_refused_before_anything_is_asked(asked, tmp_path, monkeypatch):
    save(tmp_path, document(ROWS))
    monkeypatch.setattr("eval.command.open_assistant", None)
    code, _, err = asked("--compare", tmp_path / "old.json")
    assert code == 2 and err.count("\n") == 1 and "old.json" in err


def test_the_same_run_twice_is_the_same_but_for_times(asked):
    first, second = (json.loads(asked("--json")[1]) for _ in range(2))
    assert json.dumps(steady(first)) == json.dumps(steady(second))
    assert set(first) == {"figures", "intervals", "types", "settings", "machine", "times", "rows"}


def test_confidences_that_differ_in_the_last_digit_alone_give_one_row():
    """As sums over sets do from process to process."""
    items = [Item("Spain", value, (cite(AT + 19, AT + 24),)) for value in (0.5402928063222678, 0.540292806322268)]
    first, second = (judge(question(GOLD), Answer("q", (item,), None, 0.1)) for item in items)
    assert first == second


def test_an_interrupted_run_goes_on_where_it_stopped(asked, tmp_path, monkeypatch):
    whole = json.loads(asked("--json")[1])
    real, count_ = Assistant.ask, []

    def until_the_third(self, question, history):
        count_.append(question)
        if len(count_) == 3:
            raise KeyboardInterrupt
        return real(self, question, history)

    monkeypatch.setattr(Assistant, "ask", until_the_third)
    code, out, err = asked("--json")
    assert (code, out) == (130, "") and "kept" in err
    code, out, err = asked("--json", "--predictions", tmp_path / "out.jsonl")
    assert code == 0 and "2 of 3 answers are kept" in err
    assert len(count_) == 4  # only the third was asked again
    assert json.dumps(steady(json.loads(out))) == json.dumps(steady(whole))
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["1", "2", "3"]
    code, _, err = asked("--json")
    assert "kept" not in err and len(count_) == 7  # a run that was done leaves nothing


def test_what_was_kept_of_another_question_or_in_a_broken_line_is_asked_again(asked, tmp_path, monkeypatch):
    kept = Kept(tmp_path / "run.jsonl")
    one = question(GOLD)
    kept.add(one, {"id": "q1"}, judge(one, answer(("Italy", AT + 9))))
    with kept.path.open("ab") as out:
        out.write(b'{"key": "x", "row"\n[]\n\xff\n{"key": 1, "prediction": 2, "row": {}}\n')
    again = Kept(kept.path)
    assert again.get(one) == ({"id": "q1"}, judge(one, answer(("Italy", AT + 9))))
    assert again.get(question(Gold("Spain", "a.txt", AT + 19))) is None
    assert again.get(dataclasses.replace(one, context="And who?")) is None
    again.finish()
    assert not kept.path.exists() and Kept(kept.path).get(one) is None


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / "file").write_text("")
    kept = Kept(tmp_path / "file" / "run.jsonl")
    kept.add(question(GOLD), {}, judge(question(GOLD), answer()))
    kept.finish()


@pytest.mark.parametrize("option", ["--predictions", "--report"])
def test_an_output_that_cannot_be_written_is_refused_by_name(asked, tmp_path, option):
    code, _, err = asked(option, tmp_path / "no" / "such" / "out")
    assert code == 2 and err.count("\n") == 1 and str(tmp_path / "no") in err


def test_an_earlier_result_that_is_none_is_refused_by_name(asked, tmp_path):
    code, _, err = asked("--compare", tmp_path / "gone.json")
    assert code == 2 and err.count("\n") == 1 and "gone.json" in err


@pytest.mark.slow
def test_our_questions_over_the_seeds_are_answered_verbatim(seeds, tmp_path, capsys):
    out = tmp_path / "out.jsonl"
    gates = ("--gate", "verbatim>=1", "--gate", "recall@8>=0.8")  # nothing that hangs on the reader's scores
    assert cli.main(["eval", str(OWN), str(seeds), "--predictions", str(out), *gates]) == 0
    assert cli.main(["verify", str(out), str(seeds)]) == 0
    assert ", 0 problems" in capsys.readouterr().out
