"""Formats that carry more than text: tables, feeds, letters, Word and PDF; and what hostile files do: nothing."""

import email.message
import io
import json
import random
import resource
import time
import zipfile

import pytest

from index.build import build
from index.errors import ArticleError, UnreadableArticle
from index.formats import FORMATS, GUARDED, guard, read_articles
from index.formats.markup import text_of
from index.formats.pdf import joined
from index.library import Library

SENTENCE = "The Estonian prime minister sent the letters on Friday."
RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Outlet</title><language>en</language>
<item><title>Letters &amp; answers</title><link>https://example.org/letters</link><guid>tag:letters</guid>
<pubDate>Fri, 07 Jun 2024 22:52:00 GMT</pubDate><dc:creator>Ann Writer</dc:creator><description>A teaser.</description>
<content:encoded><![CDATA[<p>The Estonian <b>prime minister</b> sent the letters on Friday.</p><script>alert(1)</script>
<p>Nobody answered.<br>Yet.</p><img src="http://evil.example/x.png">]]></content:encoded></item>
<item><title>Only a title here</title></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Outlet</title><entry><id>urn:1</id><title>Letters</title>
<link rel="self" href="https://example.org/self"/><link href="https://example.org/letters"/>
<updated>2024-06-08T10:00:00Z</updated><published>2024-06-07T10:00:00Z</published>
<author><name>Ann Writer</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Kallas sent <em>the</em> letters.</p></div></content>
</entry></feed>"""


def word(paragraphs=(SENTENCE,), title="", rows=()):
    from docx import Document

    document = Document()
    document.core_properties.title, document.core_properties.author = title, "Ann Writer"
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf(lines=(SENTENCE,), title="Letters"):
    """A PDF of one page, written by hand."""
    shown = " ".join(f"({line.replace('(', '').replace(')', '')}) Tj 0 -14 Td" for line in lines)
    stream = f"BT /F1 12 Tf 72 720 Td {shown} ET".encode()
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Title(%s)/CreationDate(D:20240607120000Z)>>" % title.encode(),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(bodies) + 1, table)
    return out + b"trailer<</Size %d/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(bodies) + 1, start)


def letter(html=False, text=SENTENCE):
    message = email.message.EmailMessage()
    message["Subject"], message["From"] = "Lettres à Kyiv", "Ann Writer <ann@example.org>"
    message["Date"] = "Fri, 07 Jun 2024 22:52:00 +0300"
    if html:
        message.set_content(f"<html><head><title>x</title></head><p>{text}</p></html>", subtype="html")
    else:
        message.set_content(text)
        message.add_alternative(f"<p>{text}</p>", subtype="html")
        message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="a.png")
    return message.as_bytes()


PAGE = f"<html><body><article><h1>Letters</h1><p>{SENTENCE * 4}</p></article></body></html>".encode()
GOOD = {
    "a.txt": SENTENCE.encode(),
    "a.md": b"# Letters\n\n" + SENTENCE.encode(),
    "a.html": PAGE,
    "a.jsonl": json.dumps({"text": SENTENCE}).encode(),
    "a.csv": f'title,text\nLetters,"{SENTENCE}"\n'.encode(),
    "a.tsv": f"title\ttext\nLetters\t{SENTENCE}\n".encode(),
    "a.xml": RSS.encode(),
    "a.rss": RSS.encode(),
    "a.atom": ATOM.encode(),
    "a.eml": letter(),
    "a.docx": word(),
    "a.pdf": pdf(),
}


def read(data, source):
    return read_articles(data if isinstance(data, bytes) else data.encode(), source)


def test_every_format_has_a_good_file_here():
    assert {f".{name.split('.')[1]}" for name in GOOD} | {".htm"} == set(FORMATS)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_gives_the_sentence(name):
    assert any("sent" in article.text and "letters" in article.text for article in read(GOOD[name], name))


# ---- tables


def test_a_row_is_an_article_with_its_columns():
    rows = (
        'ID,Headline,Body,Published,URL,Byline,Lang\nx7,Letters,"One, ""two"".\nThree.",2024-06-07,http://a.b,Ann,en\n'
    )
    (article,) = read(rows, "a.csv")
    assert (article.source, article.text, article.title) == ("a.csv#x7", 'One, "two".\nThree.', "Letters")
    assert (article.published, article.dated_by) == ("2024-06-07", "metadata")
    assert (article.url, article.author, article.language) == ("http://a.b", "Ann", "en")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_rows_are_numbered_blank_ones_left_out_and_the_delimiter_is_the_headers(mark):
    found = read(f"text{mark}title\r\nOne.{mark}A\r\n{mark}\r\nTwo.{mark}B\r\n", "a.csv")
    assert [(a.source, a.text, a.title) for a in found] == [("a.csv#1", "One.", "A"), ("a.csv#3", "Two.", "B")]


def test_a_tsv_is_parted_by_tabs_alone():
    assert [a.text for a in read("text\nIt rained, in Lyon; again.\n", "a.tsv")] == ["It rained, in Lyon; again."]


@pytest.mark.parametrize(
    "table, said",
    [
        ("title,date\nLetters,2024\n", "no column for the text"),
        ("", "no column for the text"),
        ("text,title\nOne.,A,B\n", "row 1: 3 cells under 2 names"),
        ('text,title\n"One.,A\n', "line 2: not a table"),
        ("id,text\nx,One.\nx,Two.\n", "row 2: id 'x' was used in row 1"),
        ("text\n\xff", "not UTF-8"),
    ],
)
def test_a_bad_table_is_refused_by_name_and_reason(table, said):
    with pytest.raises(UnreadableArticle, match=f"^a.csv.*{said}"):
        read(table.encode("latin-1"), "a.csv")


def test_a_cell_may_be_longer_than_the_standard_library_allows():
    assert len(read("text\n" + "word " * 60_000, "a.csv")[0].text) > 250_000


# ---- feeds


def test_an_item_of_a_feed_is_an_article():
    letters, bare = read(RSS, "a.xml")
    assert letters.text == f"{SENTENCE}\n\nNobody answered.\nYet."
    assert (letters.source, letters.title, letters.published) == (
        "a.xml#tag:letters",
        "Letters & answers",
        "2024-06-07",
    )
    assert (letters.url, letters.author) == ("https://example.org/letters", "Ann Writer")
    assert (bare.source, bare.text, bare.published) == ("a.xml#2", "Only a title here", None)


def test_the_title_of_an_item_is_its_own_and_not_its_pictures():
    media = '<media:title xmlns:media="http://search.yahoo.com/mrss/">A long caption of the picture</media:title>'
    (item,) = read(f"<rss><channel><item><title>Rain</title>{media}</item></channel></rss>", "a.xml")
    assert item.title == "Rain"


def test_an_entry_of_atom_is_an_article_dated_by_its_publication():
    (article,) = read(ATOM, "a.atom")
    assert (article.text, article.published) == ("Kallas sent the letters.", "2024-06-07")
    assert (article.url, article.author) == ("https://example.org/letters", "Ann Writer")


BOMB = "<!DOCTYPE x [<!ENTITY a 'lol'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(12)
)


@pytest.mark.parametrize(
    "xml, said",
    [
        (BOMB + "]><rss><item><title>&m;</title></item></rss>", "entities of its own|not well-formed"),
        (
            "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><rss><item><title>&a;</title></item></rss>",
            "entities",
        ),
        ("<rss><channel></channel></rss>", "without items"),
        ("<rss><item></rss>", "not well-formed"),
        ("", "not well-formed"),
        ("<a>" * 3000 + "</a>" * 3000, "not well-formed"),
    ],
)
def test_a_bad_feed_is_refused_by_name_and_reason(xml, said):
    began = time.perf_counter()
    with pytest.raises(UnreadableArticle, match=f"^a.xml: .*(?:{said})"):
        read(xml, "a.xml")
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    "markup, text",
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("A <b>bold</b> word<br/>next", "A bold word\nnext"),
        ("  spaced \n out ", "spaced out"),
        ("<style>p{}</style><template><p>no</p></template>yes<!-- no -->", "yes"),
        ("a &lt;script&gt; &amp; b", "a <script> & b"),
        ("<ul><li>One<li>Two</ul>after", "One\n\nTwo\n\nafter"),
        ("<div" * 50_000, ""),
        ("", ""),
    ],
)
def test_markup_is_read_as_a_browser_shows_it(markup, text):
    assert text_of(markup) == text


# ---- letters


@pytest.mark.parametrize("html", [False, True])
def test_a_letter_is_its_text_subject_sender_and_day(html):
    (article,) = read(letter(html), "a.eml")
    assert article.text.strip() == SENTENCE
    assert (article.title, article.published, article.author) == (
        "Lettres à Kyiv",
        "2024-06-07",
        "Ann Writer <ann@example.org>",
    )


@pytest.mark.parametrize(
    "data, said",
    [
        (b"no header at all", "no header lines"),
        (b"Subject: x\n\n", "without text"),
        (b"Subject: x\nContent-Type: image/png\n\nabc", "without text"),
        (b"Subject: x\nContent-Type: text/plain; charset=utf-8\n\n\xff\xfe", "not utf-8"),
        (b"Subject: x\nContent-Type: text/plain; charset=nonsense\n\nabc", "not a readable letter"),
    ],
)
def test_a_bad_letter_is_refused_by_name_and_reason(data, said):
    with pytest.raises(UnreadableArticle, match=f"^a.eml: .*{said}"):
        read(data, "a.eml")


# ---- Word


def test_a_word_document_is_its_paragraphs_and_rows_in_order():
    rows = [["Country", "Letters"], ["Estonia", "7"]]
    (article,) = read(word(["First.", " ", "Second."], title="Letters", rows=rows), "a.docx")
    assert article.text == "First.\n\nSecond.\n\nCountry | Letters\n\nEstonia | 7"
    assert (article.title, article.author) == ("Letters", "Ann Writer")


def packed(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    "data, said",
    [
        (b"not a zip", "not a Word document"),
        (packed({"a.txt": b"x"}), "cannot be read as a Word document"),
        (packed({"word/document.xml": bytes(300 * 2**20)}), "unpacks to more than"),
        (packed({f"{n}": b"" for n in range(5001)}), "unpacks to more than"),
    ],
    ids=["text", "other", "bomb", "many"],
)
def test_a_bad_word_document_is_refused_by_name_and_reason(data, said):
    with pytest.raises(UnreadableArticle, match=f"^a.docx: .*{said}"):
        read(data, "a.docx")


# ---- PDF


def test_a_pdf_is_its_text_with_title_and_no_day_of_its_making():
    (article,) = read(pdf([SENTENCE, "Nobody answered."]), "a.pdf")
    assert SENTENCE in article.text and "Nobody answered." in article.text
    assert (article.title, article.published) == ("Letters", None)


def test_lines_of_a_paragraph_are_joined():
    page = "The Estonian prime minister sent\nthe letters on Friday, and nobody\nanswered."
    page += "\nThen she sent more of them to all\nof us."
    assert joined(page) == (
        "The Estonian prime minister sent the letters on Friday, and nobody answered.\n\n"
        "Then she sent more of them to all of us."
    )
    assert joined("One.\n\n\nTwo.").split("\n\n")[-1].strip() == "Two." and joined("") == ""


@pytest.mark.parametrize(
    "data, said",
    [(b"%PDF-1.4", "cannot be read as PDF"), (b"", "cannot be read as PDF"), (pdf([" "]), "holds no text")],
)
def test_a_bad_pdf_is_refused_by_name_and_reason(data, said):
    with pytest.raises(UnreadableArticle, match=f"^a.pdf: .*{said}"):
        read(data, "a.pdf")


def test_a_locked_pdf_is_refused():
    from pypdf import PdfReader, PdfWriter

    writer, out = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf()))), io.BytesIO()
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(out)
    with pytest.raises(UnreadableArticle, match="locked with a password"):
        read(out.getvalue(), "a.pdf")


# ---- the child process


def test_what_the_child_reads_is_what_the_reader_reads():
    with guard.child() as guarded:
        for name, data in GOOD.items():
            if name[1:] in GUARDED:
                assert read_articles(data, name, guarded) == read(data, name)
        with pytest.raises(UnreadableArticle, match=r"^a.xml: not well-formed"):
            guarded(b"<rss>", "a.xml")
        assert guarded(RSS.encode(), "a.xml") == read(RSS, "a.xml")


@pytest.mark.parametrize("name", ["a.html", "a.xml"])
def test_a_parser_that_hangs_or_breaks_down_costs_its_file_alone(monkeypatch, name):
    start = guard._start
    monkeypatch.setattr(guard, "_start", lambda: start(hang))
    hang = "import index.formats, time, os\n"
    hang += "index.formats.FORMATS.update({'.html': lambda *_: time.sleep(60), '.xml': lambda *_: os.abort()})\n"
    with guard.child(seconds=4) as guarded:
        began = time.perf_counter()
        with pytest.raises(UnreadableArticle, match=rf"^{name}: (reading it took more than 4 s|the parser broke)"):
            guarded(PAGE, name)
        assert time.perf_counter() - began < 20
        assert guarded(letter(), "a.eml")[0].text.strip() == SENTENCE


def test_a_build_reads_every_format_and_reports_the_bad(write, tmp_path):
    bad = {f"bad/{n}.{suffix[1:]}": b"\0\xff<broken" for n, suffix in enumerate(FORMATS)}
    folder = write({f"{name.split('.')[1]}/{name}": data for name, data in GOOD.items()} | bad)
    report = build(folder, tmp_path / "library", "hashed")
    assert report.articles == len(GOOD) + 2 and sorted(path for path, _ in report.refused) == sorted(bad)
    assert all(why.startswith(path) for path, why in report.refused)
    library = Library.open(tmp_path / "library")
    letters = library.article("eml/a.eml")
    assert letters.author == "Ann Writer <ann@example.org>" and library.article("xml/a.xml#tag:letters").url


# ---- hostile files


def hostile():
    """(name, data): over a hundred files that broke somebody's parser, or look like it."""
    deep = "<div>" * 20_000
    for suffix in FORMATS:
        name = f"a{suffix}"
        yield from (
            (name, data)
            for data in (
                b"",
                b"\0",
                b"\0" * 10_000,
                b"\xff\xfe",
                b"\xef\xbb\xbf",
                b"\xc0\xaf",
                b"\xed\xa0\x80",
                b"\r" * 9,
            )
        )
        yield name, (deep + SENTENCE).encode()
    yield "a.html", b"<table><td colspan=9007199254740991>x</td></table>" + PAGE
    yield "a.html", b"<p " + b" ".join(b"a%d=1" % n for n in range(10_000)) + b">" + SENTENCE.encode()
    yield "a.html", b"&" + b"a" * 100_000 + b";" + PAGE
    yield "a.jsonl", b'{"text": ' + b"[" * 50_000
    yield "a.jsonl", b'{"text": "\\ud800"}'
    yield "a.jsonl", b'{"text": 1e999}'
    yield "a.csv", b'text\n"' + b"x" * 100_000
    yield "a.eml", b"Subject: " + b"=?utf-8?b?" * 5_000 + b"\n\nx"
    yield "a.eml", b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n" * 5_000
    yield "a.eml", b"Date: Fri, 99 Jun 99999 99:99:99 +9999\n\nx"
    yield "a.xml", b"<?xml version='1.0' encoding='nonsense'?><rss/>"
    yield "a.xml", b"<rss><item><title>" + b"&lt;b&gt;" * 20_000 + b"</title></item></rss>"
    yield "a.docx", packed({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<!DOCTYPE x []><x/>"})
    yield "a.docx", packed({"../../evil": b"x"})
    yield "a.pdf", pdf()[:-40]
    yield "a.pdf", pdf().replace(b"2 0 R", b"1 0 R")
    yield "a.pdf", pdf().replace(b"/Count 1", b"/Count 999999999")


def test_over_a_hundred_hostile_files_are_read_or_refused_by_name():
    files = list(hostile())
    assert len(files) > 100
    with guard.child() as guarded:
        for name, data in files:
            began = time.perf_counter()
            try:
                assert any(article.text.strip() for article in read_articles(data, name, guarded))
            except ArticleError as error:
                assert str(error).startswith(name)
            assert time.perf_counter() - began < 10, (name, data[:40])


def mutated(data, rng):
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at, what = rng.randrange(len(data) + 1), rng.randrange(4)
        if what == 0:
            data[at : at + 1] = bytes([rng.randrange(256)])
        elif what == 1:
            del data[at : at + rng.randrange(1, 40)]
        elif what == 2:
            data[at:at] = data[rng.randrange(len(data) + 1) :][:60]
        else:
            data[at:at] = rng.choice((b"\0", b"<", b'"', b"&#x0;", b"]]>", b"\xff", b"--", b"(", b"stream\n"))
    return bytes(data)


@pytest.mark.parametrize("times", [20, pytest.param(5_600, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", GOOD)
def test_mutated_files_are_read_or_refused_by_name(name, times):
    """In this process, so that nothing hides a failure. In the slow run over 50,000 byte strings in all."""
    rng = random.Random(name)
    if name in ("a.html", "a.docx", "a.pdf"):  # ten times as slow
        times = max(20, times // 10)
    for _ in range(times):
        try:
            read(mutated(GOOD[name], rng), name)
        except ArticleError as error:
            assert str(error).startswith(name)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text(SENTENCE)
    with (folder / "huge.html").open("wb") as file:
        file.truncate(5 * 10**9)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    report = build(folder, tmp_path / "library", "hashed")
    assert [path for path, _ in report.refused] == ["huge.html"] and time.perf_counter() - began < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB
