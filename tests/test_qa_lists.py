"""Enumerations are cut into their members with exact offsets, completed, and gathered from several passages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.passages import Passage
from qa.candidates import Candidate, merge
from qa.completion import complete
from qa.enumeration import split
from qa.lists import members
from qa.reader import Span
from qa.separators import separates
from qa.things import things

CUT = [
    ("the United States, Germany, Italy and Spain", ["the United States", "Germany", "Italy", "Spain"]),
    ("Denmark, and Sweden", ["Denmark", "Sweden"]),
    ("military officials or mercenaries", ["military officials", "mercenaries"]),
    ("both Roth and Bach", ["Roth", "Bach"]),
    ("Bexhill, Corby as well as Dunston", ["Bexhill", "Corby", "Dunston"]),
    ("finance, arm, and train a brigade", ["finance", "arm", "train a brigade"]),
    (
        "a tax on flights; duties on wine and beer; and a pay freeze",
        ["a tax on flights", "duties on wine and beer", "a pay freeze"],
    ),
    ("air passengers\n- wine drinkers\n- civil servants", ["air passengers", "wine drinkers", "civil servants"]),
    ("“Night Bus,” “The Weaver,” and “Eleven Doors”", ["Night Bus", "The Weaver", "Eleven Doors"]),
    ("Poland (200 men), Denmark (150) and Latvia", ["Poland", "Denmark", "Latvia"]),
    ("Scholz, the German chancellor, Macron and Tusk", ["Scholz", "Macron", "Tusk"]),
    ("Moll, a docker, and Hall, his lawyer", ["Moll", "Hall"]),
    ("ten countries, including Poland, Denmark and Latvia", ["Poland", "Denmark", "Latvia"]),
    ("world leaders, including President Joe Biden and Zelensky", ["President Joe Biden", "Zelensky"]),
    ("the United States and ten countries, including Poland and Latvia", ["the United States", "Poland", "Latvia"]),
    ("the chief, Ann Lee, sent a letter to Chile and ten states, including Peru and Laos", ["Chile", "Peru", "Laos"]),
    ("wrote to Chile, Peru and Laos", ["Chile", "Peru", "Laos"]),
    ("Šimonytė and some others, among them Roth, Bach, and Moll", ["Šimonytė", "Roth", "Bach", "Moll"]),
    ("Training would centre on mines, radar, and trade in arms", ["mines", "radar", "trade in arms"]),
    ("The group includes Spain, Italy and France", ["Spain", "Italy", "France"]),
    ("Presidents Biden and Macron", ["Biden", "Macron"]),
    ("the governments of Germany, Italy and Spain", ["Germany", "Italy", "Spain"]),
    ("Barbados, Trinidad and Tobago and Saint Lucia", ["Barbados", "Trinidad and Tobago", "Saint Lucia"]),
    ("Serbia, Bosnia and Herzegovina, and Albania", ["Serbia", "Bosnia and Herzegovina", "Albania"]),
    ("the Food and Drug Administration and Interpol", ["the Food and Drug Administration", "Interpol"]),
    ("the Ministry of Defence and Security, and Interpol", ["the Ministry of Defence and Security", "Interpol"]),
    ("land and sea patrols, drones, and radar", ["land and sea patrols", "drones", "radar"]),
    ("1,200 soldiers, 40 tanks and 3,000,000 shells", ["1,200 soldiers", "40 tanks", "3,000,000 shells"]),
    ("fever, a sore arm and, in rare cases, a rash", ["fever", "a sore arm", "a rash"]),
    ("Germany, Italy, Spain", ["Germany", "Italy", "Spain"]),
    ("May 3, 1920 and June 4, 1921", ["May 3, 1920", "June 4, 1921"]),
    ("1973, 1974 and 1977", ["1973", "1974", "1977"]),
    ("John F. Kell, Jr., Ann Lee and Acme, Inc.", ["John F. Kell, Jr.", "Ann Lee", "Acme, Inc."]),
    ("1,000 men or 2,000 women", ["1,000 men", "2,000 women"]),
    ("Sons of Glass and Empire", ["Sons of Glass", "Empire"]),
    ('"Kreuz" and "I Still Walk"', ["Kreuz", "I Still Walk"]),
    ('"The Lion, the Wolf" and "Prince Casimir"', ["The Lion, the Wolf", "Prince Casimir"]),
    ("Iran (the north, and the east) and Peru", ["Iran", "Peru"]),
    ("- Ann Lee (2020)\n- Bo Ray", ["Ann Lee", "Bo Ray"]),
    ("Ann Lee\nBo Ray\n2 dogs", ["Ann Lee", "Bo Ray", "2 dogs"]),
    ("tin,\ncopper and\nlead", ["tin", "copper", "lead"]),
    ("Bavarian cheese , Cheez , and provolone", ["Bavarian cheese", "Cheez", "provolone"]),
]
WHOLE = [
    "Germany",
    "Johnson & Johnson",
    "Johnson and Johnson",
    "Trinidad and Tobago",
    "Procter and Gamble",
    "the Securities and Exchange Commission",
    "North and South Korea",
    "research and development",
    "political and economic reforms",
    "between 20 and 90 euros",
    "1,200,000 crowns",
    "Aarhus, Denmark",
    "Friday, June 7, 2024",
    "Lund and Partners",
    "we do not want an escalation, but we want to help",
    "However, Germany, Italy and Spain opposed the exercise in the north.",
    "He met Macron yesterday. Kirby and Zelensky left.",
    "",
    "and",
    " , and ; ",
    "a-and-b",
    "Rome, Italy",
    "3 May, 1920",
    "Acme, Inc.",
    "Sweden and ...",
    "a long\nline",
]


@pytest.mark.parametrize(("text", "things"), CUT)
def test_an_enumeration_is_cut_into_what_it_lists(text, things):
    assert [text[a:b] for a, b in split(text, 0, len(text))] == things


@pytest.mark.parametrize("text", WHOLE)
def test_what_is_one_thing_stays_one(text):
    assert split(text, 0, len(text)) == ((0, len(text)),)


PIECES = st.sampled_from(
    'Germany|the United States| and |, |, and |; |\n- |“|”|"|(|)|a broken signal| or |, including |both |.|,| |é|\u00a0'
    "|7|as well as|Trinidad and Tobago|'|however".split("|")
)


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60), st.data())
def test_members_are_disjoint_in_order_and_inside(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = split(text, start, end)
    edges = [edge for extent in found for edge in extent]
    assert edges == sorted(edges) and start <= edges[0] and edges[-1] <= end
    assert found == ((start, end),) or all(any(c.isalnum() for c in text[a:b]) for a, b in found)


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60), st.data())
def test_completing_never_loses_anything(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    low, high = complete(text, start, end)
    assert 0 <= low <= start and end <= high <= len(text)


@pytest.mark.parametrize(
    "piece", ["a, ", "A, ", "A and ", "“", '"', "(", "()", "; a", "\n- ", " ", "a. B", "and ", "'", ", the ", "aa"]
)
def test_long_input_is_cut_in_linear_time(piece):
    text = piece * (100_000 // len(piece))
    assert split(text, 0, len(text))
    assert complete(text, 0, min(5, len(text)))
    assert complete(text, len(text) // 2, len(text) // 2 + 1)


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("However, the United States, Germany, Italy and Spain opposed it.", "Germany, Italy and Spain", "the United States, Germany, Italy and Spain"),  # noqa: E501
        ("However, the United States, Germany, Italy and Spain opposed it.", "Italy", "the United States, Germany, Italy and Spain"),  # noqa: E501
        ("However, Germany, Italy and Spain opposed it.", "Italy and Spain", "Germany, Italy and Spain"),
        ("Poland, Denmark and Sweden wrote.", "Poland, Denmark", "Poland, Denmark and Sweden"),
        ("the ministers of Italy and Spain, for example", "Italy and Spain", "Italy and Spain"),
        ("He met Macron and Zelensky. Kirby left.", "Macron", "Macron and Zelensky"),
        ("In Paris, France, he spoke", "France", "France"),
        ("On Friday, Macron and Zelensky met", "Macron and Zelensky", "Macron and Zelensky"),
        ("about ten countries, including Poland and Sweden, were asked", "ten countries", "ten countries, including Poland and Sweden"),  # noqa: E501
        ("to Peru and about ten Asian countries, including Laos and Oman", "Asian countries", "Peru and about ten Asian countries, including Laos and Oman"),  # noqa: E501
        ("to Peru and friendly countries, including Laos and Oman", "countries", "countries, including Laos and Oman"),
        ("It covers demining, keeping equipment running, and repair.", "demining", "demining, keeping equipment running, and repair"),  # noqa: E501
        ("A sword, a clock and a ring were taken", "sword", "A sword, a clock and a ring"),
        ("Schools and kindergartens stay closed.", "Schools", "Schools"),
        ("Macron, who spoke, left", "Macron", "Macron"),
    ],
)  # fmt: skip
def test_a_part_of_an_enumeration_becomes_all_of_it(text, part, whole):
    start = text.index(part)
    begin, end = complete(text, start, start + len(part))
    assert text[begin:end] == whole


WROTE = "Letters came from Italy, Peru and Spain; a tent, a stove and rope were sent, or rugs and tea."


@pytest.mark.parametrize(
    ("part", "asked", "expected"),
    [
        ("Italy", "list", ["Italy", "Peru", "Spain"]),
        ("Italy", "open", ["Italy"]),
        ("Italy", "one", ["Italy"]),
        ("Italy, Peru and Spain", "one", ["Italy", "Peru", "Spain"]),
        ("Italy, Peru and Spain", "yesno", ["Italy, Peru and Spain"]),
        ("a tent, a stove and rope", "open", ["a tent", "a stove", "rope"]),
        ("a tent", "open", ["a tent"]),
        ("rugs and tea", "list", ["rugs", "tea"]),
        ("rugs and tea", "open", ["rugs and tea"]),
    ],
)
def test_the_kind_of_question_tells_what_a_span_lists(part, asked, expected):
    start = WROTE.index(part)
    assert [WROTE[a:b] for a, b in things(WROTE, start, start + len(part), asked)] == expected


def test_names_are_completed_to_an_open_question_where_that_is_wanted():
    for part, asked, number in (("Peru", "open", 3), ("Peru", "one", 1), ("Peru", "yesno", 1), ("a tent", "open", 1)):
        start = WROTE.index(part)
        assert len(things(WROTE, start, start + len(part), asked, whole=True)) == number


@pytest.mark.parametrize("between", [", ", " and ", ", and the ", "; ", " or a ", "\n- "])
def test_what_separates_two_members(between):
    assert separates(f"x{between}y", 1, 1 + len(between))


@pytest.mark.parametrize("between", ["", " ", ". ", " in ", ", but ", ", and in ", ", 3, "])
def test_what_separates_nothing(between):
    assert not separates(f"x{between}y", 1, 1 + len(between))


def candidates(*finds):
    """(article text, span text, probability) each; the passage is the whole article."""
    made = []
    for n, (text, span, probability) in enumerate(finds):
        article = Article(f"{text[:12]}.txt", text, None, None)
        start = text.index(span)
        found = Span(span, n, start, start + len(span), 1.0)
        made.append(Candidate(found, article, Passage(0, len(text)), {}, probability))
    return made


def listed(question, *finds):
    return [candidate.span.text for candidate in members(question, candidates(*finds))]


PORTS = "Crews walked out at Aldmouth, Brennick and Teign Quay on Monday."
LATER = "The strike spread to Cold Harbour on Wednesday."


def test_each_thing_is_cited_where_it_stands():
    found = members("Which ports?", candidates((PORTS, "Brennick and Teign Quay", 0.6)))
    items = merge(found)
    assert [item.text for item in items] == ["Aldmouth", "Brennick", "Teign Quay"]
    for item in items:
        (citation,) = item.citations
        assert PORTS[citation.start : citation.end] == citation.quote == item.text and item.confidence == 0.6


def test_further_passages_add_what_is_nearly_as_likely():
    both = (PORTS, "Aldmouth, Brennick and Teign Quay", 0.6), (LATER, "Cold Harbour", 0.55)
    assert listed("Which ports were hit?", *both) == ["Aldmouth", "Brennick", "Teign Quay", "Cold Harbour"]
    assert listed("Which three ports were hit?", *both) == ["Aldmouth", "Brennick", "Teign Quay"]
    assert listed("Which ports were hit?", both[0], (LATER, "Cold Harbour", 0.2)) == [
        "Aldmouth",
        "Brennick",
        "Teign Quay",
    ]
    assert listed("Which ports were hit?", both[0], (LATER, "strike", 0.59)) == ["Aldmouth", "Brennick", "Teign Quay"]


def test_an_enumeration_of_three_joins_a_shorter_one_though_it_is_less_likely():
    first = ("Cold Harbour and Sandwick were hit first.", "Cold Harbour and Sandwick", 0.5)
    ports = (PORTS, "Aldmouth, Brennick and Teign Quay", 0.25)
    assert len(listed("Which ports were hit?", first, ports)) == 5
    assert len(listed("What was hit?", first, ports)) == 2  # may ask for less


def test_a_single_best_find_takes_company_that_is_less_likely():
    assert listed("In which ports?", (LATER, "Cold Harbour", 0.5), (PORTS, "Aldmouth", 0.35)) == [
        "Cold Harbour",
        "Aldmouth",
        "Brennick",
        "Teign Quay",
    ]


@pytest.mark.parametrize(
    "question", ["Which port was hit?", "How many ports were hit?", "When was it?", "Did they strike?"]
)
def test_a_question_for_one_thing_gets_no_list(question):
    assert listed(question, (PORTS, "Aldmouth, Brennick and Teign Quay", 0.6)) == []


def test_who_is_a_list_where_the_article_enumerates():
    told = "Sonia Adeyemi and Mark Hollis came to the site. Hollis promised an inquiry."
    assert listed("Who came?", (told, "Sonia Adeyemi and Mark Hollis", 0.6)) == ["Sonia Adeyemi", "Mark Hollis"]
    assert listed("Who came?", (told, "Sonia Adeyemi", 0.6)) == []
    assert listed("Who came?", (told, "Sonia Adeyemi", 0.6), (told, "Mark Hollis", 0.5)) == [
        "Sonia Adeyemi",
        "Mark Hollis",
    ]


def test_no_find_is_no_list():
    assert members("Which ports?", []) == []


COURSE = "The course would teach crews first aid, keeping boats afloat, and radio work for beginners."


def test_what_the_best_clause_enumerates_is_taken_from_a_likely_part_of_it():
    clause, part = COURSE[:-1], "first aid, keeping boats afloat, and radio work"
    subjects = ["first aid", "keeping boats afloat", "radio work for beginners"]
    assert listed("What subjects are taught?", (COURSE, clause, 0.6)) == [clause]
    assert listed("What subjects are taught?", (COURSE, clause, 0.6), (COURSE, part, 0.3)) == subjects
    assert listed("What subjects are taught?", (COURSE, clause, 0.6), (COURSE, part, 0.1)) == [clause]
    found = members("What subjects are taught?", candidates((COURSE, clause, 0.6), (COURSE, part, 0.3)))
    assert {candidate.probability for candidate in found} == {0.6}


def test_what_lists_as_many_as_are_asked_for_around_the_best_span_is_taken_however_unlikely():
    part, whole = (
        (COURSE, "keeping boats afloat", 0.6),
        (COURSE, "first aid, keeping boats afloat, and radio work", 0.05),
    )
    found = members("What three subjects are taught?", candidates(part, whole))
    assert [candidate.span.text for candidate in found] == ["first aid", "keeping boats afloat", "radio work"]
    assert {candidate.probability for candidate in found} == {0.6}
    assert listed("What two subjects are taught?", part, whole) == listed("What two subjects are taught?", part)


def test_names_and_other_things_are_no_company():
    subjects = (COURSE, "first aid, keeping boats afloat, and radio work", 0.6)
    assert len(listed("What subjects are taught?", subjects, (LATER, "Cold Harbour", 0.55))) == 3
    assert len(listed("Which ports?", (PORTS, "Aldmouth, Brennick and Teign Quay", 0.6), subjects)) == 3


@pytest.mark.parametrize("unit", ["A.", "St.", "A. ", "A-", "Ann, "])
def test_time_grows_with_the_length_of_what_is_cut(unit, growth):
    def work(count):
        text = f"{unit * count} of things"
        things(text, 0, len(text), "list")

    assert growth(work, 200, 1_600, below=40) < 40  # quadratic would be 64
