"""A text that several outlets print is kept once, with all of them as its sources."""

import json
import random

import pytest

from index import generation
from index.build import build
from index.filter import Filter
from index.library import Library
from qa import Assistant
from qa.render import to_html, to_text

TEXT = "Germany opposed training on Friday. Spain and Italy agreed."


def records(*dated):
    """A .jsonl file: (id, day, text)."""
    rows = ({"id": name, "text": text} | ({"date": day} if day else {}) for name, day, text in dated)
    return "".join(json.dumps(row) + "\n" for row in rows)


FILES = {
    "agency.jsonl": records(("1", "2024-06-09", TEXT), ("2", None, TEXT), ("3", "2024-06-08", "Poland kept silent.")),
    "paper.jsonl": records(("7", "2024-06-08", TEXT)),
    "plain.txt": TEXT,
}
PRINTED = ["paper.jsonl#7", "agency.jsonl#1", "agency.jsonl#2", "plain.txt"]  # in the order of their publication


@pytest.fixture
def library(write, tmp_path):
    build(write(FILES), tmp_path / "library", "hashed")
    return Library.open(tmp_path / "library")


def count(library, table):
    return library.db.execute(f"select count(*) from {table}").fetchone()[0]


def test_a_text_its_passages_and_its_vectors_are_kept_once(library):
    assert (count(library, "article"), count(library, "text"), library.manifest["passages"]) == (5, 2, 2)
    assert library.vectors.shape[0] == 2
    assert {library.article(source).text for source in PRINTED} == {TEXT}
    assert [library.article(source).copy_of for source in PRINTED] == [None, *PRINTED[:1] * 3]
    assert [hit.row for hit in library.search("Germany opposed", 9)] == [0, 1]


def test_each_source_of_a_text_is_known_in_the_order_of_publication(library):
    article, _ = library.passage(0)
    assert [article.source, *(other.source for other in library.reprints(article.source))] == PRINTED
    assert [other.published for other in library.reprints("plain.txt")] == ["2024-06-08", "2024-06-09", None]
    assert library.reprints("agency.jsonl#3") == []


@pytest.mark.parametrize(
    ("chosen", "passed"),
    [
        (Filter(since="2024-06-09"), ["agency.jsonl#1"]),
        (Filter(until="2024-06-08"), ["paper.jsonl#7"]),
        (Filter(since="2024-06-01"), PRINTED[:2]),
        (Filter(sources=("plain.txt",)), ["plain.txt"]),
        (Filter(sources=("agency.jsonl", "plain.txt")), PRINTED[1:]),
        (Filter(sources=("agency.jsonl",), since="2024-06-09"), ["agency.jsonl#1"]),
        (Filter(since="2024-06-10"), []),
    ],
    ids=str,
)
def test_a_filter_lets_a_text_pass_in_the_articles_that_pass(library, chosen, passed):
    assert (0 in library.allowed(chosen)) is bool(passed)
    if passed:
        first = library.passage(0, chosen)[0].source
        assert [first, *(other.source for other in library.reprints(first, chosen))] == passed


def test_equal_files_are_kept_once_and_given_back_each(write, tmp_path):
    noise = random.Random(1).randbytes(200_000).hex()
    folder, place = write({f"{n}.txt": noise for n in range(5)}), tmp_path / "library"
    build(folder, place, "hashed")
    assert count(Library.open(place), "original") == 1
    for n in range(4):
        (folder / f"{n}.txt").unlink()
        build(folder, place)
        library = Library.open(place)
        assert all(library.original(f"{m}.txt") == noise.encode() for m in range(n + 1, 5))
    assert (count(library, "original"), count(library, "text")) == (1, 1)


def test_a_text_is_split_as_its_format_asks(write, tmp_path):
    """Equal texts whose passages differ, as one format knows what is no part of the article, are two texts."""
    text = "---\ntitle: Kyiv\n---\n\nSpain said no."
    build(write({"a.md": text, "b.jsonl": records(("1", None, text))}), tmp_path / "library", "hashed")
    library = Library.open(tmp_path / "library")
    assert len({library.article(source).sha256 for source in library.sources}) == 1 and count(library, "text") == 2
    assert library.passages_of("a.md")[1] != library.passages_of("b.jsonl#1")[1]
    assert library.reprints("a.md") == []


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("small", [0, 5000])
def test_after_any_updates_of_reprints_nothing_is_lost_and_nothing_stays(write, tmp_path, monkeypatch, seed, small):
    monkeypatch.setattr(generation, "SMALL", small)
    monkeypatch.setattr(generation, "WORN", float("inf"))
    draw, place = random.Random(seed), tmp_path / "library"
    texts = [f"Report {n} tells of {'Kyiv ' * n}. " * 40 for n in range(5)]
    held = {"keep.txt": texts[0]}
    folder = write(held)
    for _ in range(12):
        for name in draw.sample([f"{n}.txt" for n in range(8)], 4):
            held.pop(name, None)
            (folder / name).unlink(missing_ok=True)
            if draw.random() < 0.6:
                held[name] = draw.choice(texts)
                write({name: held[name]})
        build(folder, place, "hashed")
        library = Library.open(place)
        assert {source: library.article(source).text for source in library.sources} == held
        assert {name: library.original(name).decode() for name in library.files} == held
        assert count(library, "text") == len(set(held.values())) == count(library, "original")
        for source, text in held.items():
            others = sorted(name for name in held if held[name] == text and name != source)
            assert [article.source for article in library.reprints(source)] == others
        found = {library.passage(row)[0].text for row in range(library.manifest["passages"])}
        assert found == set(held.values())


def asked(write, tmp_path, **options):
    build(write(FILES), tmp_path / "library", "hashed")
    assistant = Assistant.open(tmp_path / "library", reader="overlap", encoder="hashed")
    return assistant.ask("Who opposed training?", **options), assistant


def test_an_answer_is_cited_in_every_article_that_prints_it_and_counts_once(write, tmp_path):
    answer, assistant = asked(write, tmp_path)
    item = answer.answers[0]
    assert [citation.source for citation in item.citations] == PRINTED and item.n_sources == 1
    assert answer.verify() == []
    for citation in item.citations:
        assert assistant.library.article(citation.source).text[citation.start : citation.end] == citation.quote
        assert citation.published == assistant.library.article(citation.source).published
    days = [[mention.date for mention in citation.dates] for citation in item.citations]
    assert days == [["2024-06-07"], ["2024-06-07"], [], []]  # Friday, as each of them means it


def test_only_printings_that_pass_the_filter_are_cited(write, tmp_path):
    answer, _ = asked(write, tmp_path, as_of="2024-06-08")
    assert [citation.source for citation in answer.answers[0].citations] == ["paper.jsonl#7"]


def test_the_passage_is_shown_once_with_all_its_sources(write, tmp_path):
    answer, _ = asked(write, tmp_path, top=1)
    for shown in (answer.to_markdown(), to_text(answer), to_html(answer)):
        assert shown.count("training on Friday") == 2  # the answer, and its passage
        told = shown.replace("\\", "")
        also = "The same text: agency.jsonl#1, 2024-06-09; agency.jsonl#2, date unknown; plain.txt, date unknown"
        assert also in told and told.index("paper.jsonl#7, 2024-06-08") < told.index(also)


def test_of_many_sources_four_are_named_and_the_others_counted(write, tmp_path):
    build(write({f"{n}.txt": TEXT for n in range(300)}), tmp_path / "library", "hashed")
    assistant = Assistant.open(tmp_path / "library", reader="overlap", encoder="hashed")
    answer = assistant.ask("Who opposed training?", top=1)
    assert len(answer.answers[0].citations) == 101
    shown = to_text(answer)
    assert shown.count("date unknown") == 5 and "; and 96 more" in shown
