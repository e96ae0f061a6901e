"""Words that name a day or a period, found in a sentence of English: "Friday", "late last month", "two weeks ago".

What they mean is for `qa.dates`. Left out: names that hold such a word (Black Friday, the Sunday Times, May as a
person), habits (every Tuesday, Fridays), days that lean on other days (the next day, a week after), bare years.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from re import Match

from index.dates import MONTHS

_S = r"\s{1,3}"
_W = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_M = "|".join(MONTHS)
_MD = rf"{_M}|(?:{'|'.join(m[:3] for m in MONTHS)}|sept)\b\.?"
_N = (
    r"[0-9]{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:a" + _S + r")?couple" + _S + "of"
)
_FEW = rf"(?:a{_S})?few|several|some"
_REL = r"last|this|next|coming|past"
_SEASON = r"spring|summer|autumn|fall|winter"
_ABOUT = rf"(?:about|around|roughly|nearly|almost|some|(?:more|less){_S}than|(?:just{_S})?(?:over|under)){_S}"
_TAIL = rf"(?:,?{_S}(?P<year>[12][0-9]{{3}})(?![0-9])|{_S}(?:of{_S})?(?P<yrel>last|this|next){_S}year)"
_DAYS = (
    rf"(?P<d1>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:(?:\s?[-–]\s?|{_S}(?:to|and){_S})(?P<d2>[0-9]{{1,2}})(?:st|nd|rd|th)?)?"
)
_NAMED = rf"(?:(?P<weekday>{_W}|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\.?,?{_S}(?:the{_S})?)?"

FORMS = {
    "iso": r"(?P<iso>[0-9]{4}-[0-9][0-9]-[0-9][0-9])(?![0-9-])",
    "day_month": rf"{_NAMED}(?<![0-9.,:/$€£]){_DAYS}{_S}(?:of{_S})?(?P<month>{_MD}){_TAIL}?",
    "month_day": rf"{_NAMED}(?P<month>{_MD}){_S}{_DAYS}(?![0-9%])(?![.,:][0-9]){_TAIL}?",
    "weekday": rf"(?:(?:this{_S})?(?P<rel>{_REL}){_S})?(?P<name>{_W})(?:{_S}(?:morning|afternoon|evening|night)\b)?"
    rf"(?:,?{_S}(?:of{_S})?(?P<week>last|this|next){_S}week\b)?",
    "period": rf"(?:(?P<part>early|mid|late|earlier|later)(?:{_S}|-)(?:in{_S})?(?:the{_S})?"
    rf"|(?P<edge>start|beginning|middle|end){_S}of{_S}(?:the{_S})?)?"
    rf"(?:(?P<rel>{_REL}){_S}(?P<unit>week|month|year|weekend|{_SEASON}|{_M})"
    rf"|(?P<the>the{_S})(?P<bare>weekend|{_SEASON})(?!{_S}of\b)|(?P<month>{_M}){_TAIL}?"
    rf"|(?P<season>{_SEASON}){_S}(?:of{_S})?(?P<syear>[12][0-9]{{3}})|(?P<alone>[12][0-9]{{3}}|week|month|year))\b",
    "ago": rf"(?P<about>{_ABOUT})?(?:(?P<n>{_N})|(?P<few>{_FEW})){_S}(?P<unit>day|week|fortnight|month|year|decade)s?"
    rf"{_S}ago\b",
    "ahead": rf"(?P<prep>in|within){_S}(?:just{_S})?(?P<about>{_ABOUT})?(?:(?:(?P<n>{_N})|(?P<few>{_FEW})){_S})?"
    rf"(?P<unit>day|week|month|year)(?P<many>s)?\b(?!{_S}of\b)",
    "around": rf"(?P<rel>next|coming|past|last|recent){_S}(?:(?P<n>{_N})|(?P<few>few|several))?"
    rf"(?(n){_S}|(?(few){_S}))(?P<unit>day|week|month|year)(?P<many>s)?\b(?!{_S}of\b)",
    "word": rf"(?P<word>the{_S}day{_S}(?:before{_S}yesterday|after{_S}tomorrow)|last{_S}night"
    rf"|this{_S}(?:morning|afternoon|evening)|today|tonight"
    rf"|(?:yesterday|tomorrow)(?:{_S}(?:morning|afternoon|evening|night))?)\b",
    "nth": r"(?P<nth>[0-9]{1,2})(?:st|nd|rd|th)(?=[.,;:!?)]|\s(?:and|but|when|at|in|as|after|before)\b|\s*$)",
    "decade": r"(?P<decade>1[5-9][0-9]|20[0-9])0s\b",
}
_FORMS = [(kind, re.compile(rf"(?<![\w@#])(?:{form})(?!\w)", re.IGNORECASE)) for kind, form in FORMS.items()]

_NAMES = "black|good|bloody|super|ash|shrove|palm|easter|cyber|maundy|giving|holy|fat|ruby|man|sheffield"
_NOT_BEFORE_WEEKDAY = re.compile(
    rf"(?:\b(?:every|each|one|most|alternate|following|previous|preceding|that|{_NAMES}|mail{_S}on|(?:on|was|is){_S}an?"
    rf"|(?:week|fortnight){_S}(?:from|on)){_S}|[-/.])$",
    re.IGNORECASE,
)
_NOT_AFTER_WEEKDAY = re.compile(
    rf"\.\w|-(?!{_W})|{_S}(?:prayers?|sermons?|school|roasts?|lunch(?:es)?|best|leagues?|(?:news)?papers?)\b",
    re.IGNORECASE,
)
_NAME_FOLLOWS = re.compile(rf"{_S}[^\W\d_a-z]")
_AMBIGUOUS = frozenset({"march", "april", "may", "june", "august"})  # verbs, an adjective, names of people
_LEADS_TO_MONTH = re.compile(
    rf"\b(?P<sure>in|since|until|till|during|through|between|of)?(?:by|from|before|after|for)?{_S}$", re.IGNORECASE
)
_OTHER_MONTH = re.compile(rf"\b(?:{_M}){_S}?(?:and|to|or|-|–|through){_S}?$", re.IGNORECASE)
_NTH = re.compile(rf"\b(?:on|by|until|since|from|before|after){_S}the{_S}$", re.IGNORECASE)
_EVENT = re.compile(rf"{_S}(?:attacks?|massacre|riots?|insurrection|committee)\b")  # the Sept. 11 attacks
_LASTING = re.compile(rf"\b(?:over|in|during|for|within|throughout){_S}the{_S}$", re.IGNORECASE)


@lru_cache(maxsize=1024)  # the spans of one question stand in few sentences
def _matches(sentence: str) -> list[tuple[int, int, str, Match[str]]]:
    found = [(m.start(), -m.end(), kind, m) for kind, form in _FORMS for m in form.finditer(sentence)]
    return sorted(found, key=lambda f: f[:2])


def find(sentence: str, *, typed: bool = False) -> Iterator[tuple[str, Match[str]]]:
    """(kind, match of FORMS) in order, disjoint, the longest of those that overlap. Linear in the sentence.

    typed: the sentence is a question somebody typed, where "friday" and "june" may stand without capitals.
    """
    reached = 0
    for start, end, kind, match in _matches(sentence):
        if start >= reached and _is_date(kind, match, sentence, typed):
            reached = -end
            yield kind, match


def _is_date(kind: str, match: Match[str], sentence: str, typed: bool) -> bool:
    lead, rest = sentence[max(0, match.start() - 20) : match.start()], sentence[match.end() : match.end() + 20]
    part = match.groupdict()
    if kind in {"day_month", "month_day"}:
        return (typed or part["month"][0].isupper()) and not (not part["year"] and _EVENT.match(rest))
    if kind == "weekday":
        named = re.search(r"\bthe\s$", lead, re.IGNORECASE) and _NAME_FOLLOWS.match(rest)
        shaped = typed or part["name"][0].isupper()
        return bool(
            shaped and not named and not _NOT_BEFORE_WEEKDAY.search(lead) and not _NOT_AFTER_WEEKDAY.match(rest)
        )
    if kind == "period":
        return _is_period(part, lead, rest, typed)
    if kind == "around":
        singular = not part["many"] and not part["n"] and not part["few"]
        return not singular or part["rel"].lower() in {"past", "coming"} or bool(_LASTING.search(lead))
    if kind == "ahead":
        counted = part["n"] or part["few"] or (part["prep"].lower() == "within" and part["many"])
        return bool(counted) and not re.search(rf"\b(?:time|first|second|third){_S}$", lead)
    if kind == "nth":
        return bool(_NTH.search(lead))
    if kind == "word":
        capital = match.group()[0].isupper() and not typed  # USA Today
        return not re.search(r"\bof\s$", lead) and (not capital or not re.search(r"\w\s$", lead))
    return True


def _is_period(part: dict[str, str | None], lead: str, rest: str, typed: bool) -> bool:
    whole = part["part"] or part["edge"]
    if part["alone"]:
        return bool(whole) and (part["alone"].isdigit() or bool(part["edge"]))
    unit, rel = (part["unit"] or "").lower(), (part["rel"] or "").lower()
    if part["bare"] and part["bare"].lower() != "weekend":
        return bool(re.search(rf"\b(?:in|by|over|during|until|since|throughout){_S}$", lead, re.IGNORECASE))
    if unit in {"week", "month", "year"} and rel in {"coming", "past"}:
        return False  # the stretch of a week, not the week of the calendar: "around"
    if unit in {"week", "month", "year"}:  # "the last year of the war", "over the next year", "the next month"
        return (not re.search(r"\bthe\s$", lead, re.IGNORECASE) and not re.match(r"\sof\b", rest)) or bool(whole)
    month = part["month"] or (part["unit"] if unit in MONTHS else None)
    if not month:
        return True
    if (not typed and not month[0].isupper()) or re.match(r"\s\d{1,2}\b", rest):
        return False
    if whole or part["rel"] or part["year"] or part["yrel"] or _OTHER_MONTH.search(lead):
        return True
    led = _LEADS_TO_MONTH.search(lead)
    if led and led.group().strip():
        return bool(led["sure"]) or not (_NAME_FOLLOWS.match(rest) or re.match(r"['’]", rest))
    return month.lower() not in _AMBIGUOUS and not _NAME_FOLLOWS.match(rest)
