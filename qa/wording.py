"""Closed tables of English words that questions are read with. General vocabulary: none of it is about a topic."""

from __future__ import annotations

MISSPELT = {
    **dict.fromkeys("wich whitch whch whcih wihch whic hwich whihc witch whitc".split(), "which"),
    **dict.fromkeys("wht waht wat whta hwat wath".split(), "what"),
    **dict.fromkeys("woh whoo".split(), "who"),
    **dict.fromkeys("whome hwom".split(), "whom"),
    **dict.fromkeys("wehn whn hwen wen".split(), "when"),
    **dict.fromkeys("wher wehre whre".split(), "where"),
    **dict.fromkeys("hwo how's howw".split(), "how"),
    **dict.fromkeys("whats wats".split(), "what's"),
    **dict.fromkeys("whos".split(), "who's"),
    **dict.fromkeys("lsit liste lst".split(), "list"),
}
NUMBERS = {word: n for n, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2)}
DIGITS = frozenset(str(n) for n in range(2, 21))
AUXILIARIES = frozenset(
    "am is are was were be been do does did has have had can could will would shall should may might must isn't "
    "aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't can't couldn't won't wouldn't shouldn't".split()
)
DETERMINERS = frozenset(
    "the this that these those his her its their our your my some any all each every no other another main "
    "possible same different various several many few more most".split()
)
PREPOSITIONS = frozenset(
    "of in on at to from for with by about against among around as after before behind below between beyond "
    "besides despite during inside into like near off onto out outside over per since through towards toward "
    "under until up upon via within without according".split()
)
IRREGULAR_PLURALS = frozenset(
    "people men women children criteria phenomena feet teeth mice lives wives species businessmen businesswomen "
    "policemen spokesmen servicemen fishermen firemen congressmen lawmen grandchildren schoolchildren".split()
)
# Nouns of which one may be many things: "what gear did they carry".
MASS = frozenset(
    "gear equipment cargo freight food luggage furniture clothing staff crew aid help support evidence advice damage "
    "material loot jewellery wildlife livestock ammunition weaponry machinery baggage kit fruit meat".split()
)
# Words in -s that are singular, or are no nouns.
NOT_PLURAL = frozenset(
    "news politics economics physics mathematics athletics olympics ethics electronics series means gas bus "
    "census lens atlas texas kansas wales athens brussels reuters status focus perhaps always sometimes besides "
    "plus less his hers theirs ours yours its this thus yes as was has does overseas towards afterwards "
    "headquarters".split()
)
# Plurals that stand before a noun: "which arms manufacturer", "which United Nations agency".
MODIFIERS = frozenset(
    "arms weapons sports goods sales customs savings rights drugs games operations communications affairs "
    "elections securities futures foods systems states nations netherlands philippines emirates forces services "
    "works police defence defense parents veterans women's".split()
)
# Heads after which a word in -s is a verb: "which company makes".
SINGULAR_HEADS = frozenset(
    "country company party city town state nation agency ministry bank firm group team club court union man woman "
    "person official president king queen general chief head author expert newspaper outlet channel island region "
    "province village airline church school university hospital museum film book song bridge road river port ship "
    "plane train law treaty article paper report study committee council commission office army navy organisation "
    "organization body association federation politician diplomat candidate judge coach".split()
)
AGENT = ("er", "or", "ist", "man", "ian")
# Endings of plural nouns that no verb has.
PLURAL_ENDINGS = (
    "ers", "ors", "ists", "ians", "ees", "ions", "ments", "ties", "ries", "cies", "ents", "ants", "ures", "isms",
    "ships", "nesses", "logies", "ngs", "ards", "iles", "ans",
)  # fmt: skip
VERBS = frozenset(
    "makes says wants opposes builds owns runs leads heads holds gives takes gets goes comes thinks believes "
    "claims denies supports backs rejects plans hopes fears calls sees knows uses needs sells buys pays produces "
    "operates publishes hosts plays wins loses faces becomes remains includes covers controls rules governs "
    "represents stands speaks writes reads shows tells asks offers provides sends brings keeps lets puts begins "
    "starts ends opens closes also recently publicly reportedly already still never".split()
)
