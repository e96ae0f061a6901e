"""Articles -> a searchable library on disk. Imports nothing of `qa` or `eval`, and nothing heavy."""

from index.article import Article
from index.build import Report, build, default_library
from index.errors import AttestError
from index.filter import Filter
from index.library import Library
from index.passages import Passage

__all__ = ["Article", "AttestError", "Filter", "Library", "Passage", "Report", "build", "default_library"]
