"""Files -> articles. A format is one module with `read(data, source) -> articles` and one line in FORMATS."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from index.article import Article
from index.errors import NoArticles, UnreadableArticle, UnsupportedFormat
from index.formats import feed, html, jsonl, mail, markdown, pdf, table, text, word

Read = Callable[[bytes, str], Iterable[Article]]
"""(bytes of the file, its path relative to the folder) -> its articles; raises UnreadableArticle."""

FORMATS: dict[str, Read] = {
    ".txt": text.read,
    ".md": markdown.read,
    ".html": html.read,
    ".htm": html.read,
    ".jsonl": jsonl.read,
    ".csv": table.read,
    ".tsv": table.read,
    ".xml": feed.read,
    ".rss": feed.read,
    ".atom": feed.read,
    ".eml": mail.read,
    ".docx": word.read,
    ".pdf": pdf.read,
}
GUARDED = frozenset((".html", ".htm", ".xml", ".rss", ".atom", ".eml", ".docx", ".pdf"))
"""Formats whose parsers a hostile file may stop or crash: a build reads them in a process of their own (`guard`)."""

MOST_BYTES = 64 * 2**20
MOST_BYTES_OF_MANY = 2**30  # of a file that holds many articles


def need_folder(root: Path) -> None:
    """Raises NoArticles unless `root` is a folder."""
    try:
        what = "" if root.is_dir() else "not a folder" if root.exists() else "no such folder"
    except (OSError, ValueError):  # a name that is too long, or none at all
        what = "no such folder"
    if what:
        raise NoArticles(f"{root}: {what}; give a folder of articles")


def read_file(path: Path, source: str) -> list[Article]:
    """The articles of one file. Raises UnsupportedFormat or UnreadableArticle, naming the file and the reason."""
    return read_articles(read_bytes(path, source), source)


def read_bytes(path: Path, source: str) -> bytes:
    """The bytes of a file of a known format and allowed size. Raises as read_file."""
    if path.suffix.lower() not in FORMATS:
        known = " ".join(FORMATS)
        raise UnsupportedFormat(f"{source}: no reader for {path.suffix or 'files without a suffix'} (known: {known})")
    try:
        size = path.stat().st_size
        most = MOST_BYTES_OF_MANY if path.suffix.lower() in (".jsonl", ".csv", ".tsv") else MOST_BYTES
        if size > most:
            raise UnreadableArticle(f"{source}: {size} bytes, more than the {most} allowed; split the file")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableArticle(f"{source}: cannot be read ({error.strerror}); check its permissions") from error


def read_articles(data: bytes, source: str, guarded: Read | None = None) -> list[Article]:
    """The articles in the bytes of a file of a known format. Raises UnreadableArticle. guarded: reads GUARDED formats
    in place of their own reader."""
    suffix = PurePosixPath(source).suffix.lower()
    read = guarded if guarded and suffix in GUARDED else FORMATS[suffix]
    articles = list(read(data, source))
    if not any(article.text.replace("\ufeff", "").strip() for article in articles):
        raise UnreadableArticle(f"{source}: holds no text; remove it or fill it")
    return articles
