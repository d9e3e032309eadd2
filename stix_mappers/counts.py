"""Counts and followers in sentences, by the grammar they share (platform-records.md 4.4).

A count is a number, up to a few words, and a noun ("15 fake Facebook accounts"); what follows it tells whether they are
the network's own or its audience ("accounts followed one or more of these Pages"). Spelling mistakes of one letter
are forgiven. No list of known sentences stands here.
"""

from functools import lru_cache
from itertools import pairwise

import msgspec

from stix_mappers.quantities import Qualifier, Quantity, Token, qualifier_after, qualifier_before, quantity_at, tokens
from stix_mappers.spelling import misspelt
from stix_mappers.spending import Spend, is_template, spend_in

__all__ = ["Count", "Qualifier", "Spend", "counts_in", "is_template", "spend_in"]


class Count(msgspec.Struct, frozen=True):
    """A figure of a sentence; `key` is a key of the record's `counts`, `service` the one service named with it."""

    key: str
    value: int
    approx: bool = False
    qualifier: Qualifier | None = None
    service: str | None = None


class _Noun(msgspec.Struct, frozen=True):
    """A counted noun: its key, the token after it, and the words between the number and it."""

    key: str
    after: int
    words: tuple[str, ...]


_LONGEST = 20_000
_PEOPLE = frozenset({"followers", "members", "people", "users", "developers"})
_FOLLOWERS = frozenset({"page_followers", "group_members", "account_followers"})
_NOUNS = {
    "account": "accounts", "acct": "accounts", "profile": "accounts", "handle": "accounts", "page": "pages",
    "group": "groups", "event": "events", "channel": "channels", "blog": "blogs", "board": "boards", "pin": "pins",
    "subreddit": "subreddits", "app": "apps", "application": "apps", "domain": "domains", "developer": "developers",
    "user": "users", "person": "people", "people": "people", "individual": "people", "follower": "followers",
    "subscriber": "followers", "fan": "followers", "member": "members",
}  # fmt: skip
_AUDIENCE = frozenset({"accounts", "users", "people"})
_OBJECTS = {"pages": "page_followers", "groups": "group_members", "events": "group_members"}
_VERBS = {
    "follow": "followers", "like": "followers", "subscribe": "followers", "join": "members", "belong": "members",
    "express": "interest",
}  # fmt: skip
_SERVICES = {
    "facebook": "facebook", "fb": "facebook", "instagram": "instagram", "ig": "instagram",
    "whatsapp": "whatsapp", "threads": "threads",
    "youtube": "youtube", "twitter": "twitter", "tiktok": "tiktok", "telegram": "telegram", "reddit": "reddit",
    "pinterest": "pinterest", "linkedin": "linkedin", "tumblr": "tumblr", "blogger": "blogger", "blogspot": "blogger",
    "medium": "medium", "github": "github", "adsense": "adsense", "vkontakte": "vk", "wordpress": "wordpress",
}  # fmt: skip
_OF_GOOGLE = {"ads": "google-ads", "play": "google-play", "news": "google-news"}
_ADS_WORDS = frozenset({"ads", "ad", "advertising", "advertiser"})
_OWN_SERVICE = {"adsense_accounts": "adsense", "play_developers": "google-play", "subreddits": "reddit"}
# Words that end the way from a number to its noun.
_NO_ADJECTIVE = frozenset(
    {"on", "in", "for", "to", "with", "by", "from", "that", "which", "who", "or", "at", "as", "was", "were", "is",
     "are", "had", "has", "have", "than", "times", "percent", "days", "months", "years", "weeks", "hours", "usd",
     "dollars"}
)  # fmt: skip
_LINKS = frozenset({"of", "the", "these", "those", "its", "their", "this", "such", "and"})
_BEFORE_VERB = frozenset(
    {"that", "who", "which", "have", "has", "had", "were", "was", "also", "on", "across", "and", "both", "combined",
     "in", "total", "either", "are", "currently", "already", "then", "together", "x", "collectively"}
)  # fmt: skip


def counts_in(sentence: str, hint: str | None = None) -> tuple[Count, ...]:
    """The counts of a sentence, in its order.

    `hint` is the key that the row is about (7.2.2: `page_followers`): it is given to a bare number, and to accounts
    that follow something unnamed.
    """
    if is_template(sentence):
        return ()
    reading = _Reading(tokens(sentence, _LONGEST), hint)
    return reading.read() or _bare(reading.found, hint)


def _bare(found: list[Token], hint: str | None) -> tuple[Count, ...]:
    """A sentence that is a number and what qualifies it: `63`, `About 1,200`, `none`."""
    if hint is None or len(found) > 8:
        return ()
    for position in range(len(found)):
        quantity = quantity_at(found, position)
        if quantity is None:
            continue
        after = qualifier_after(found, quantity.after)[1]
        if all(token.kind == "stop" for token in found[after:]) and (position == 0 or found[position - 1].text != "$"):
            return (_count(found, position, quantity, hint, None),)
        return ()
    return ()


class _Reading:
    """One pass over a sentence; a class because what was counted before tells what later followers follow."""

    def __init__(self, found: list[Token], hint: str | None) -> None:
        self.found = found
        self.hint = hint if hint in _FOLLOWERS else None
        self.last_object: str | None = None
        self.counts: list[Count] = []

    def read(self) -> tuple[Count, ...]:
        """Every number that has a noun."""
        position = 0
        while position < len(self.found):
            position = self._read_at(position)
        return tuple(self.counts)

    def _read_at(self, position: int) -> int:
        """Take the count that begins here, if any; the position to go on from."""
        nobody = self._nobody(position)
        quantity = Quantity(0, nobody) if nobody else quantity_at(self.found, position)
        if quantity is None or self._is_money(position):
            return self._named_thing(position)
        after = qualifier_after(self.found, quantity.after)[1]
        noun = _Noun("people", nobody, ()) if nobody else self._noun(after, quantity)
        if noun is None:
            return quantity.after
        key, service, after = self._meaning(position, noun)
        if key:
            self.counts.append(_count(self.found, position, quantity, key, service))
        return after

    def _is_money(self, position: int) -> bool:
        return position > 0 and self.found[position - 1].text in ("$", "€", "£")

    def _nobody(self, position: int) -> int:
        """The position after "nobody", "no one"; 0 if neither stands here."""
        texts = [token.text for token in self.found[position : position + 2]]
        return position + 1 if texts[:1] == ["nobody"] else position + 2 if texts == ["no", "one"] else 0

    def _named_thing(self, position: int) -> int:
        """An asset before its number ("Pages: 12"), or without one ("these Pages had about 5,000 followers")."""
        key = _noun_key(self.found[position].text) if self.found[position].kind == "word" else None
        if key is None or key in _PEOPLE:
            return position + 1
        self.last_object = key
        if position + 2 >= len(self.found) or self.found[position + 1].text != ":":
            return position + 1
        quantity = quantity_at(self.found, position + 2)
        if quantity is None or any(token.kind == "word" for token in self.found[quantity.after : quantity.after + 1]):
            return position + 1
        words = tuple(token.text for token in self.found[max(0, position - 2) : position])
        key = _compound(key, list(words))
        self.counts.append(_count(self.found, position + 2, quantity, key, _one_service(words)))
        return quantity.after

    def _noun(self, position: int, quantity: Quantity) -> _Noun | None:
        """The noun of a number: within six words for figures, three for number words."""
        words: list[str] = []
        for place in range(position, min(len(self.found), position + (6 if quantity.figure else 3))):
            token = self.found[place]
            if token.kind != "word" or token.text in _NO_ADJECTIVE or (token.text in _LINKS and not quantity.figure):
                return None
            key = _noun_key(token.text)
            if key and not self._is_compound(place):
                return _Noun(_compound(key, words), place + 1, tuple(words))
            if quantity_at(self.found, place):
                return None
            words.append(token.text)
        return None

    def _is_compound(self, place: int) -> bool:
        """Is this noun the first half of another: "Page followers", "Play developer accounts", "user accounts"?"""
        following = self.found[place + 1] if place + 1 < len(self.found) else None
        if following is None or following.kind != "word" or self.found[place].text.endswith("s"):
            return False
        return _noun_key(following.text) is not None

    def _meaning(self, position: int, noun: _Noun) -> tuple[str | None, str | None, int]:
        """Key, service and where to go on: is it an asset of the network, or its audience?"""
        if noun.key in ("followers", "members"):
            return self._followers(noun, noun.key)
        verb_at = self._verb(noun.after) if noun.key in _AUDIENCE else None
        if verb_at is not None:
            verb = _verb(self.found[verb_at].text) or "members"
            key, service, after = self._followers(noun, verb, verb_at + 1)
            return (None if verb == "interest" else key), service, after
        if noun.key in _AUDIENCE and self._passive(position):
            return _follower_key(self.last_object, "followers"), None, noun.after
        if noun.key in {"people", "developers"}:
            return (self.hint if noun.key == "people" else None), None, noun.after
        key = "accounts" if noun.key == "users" else noun.key
        self.last_object = key
        service = _OWN_SERVICE.get(key) or _one_service(noun.words) or self._service_after(noun.after, key)
        return (self.hint if self.hint and key == "accounts" else key), service, noun.after

    def _followers(self, noun: _Noun, verb: str, start: int | None = None) -> tuple[str, str | None, int]:
        """The audience of what is named after the verb, before the noun ("Page followers"), or earlier."""
        named = next((key for word in reversed(noun.words) if (key := _noun_key(word))), None)
        thing, service, after = self._object(noun.after if start is None else start)
        thing = thing or named
        if thing is None and verb == "followers" and self.hint is None:
            thing = self.last_object
        key = _follower_key(thing, verb) if thing else self.hint or _follower_key(None, verb)
        return key, service or _one_service(noun.words) or self._service_after(noun.after, key), after

    def _verb(self, position: int) -> int | None:
        """Where a verb of following stands, if only small words come before it."""
        for place in range(position, min(len(self.found), position + 8)):
            token = self.found[place]
            if token.kind != "word" or quantity_at(self.found, place):
                return None
            if _verb(token.text):
                passive = place + 1 < len(self.found) and self.found[place + 1].text == "by"
                return None if passive else place
            if token.text == "members" or (token.text not in _BEFORE_VERB and token.text not in _SERVICES):
                return place if token.text == "members" else None
        return None

    def _object(self, position: int) -> tuple[str | None, str | None, int]:
        """The asset that is followed, the service named with it, and where the clause ends."""
        words: list[str] = []
        for place in range(position, min(len(self.found), position + 12)):
            token = self.found[place]
            if token.text in (".", ";", ",", ":", "\n") or (token.kind == "number" and place > position + 6):
                break
            key = _noun_key(token.text) if token.kind == "word" else None
            if key and key not in ("followers", "members", "people") and not self._is_compound(place):
                service = _one_service(tuple(words)) or self._service_after(place + 1, key)
                return _compound(key, words), service, place + 1
            words.append(token.text)
        return None, None, position

    def _passive(self, position: int) -> bool:
        """Does "followed by", "joined by" stand before the number and its qualifier?"""
        texts = [token.text for token in self.found[max(0, position - 5) : position]]
        return any(_verb(verb) and by == "by" for verb, by in pairwise(texts))

    def _service_after(self, position: int, key: str) -> str | None:
        """The one service of "on Facebook"; "on Facebook and Instagram" is none in particular."""
        words: list[str] = []
        reach = 12 if key == "domains" else 6
        for token in self.found[position : position + reach]:
            if token.kind != "word":
                break
            words.append(token.text)
        start = next((place for place, word in enumerate(words) if word in ("on", "across", "from")), None)
        return None if start is None else _one_service(tuple(words[start:]))


def _count(found: list[Token], position: int, quantity: Quantity, key: str, service: str | None) -> Count:
    qualifier = qualifier_before(found, position) or qualifier_after(found, quantity.after)[0]
    return Count(key, round(quantity.value), qualifier is not None, qualifier, service)


def _compound(key: str, words: list[str]) -> str:
    """`Ads accounts`, `AdSense accounts`, `Play developers` have keys of their own."""
    if "play" in words and (key == "developers" or (key == "accounts" and "developer" in words)):
        return "play_developers"
    if key == "accounts" and words and words[-1] == "adsense":
        return "adsense_accounts"
    return "ads_accounts" if key == "accounts" and words and words[-1] in _ADS_WORDS else key


def _follower_key(thing: str | None, verb: str) -> str:
    if thing is None:
        return "group_members" if verb == "members" else "account_followers"
    return _OBJECTS.get(thing, "account_followers")


def _one_service(words: tuple[str, ...]) -> str | None:
    """The service that words name, if they name just one."""
    named = {_SERVICES[word] for word in words if word in _SERVICES}
    if "google" in words or "play" in words:
        named |= {_OF_GOOGLE[word] for word in words if word in _OF_GOOGLE}
    return named.pop() if len(named) == 1 else None


@lru_cache(maxsize=8192)
def _noun_key(word: str) -> str | None:
    """The key of a counted noun in singular or plural, one misspelt letter forgiven."""
    word = word[:30].removesuffix("'s").removesuffix("’s")
    return _NOUNS.get(word) or _NOUNS.get(word.removesuffix("s")) or misspelt(word, _NOUNS)


@lru_cache(maxsize=8192)
def _verb(word: str) -> str | None:
    """What a verb of following makes of its subject: followers or members."""
    stem = next((word.removesuffix(end) for end in ("ing", "ed", "d", "s") if word.endswith(end)), word)
    return _VERBS.get(stem) or _VERBS.get(stem + "e") or misspelt(stem, _VERBS)
