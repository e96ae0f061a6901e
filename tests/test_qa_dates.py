"""Mentions of days: found by form, resolved by the calendar, cited beside quotes, checked by verify."""

from __future__ import annotations

import dataclasses
import json
from calendar import monthrange
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.dates import SENTENCES, expected, found, measure
from index.article import Article
from index.passages import Passage
from qa.answer import Answer, Citation, Extract, Item
from qa.dates import asked, asks_when, quoted, resolve, whole_mention
from qa.edtf import agree, extent, is_edtf, qualified, spoken
from qa.render import to_html, to_markdown, to_text
from qa.verify import problems

WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()


def dates(text: str, published: str | None, **options: bool) -> list[tuple[str, str]]:
    return [(m.mention, m.date) for m in resolve(text, 0, len(text), published, **options)]


def date_of(text: str, published: str | None) -> str | None:
    """Of the only mention."""
    (one,) = dates(text, published) or [("", None)]
    return one[1]


# The table of weekdays: every cell against a walk through the days, one by one


def walk(published: date, name: str, step: int, *, today: bool) -> str:
    day = published if today else published + timedelta(step)
    while day.strftime("%A") != name:
        day += timedelta(step)
    return day.isoformat()


FRAMES = {
    "He resigned on {}.": (-1, True),
    "He resigned {}, officials said.": (-1, True),
    "He will resign on {}.": (1, True),
    "{} is when the shop will reopen.": (1, True),
    "He resigned last {}.": (-1, False),
    "He will resign next {}.": (1, False),
    "He resigned, and next {} is his farewell.": (1, False),
    "The show opens this {}.": (1, True),
    "He resigned this past {}.": (-1, True),
    "He will resign this coming {}.": (1, False),
}


@pytest.mark.parametrize("frame", FRAMES)
def test_every_weekday_from_every_day_of_publication(frame):
    step, today = FRAMES[frame]
    for offset, name in product(range(7), WEEKDAYS):
        published = date(2024, 2, 26) + timedelta(offset)  # over 29 February
        assert date_of(frame.format(name), published.isoformat()) == walk(published, name, step, today=today)


@pytest.mark.parametrize(("week", "shift"), [("last", -1), ("this", 0), ("next", 1)])
def test_a_weekday_of_a_week(week, shift):
    for offset, (n, name) in product(range(7), enumerate(WEEKDAYS)):
        published = date(2024, 12, 30) + timedelta(offset)  # a Monday, over New Year
        right = date(2024, 12, 30) + timedelta(7 * shift + n)
        assert date_of(f"It ends on {name} of {week} week.", published.isoformat()) == right.isoformat()


def test_a_weekday_beside_a_photo_is_the_one_nearest_to_it():
    for offset, name in product(range(7), WEEKDAYS):
        published = date(2024, 6, 3) + timedelta(offset)
        near = next(
            d for n in range(4) for d in (published - timedelta(n), published + timedelta(n)) if f"{d:%A}" == name
        )
        assert dates(f"He resigned on {name}.", published.isoformat(), caption=True) == [(name, f"{near}?")]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("It rained from Monday to Thursday.", ["2024-05-27", "2024-05-30"]),
        ("It will rain from Tuesday to Monday.", ["2024-06-04", "2024-06-10"]),
        ("They met on Monday, Tuesday and Wednesday.", ["2024-05-27", "2024-05-28", "2024-05-29"]),
        ("They met on Thursday and Friday of last week.", ["2024-05-30", "2024-05-31"]),
    ],
)
def test_weekdays_that_belong_together_follow_each_other(text, right):
    assert [day for _, day in dates(text, "2024-06-04")] == right


# Months and years


def test_every_month_in_the_past_and_in_the_future():
    for now, month in product(range(1, 13), range(1, 13)):
        published, name = f"2024-{now:02}-15", MONTHS[month - 1]
        behind = f"{2024 - (month > now)}-{month:02}"
        ahead = f"{2024 + (month < now)}-{month:02}"
        assert date_of(f"The law was passed in {name}.", published) == behind
        assert date_of(f"The law will take effect in {name}.", published) == ahead
        assert date_of(f"The law was passed last {name}.", published) == f"{2024 - (month >= now)}-{month:02}"
        assert date_of(f"The law will change next {name}.", published) == f"{2024 + (month <= now)}-{month:02}"
        assert date_of(f"The law was passed in {name} last year.", published) == f"2023-{month:02}"


@pytest.mark.parametrize("year", [1900, 2000, 2023, 2024])
def test_month_and_year_ends_and_leap_years(year):
    for day in (date(year, 1, 1), date(year, 2, 28), date(year, 3, 1), date(year, 12, 31)):
        today = day.isoformat()
        before, after = day - timedelta(1), day + timedelta(1)
        month = f"{day.replace(day=1) - timedelta(1):%Y-%m}"
        assert date_of("He left yesterday.", today) == before.isoformat()
        assert date_of("He left last night.", today) == before.isoformat()
        assert date_of("He will leave tomorrow.", today) == after.isoformat()
        assert date_of("Prices fell last month.", today) == month
        assert date_of("Prices fell last year.", today) == str(year - 1)
        last = monthrange(year, 2)[1]
        assert date_of(f"It began in late February {year}.", None) == f"{year}-02-20/{year}-02-{last}"
    assert (date_of(f"It began on 29 February {year}.", None) is None) == (monthrange(year, 2)[1] == 28)


@pytest.mark.parametrize(
    ("text", "published", "right"),
    [
        ("He left last month.", "2024-03-31", "2024-02"),
        ("He left a month ago.", "2024-03-31", "2024-02"),
        ("Sales fell over the past month.", "2024-03-31", "2024-02-29/2024-03-31"),
        ("Sales fell over the past year.", "2024-02-29", "2023-02-28/2024-02-29"),
        ("He left four years ago.", "2024-02-29", "2020"),
        ("It will open in two weeks.", "2024-12-25", "2025-01-08~"),
        ("It will open in three days.", "2024-12-30", "2025-01-02"),
        ("It will open later this year.", "2024-12-31", "2024-12-31"),
        ("He left a decade ago.", "2024-06-07", "2014~"),
        ("He left a couple of days ago.", "2024-06-07", "2024-06-05~"),
        ("He left a few days ago.", "2024-06-07", "../2024-06-07"),
        ("It opened last winter.", "2024-06-07", "2023-24"),
        ("It opened last winter.", "2024-02-07", "2022-24"),
        ("It will open in the spring.", "2024-06-07", "2025-21"),
        ("It will open next weekend.", "2024-06-05", "2024-06-15/2024-06-16"),
        ("They cancelled the concerts planned next weekend.", "2024-06-05", "2024-06-15/2024-06-16"),
        ("They cancelled the concerts for the coming weekend.", "2024-06-05", "2024-06-08/2024-06-09"),
        ("It rained over the weekend.", "2024-06-09", "2024-06-08/2024-06-09"),
        ("It rained over the weekend.", "2024-06-10", "2024-06-08/2024-06-09"),
        ("It starts on Friday, June 7.", "2024-06-05", "2024-06-07"),
        ("He was born on Monday, May 6.", "2025-01-02", "2024-05-06"),
        ("It ended on the 31st.", "2024-03-05", "2024-01-31"),
        ("It ran on 1–3 May 2024.", None, "2024-05-01/2024-05-03"),
    ],
)
def test_counting(text, published, right):
    assert date_of(text, published) == right


@pytest.mark.parametrize(
    "text", ["Macron spoke on Friday.", "He left two weeks ago.", "On June 7 he left.", "It was late May."]
)
def test_without_a_day_of_publication_nothing_relative_is_guessed(text):
    assert dates(text, None) == []
    assert len(dates(text, "2024-06-09")) == 1


def test_what_bears_its_year_needs_no_day_of_publication_and_is_sure_beside_a_photo():
    text = "It began on 7 June 2024 and ended in May 2025."
    assert dates(text, None) == [("7 June 2024", "2024-06-07"), ("May 2025", "2025-05")]
    assert dates(text, "2026-01-01", caption=True) == dates(text, None)


def test_a_day_of_publication_that_is_none_is_refused():
    with pytest.raises(ValueError, match="June"):
        resolve("On Friday.", 0, 10, "7 June")


# Any text


WORDS = st.sampled_from(
    [
        *"Friday friday FRIDAY Monday, last next this on the of in to a few two 31 31st 2024 1,500 week ago".split(),
        *"June Sept. May march February 29 30 late mid- early end coming past within recent yesterday tomorrow".split(),
        *"month years will said weekend summer winter 1980s 9999 0000 2024-02-30 2024-06-07 FrIdaY".split(),
        *"ſunday Frıday wee\u212a laſt \u0661\u0662".split(),
        *["\u00a0", "\n\n", ". ", "“", "’s", "–", "\U0001f600", "e\u0301", "\u202e", "\0"],
    ]
)
TEXTS = st.one_of(st.text(), st.lists(st.one_of(WORDS, st.text(max_size=3)), max_size=30).map(" ".join))
DAYS = st.one_of(st.none(), st.dates().map(date.isoformat), st.sampled_from(["0001-01-01", "9999-12-31", "2024-02-29"]))


@given(TEXTS, DAYS, st.booleans(), st.data())
def test_mentions_read_verbatim_in_order_within_their_stretch_and_their_dates_are_edtf(text, published, caption, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    reached = start
    for mention in resolve(text, start, end, published, caption=caption):
        assert text[mention.start : mention.end] == mention.mention != ""
        assert reached <= mention.start < mention.end <= end
        assert is_edtf(mention.date), mention
        assert agree(mention.date, [mention.date]) and spoken(mention.date)
        reached = mention.end


@given(TEXTS, DAYS)
def test_any_question_can_be_read_for_its_dates(question, as_of):
    for wanted in asked(question, as_of):
        assert is_edtf(wanted), wanted
        agree("2023-02-28", [wanted])
    start, end = whole_mention(question, 0, len(question) // 2, when=asks_when(question))
    assert 0 <= start <= end <= len(question)


@pytest.mark.parametrize(
    "unit",
    ["Friday ", "last ", "on Friday, ", "1 ", "in the ", "ed ", "June 7", " " * 7, "will have to be ", "mid-", "\n"],
)
def test_time_grows_as_the_text_does(unit, growth):
    def work(n: int) -> None:
        text = (unit * n)[: 4000 * n]
        resolve(text, 0, len(text), "2024-06-07")

    assert growth(work, 1000, 8000, below=32) < 32  # quadratic would be 64


# Periods as text


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-06-07", date(2024, 6, 7), date(2024, 6, 7)),
        ("2024-02~", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023?", date(2023, 1, 1), date(2023, 12, 31)),
        ("198X", date(1980, 1, 1), date(1989, 12, 31)),
        ("2024-22", date(2024, 6, 1), date(2024, 8, 31)),
        ("2023-24", date(2023, 12, 1), date(2024, 2, 29)),
        ("2024-06-09/..", date(2024, 6, 9), date.max),
        ("../2024-06", date.min, date(2024, 6, 30)),
        ("2024-06-10/2024-06-16", date(2024, 6, 10), date(2024, 6, 16)),
    ],
)
def test_extents(text, first, last):
    assert extent(text) == (first, last)
    assert is_edtf(text)


@pytest.mark.parametrize(
    "text",
    ["", "Friday", "2024-13", "2023-02-29", "2024-6-7", "2024-06-16/2024-06-10", "../..", "/", "2024/", "198X-05",
     "2024-22-01", "2024-06-07\n", "\u0662\u0660\u0662\u0664", None, 7, "2024-06-07/2024-06-08/2024-06-09", "0000"],
)  # fmt: skip
def test_what_is_no_date(text):
    assert not is_edtf(text)


@pytest.mark.parametrize(
    ("mention", "wanted", "same"),
    [
        ("2024-06-07", "XXXX-06-07", True),
        ("2024-06-07", "XXXX-06", True),
        ("2024-06-07", "XXXX-07", False),
        ("2023-02", "XXXX-02-20/XXXX-02-29", True),
        ("2023-02-28", "XXXX-02-29", True),
        ("2024-05-27/2024-06-02", "2024-06", True),
        ("2024-06-09/..", "2025", True),
        ("../2024-06-09", "2025", False),
        ("2024-05~", "2024-06-07", False),
    ],
)
def test_agreeing_is_to_have_a_day_in_common(mention, wanted, same):
    assert agree(mention, [wanted]) is same
    assert agree(mention, ["2022-01-01/2022-01-02", wanted]) is (same or mention.startswith(".."))
    assert agree(mention, []) is False


def test_marks_and_words():
    assert [qualified(d, "?") for d in ("2024-06~", "2024/2025", "../2024")] == ["2024-06%", "2024?/2025?", "../2024?"]
    assert spoken("2024-06-10?/2024-06-16?") == "probably 2024-06-10 to 2024-06-16"
    assert (spoken("2024-06-09/.."), spoken("../2024%")) == ("from 2024-06-09", "probably about until 2024")
    assert [spoken(d) for d in ("2024-05-31~", "2024-22", "198X")] == ["about 2024-05-31", "summer 2024", "the 1980s"]


# Questions


@pytest.mark.parametrize(
    ("question", "as_of", "right"),
    [
        ("What did Macron say on 7 June?", None, ("XXXX-06-07",)),
        ("what was announced in late february", None, ("XXXX-02-20/XXXX-02-29",)),
        ("who resigned in may", None, ("XXXX-05",)),
        ("what may happen if they march", None, ()),
        ("Who met on 7 June 2024?", None, ("2024-06-07",)),
        ("What happened last month?", None, ()),
        ("What happened last month?", "2024-06-09", ("2024-05",)),
        ("what did he say on friday", "2024-06-09", ("2024-06-07",)),
        ("what did he say on friday", None, ()),
    ],
)
def test_the_days_a_question_names(question, as_of, right):
    assert asked(question, as_of) == right


@pytest.mark.parametrize(
    ("question", "when"),
    [
        ("When did she say that?", True),
        ("and when was it", True),
        ("By when must they answer?", True),
        ("In which month does it go on?", True),
        ("As of late May, when was France to decide?", True),
        ("Where did they meet? And when did it end?", True),
        ("What did Macron say when he met Zelensky?", False),
        ("Who resigned on Friday?", False),
    ],
)
def test_questions_that_ask_when(question, when):
    assert asks_when(question) is when


@pytest.mark.parametrize(
    ("text", "span", "when", "whole"),
    [
        ("He warned this week that it would.", "week", False, "this week"),
        ("He said on Friday evening that", "Friday", False, "Friday evening"),
        (
            "They spoke at a meeting of ministers in late May, he said.",
            "at a meeting of ministers in late May",
            True,
            "late May",
        ),
        (
            "They spoke at a meeting of ministers in late May, he said.",
            "at a meeting of ministers in late May",
            False,
            None,
        ),
        ("It lasts until around the end of this year.", "around the end of this year", True, None),
        (
            "It was said on Friday, and then on Monday again they went.",
            "on Friday, and then on Monday again",
            True,
            None,
        ),
        ("Fly the Mirage 2000 there.", "2000", True, None),
    ],
)
def test_a_part_of_a_mention_is_completed_and_a_long_answer_to_when_narrowed(text, span, when, whole):
    start = text.index(span)
    begin, end = whole_mention(text, start, start + len(span), when=when)
    assert text[begin:end] == (whole or span)


# Citations


TEXT = "The talks began in May. Spain signed the letter on Friday. Italy will decide next week."
ARTICLE = Article("a.txt", TEXT, published="2024-06-09", dated_by="header")


def answer(article: Article = ARTICLE, quote: str = "the letter") -> Answer:
    start, passage = TEXT.index(quote), Passage(0, len(TEXT))
    end = start + len(quote)
    named, around = quoted(article, passage, start, end), Extract(0, len(TEXT), TEXT)
    citation = Citation("a.txt", None, article.published, article.sha256, start, end, quote, named, around)
    return Answer("Who?", (Item(quote, 0.9, (citation,)),), None, 0.1, find={"a.txt": article}.get)


def test_a_citation_names_the_days_of_its_own_sentences_alone():
    (friday,) = answer().to_dict()["answers"][0]["citations"][0]["dates"]
    start = TEXT.index("Friday")
    assert friday == {"mention": "Friday", "start": start, "end": start + 6, "date": "2024-06-07"}
    both = answer(quote="Friday. Italy will").answers[0].citations[0].dates
    assert [(m.mention, m.date) for m in both] == [("Friday", "2024-06-07"), ("next week", "2024-06-10/2024-06-16")]
    undated = dataclasses.replace(ARTICLE, published=None, dated_by=None)
    assert answer(undated).answers[0].citations[0].dates == ()


def test_dates_stand_beside_the_quote_and_never_in_it():
    shown = answer(quote="Italy")
    for page in (to_text(shown), to_markdown(shown), to_html(shown)):
        assert "next week = 2024" in page.replace("\\", "")
        passage, after = page.rsplit("next week.", 1)
        assert "2024-06-10" not in passage and "2024-06-10 to 2024-06-16" in after.replace("\\", "")
    assert "=" not in to_text(answer(dataclasses.replace(ARTICLE, published=None)))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"date": "2024-06-14"}, "not known to be '2024-06-14'"),
        ({"date": "Friday"}, "none in EDTF"),
        ({"date": None}, "none in EDTF"),
        ({"mention": "Monday"}, "reads 'Friday'"),
        ({"start": 0, "end": 3, "mention": "The"}, "not known"),
        ({"start": -3}, "no extent"),
        ({"end": 10**9}, "no extent"),
        ({"start": True}, "no extent"),
        ({"note": "more"}, "not known"),
    ],
)
def test_verify_finds_a_forged_date(change, told):
    out = json.loads(json.dumps(answer().to_dict()))
    find = {"a.txt": ARTICLE}.get
    assert problems(out, find) == []
    out["answers"][0]["citations"][0]["dates"][0] |= change
    (problem,) = problems(out, find)
    assert told in problem


@pytest.mark.parametrize("dates", [None, "Friday", {}, [None], [7], ["x"]])
def test_verify_finds_dates_that_are_none(dates):
    out = answer().to_dict()
    out["answers"][0]["citations"][0]["dates"] = dates
    assert len(problems(out, {"a.txt": ARTICLE}.get)) == 1


def test_verify_finds_a_date_of_an_article_of_another_day():
    out = answer().to_dict()
    other = dataclasses.replace(ARTICLE, published="2024-06-19")
    assert any("not known to be '2024-06-07', published '2024-06-19'" in p for p in problems(out, {"a.txt": other}.get))


# The sentences


ROWS = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]


def test_the_sentences_are_what_they_say():
    assert len({row["id"] for row in ROWS}) == len({row["text"] for row in ROWS}) == len(ROWS) >= 80
    assert 3 * sum(row["part"] == "held_out" for row in ROWS) == len(ROWS)
    for row in ROWS:
        for mention in row["dates"]:
            assert row["text"][mention["start"] : mention["end"]] == mention["mention"]
            assert is_edtf(mention["date"])


def test_what_is_measured():
    row = {"text": TEXT, "published": "2024-06-09", "dated_by": "header", "dates": []}
    assert list(found(row).values()) == ["2024-05", "2024-06-07", "2024-06-10/2024-06-16"]
    row["dates"] = [{"start": 19, "end": 22, "date": "2024-05"}, {"start": 51, "end": 57, "date": "2024-06-14"}]
    figures = measure([row])
    assert (figures["precision"], figures["recall"], figures["accuracy"], figures["right"]) == (0.667, 1.0, 0.5, 0.0)
    assert expected(row) == {(19, 22): "2024-05", (51, 57): "2024-06-14"}


def test_the_development_sentences_keep_their_figures():
    figures = measure([row for row in ROWS if row["part"] == "development"])
    assert min(figures["precision"], figures["recall"], figures["accuracy"]) >= 0.98
