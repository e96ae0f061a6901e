"""The verbs that people ask with, so that a question can be taken apart without a tagger. What is not among them is
found by its place in the question (see `qa.clause`)."""

from __future__ import annotations

_VERBS = frozenset(
    "abandon abolish abstain accept accuse achieve acquire acquit act adapt add admit adopt advise agree aim allow "
    "alter announce annul answer apologise appear applaud apply appoint approve argue arm arrest arrive ask attack "
    "attend attract avoid await back bake ban bear become beg begin behave believe belong bind blame block boast "
    "borrow build burn bury buy calculate call campaign cancel carry cast catch cause celebrate change charge chase "
    "choose claim clear climb close coincide collect come comment commit compare compensate compete complain concede "
    "conclude confirm congratulate consider consist consult contain continue contradict contribute convince cost "
    "cover crash create criticise criticize cut deal decide declare deduct deepen defend deliver demand demonstrate "
    "deny depart deploy descend describe deserve design destroy detect deter develop devote die dig disappear "
    "disclose discover discuss dispose dissolve distribute disturb divide do dodge drag draw drop earn eat elect "
    "employ end endanger endure enquire enter equip escape evade examine exclude exist expect expel expire explain "
    "express face fail fall fear feel fetch fight fill finance find finish fire fit flee fly follow forgo found "
    "freeze frighten fulfil furnish gain gather get give go govern graduate greet grow haggle halve hang happen hear "
    "help hide hinder hire hit hold hope host hurt identify imagine impose improve include increase inform injure "
    "insist inspect insure intend interfere intervene introduce invest investigate invite jail join justify keep kick "
    "kill knock know land last launch lay lead learn leave lend let lie lift like listen live look lose maintain make "
    "manage mean mediate meet melt mend mention merge mourn move name need negotiate notify obey object oblige "
    "observe obtain occur offer open operate oppose order organise organize outlaw overlook overturn owe own "
    "participate pass pay pick plan play pledge postpone practise praise predict prefer prepare present preside "
    "prevent produce prolong promise propose prosecute protect protest prove provide publish pull punish purchase "
    "qualify quit raise ratify reach react read receive reckon recognise recognize recommend recover reduce refill "
    "reflect refuse regard regulate reimburse reject rejoice release relieve remain remember remind remove renew "
    "renounce reopen replace reply report represent request require resign respond restore resume retain retire "
    "return reveal rise rob run satisfy save say score secure see seek seize sell send serve settle shake shoot "
    "shorten shout show shrink shut sign sink sit sleep soften speak spend spoil stand stare start state stay steal "
    "steer stop strengthen stress study succeed sue suffer suffice suggest supervise supply support survive suspend "
    "swallow swear sweep take talk teach tell test testify thank think threaten throw topple touch train translate "
    "travel treat try turn understand unload unlock use vanish verify visit vote wait want warn wash watch weigh "
    "whisper win wish withdraw work worry write".split()
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
        "swore:swear tore:tear ate:eat sat:sit slept:sleep fled:flee hung:hang dug:dig froze:freeze laid:lay "
        "withdrew:withdraw withdrawn:withdraw shook:shake swept:sweep bound:bind fed:feed"
    ).split()
)

_NOT_PAST = frozenset(
    "need feed seed deed weed reed speed bleed breed greed creed exceed proceed succeed indeed hundred kindred sacred "
    "naked wicked".split()
)
_KNOWN = _VERBS | set(_IRREGULAR.values()) - {"strike"}


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
    return forms & _KNOWN


def is_past(word: str) -> bool:
    """Whether it may be a verb of the past, as far as the word alone tells; lower case."""
    return word in _IRREGULAR or (word.endswith("ed") and len(word) > 3 and word not in _NOT_PAST)
