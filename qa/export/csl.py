"""CSL-JSON: an item for each cited article, after csl-data.json of the Citation Style Language 1.0.2.

Read by Zotero, pandoc and citeproc. The quotes, their extents and the hash of the article are in `note`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from qa.answer import Answer
from qa.export.works import Work, works


def to_csl(answers: Sequence[Answer]) -> str:
    """A list of items of type document: only the article itself tells what kind of publication it is from."""
    return json.dumps([_item(work) for work in works(answers)], ensure_ascii=False, indent=1) + "\n"


def _item(work: Work) -> dict[str, Any]:
    item: dict[str, Any] = {"id": work.key, "type": "document", "title": work.title}
    if work.published:
        item["issued"] = {"date-parts": [[int(part) for part in work.published.split("-")]]}
    return item | {"archive_location": work.source, "note": work.note}
