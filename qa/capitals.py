"""Governments that a question calls by their capital: "Does Berlin agree?" asks what the articles may tell of Germany.

Left out: a capital behind a preposition of place ("in Berlin", "near Paris") or in a name ("the Paris Agreement", "the
Washington Post"), which is the city; capitals that are rarely a government's name in English.
"""

from __future__ import annotations

import re
from dataclasses import replace

from qa.followup import Meant

CAPITALS = {
    "Ankara": "Turkey",
    "Astana": "Kazakhstan",
    "Athens": "Greece",
    "Baghdad": "Iraq",
    "Baku": "Azerbaijan",
    "Beijing": "China",
    "Belgrade": "Serbia",
    "Berlin": "Germany",
    "Bern": "Switzerland",
    "Bogota": "Colombia",
    "Brasilia": "Brazil",
    "Bratislava": "Slovakia",
    "Brussels": "the European Union",
    "Bucharest": "Romania",
    "Budapest": "Hungary",
    "Buenos Aires": "Argentina",
    "Cairo": "Egypt",
    "Canberra": "Australia",
    "Caracas": "Venezuela",
    "Chisinau": "Moldova",
    "Copenhagen": "Denmark",
    "Damascus": "Syria",
    "Dublin": "Ireland",
    "Hanoi": "Vietnam",
    "Havana": "Cuba",
    "Helsinki": "Finland",
    "Islamabad": "Pakistan",
    "Jakarta": "Indonesia",
    "Jerusalem": "Israel",
    "Kabul": "Afghanistan",
    "Kiev": "Ukraine",
    "Kyiv": "Ukraine",
    "Lisbon": "Portugal",
    "Ljubljana": "Slovenia",
    "London": "Britain",
    "Madrid": "Spain",
    "Manila": "the Philippines",
    "Minsk": "Belarus",
    "Moscow": "Russia",
    "New Delhi": "India",
    "Nicosia": "Cyprus",
    "Oslo": "Norway",
    "Ottawa": "Canada",
    "Paris": "France",
    "Prague": "the Czech Republic",
    "Pyongyang": "North Korea",
    "Riga": "Latvia",
    "Riyadh": "Saudi Arabia",
    "Rome": "Italy",
    "Seoul": "South Korea",
    "Skopje": "North Macedonia",
    "Sofia": "Bulgaria",
    "Stockholm": "Sweden",
    "Tallinn": "Estonia",
    "Tbilisi": "Georgia",
    "Tehran": "Iran",
    "The Hague": "the Netherlands",
    "Tokyo": "Japan",
    "Vienna": "Austria",
    "Vilnius": "Lithuania",
    "Warsaw": "Poland",
    "Washington": "the United States",
    "Yerevan": "Armenia",
    "Zagreb": "Croatia",
}
_NAME = re.compile(rf"\b(?:{'|'.join(CAPITALS)})\b")
_PLACE = re.compile(
    r"\b(?:in|at|near|to|from|into|of|around|outside|inside|across|through|over|for|city|mayor|airport|visit(?:ed|s|ing)?"
    r"|(?:left|leave|leaves|reach|reached|capital))\s$",
    re.IGNORECASE,
)
_LISTED = re.compile(r",\s|,?\s(?:and|or)\s")
_IN_NAME_BEFORE = re.compile(r"[A-Z][\w’'-]*\s$")
_FIRST = re.compile(r"\W*[A-Z][a-z]*\s")  # "Did Paris agree": the capital letter of the first word
_IN_NAME_AFTER = re.compile(r"\s[A-Z]|-[A-Za-z]")


def widened(meant: Meant) -> Meant:
    """The likeliest reading is also looked for and read with countries in the place of capitals."""
    other = by_country(meant.readings[0])
    if other is None:
        return meant
    return replace(meant, readings=(*meant.readings, other), searches=(*meant.searches, other))


def by_country(question: str) -> str | None:
    """The question with countries in the place of the capitals that stand for governments in it; None without any."""
    parts, done, place = list[str](), 0, False
    last = -1
    for match in _NAME.finditer(question):
        before, after = question[max(0, match.start() - 20) : match.start()], question[match.end() : match.end() + 2]
        if not (last >= 0 and _LISTED.fullmatch(question, last, match.start())):
            place = bool(_PLACE.search(before))  # "in Berlin and Rome": what holds of the first holds of the next
        last = match.end()
        led = _IN_NAME_BEFORE.search(before) and not _FIRST.fullmatch(before)
        if not place and not led and not _IN_NAME_AFTER.match(after):
            parts += [question[done : match.start()], CAPITALS[match[0]]]
            done = match.end()
    return "".join([*parts, question[done:]]) if parts else None
