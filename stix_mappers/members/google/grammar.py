"""What the sentences of a TAG bulletin say, by their grammar (platform-records.md, section 7.1).

No list of known sentences stands here: a clause is known by its verb ("linked to", "received leads from", "consistent
with", "supportive of"), and what follows it is read as a place, a name or a list of names.
"""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from stix_mappers.actors import actors_in
from stix_mappers.languages import languages_in
from stix_mappers.organizations import MEMBERS
from stix_mappers.places import Place, origin_and_targets, place, places_in
from stix_mappers.record import ActorKind, Attribution, Certainty
from stix_mappers.slugs import slug
from stix_mappers.values import confidence_in

_SENTENCE: Final = re.compile(
    r"(?<=[.!?])[”\"’)]?\s+(?=(?:We|This|These|Those|The|Our|It|Its|In|Some|They|Their|A|An|As|Additionally)\b)"
    r"|(?<=[^A-Z.\s][.!?])\s+(?=[A-Z“\"])|\n+"
)
_LINKED: Final = re.compile(
    r"(?<!not )\b(?:linked|tied|attributed|connected|traced|attributable)\s+"
    r"(?:(?:back|directly|this|the|it|\w+ation|campaign|activity)\s+){0,2}to\s+(?P<who>.+)"
    r"|\b(?:links|ties)\s+(?:back\s+)?(?:to|with)\s+(?P<tied>.+)"
    r"|\b(?:originat\w+|operat\w+|run)\s+(?:in|from|out of)\s+(?P<where>.+)"
    r"|\b(?:conducted|operated|run|controlled)\s+by\s+(?P<by>.+)",
    re.IGNORECASE,
)
_CLAUSE_END: Final = re.compile(
    r",?\s+(?:and|but)\s+(?:was|were|is|are|had|has|also|mostly|primarily|then|(?:[a-z]+ly\s+)?[a-z]+(?:ed|ing))\b"
    r"|,?\s+(?:that|which|who|while|where)\s|,?\s+(?:as part of|in order to|posing as|sharing|posting|uploading)\b|;"
)
_SEAT: Final = re.compile(r"\b[A-Z][\w.’']*(?:\s[A-Z][\w.’']*)?[-–‑]based\b|\bbased (?:in|out of)\b.*")
_NAME: Final = re.compile(
    r"[A-Z][\w&’']*(?:[-.][\w&’']+)*\.?"
    r"(?:\s+(?:(?:of|for|and|the|de|del|la|al|y)\s+)?[A-Z][\w&’']*(?:[-.][\w&’']+)*)*"
)
_ALIAS: Final = re.compile(r"\(([A-Z][\w .&-]{1,40})\)")
_WHERE: Final = re.compile(r"\b(?:in|from|near|at|inside|outside)\s+(?:the\s+)?$")
_GENERIC: Final = frozenset({
    "pr", "it", "ngo", "ngos", "the", "a", "an", "state", "government", "ministry", "army", "military", "youtube",
    "google", "tag", "isp", "ads", "adsense", "blogger", "europe", "west", "western", "islamic", "president", "we",
})  # fmt: skip
_CLUSTER: Final = re.compile(
    r"\b(?:APT|UNC|TA|FIN|DEV|TAG)[- ]?\d+\b|\bthreat (?:actor|group)|\bknown as\b|\bspam network"
)
_UNIT: Final = re.compile(r"\b(?:unit|brigade|battalion|army|armed forces|military|intelligence)\b", re.IGNORECASE)
_LEADS: Final = re.compile(
    r"\b(?:leads?|tips?|referrals?|information|indicators|assistance)\s+(?:\w+\s+){0,2}(?:from|by)\s+(?P<who>.+)",
    re.IGNORECASE,
)
_CONSISTENT: Final = re.compile(
    r"\b(?:(?:consistent|overlap\w*|in line)\s+with|similar\s+to|match\w*)\s+(?P<what>.+)", re.IGNORECASE
)
_SOURCE: Final = re.compile(
    r"\b(?:(?:reported|published|shared|disclosed|announced|described|identified|found|released|made|detailed)\b"
    r"(?:\s+\w+){0,3}?\s+by|(?:findings|reports?|reporting|research|analysis|disclosures?)\s+(?:from|by|of))\s+"
    r"(?P<who>.+)",
    re.IGNORECASE,
)
_BULLETIN: Final = re.compile(r"\bQ([1-4])(?:\s+(20\d\d))?\b")
_STANCE: Final = re.compile(
    r"\b(?:support(?:ive of|ing)|in (?:support|favou?r|opposition|defen[cs]e) (?:of|to)|favou?rable to|favou?ring|"
    r"critical of|critici[sz](?:ing|ed)|oppos(?:ing|ed to)|prais(?:ing|ed)|(?<!action )(?<!actions )against|"
    r"promot(?:ing|ed)|denigrat\w+|"
    r"disparag\w+|discredit\w*|attack(?:ing|ed)|defend(?:ing|ed)|hostile to|sympathetic to|justif\w+)\b.*"
)
_FINANCIAL: Final = re.compile(r"\bfinancial(?:ly)?[- ](?:motiv\w+|gain)|\bfor (?:profit|financial)", re.IGNORECASE)
_DOMESTIC: Final = re.compile(r"\bdomestic(?:ally)?\b", re.IGNORECASE)
_ELECTION: Final = re.compile(
    r"(?P<before>(?:[A-Z][\w.’'-]*\s+){1,3})(?:[a-z]+\s+){0,2}(?:elections?|referend(?:um|ums|a)|vote)\b"
    r"|\b(?:elections?|referend(?:um|ums|a))\s+in\s+(?P<after>(?:the\s+)?[A-Z][\w.’'-]*(?:\s+[A-Z][\w.’'-]*)?)"
)
_LIST: Final = re.compile(r",?\s+and\s+|\s*[,;&]\s*")
_TAIL: Final = re.compile(
    r"\s+(?:that|which|who|we|to|in|on|as|earlier|last|this|for|supporting|supported)\b.*|\s*[.!?]+$"
)
_STATED: Final[dict[int, Certainty]] = {90: "confirmed", 75: "stated", 60: "likely", 40: "suspected"}
_TODAY: Final = {"meta": "facebook", "x": "twitter", "tumblr": "verizon-media", "yahoo": "verizon-media"}
_ARTICLE: Final = re.compile(r"^\s*(?:and\s+)?the\s+", re.IGNORECASE)
_STOP: Final = re.compile(r"(?<![A-Z])[.!]\s*$")
_LONGEST: Final = 20_000
_LONGEST_NAME: Final = 200


class Bulletin(Struct):
    """What an entry tells besides its figures."""

    origins: tuple[Place, ...] = ()
    targets: tuple[Place, ...] = ()
    actors: tuple[Attribution, ...] = ()
    languages: tuple[str, ...] = ()
    objective: str = ""
    leads_from: tuple[str, ...] = ()
    consistent_with: tuple[str, ...] = ()
    financial: bool = False
    domestic: bool = False


def read(text: str, quarter: str = "") -> Bulletin:
    """Return what the sentences of an entry tell; `quarter` is that of the bulletin, such as `2020-Q3`."""
    found = _Reading(quarter)
    for sentence in sentences(text):
        found.hear(sentence)
    return found.bulletin()


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; the full stops of `U.S.` end none."""
    return [part.strip() for part in _SENTENCE.split(text[:_LONGEST]) if part.strip()]


def own_name(written: str) -> str:
    """Return the slug of a member that is named, by today's name or an older one; else the name as it stands."""
    key = slug(_ARTICLE.sub("", written))
    return key if key in MEMBERS else _TODAY.get(key, written.strip())


class _Reading:
    """One pass over the sentences of an entry."""

    def __init__(self, quarter: str) -> None:
        self._quarter = quarter
        self._origins: dict[Place, None] = {}
        self._targets: dict[Place, None] = {}
        self._actors: dict[str, Attribution] = {}
        self._languages: dict[str, None] = {}
        self._stances: dict[str, None] = {}
        self._leads: dict[str, None] = {}
        self._consistent: dict[str, None] = {}
        self._financial = self._domestic = False

    def hear(self, sentence: str) -> None:
        """Hear a sentence: of whence the leads came, of what others found, or of the operation itself."""
        self._financial |= bool(_FINANCIAL.search(sentence))
        if leads := _LEADS.search(sentence):
            self._leads.update(dict.fromkeys(_names(leads["who"])))
            return
        if like := _CONSISTENT.search(sentence):
            self._consistent.update(dict.fromkeys(self._alike(like["what"])))
            sentence = sentence[: like.start()]
        self._hear_operation(sentence)

    def bulletin(self) -> Bulletin:
        """Return all that was heard."""
        domestic = self._domestic and bool(self._origins)
        return Bulletin(
            origins=tuple(self._origins),
            targets=tuple(self._targets) or (tuple(self._origins) if domestic else ()),
            actors=tuple(self._actors.values()),
            languages=tuple(self._languages),
            objective="; ".join(self._stances),
            leads_from=tuple(self._leads),
            consistent_with=tuple(self._consistent),
            financial=self._financial,
            domestic=self._domestic,
        )

    def _hear_operation(self, sentence: str) -> None:
        self._domestic |= bool(_DOMESTIC.search(sentence))
        stance = _STANCE.search(sentence)
        if stance:
            self._stances.setdefault(_STOP.sub("", stance[0]))
        said = sentence[: stance.start()] if stance else sentence
        self._languages.update(dict.fromkeys(languages_in(said)))
        self._targets.update(dict.fromkeys(_targets(said)))
        for clause in _linked(said):
            self._origins.update(dict.fromkeys(_places(clause)))
            for actor in _actors(clause, sentence):
                self._actors.setdefault(actor.name, actor)

    def _alike(self, what: str) -> Iterator[str]:
        """Yield who found the same: others by name, our own earlier bulletins by their ids."""
        by = _SOURCE.search(what)
        bulletin = _BULLETIN.search(what)
        if bulletin and ("TAG" in what or "bulletin" in what.lower()):
            yield f"tag-bulletin-q{bulletin[1]}-{bulletin[2] or self._year_of(int(bulletin[1]))}"
        elif re.search(r"\b(?:our|we) (?:previous|earlier|past|own)\b|\bpreviously reported\b", what) and not by:
            yield "google"
        else:
            yield from map(own_name, _names(by["who"] if by else what))

    def _year_of(self, quarter: int) -> int:
        """Return the year of a quarter that is named without one: the last before this bulletin's."""
        year, _, own = self._quarter.partition("-Q")
        return int(year or 0) - (1 if own and quarter > int(own) else 0)


def _names(written: str) -> list[str]:
    """Return the names of a list, "Graphika, FireEye and the FBI", without what the clause goes on to say of them."""
    listed = _TAIL.sub("", written)
    names = (_ARTICLE.sub("", part).strip(" .,'’\"“”") for part in _LIST.split(listed))
    return [name[:_LONGEST_NAME] for name in names if name and name[0].isalnum()]


def _linked(sentence: str) -> Iterator[str]:
    """Yield what stands behind each "linked to", up to the next verb."""
    position = 0
    while found := _LINKED.search(sentence, position):
        clause = next(group for group in found.groups() if group is not None)
        start = found.end() - len(clause)
        end = _CLAUSE_END.search(clause)
        again = _LINKED.search(clause)
        length = min(end.start() if end else len(clause), again.start() if again else len(clause))
        yield clause[:length].rstrip(" .,")
        position = start + max(length, 1)


def _places(clause: str) -> tuple[Place, ...]:
    """Return where it came from; the seat of a firm ("U.S.-based") is not the origin of its customers' campaign."""
    return places_in(_SEAT.sub(" ", clause))


def _targets(sentence: str) -> Iterator[Place]:
    """Yield whom it aimed at: "targeting users in X", and the country whose election it was about."""
    yield from origin_and_targets(sentence).targets if re.search(r"\b(?:target|aimed|directed)", sentence) else ()
    for election in _ELECTION.finditer(sentence):
        yield from places_in(election["before"] or election["after"])


def _actors(clause: str, sentence: str) -> Iterator[Attribution]:
    """Yield who is named: known actors by the table, others by their capital letters."""
    certainty = _STATED.get(confidence_in(sentence) or 75, "stated")
    if known := actors_in(clause):
        for actor in known:
            kind: ActorKind = "intrusion-set" if actor.kind == "intrusion-set" else "organization"
            yield Attribution(name=actor.name, kind=kind, confidence=certainty)
        return
    aliases = tuple(_ALIAS.findall(clause))
    named = _ALIAS.sub(" ", _SEAT.sub(" ", clause))
    for found in _NAME.finditer(named):
        if _WHERE.search(named, max(0, found.start() - 12), found.start()):
            continue  # "individuals in Kyiv"
        for name in filter(None, map(_without_places, _parts(found[0]))):
            yield Attribution(name=name[:_LONGEST_NAME], kind=_kind(clause), confidence=certainty, aliases=aliases)
            aliases = ()


def _parts(name: str) -> list[str]:
    """Return a name whole; what "and" joins to a place stands for itself."""
    parts = re.split(r"\s+and\s+(?:the\s+)?", name)
    return parts if any(_is_place(part) for part in parts) else [name]


def _without_places(name: str) -> str:
    """Return a name without the places and common words it begins with; nothing if nothing else is left."""
    words = name.split()
    while words and (words[0].lower().strip(".") in _GENERIC or _is_place(words[0]) or _is_place(" ".join(words[:2]))):
        words = words[2 if len(words) > 1 and not _is_place(words[0]) and _is_place(" ".join(words[:2])) else 1 :]
    return "" if _is_place(" ".join(words)) else " ".join(words).rstrip(".")


def _is_place(words: str) -> bool:
    return bool(words) and (place(words.removesuffix("’s").removesuffix("'s")) is not None)


def _kind(clause: str) -> ActorKind:
    if _CLUSTER.search(clause):
        return "intrusion-set"
    return "unit" if _UNIT.search(clause) else "organization"
