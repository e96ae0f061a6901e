"""The verbs that people ask with, so that a question can be taken apart without a tagger. What is not among them is
found by its place in the question (see `qa.clause`)."""

from __future__ import annotations

_VERBS = frozenset(
    "accept accuse achieve act add admit agree aim allow announce answer appear apply approve argue arrest arrive "
    "ask attack attend become begin believe belong blame block build buy call campaign cancel carry catch cause "
    "celebrate change charge choose claim close come comment confirm consider contain continue cost cover crash "
    "create criticise criticize cut deal decide declare defend demand deny deploy describe die discuss do drop earn "
    "employ end expect explain express face fail fall fear feel fight finance find finish fire fly follow found "
    "gain get give go grow happen hear help hit hold hope hurt identify include increase injure insist intend "
    "introduce invest invite join keep kill know land last launch lead leave lie like live look lose make mean meet "
    "mention move name need offer open oppose order organise organize own pass pay plan play pledge praise predict "
    "prepare present prevent produce promise propose protest provide publish quit raise react read receive refuse "
    "reject release remain reopen reply report request resign respond return reveal rise run say see seek sell send "
    "serve show sign speak spend stand start state stay steal stop stress study succeed suffer suggest support take "
    "talk teach tell think threaten train travel try turn use visit vote wait want warn watch win wish work worry "
    "write operate score recognise recognize treat elect appoint discover develop design test supply deliver lift "
    "raise ban arm host back sue kick shut".split()
)
_IRREGULAR: dict[str, str] = dict(
    pair.split(":")
    for pair in (
        "said:say told:tell gave:give took:take made:make got:get went:go came:come saw:see knew:know "
        "thought:think found:find left:leave felt:feel kept:keep met:meet paid:pay sold:sell sent:send "
        "spent:spend led:lead lost:lose held:hold won:win wrote:write spoke:speak stood:stand began:begin "
        "broke:break built:build bought:buy brought:bring called:call caught:catch chose:choose fell:fall "
        "flew:fly fought:fight grew:grow heard:hear hit:hit meant:mean ran:run rose:rise sought:seek set:set "
        "shot:shoot stole:steal taught:teach threw:throw understood:understand wore:wear given:give "
        "taken:take seen:see known:know written:write done:do became:become drew:draw drove:drive struck:strike "
        "cut:cut put:put shut:shut beat:beat bore:bear forgot:forget hid:hide lent:lend sang:sing sank:sink "
        "swore:swear tore:tear"
    ).split()
)

_NOT_PAST = frozenset(
    "need feed seed deed weed reed speed bleed breed greed creed exceed proceed succeed indeed hundred kindred sacred "
    "naked wicked".split()
)


def is_verb(word: str) -> bool:
    """A verb that questions ask with, in any regular form."""
    return bool(_bases(word)) or word in _IRREGULAR


def base(word: str) -> str:
    """A verb as it follows "did"; any other word as it is."""
    lower = word.lower()
    regular = min(_bases(lower), default=word) if lower.endswith(("ed", "s")) else word
    return _IRREGULAR.get(lower, regular)


def _bases(word: str) -> set[str]:
    """The verbs that it is a regular form of."""
    forms = {word}
    for ending in ("s", "es", "ed", "d", "ing"):
        if word.endswith(ending):
            stem = word[: -len(ending)]
            forms |= {stem, f"{stem}e", stem[:-1] if stem[-2:-1] == stem[-1:] else stem}
    if word.endswith("ied"):
        forms.add(f"{word[:-3]}y")
    return forms & _VERBS


def is_past(word: str) -> bool:
    """Whether it may be a verb of the past, as far as the word alone tells; lower case."""
    return word in _IRREGULAR or (word.endswith("ed") and len(word) > 3 and word not in _NOT_PAST)
