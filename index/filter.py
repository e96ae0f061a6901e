"""Which articles may be read for a question."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Filter:
    """Days are ISO dates, both ends included; an article of unknown date passes only where no day is asked for.
    sources: articles whose source is one of these, or lies in one of these folders."""

    sources: tuple[str, ...] | None = None
    since: str | None = None
    until: str | None = None

    def __bool__(self) -> bool:
        return any(part is not None for part in (self.sources, self.since, self.until))

    def to_dict(self) -> dict[str, list[str] | str]:
        """What it asks for, and nothing else; in the words of `Assistant.ask`."""
        told = {
            "sources": None if self.sources is None else list(self.sources),
            "since": self.since,
            "until": self.until,
        }
        return {name: value for name, value in told.items() if value is not None}

    def sql(self) -> tuple[str, list[str]]:
        """What it asks of a row of the table of articles (`index.tables`), and the values in it."""
        clauses, values = ["true"], list[str]()
        if self.sources is not None:
            inside = "substr(source, 1, length(value) + 1) in (value || '/', value || '#')"
            clauses.append(f"exists (select 1 from json_each(?) where source = value or {inside})")
            values.append(json.dumps([source.rstrip("/") for source in self.sources]))
        for comparison, day in ((">=", self.since), ("<=", self.until)):
            if day is not None:
                clauses.append(f"published {comparison} ?")
                values.append(day)
        return " and ".join(clauses), values


ALL = Filter()
