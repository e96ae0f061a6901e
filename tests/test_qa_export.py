"""Exports: what is written of an answer or a chat, that it checks, and that no article can break out of it."""

from __future__ import annotations

import hashlib
import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.article import Article
from index.errors import AttestError
from qa import cli
from qa.answer import Answer, Citation, Extract, Item
from qa.export import FORMATS, export
from qa.trace import Trace

TEXT = "France wrote to Spain. Spain answered {on} Monday: 50 % of $5 & more."


def cited(quote: str = "Spain", text: str = TEXT, source: str = "a.txt", title: str | None = None) -> Citation:
    start = text.index(quote)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    passage = Extract(0, len(text), text)
    return Citation(source, title, "2024-06-09", digest, start, start + len(quote), quote, (), passage)


def answered(*citations: Citation, question: str = "Who answered?", limits: str = "") -> Answer:
    trace = Trace(question, (question,), (), limits, (), 0.9, 0.5, (), ())
    return Answer(question, (Item(citations[0].quote, 0.9, citations),), None, 0.1, trace=trace)


NOTHING = Answer("Who wept?", (), "no passage holds “wept”", 0.1)
CHAT = [answered(cited()), NOTHING, answered(cited("France"), cited("Spain wrote", "Spain wrote.", "b.txt", "A title"))]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("answers", [[], [NOTHING], CHAT[:1], CHAT], ids=["none", "no answer", "one", "chat"])
def test_every_form_writes_any_number_of_answers_as_text_that_ends_its_line(form, answers):
    text = export(answers, form)
    text.encode()
    assert text.endswith("\n") or text == ""
    assert FORMATS[form].suffix.startswith(".") and "/" in FORMATS[form].media


def test_a_form_that_is_none_is_refused_with_those_there_are():
    with pytest.raises(AttestError, match=r"'docx'.*bibtex"):
        export(CHAT, "docx")


def test_json_is_the_documented_object_and_a_list_of_them_for_a_chat():
    assert json.loads(export(CHAT[:1], "json")) == CHAT[0].to_dict()
    assert json.loads(export(CHAT, "json")) == [answer.to_dict() for answer in CHAT]


@pytest.mark.parametrize("answers", [CHAT[:1], CHAT[:2]], ids=["one", "chat"])
@pytest.mark.parametrize("text", [TEXT, TEXT.replace("Spain", "Italy")], ids=["as it was", "changed"])
def test_exported_json_passes_verify_unless_the_article_changed(write, tmp_path, capsys, answers, text):
    folder = write({"a.txt": text})
    (tmp_path / "chat.json").write_text(export([undated(answer) for answer in answers], "json"), encoding="utf-8")
    code = cli.main(["verify", str(tmp_path / "chat.json"), str(folder)])
    out = capsys.readouterr().out
    assert code == (text != TEXT), out
    assert f"{len(answers)} answers checked" in out
    assert len(answers) == 1 or text == TEXT or "chat.json, answer 1: " in out


def undated(answer: Answer) -> Answer:
    """With citations of an article that tells no date."""
    items = (
        Item(i.text, i.confidence, tuple(Citation(**vars(c) | {"published": None}) for c in i.citations))
        for i in answer.answers
    )
    return Answer(answer.question, tuple(items), answer.reason, 0.1)


def test_markdown_tells_the_filter_and_parts_the_answers_of_a_chat():
    text = export([answered(cited(), limits="published since 2024-05-01"), NOTHING], "markdown")
    assert "Searched: published since 2024-05-01." in text
    assert text.count("\n---\n") == 1 and "No answer" in text
    assert "Searched" not in export([NOTHING], "markdown")


def test_a_bibliography_holds_each_article_once_with_all_its_quotes():
    items = json.loads(export([answered(cited(), cited("France")), *CHAT], "csl-json"))
    assert [item["archive_location"] for item in items] == ["a.txt", "b.txt"]
    assert [item["title"] for item in items] == ["a.txt", "A title"]
    assert items[0]["note"].count("“Spain”") == 1 and "“France” (characters 0 to 6)" in items[0]["note"]
    assert cited().sha256 in items[0]["note"]
    assert items[0]["issued"] == {"date-parts": [[2024, 6, 9]]}
    assert len({item["id"] for item in items}) == 2


def test_csl_items_keep_to_the_schema():
    """Of csl-data.json 1.0.2: these fields are texts, id and type are required, nothing else may stand there."""
    for item in json.loads(export(CHAT, "csl-json")):
        assert item.keys() >= {"id", "type"} and item["type"] == "document"
        assert all(isinstance(item[name], str) for name in item.keys() - {"issued"})
        assert item.keys() <= {"id", "type", "title", "issued", "archive_location", "note"}


def test_an_article_without_a_day_has_no_date():
    bare = [undated(CHAT[0])]
    assert "issued" not in json.loads(export(bare, "csl-json"))[0]
    assert "year" not in export(bare, "bibtex")


def test_bibtex_has_the_fields_of_an_entry():
    text = export([answered(cited(title="On 50 % & more"))], "bibtex")
    assert re.fullmatch(r"@misc\{attest-[0-9a-f]{12},\n(  [a-z]+ = \{.*\},\n)+\}\n", text)
    assert r"title = {{On 50 \% \& more}}" in text and "year = {2024}" in text and "month = {6}" in text


HOSTILE = '}}, note = {x}} @misc{y, title={\\input{/etc/passwd}}, \n@comment{ % $ & # _ ~ ^ \\ " < > | \u202e \x00'


def entries(text: str) -> list[dict[str, str]]:
    """Reads BibTeX as BibTeX does: braces are counted, and no backslash keeps one from counting."""
    found, at = [], 0
    while (at := text.find("@", at)) >= 0:
        fields, at = {}, text.index("\n", at)
        while text[at + 1] != "}":
            name, depth, begin = text[at + 1 : text.index(" = {", at)].strip(), 1, text.index("{", at) + 1
            at = begin
            while depth:
                depth += {"{": 1, "}": -1}.get(text[at], 0)
                at += 1
            fields[name] = text[begin : at - 1]
            assert text[at : at + 2] == ",\n", text[begin : at + 20]
            at += 1
        found.append(fields)
        at += 2
    return found


@given(st.text(st.characters(), max_size=60), st.text(min_size=1, max_size=60))
@example(HOSTILE, HOSTILE)
def test_no_title_or_source_breaks_out_of_any_form(title, source):
    answer = answered(cited(title=title, source=source), question=f"Who? {title}"[:1000])
    (entry,) = entries(export([answer], "bibtex"))
    assert entry.keys() == {"title", "howpublished", "year", "month", "date", "note"}
    for value in entry.values():
        bare = re.sub(r"\\(?:[%&$#_]|(?:text[a-z]+|char64)(?=\}))", "", value)
        assert not set("\\@%&$#_~^<>|\n") & set(bare)
    (item,) = json.loads(export([answer], "csl-json"))
    assert not re.search(
        "[\x00-\x1f\u202a-\u202e\ud800-\udfff]", item["title"] + item["note"] + item["archive_location"]
    )
    assert json.loads(export([answer], "json"))["answers"][0]["citations"][0]["title"] == title


def test_what_markdown_and_json_say_of_an_article_is_what_the_article_says():
    article = Article("a.txt", TEXT)
    citation = json.loads(export(CHAT[:1], "json"))["answers"][0]["citations"][0]
    assert article.text[citation["start"] : citation["end"]] == citation["quote"]
    assert "**Spain**" in export(CHAT[:1], "markdown")
