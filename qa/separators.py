"""Where an enumeration may be cut: commas, semicolons, bullets, "and", "or", "as well as" in running text, outside of
quotes and brackets, and not inside of one name ("Trinidad and Tobago", "Securities and Exchange Commission").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_JOIN = r"(?:and also|but also|as well as|along with|together with|and|or|nor|plus)"
_SEPARATOR = re.compile(
    rf"(?P<bullet>\s{{0,9}}\n\s{{0,9}}(?:(?:[-*•·–—]|\(?\d{{1,2}}[.)])\s{{1,9}}|(?=(?-i:[^\sa-z]))))"
    rf"|(?P<semi>;\s{{1,9}}(?:{_JOIN}\s{{1,9}})?)"
    rf"|(?P<comma>,[\"”’']?\s{{1,9}})(?P<then>{_JOIN},?\s{{1,9}}(?:then\s)?)?"
    rf"|\s{{1,9}}(?P<join>{_JOIN}),?\s{{1,9}}",
    re.IGNORECASE,
)
_BETWEEN = re.compile(rf"(?:{_SEPARATOR.pattern})(?:the\s|an?\s)?", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:Jr|Sr|Inc|Ltd|LLC|PLC|plc|PhD|Esq|M\.D|D\.C)\b")  # "Acme, Inc."
_YEAR = re.compile(r"[12]\d{3}\b(?![-–/]?\d)")
_DAY = re.compile(r"[^\W\d_]{3,12}\.?(?:\s\d{1,2})?$")
_OPEN, _CLOSE = "([{“«", ")]}”»"
_FAR = 60  # code points beside an "and" that are looked at

# Single names with "and" in them that no rule below tells.
_WHOLE = frozenset(
    "trinidad:tobago bosnia:herzegovina bosnia:hercegovina antigua:barbuda nevis:anguilla kitts:nevis "
    "vincent:grenadines tome:principe tomé:príncipe turks:caicos wallis:futuna svalbard:jan heard:mcdonald "
    "newfoundland:labrador tyne:wear brighton:hove perth:kinross dumfries:galloway jammu:kashmir castilla:león "
    "castile:león procter:gamble marks:spencer ernst:young standard:poor's standard:poor’s standard:poors "
    "barnes:noble smith:wesson black:decker bang:olufsen stars:stripes simon:schuster crosse:blackwell "
    "dolce:gabbana tate:lyle research:development law:order health:safety search:rescue supply:demand profit:loss "
    "terms:conditions command:control mergers:acquisitions trial:error checks:balances bread:butter wear:tear "
    "hit:run rank:file nuts:bolts back:forth arts:crafts bed:breakfast pros:cons ups:downs black:white rock:roll "
    "war:peace crime:punishment".split()
)
_COMPASS = frozenset("north south east west northern southern eastern western central upper lower".split())
_OFFICE = frozenset(
    "affairs trade defence defense security health services development education science culture sport sports "
    "tourism energy environment industry innovation technology finance justice labour labor transport agriculture "
    "fisheries food research cooperation co-operation migration economy infrastructure housing welfare commerce "
    "drug exchange resources oceans ocean foreign interior human social employment equality pensions digital "
    "planning business skills levelling communities reform safety standards prevention control disease science "
    "youth family media works immigration customs revenue border atmospheric oceanic aeronautics space arts".split()
)
_HOUSE = re.compile(  # "Food and Drug Administration", "Lund and Partners"
    r"(?:[A-Z][\w’'-]*\s){0,3}(?:Administration|Agency|Commission|Committee|Council|Department|Ministry|Office|Bureau|Board"
    r"|Institute|Institution|Authority|Organi[sz]ation|Association|Service|Services|Centre|Center|Fund|Co|Company|Corp"
    r"|Corporation|Inc|Ltd|Limited|LLP|LLC|plc|PLC|AG|GmbH|Partners|Sons|Associates|Brothers|Daughters|Foundation|Museum"
    r"|Gazette|Society|Affairs)\b"
)
_ADJECTIVE = re.compile(
    r"(?:[a-z-]{2,}(?:al|ic|ive|ary|ory|ous|ful|able|ible|less|an|ese|ish|ern|ing|ed|ial)"
    r"|[A-Z][a-z-]+(?:an|ese|ish|ch|ian|ic|i)|national|public|private|land|sea|air|local|foreign|young|old|new|small|big"
    r"|large|high|low|red|blue|green|white|black)$"
)


@dataclass(frozen=True)
class Separator:
    """`text[start:end]` stands between two things. kind: "bullet", "semi" or "comma"; joined: an "and" is in it, or is
    all of it (then kind is "join")."""

    start: int
    end: int
    kind: str
    joined: bool


def separators(text: str, start: int, end: int) -> list[Separator]:
    """Those of `text[start:end]`, in order of place."""
    covered = _covered(text, start, end)
    found = []
    for match in _SEPARATOR.finditer(text, start, end):
        at = match.start()
        while text[at].isspace() and at < match.end() - 1:
            at += 1
        closes = match["comma"] is not None and len(match["comma"].rstrip()) > 1  # “A,” “B”: the comma is inside
        if (covered[at - start] and not closes) or match.start() == start or match.end() == end:
            continue
        kind = "bullet" if match["bullet"] else "semi" if match["semi"] else "comma" if match["comma"] else "join"
        if kind == "comma" and not match["then"] and _belongs(text, start, match.start(), match.end()):
            continue
        if kind == "join" and _one_name(text, start, match.start(), match.end(), end, match["join"].lower()):
            continue
        joined = kind == "join" or bool(match["then"]) or (kind == "semi" and match.group().strip() != ";")
        found.append(Separator(match.start(), match.end(), kind, joined))
    return found


def separates(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` is a separator and nothing else but an article behind it."""
    return bool(_BETWEEN.fullmatch(text, start, end))


def _covered(text: str, start: int, end: int) -> list[bool]:
    """For each code point whether it stands in quotes or brackets that open and close inside."""
    covered, opened = [False] * (end - start), list[int]()
    straight: int | None = None
    for n in range(start, end):
        mark = text[n]
        if mark in _OPEN:
            opened.append(n)
        elif mark in _CLOSE and opened:
            if _OPEN.index(text[opened[-1]]) == _CLOSE.index(mark):
                first = opened.pop()
                if not opened:  # an outer pair covers what is in it
                    covered[first - start : n + 1 - start] = [True] * (n + 1 - first)
        elif mark == '"':
            if straight is None:
                straight = n
            else:
                covered[straight - start : n + 1 - start] = [True] * (n + 1 - straight)
                straight = None
    return covered


def _belongs(text: str, low: int, start: int, end: int) -> bool:
    """Whether what follows the comma at `start` to `end` is a part of what stands before it: a year or a suffix."""
    year = _YEAR.match(text, end) and _DAY.search(text, max(low, start - 16), start)
    return bool(year or _SUFFIX.match(text, end))


def _one_name(text: str, low: int, start: int, end: int, high: int, word: str) -> bool:
    """Whether the "and" at `start` to `end` stands inside of one name or one phrase."""
    before, after = text[max(low, start - _FAR) : start].split(), text[end : min(high, end + _FAR)].split()
    if word not in ("and", "or") or not before or not after:
        return False
    left, right = before[-1].strip("\"“”’'(),"), after[0].strip("\"“”'(),.;:")
    second = after[1].strip("\"“”'(),.;:") if right.lower() == "the" and len(after) > 1 else right
    if f"{left}:{second}".lower() in _WHOLE or left.lower() == right.lower() != "":
        return True
    if re.search(
        r"\b(?:between|from)\s(?:[\w’'$€£.,-]+\s?){1,4}$", text[max(low, start - _FAR) : start], re.IGNORECASE
    ):
        return True
    named = left[:1].isupper() and right[:1].isupper()
    if named and left.lower() in _OFFICE and right.lower() in _OFFICE:
        return True
    if left.lower() in _COMPASS and right.lower() in _COMPASS:
        return True
    if named and _HOUSE.match(text, end, min(high, end + _FAR)):
        return True
    alone = len(before) == 1 or (len(before) == 2 and before[0].lower() in ("the", "its", "their", "his", "her"))
    return alone and _shares_head(left, after)


def _shares_head(left: str, after: list[str]) -> bool:
    """ "political and economic reforms": two adjectives of one noun."""
    return 1 < len(after) < 5 and bool(_ADJECTIVE.match(left)) and bool(_ADJECTIVE.match(after[0].strip(",.;:")))
