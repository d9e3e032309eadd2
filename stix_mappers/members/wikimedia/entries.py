"""One entry of a log, list or event to a change, in either format version of the Action API (section 13).

An entry that is suppressed, or that says nothing of a block, is skipped with its reason.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.wikimedia.changes import (
    Act,
    Change,
    expiry_of,
    has_flag,
    listed,
    number_of,
    part_of,
    timestamp,
    without_namespace,
    words_of,
)
from stix_mappers.members.wikimedia.wikis import GLOBAL, wiki_name, wiki_of_host

Entry = Mapping[str, object]

_HIDDEN: Final = ("suppressed", "actionhidden", "commenthidden")
_BLOCK_LOG: Final[dict[str, Act]] = {"block": "block", "reblock": "reblock", "unblock": "unblock"}
_GLOBAL_BLOCK_LOG: Final[dict[str, Act]] = {
    "gblock": "block", "gblock2": "block", "modify": "reblock", "gunblock": "unblock",
}  # fmt: skip
_LIST_FLAGS: Final = ("anononly", "nocreate", "noemail")
_EVENT_FLAGS: Final = {"account_create": "nocreate", "email": "noemail", "user_talk": "nousertalk"}
_CLOSED: Final = frozenset({"locked", "hidden", "oversighted", "suppressed", "lists"})


def of_log(desk: Desk, entry: Entry, line: int, wiki: str) -> Iterator[Change]:
    """Yield the change of an entry of the block log, the global block log or the log of locks."""
    kind, action = words_of(entry, "type"), words_of(entry, "action")
    shown = words_of(entry, "logid", "title") or kind
    if any(has_flag(entry, key) for key in _HIDDEN):
        desk.skip(line, "hidden", shown, "a suppressed entry")
    elif kind == "globalauth" and action == "setstatus":
        yield from _of_lock(desk, entry, line)
    elif kind == "block" and action in _BLOCK_LOG:
        yield from _of_block(desk, entry, line, wiki, _BLOCK_LOG[action])
    elif kind == "gblblock" and action in _GLOBAL_BLOCK_LOG:
        yield from _of_block(desk, entry, line, GLOBAL, _GLOBAL_BLOCK_LOG[action])
    else:
        desk.skip(line, "out-of-scope", shown, f"an entry {kind}/{action}, no block")


def _of_block(desk: Desk, entry: Entry, line: int, wiki: str, act: Act) -> Iterator[Change]:
    params = part_of(entry, "params", "block")
    flags = listed(params.get("flags"))
    if "title" not in entry or "hiddenname" in flags:
        desk.skip(line, "hidden", words_of(entry, "logid"), "the name is hidden")
        return
    namespace, target = without_namespace(words_of(entry, "title"))
    at = timestamp(words_of(entry, "timestamp"))
    if at is None or not target:
        desk.skip(line, "unusable-value", words_of(entry, "logid", "title"), "an entry without a name or a time")
        return
    ends = words_of(params, "expiry") or words_of(params, "duration")
    yield Change(
        wiki=wiki,
        target=target,
        at=at,
        act=act,
        comment=words_of(entry, "comment"),
        number=number_of(entry, "logid"),
        line=line,
        expiry=expiry_of(ends, at),
        flags=tuple(sorted(set(flags))),
        partial=_is_partial(params),
        namespace=namespace,
    )


def _is_partial(params: Entry) -> bool:
    if "sitewide" in params:
        return not has_flag(params, "sitewide")
    return has_flag(params, "partial") or bool(params.get("restrictions"))


def _of_lock(desk: Desk, entry: Entry, line: int) -> Iterator[Change]:
    added, removed = _status(entry, "added", "0"), _status(entry, "removed", "1")
    shown = words_of(entry, "logid", "title")
    at = timestamp(words_of(entry, "timestamp"))
    _, name = without_namespace(words_of(entry, "title"))
    target = name.removesuffix("@global").strip()
    if "title" not in entry or (_CLOSED - {"locked"}) & added:
        desk.skip(line, "hidden", shown, "the name is hidden")
    elif "locked" not in added | removed:
        desk.skip(line, "out-of-scope", shown, "no lock")
    elif at is None or not target:
        desk.skip(line, "unusable-value", shown, "an entry without a name or a time")
    else:
        act: Act = "block" if "locked" in added else "unblock"
        number = number_of(entry, "logid")
        yield Change(GLOBAL, target, at, act, words_of(entry, "comment"), number, line, flags=("locked",))


def _status(entry: Entry, *keys: str) -> set[str]:
    params = entry.get("params")
    if isinstance(params, list | tuple):
        params = {str(place): value for place, value in enumerate(params)}
    found = params if isinstance(params, Mapping) else {}
    return {word.lower() for key in keys for word in listed(found.get(key))}


def of_list(desk: Desk, entry: Entry, line: int, wiki: str) -> Iterator[Change]:
    """Yield the change of a current block, on a wiki or on all."""
    target = words_of(entry, "user", "target", "address")
    shown = words_of(entry, "id") or target
    at = timestamp(words_of(entry, "timestamp"))
    if has_flag(entry, "hidden") or has_flag(entry, "automatic") or (not target and "id" in entry):
        desk.skip(line, "hidden", shown, "a hidden name, or an address that a block brought with it")
    elif at is None or not without_namespace(target)[1]:
        desk.skip(line, "unusable-value", shown, "a block without a name or a time")
    else:
        yield Change(
            wiki=wiki,
            target=without_namespace(target)[1],
            at=at,
            act="block",
            comment=words_of(entry, "reason"),
            number=number_of(entry, "id"),
            line=line,
            expiry=expiry_of(words_of(entry, "expiry"), at),
            flags=tuple(sorted(_flags_of_list(entry))),
            partial=has_flag(entry, "partial") or bool(entry.get("restrictions")),
        )


def _flags_of_list(entry: Entry) -> Iterator[str]:
    """Yield the flags in the words of the log: both tell the same block."""
    yield from (flag for flag in _LIST_FLAGS if has_flag(entry, flag))
    if has_flag(entry, "account-creation-disabled"):
        yield "nocreate"
    if "autoblock" in entry and not has_flag(entry, "autoblock") and not has_flag(entry, "anononly"):
        yield "noautoblock"
    if "allowusertalk" in entry and not has_flag(entry, "allowusertalk"):
        yield "nousertalk"


def of_event(desk: Desk, event: Entry, line: int) -> Iterator[Change]:
    """Yield the change of a `user-blocks-change` event: the state of the block after it."""
    blocks, before = part_of(event, "blocks"), part_of(part_of(event, "prior_state"), "blocks")
    meta, user = part_of(event, "meta"), part_of(event, "user")
    target = words_of(event, "user_text") or words_of(user, "user_text")
    at = timestamp(words_of(event, "dt", "rev_timestamp") or words_of(meta, "dt"))
    if has_flag(blocks, "name") or has_flag(event, "suppressed") or not target:
        desk.skip(line, "hidden", words_of(meta, "id"), "the name is hidden")
    elif at is None:
        desk.skip(line, "unusable-value", words_of(meta, "id") or target, "an event without a time")
    else:
        flags = {word for key, word in _EVENT_FLAGS.items() if has_flag(blocks, key)}
        yield Change(
            wiki=wiki_name(words_of(event, "database")) or wiki_of_host(words_of(meta, "domain")),
            target=without_namespace(target)[1],
            at=at,
            act=_act_of_event(blocks, before),
            comment=words_of(event, "comment"),
            line=line,
            expiry=expiry_of(words_of(blocks, "expiry_dt"), at),
            flags=tuple(sorted(flags)),
            partial="sitewide" in blocks and not has_flag(blocks, "sitewide"),
        )


def _act_of_event(blocks: Entry, before: Entry) -> Act:
    if not _is_blocked(blocks) and (not blocks or _is_blocked(before)):
        return "unblock"
    return "reblock" if _is_blocked(before) else "block"


def _is_blocked(blocks: Entry) -> bool:
    return any(value for value in blocks.values() if value is True or isinstance(value, str))
