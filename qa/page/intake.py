"""Files dropped on the page: checked, copied into the folder of articles, and indexed while the chat goes on.

Only into a folder that the user named when the page was started. No file of it is ever replaced. What cannot be read is
refused by name before it is copied. One indexing at a time; questions are answered from the old library until it ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING

from index.build import build
from index.errors import ArticleError, AttestError, UnreadableArticle
from index.formats import FORMATS, Read, guard, read_articles

if TYPE_CHECKING:
    from qa.page.desk import Desk

MOST_BYTES = 20 * 2**20  # of one file
MOST_FILES = 200  # at once
MOST_NAME = 200  # bytes of a name
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Progress:
    """stage: "", "checking", "indexing", "done" or "failed". done, whole: passages embedded, of how many. refused: why,
    file by file, of those that were dropped. error: why it failed."""

    stage: str = ""
    added: int = 0
    done: int = 0
    whole: int = 0
    refused: tuple[str, ...] = ()
    error: str = ""

    @property
    def runs(self) -> bool:
        return self.stage in {"checking", "indexing"}


class Intake:
    """Of one page. progress: how far the last one has got, for whoever asks."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.progress = desk, Progress()
        self._one, self._thread = Lock(), None  # type: Lock, Thread | None

    def start(self, files: Sequence[str | Path] = ()) -> None:
        """Takes the files in and brings the library up to date, in the background. Raises AttestError where that
        cannot begin: no folder was named, or the last one is not done."""
        if self.desk.folder is None:
            raise AttestError(
                "this page was opened on a library alone; start it on the FOLDER of articles to add files"
            )
        if not self._one.acquire(blocking=False):
            raise AttestError("the library is being brought up to date already; wait until that is done")
        self.progress = Progress("checking")
        self._thread = Thread(target=self._run, args=(self.desk.folder, list(map(Path, files))), daemon=True)
        self._thread.start()

    def wait(self, seconds: float | None = None) -> None:
        """Until what runs is done."""
        if self._thread:
            self._thread.join(seconds)

    def _run(self, folder: Path, files: list[Path]) -> None:
        added, refused = 0, tuple[str, ...]()
        try:
            if files:
                added, refused = take_in(files, folder)

            def show(done: int, whole: int) -> None:
                self.progress = Progress("indexing", added, done, whole, refused)

            show(0, 0)
            if added or not files:
                build(folder, self.desk.assistant.library.folder, progress=show)
                self.desk.reload()
            self.progress = Progress("done", added, refused=refused)
        except (AttestError, OSError) as error:
            self.progress = Progress("failed", added, refused=refused, error=str(error))
        except Exception as error:  # a thread's traceback is seen by nobody
            self.progress = Progress("failed", added, refused=refused, error=f"unexpected {type(error).__name__}")
        finally:
            self._one.release()


def take_in(files: Sequence[Path], folder: Path) -> tuple[int, tuple[str, ...]]:
    """Copies what can be read into the folder. Returns how many, and why not of the others."""
    added, refused = 0, list[str]()
    with guard.child() as guarded:
        for path in files[:MOST_FILES]:
            try:
                _copy(_checked(path, guarded), folder / path.name)
                added += 1
            except ArticleError as error:
                refused.append(str(error))
            except FileExistsError:
                refused.append(f"{path.name}: the folder has a file of that name, which is kept; rename yours")
            except OSError as error:
                refused.append(f"{path.name}: cannot be copied ({error.strerror}); check the folder's permissions")
    if more := len(files) - MOST_FILES:
        refused += [f"{more} more files: at most {MOST_FILES} at once; put them into the folder"] * (more > 0)
    return added, tuple(refused)


def _checked(path: Path, guarded: Read) -> bytes:
    """The bytes of an article that can be read, under a name that can be kept. Raises ArticleError, OSError."""
    name = path.name
    if not name.isprintable() or name.startswith((".", "~", "-")) or set(name) & set('\\/:*?"<>|'):
        raise UnreadableArticle(f"{name}: a name that cannot be kept everywhere; rename the file")
    if len(name.encode("utf-8", "replace")) > MOST_NAME or _RESERVED.match(name):
        raise UnreadableArticle(f"{name[:60]}…: a name that cannot be kept everywhere; rename the file")
    if path.suffix.lower() not in FORMATS:
        raise UnreadableArticle(
            f"{name}: no reader for {path.suffix or 'files without a suffix'} ({' '.join(FORMATS)})"
        )
    if (size := path.stat().st_size) > MOST_BYTES:
        why = f"{size} bytes, more than the {MOST_BYTES} that a page takes; put it into the folder"
        raise UnreadableArticle(f"{name}: {why}")
    data = path.read_bytes()
    read_articles(data, name, guarded)
    return data


def _copy(data: bytes, place: Path) -> None:
    """Raises FileExistsError for whatever is there already, a link too; a half-written copy is taken away again."""
    with place.open("xb") as file:
        try:
            file.write(data)
        except OSError:
            place.unlink(missing_ok=True)
            raise
