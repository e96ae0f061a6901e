"""Every error that Attest raises on purpose. The lowest layer: everybody may raise, nothing is imported.

    AttestError                 shown to the user as one line; the command line exits with 2
    |-- ArticleError            one file or record; indexing goes on with the others and reports it
    |   |-- UnsupportedFormat
    |   `-- UnreadableArticle
    |-- LibraryError
    |   |-- NoArticles          the folder is missing, empty, or nothing in it could be read
    |   |-- LibraryMissing
    |   |-- LibraryCorrupt
    |   |-- LibraryOutdated     made by another version of Attest
    |   |-- LibraryLocked
    |   |-- LibraryUnreachable    the server that holds it does not answer
    |   `-- EncoderMismatch
    |-- ModelError              an encoder or reader that cannot be loaded
    |-- WorkersError            a Ray cluster that cannot be reached, or did not do its work
    |-- QuestionError           a question or filter that cannot be asked
    `-- QuestionSetError        a question or answer file, with file and line

A message names the thing, the value, and what to do next. Finding no answer is a result, not an error.
"""

from __future__ import annotations


class AttestError(Exception):
    """Base of all of them: `except AttestError as error: print(error)` is all a caller needs."""


class ArticleError(AttestError):
    pass


class UnsupportedFormat(ArticleError):
    pass


class UnreadableArticle(ArticleError):
    pass


class LibraryError(AttestError):
    pass


class NoArticles(LibraryError):
    pass


class LibraryMissing(LibraryError):
    pass


class LibraryCorrupt(LibraryError):
    pass


class LibraryOutdated(LibraryError):
    pass


class LibraryLocked(LibraryError):
    pass


class LibraryUnreachable(LibraryError):
    pass


class EncoderMismatch(LibraryError):
    pass


class ModelError(AttestError):
    pass


class WorkersError(AttestError):
    pass


class QuestionError(AttestError):
    pass


class QuestionSetError(AttestError):
    pass
