"""Files -> articles: formats, strict decoding, titles, dates, boilerplate."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from index import formats
from index.article import Article
from index.boilerplate import find_boilerplate, merge
from index.dates import HEAD, find_dates, find_published
from index.errors import UnreadableArticle, UnsupportedFormat
from index.formats import FORMATS, read_file
from index.passages import split

BODY = "French President Emmanuel Macron spoke in Paris. He left the same day."


def read(path: Path) -> list[Article]:
    return read_file(path, path.name)


def left_out(article: Article) -> list[str]:
    return [article.text[a:b] for a, b in article.boilerplate]


# The table of formats


def test_the_formats_are_those_promised():
    assert " ".join(FORMATS) == ".txt .md .html .htm .jsonl .csv .tsv .xml .rss .atom .eml .docx .pdf"


@pytest.mark.parametrize("name", ["a.png", "a", "a.txt.bak", "a.json"])
def test_another_suffix_is_refused_with_the_known_ones_named(write, name):
    with pytest.raises(UnsupportedFormat, match=rf"^{name}: .*\.txt \.md \.html \.htm \.jsonl"):
        read(write({name: BODY}) / name)


@pytest.mark.parametrize("name", ["a.TXT", "a.Txt", "a.MD", "b.c.txt"])
def test_the_suffix_counts_in_any_case(write, name):
    assert read(write({name: BODY}) / name)[0].text == BODY


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(UnreadableArticle, match=r"^gone.txt: cannot be read"):
        read(tmp_path / "gone.txt")


def test_a_file_above_the_size_limit_is_refused_with_both_numbers(write, monkeypatch):
    monkeypatch.setattr(formats, "MOST_BYTES", 10)
    folder = write({"ten.txt": "0123456789", "eleven.txt": "0123456789A"})
    assert read(folder / "ten.txt")[0].text == "0123456789"
    with pytest.raises(UnreadableArticle, match=r"eleven.txt: 11 bytes, more than the 10"):
        read(folder / "eleven.txt")


# Decoding


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        "First line.\r\nSecond line.\r\n\r\nThird paragraph.\r\n",
        "old Mac\rline ends\r\rhere",
        "Šimonytė — “quoted” … 10\u00a0000 \u2028 next, e\u0301, 𝔘𝔫𝔦 😀, שלום",
        "\ufeffA mark in front stays.",
        "tab\tform feed\x0cvertical\x0bend",
        " leading and trailing white space \n\n",
    ],
)
def test_utf8_text_is_kept_character_for_character(write, text):
    article = read(write({"a.txt": text.encode()}) / "a.txt")[0]
    assert article.text == text
    assert article.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_offsets_count_a_leading_byte_order_mark(write):
    article = read(write({"a.txt": b"\xef\xbb\xbf" + BODY.encode()}) / "a.txt")[0]
    passage = split(article)[0]
    assert (passage.start, passage.end) == (1, 1 + len(BODY))
    assert article.text[passage.start : passage.end] == BODY


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be"])
def test_utf16_and_utf32_are_read_where_a_mark_names_them(write, encoding):
    text = "Ingrida Šimonytė said: “𝔘” 😀.\r\nYes."
    mark = "" if encoding in ("utf-16", "utf-32") else "\ufeff"
    assert read(write({"a.txt": (mark + text).encode(encoding)}) / "a.txt")[0].text == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", [BODY, "Emmanuel Macron est arrivé à Paris, « comme prévu »."], ids=["ascii", "french"]
)
def test_utf16_without_a_mark_is_refused_and_called_by_its_name(write, encoding, text):
    with pytest.raises(UnreadableArticle, match=r"^a.txt: .*UTF-16"):
        read(write({"a.txt": text.encode(encoding)}) / "a.txt")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize("text", ["Макрон приехал в Киев", "马克龙抵达基辅"])
def test_other_wide_encodings_without_a_mark_are_refused(write, encoding, text):
    with pytest.raises(UnreadableArticle, match=r"^a.txt: "):
        read(write({"a.txt": text.encode(encoding)}) / "a.txt")


def test_another_code_page_is_refused_with_byte_and_offset(write):
    with pytest.raises(UnreadableArticle, match=r"^a.txt: not UTF-8 \(byte 0xe9 at offset 13\)"):
        read(write({"a.txt": "Ukraine, caf\u2019é".encode("cp1252").replace(b"\x92", b"'")}) / "a.txt")


RUSSIAN = "Президент Франции Эмманюэль Макрон прибыл в Киев в пятницу, сообщила пресс-служба. " * 9
JAPANESE = "フランスのマクロン大統領は金曜日にキーウに到着した。" * 12
FRENCH = "Le président « français » Emmanuel Macron est arrivé à Kyïv vendredi, a dit l’Élysée. " * 9


@pytest.mark.parametrize(
    ("said", "encoding", "text"),
    [
        ("iso-8859-1", "cp1252", FRENCH),
        ("windows-1252", "cp1252", FRENCH),
        ("WINDOWS-1251", "cp1251", RUSSIAN),
        ("koi8-r", "koi8-r", RUSSIAN),
        ("Shift_JIS", "shift_jis", JAPANESE),
        ("euc-jp", "euc-jp", JAPANESE),
        ("windows-1251", "utf-8", FRENCH),  # saved by a browser, which left the old declaration in
    ],
)
def test_a_page_is_read_in_the_encoding_that_it_declares(write, said, encoding, text):
    page = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={said}"></head><body><article>'
    page += f"<p>{text}</p></article></body></html>"
    (article,) = read(write({"a.html": page.encode(encoding)}) / "a.html")
    assert article.text.strip() == text.strip()


@pytest.mark.parametrize("said", ["utf-8", "utf-7", "rot13", "no-such-thing", "zlib", "base64", "idna", ""])
def test_a_page_in_no_encoding_that_is_known_is_refused(write, said):
    page = f"<meta charset={said}><article><p>{FRENCH}</p></article>".encode("cp1252")
    with pytest.raises(UnreadableArticle, match=r"^a.html: not UTF-8"):
        read(write({"a.html": page}) / "a.html")


def test_a_page_with_bytes_that_its_encoding_does_not_have_is_refused(write):
    page = b"<meta charset=windows-1252><p>caf\xe9 \x81 " + FRENCH.encode("cp1252")
    with pytest.raises(UnreadableArticle, match=r"^a.html: not CP1252 \(byte 0x81 at offset 35\)"):
        read(write({"a.html": page}) / "a.html")


def test_a_cut_utf16_file_is_refused(write):
    with pytest.raises(UnreadableArticle, match=r"^a.txt: "):
        read(write({"a.txt": BODY.encode("utf-16")[:-1]}) / "a.txt")


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0",
        b"PK\x03\x04\x14\0\0\0\x08\0word/document.xml",
        b"\x7fELF\x02\x01\x01" + bytes(200),
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n",
        bytes(range(256)),
        bytes(100),
    ],
    ids=["png", "zip", "elf", "pdf", "all bytes", "zeros"],
)
def test_binary_data_named_txt_is_refused(write, data):
    with pytest.raises(UnreadableArticle, match=r"^a.txt: "):
        read(write({"a.txt": data}) / "a.txt")


def test_a_control_character_is_refused_with_its_code_and_offset(write):
    with pytest.raises(UnreadableArticle, match=r"U\+0007 at offset 5"):
        read(write({"a.txt": "Ding \x07 dong"}) / "a.txt")


@pytest.mark.parametrize(
    "data",
    [b"", b" \n\t\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n", "\u00a0\n\u00a0".encode(), "\u3000\u2028".encode()],
    ids=["nothing", "spaces", "mark", "mark and spaces", "no-break spaces", "wide spaces"],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_a_file_without_a_visible_character_is_refused(write, name, data):
    with pytest.raises(UnreadableArticle, match=f"^{name}: holds no text"):
        read(write({name: data}) / name)


# Titles


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Macron builds ‘coalition’\n\nBody text here.", "Macron builds ‘coalition’"),
        ("Macron builds coalition\r\n\r\nBody text here.", "Macron builds coalition"),
        ("\ufeffMacron builds coalition\n\nBody text here.", "Macron builds coalition"),
        ("\n\n  Macron builds coalition  \n \t\nBody text here.", "Macron builds coalition"),
        ("Will France send troops?\n\nBody text here.", "Will France send troops?"),
        ("Macron builds coalition\nBody text here.", None),
        ("Macron spoke in Paris.\n\nBody text here.", None),
        ("As Macron said,\n\nBody text here.", None),
        ("Ukraine\n\nBody text here.", None),
        ("Sign up now\n\nBody text here.", None),
        ("7 June 2024\n\nBody text here.", None),
        ("word " * 40 + "end\n\nBody text here.", None),
        ("Only one line", None),
        ("   \n\n", None),
    ],
)
def test_the_title_is_a_short_first_line_that_stands_apart(text, title):
    assert formats.text.plain_article(text, "a.txt").title == title


# Dates


@pytest.mark.parametrize(
    ("name", "published", "by", "title", "skipped"),
    [
        ("000_fae0e9d25fbc1624.txt", None, None, None, ["Editor's note: This story is being updated."]),
        (
            "001_aea647b47e874b1a.txt",
            "2024-06-07",
            "header",
            "Macron building ‘coalition’ to send troops into Ukraine",
            ["7 Jun, 2024 22:52 / Updated 5 months ago"],
        ),
        (
            "002_1403e505c549af9f.txt",
            "2024-06-06",
            "caption",
            None,
            [
                "Subscribe",
                "Sign Up for Daily Headlines",
                "Sign up to receive a daily email of today's top military news stories from Stars and Stripes "
                "and top news outlets from around the world.",
                "Sign Up Now",
            ],
        ),
        ("003_513fd030c96f58c0.txt", "2024-05-30", "header", None, [" date 2024-05-30"]),
        ("004_404871ae4e9fadb6.txt", "2024-06-09", "header", None, [" date 2024-06-09"]),
    ],
)
def test_each_seed_has_the_date_title_and_boilerplate_a_person_sees(seeds, name, published, by, title, skipped):
    article = read(seeds / name)[0]
    assert (article.published, article.dated_by, article.title) == (published, by, title)
    assert left_out(article) == skipped
    assert article.text.encode() == (seeds / name).read_bytes()
    assert article.source == name


def test_the_photo_caption_of_a_seed_stays_in_its_passages(seeds):
    article = read(seeds / "002_1403e505c549af9f.txt")[0]
    shown = "\n".join(article.text[p.start : p.end] for p in split(article))
    assert "Normandy American Cemetery in Colleville-sur-Mer, France, June 6, 2024. (Bradley Latham" in shown


HEADERS = [
    "7 Jun, 2024 22:52 / Updated 5 months ago",
    "7 Jun, 2024 / Updated 5 months ago",
    "June 7, 2024 | Updated June 8, 2024",
    "Published June 7, 2024, updated June 8, 2024",
    "June 7, 2024",
    "Jun. 7, 2024",
    "June 7th, 2024",
    "7 June 2024",
    "7th of June, 2024",
    "2024-06-07",
    "2024/06/07",
    "2024-6-7",
    "2024-06-07 22:52",
    "2024-06-07T22:52:00Z",
    "2024-06-07T22:52:00+02:00",
    "Friday, June 7, 2024",
    "Fri, 7 Jun 2024 22:52 GMT",
    "Friday 7 June 2024",
    "Published: 2024-06-07",
    "Published on June 7, 2024",
    "Posted June 7, 2024 at 5:30 p.m. ET",
    "First published 7 June 2024",
    "Last updated: 7 June 2024",
    "Date: 7 June 2024",
    "By Jane Doe | June 7, 2024",
    "By Jane Doe, June 7, 2024",
    "JUNE 7, 2024",
    "\tJune 7, 2024  ",
]


@pytest.mark.parametrize("header", HEADERS)
def test_a_line_that_is_only_a_date_is_the_header_and_is_left_out(header):
    text = f"France sends trainers\n\n{header}\n{BODY}\n"
    article = formats.text.plain_article(text, "a.txt")
    assert (article.published, article.dated_by) == ("2024-06-07", "header")
    assert left_out(article) == [header]
    assert article.text == text


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize(
    ("head", "rest"),
    [(" date 2024-06-07", " France could soon send trainers."), ("7 June 2024", "\n\n" + BODY)],
    ids=["fused", "line"],
)
def test_a_header_at_the_very_beginning_is_found_with_and_without_a_byte_order_mark(mark, head, rest):
    article = formats.text.plain_article(mark + head + rest, "a.txt")
    assert (article.published, article.dated_by) == ("2024-06-07", "header")
    assert [text.lstrip("\ufeff") for text in left_out(article)] == [head]


@pytest.mark.parametrize(
    "line",
    [
        "PARIS, June 7, 2024 - Macron spoke.",
        "PARIS, June 7, 2024 (Reuters) - Macron spoke.",
        "PARIS (June 7, 2024) — Macron spoke.",
        "Kyiv, 7 June 2024 — Macron spoke.",
        "KYIV, Ukraine, June 7, 2024 – Macron spoke.",
        "Paris, 2024-06-07: Macron spoke.",
        "PARIS, June 7, 2024. – Macron spoke.",
    ],
)
def test_a_dateline_dates_the_article_and_stays_in_its_passages(line):
    article = formats.text.plain_article(f"{line} {BODY}", "a.txt")
    assert (article.published, article.dated_by, article.boilerplate) == ("2024-06-07", "dateline", ())


@pytest.mark.parametrize(
    "line",
    [
        "Biden and Macron in Normandy, France, June 7, 2024. (Bradley Latham/Stars and Stripes)",
        "Macron on June 7, 2024. (Photo by Jane Doe)",
        "Macron, 7 June 2024 (AP)",
        "Macron, 7 June 2024 (Reuters)",
    ],
)
def test_a_caption_dates_the_article_weakly_wherever_it_stands(line):
    article = formats.text.plain_article(f"{'Some words of text. ' * 80}\n\n{line}\n", "a.txt")
    assert (article.published, article.dated_by, article.boilerplate) == ("2024-06-07", "caption", ())


def test_a_header_beats_a_dateline_and_a_caption_wherever_they_stand():
    caption, dateline = "Macron, May 1, 2024. (Jane Doe/AP)", "PARIS, May 2, 2024 - Macron spoke."
    for text in (f"{caption}\n{dateline}\nJune 7, 2024\n", f"June 7, 2024\n{dateline}\n{caption}\n"):
        found = find_published(text)
        assert found and (found.day, found.by) == ("2024-06-07", "header")
    found = find_published(f"{caption}\n{dateline}\n")
    assert found and (found.day, found.by) == ("2024-05-02", "dateline")


def test_a_header_is_looked_for_only_near_the_top():
    assert find_published("x" * (HEAD - 2) + "\n7 June 2024\n") is not None
    assert find_published("x" * HEAD + "\n7 June 2024\n") is None


@pytest.mark.parametrize(
    "text",
    [
        "Updated 5 months ago",
        "on June 7",
        "June 7",
        "07/06/2024",
        "7.6.2024",
        "30 February 2024",
        "February 30, 2024",
        "2024-13-01",
        "2023-02-29",
        " date 2024-02-30 France could soon send trainers.",
        "June 2024",
        "2024",
        "Macron said on June 7, 2024 that France would send trainers.",
        "On 7 June 2024, Macron spoke.",
        "7 June 2024 was a warm day in Paris.",
        "He was born on 6 June 1944 (approximately)",
        "He was born on 6 June 1944 (apparently in Caen)",
        "Case 12024-06-071",
        "",
    ],
)
def test_what_is_no_full_date_of_publication_gives_none(text):
    assert find_published(text) is None


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("from 7 June 2024 to June 9, 2024", ["2024-06-07", "2024-06-09"]),
        ("2024-06-07T22:52:00Z", ["2024-06-07"]),
        ("20240607", []),
        ("30 February 2024, then 1 March 2024", ["2024-03-01"]),
        ("29 February 2024", ["2024-02-29"]),
        ("Sept. 1, 2024 and Sep 2, 2024 and Dec. 3, 2024", ["2024-09-01", "2024-09-02", "2024-12-03"]),
        ("May 1, 2024", ["2024-05-01"]),
        ("Juneteenth 7, 2024", []),
        ("7 ſept 1784", ["1784-09-07"]),
    ],
)
def test_find_dates_gives_iso_days_and_extents(text, days):
    found = find_dates(text)
    assert [day for day, _ in found] == days
    for day, (start, end) in found:
        assert day[:4] in text[start:end]


@pytest.mark.parametrize("month", range(12))
@pytest.mark.parametrize("form", ["{} 7, 2024", "7 {} 2024"])
def test_every_month_is_known_by_name_and_by_short_name(month, form):
    names = "January February March April May June July August September October November December".split()
    for name in (names[month], names[month][:3], names[month].upper(), names[month][:3].lower() + "."):
        assert [day for day, _ in find_dates(form.format(name))] == [f"2024-{month + 1:02d}-07"]


# Boilerplate


@pytest.mark.parametrize(
    "line",
    [
        "Subscribe",
        "SUBSCRIBE NOW!",
        "Subscribe to our newsletter",
        "Sign up",
        "Sign in",
        "  Sign Up Now  ",
        "Sign up for our daily newsletter and never miss a story.",
        "Get the latest news delivered to your inbox",
        "Log in",
        "Register now",
        "Advertisement",
        "Share this article",
        "Share",
        "Comments (12)",
        "Read more: Why France may send trainers",
        "See also: Macron in Kyiv",
        "Related articles",
        "Follow us on Telegram",
        "Skip to main content",
        "We use cookies to improve your experience.",
        "© 2024 Stars and Stripes",
        "Copyright © 2024 AP",
        "All rights reserved.",
        "Editor's note: This story is being updated.",
        "Editor’s Note: The headline was changed on Friday.",
    ],
)
def test_a_line_of_boilerplate_is_left_out_of_passages_but_not_of_the_text(line):
    text = f"{BODY}\n\n{line}\n\nKyiv welcomed the plan.\n"
    article = formats.text.plain_article(text, "a.txt")
    assert article.text == text
    assert left_out(article) == [line]
    shown = [text[p.start : p.end] for p in split(article)]
    assert shown == [BODY, "Kyiv welcomed the plan."]


@pytest.mark.parametrize(
    "line",
    [
        "Macron asked readers to sign up for the newsletter of the party.",
        "The newspaper asks everybody to subscribe, and few do.",
        "Subscribers left the newspaper in June.",
        "Share prices fell on Friday.",
        "Print newspapers are in decline.",
        "Comments by Macron angered Moscow.",
        "Related to this, Kyiv asked for missiles.",
        "Save the Children sent food.",
        "Read more books, the minister said.",
        "An advertisement in Le Monde called for peace.",
        "The editor's note was short.",
        "Registered voters will decide in November.",
    ],
)
def test_a_sentence_about_such_things_stays(line):
    assert find_boilerplate(f"{BODY}\n{line}\n") == []


def test_boilerplate_extents_leave_out_the_line_ends():
    assert find_boilerplate("Subscribe\r\nText.\rPrint\n\nShare") == [(0, 9), (17, 22), (24, 29)]


def test_merged_extents_are_ordered_and_disjoint():
    assert merge([(5, 9), (0, 6)]) == ((0, 9),)
    assert merge([(20, 30), (0, 5), (5, 7), (22, 25)]) == ((0, 7), (20, 30))
    assert merge([]) == ()


# Markdown


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_front_matter_gives_title_and_date_and_stays_out_of_passages(write, newline):
    front = newline.join(["---", 'title: "France sends trainers"', "author: Jane", "date: 2024-06-07", "---"])
    text = front + newline * 2 + BODY + newline
    article = read(write({"a.md": text}) / "a.md")[0]
    assert article.text == text
    assert (article.title, article.published, article.dated_by) == ("France sends trainers", "2024-06-07", "metadata")
    assert [text[p.start : p.end] for p in split(article)] == [BODY]


@pytest.mark.parametrize(
    "field",
    [
        "date: 2024-06-07",
        "published: 7 June 2024",
        "Date: '2024-06-07'",
        "date: 2024-06-07T08:00:00Z",
        "date: 2024-06-07 08:00:00 +0200",
    ],
)
def test_front_matter_dates_come_in_many_forms(write, field):
    article = read(write({"a.md": f"---\n{field}\n---\n\n{BODY}\n"}) / "a.md")[0]
    assert (article.published, article.dated_by) == ("2024-06-07", "metadata")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"# France sends trainers\n\n{BODY}", "France sends trainers"),
        (f"# France sends trainers #\n{BODY}", "France sends trainers"),
        (f"# France sends trainers\r\n\r\n{BODY}", "France sends trainers"),
        (f"France sends trainers\n=====================\n\n{BODY}", "France sends trainers"),
        (f"---\ntitle: The right one\n---\n# Another\n\n{BODY}", "The right one"),
        (f"---\nauthor: Jane\n---\n## France\n\n{BODY}", "France"),
        (f"{BODY}\n#hashtag\n", None),
    ],
)
def test_a_markdown_title_is_the_front_matters_or_the_first_heading(write, text, title):
    assert read(write({"a.md": text}) / "a.md")[0].title == title


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(
    "line",
    ["![A photo](photo.png)", "<!-- a note to self -->", "[1]: https://example.org/a", "---", "***"],
)
def test_markup_that_says_nothing_stays_out_of_markdown_passages(write, line, newline):
    text = newline.join(["# Head line", "", BODY, "", line, "", "Kyiv welcomed the plan.", ""])
    article = read(write({"a.md": text}) / "a.md")[0]
    assert article.text == text
    shown = " ".join(text[p.start : p.end] for p in split(article))
    assert line not in shown
    assert BODY in shown and "Kyiv welcomed the plan." in shown


# HTML

PARAGRAPHS = [
    "French President Emmanuel Macron said on Friday that several countries had agreed to send military trainers.",
    "The United States, Germany, Italy and Spain opposed the training of soldiers inside the country, diplomats said.",
    "Lithuania and Estonia have publicly suggested that they would be willing to deploy instructors to the country.",
]
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>France sends trainers</title>
<meta property="article:published_time" content="2024-06-07T08:00:00+00:00">
<script>var secret = "do not index this";</script><style>p { color: red }</style></head>
<body><nav><a href="/">Home page</a> <a href="/world">World desk</a></nav>
<article><h1>France sends trainers</h1>PARAGRAPHS<script>track("reader")</script></article>
<footer>Imprint and privacy</footer></body></html>""".replace("PARAGRAPHS", "".join(f"<p>{p}</p>" for p in PARAGRAPHS))


@pytest.mark.parametrize("name", ["a.html", "a.htm"])
def test_the_main_text_of_a_web_page_is_its_article(write, name):
    (article,) = read(write({name: PAGE}) / name)
    for paragraph in PARAGRAPHS:
        assert paragraph in article.text
    for noise in ("secret", "track(", "color: red", "World desk", "Imprint", "<p>"):
        assert noise not in article.text
    assert (article.title, article.published) == ("France sends trainers", "2024-06-07")
    assert article.dated_by == "metadata"


@pytest.mark.parametrize("page", ["<html><body></body></html>", "<html><script>var x = 1</script></html>", "   "])
def test_a_page_without_an_article_is_refused(write, page):
    with pytest.raises(UnreadableArticle, match=r"^a.html: no article text|^a.html: holds no text"):
        read(write({"a.html": page}) / "a.html")


def test_a_page_in_another_code_page_is_refused_not_guessed(write):
    page = PAGE.replace("Friday", "Fréday").encode("cp1252")
    with pytest.raises(UnreadableArticle, match="byte 0xe9"):
        read(write({"a.html": page}) / "a.html")


# JSON lines


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def test_every_line_is_an_article_of_its_own(write):
    text = lines(
        {"id": "a1", "text": "One\r\ntext.", "title": "A title", "date": "2024-06-07", "other": [1, 2]},
        {"text": "Two text.", "published": "8 June 2024", "title": "   "},
        {"id": 7, "text": "Three text.", "date": None, "title": 5},
    )
    found = read(write({"a.jsonl": "\ufeff" + text.replace("\n", "\r\n\n")}) / "a.jsonl")
    assert [(a.source, a.text, a.title, a.published, a.dated_by) for a in found] == [
        ("a.jsonl#a1", "One\r\ntext.", "A title", "2024-06-07", "metadata"),
        ("a.jsonl#3", "Two text.", None, "2024-06-08", "metadata"),
        ("a.jsonl#7", "Three text.", None, None, None),
    ]


def test_fields_are_known_in_any_case(write):
    (article,) = read(write({"a.jsonl": lines({"Text": BODY, "Title": "Rain", "Date": "2024-06-07"})}) / "a.jsonl")
    assert (article.text, article.title, article.published) == (BODY, "Rain", "2024-06-07")


def test_ids_may_count_from_zero(write):
    found = read(write({"a.jsonl": lines({"id": 0, "text": "One text."}, {"id": 1, "text": "Two text."})}) / "a.jsonl")
    assert [article.source for article in found] == ["a.jsonl#0", "a.jsonl#1"]


@pytest.mark.parametrize("day", ["2024-06-07", "2024-06-07T22:52:00Z", "2024-06-07 22:52", "June 7, 2024"])
def test_a_records_date_comes_in_many_forms(write, day):
    assert read(write({"a.jsonl": lines({"text": BODY, "date": day})}) / "a.jsonl")[0].published == "2024-06-07"


def test_a_record_without_a_date_may_tell_it_in_its_text(write):
    article = read(write({"a.jsonl": lines({"text": f"7 June 2024\n\n{BODY}"})}) / "a.jsonl")[0]
    assert (article.published, article.dated_by) == ("2024-06-07", "header")


def test_an_id_used_twice_refuses_the_file_with_both_lines_named(write):
    text = lines({"id": "x", "text": "One."}, {"id": "y", "text": "Two."}, {"id": "x", "text": "Three."})
    with pytest.raises(UnreadableArticle, match=r"^a.jsonl, line 3: id 'x' was used in line 1"):
        read(write({"a.jsonl": text}) / "a.jsonl")


@pytest.mark.parametrize(
    "bad",
    [
        "{not json",
        "[]",
        '"text"',
        "{}",
        '{"text": 5}',
        '{"text": null}',
        '{"text": "half \\ud83d of a pair"}',
        '{"text": "fine", "title": "half \\ud83d of a pair"}',
        '{"text": "fine", "id": "half \\ud83d of a pair"}',
        '{"text": "fine", "author": ["Ann", "half \\ud83d of a pair"]}',
        '{"text": "fine", "url": "half \\ud83d of a pair"}',
        "[" * 100_000,
    ],
    ids=lambda bad: bad[:40],
)
def test_a_bad_line_refuses_the_file_and_is_named(write, bad):
    with pytest.raises(UnreadableArticle, match=r"^a.jsonl, line 2: "):
        read(write({"a.jsonl": lines({"text": "Fine."}) + bad + "\n"}) / "a.jsonl")


def test_a_file_of_empty_records_is_refused(write):
    with pytest.raises(UnreadableArticle, match=r"^a.jsonl: holds no text"):
        read(write({"a.jsonl": lines({"text": ""}, {"text": " \n"})}) / "a.jsonl")


# Hostile text


BLANKS = {
    "a header": lambda blanks: find_published(f"2024-06-07{blanks[:250]}Reuters reports"),
    "a long line": lambda blanks: find_published(f"2024-06-07{blanks}Reuters reports"),
    "a dateline": lambda blanks: find_published(f"PARIS, June 7, 2024{blanks}x"),
    "boilerplate": lambda blanks: find_boilerplate(f"Share{blanks}x"),
    "a heading": lambda blanks: FORMATS[".md"](f"# Title{blanks}x\n# A{'#' * len(blanks)}x".encode(), "a.md"),
    "front matter": lambda blanks: FORMATS[".md"](f"---\ntitle: A{blanks}x\n---\nText".encode(), "a.md"),
    "a long sentence": lambda blanks: split(Article("a.txt", "word " * len(blanks))),
}


@pytest.mark.parametrize("what", BLANKS)
def test_time_grows_with_the_length_of_the_text(what, growth):
    assert growth(lambda count: BLANKS[what](" " * count), 1_000, 8_000, below=30) < 30  # quadratic would be 64
