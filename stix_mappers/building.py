"""Coalition records to STIX objects: the one builder of all members (platform-records.md, D1 and section 3).

A `Builder` is one run. `build` yields the objects of a record at once; `finish` those of the networks, which are the
union of all records. What the run remembers is bounded: networks, the shared objects it has given, the newest ids.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Final

from stix_mappers import notes
from stix_mappers.assets import Context, asset_objects, context, indicator_id, observed_data_id, relationship
from stix_mappers.disclosures import Writer, grouping_id
from stix_mappers.extensions import TAKEDOWN_ACTION
from stix_mappers.identifiers import campaign_id, identity_id, relationship_id
from stix_mappers.markings import Markings
from stix_mappers.merging import merged
from stix_mappers.moments import period
from stix_mappers.networks import NetworkState
from stix_mappers.objects import SHARED_DATE, StixObject
from stix_mappers.observables import Observed, account_sco, observed
from stix_mappers.organizations import organization_name
from stix_mappers.record import Record
from stix_mappers.reference import shared_objects
from stix_mappers.services import account_type_of, login_of
from stix_mappers.skips import OnSkip, Reason, Skip
from stix_mappers.versions import Previous, ended, is_stale, revoked, settled

_REMEMBERED_IDS: Final = 1 << 17
_REMEMBERED_RECORDS: Final = 1_024
_SHARED_BY_RECORDS: Final = frozenset({"indicator", "relationship"})
_DISPUTED: Final = frozenset({"email-addr", "domain-name", "url"})


class Builder:
    """Builds the objects of one run.

    Args:
        tlp1: mark by TLP 1 instead of TLP 2.0.
        previous: gives the newest version of an object that an earlier run gave out.
        on_skip: hears of records that yield nothing.
    """

    def __init__(self, *, tlp1: bool = False, previous: Previous | None = None, on_skip: OnSkip | None = None) -> None:
        self._markings = Markings(tlp1=tlp1)
        self._shared = shared_objects(tlp1=tlp1)
        self._previous = previous
        self._on_skip = on_skip
        self._networks: dict[tuple[str, str], NetworkState] = {}
        self._given_shared: set[str] = set()
        self._given = Newest(_REMEMBERED_IDS)
        self._recent: OrderedDict[str, list[StixObject]] = OrderedDict()
        self._newcomers: dict[str, StixObject] = {}
        self._disputes: list[tuple[Context, list[str]]] = []

    def build(self, record: Record) -> Iterator[StixObject]:
        """Yield the objects of a record, each shared object before the first that names it."""
        told = context(record, self._markings.refs(record.tlp))
        if told.author not in self._shared and told.author not in self._newcomers:
            self._newcomers[told.author] = _newcomer(record.member, self._markings.refs("clear"))
        state = self._state_of(record)
        if state is not None:
            state.refer(record)
        if record.retracts:
            made = self._ending(told) if record.x_ends else self._retraction(told)
        else:
            made = self._objects(told, state)
        for found in made:
            yield from self._give(found, period(record.action_at).told, dated=record.x_dated)

    def finish(self) -> Iterator[StixObject]:
        """Yield campaign, actors, relationships and report of every network, and what disagrees with indicators."""
        yield from self._settle_disputes()
        for key in sorted(self._networks):
            state = self._networks[key]
            for found in Writer(state, self._markings).objects():
                yield from self._give(found, state.created or "", union=True)
            yield from self._derivation(state)

    def _state_of(self, record: Record) -> NetworkState | None:
        if record.network is None or record.kind in {"metric", "label"}:
            return None
        key = (record.member, record.network.id)
        state = self._networks.get(key)
        if state is None:
            state = self._networks[key] = NetworkState(*key)
        return state

    def _objects(self, told: Context, state: NetworkState | None) -> Iterator[StixObject]:
        record = told.record
        found = observed(record, told.marking)
        about = notes.subject_of_notes(
            record, observed_data_id(record.member, record.record_id) if found else None, told.author
        )
        if record.kind == "metric":
            yield from notes.metric(told)
        elif record.kind == "advertiser":
            yield from notes.advertiser(told)
        elif record.kind == "app":
            yield from notes.app(told, about)
        elif record.x_mail is not None and record.x_mail.disputed:
            self._dispute(told, found)
            return
        elif found is not None:
            yield from self._asset(told, found, state)
        elif record.kind == "ad":
            yield from notes.undelivered_ad(told, about)
        elif record.kind != "network":
            self._skip(record, "unusable-value", record.record_id, f"names no {record.kind} that STIX could observe")
        yield from notes.remarks(told, about)

    def _asset(self, told: Context, found: Observed, state: NetworkState | None) -> Iterator[StixObject]:
        record = told.record
        sco = found.scos[0]["id"]
        if state is not None:
            state.name_asset(record.tlp, sco)
        made = asset_objects(told, found)
        if record.x_dated:
            made = list(self._newer(told, made))
        self._remember(made[len(found.scos)]["id"], made)
        yield from made
        if record.kind == "label":
            yield from notes.label(told, sco)
        yield from self._former_names(told, sco)
        if record.x_reactions and found.pattern:
            yield from notes.reactions(told, sco)

    def _dispute(self, told: Context, found: Observed | None) -> None:
        """Keep a disagreement until all indicators are known: it may stand before what it disagrees with."""
        member = told.record.member
        scos = [sco["id"] for sco in found.scos if sco["type"] in _DISPUTED] if found else []
        self._disputes.append((told, [indicator_id(member, sco) for sco in scos]))
        if len(self._disputes) > _REMEMBERED_RECORDS:
            self._skip_dispute(self._disputes.pop(0)[0])

    def _settle_disputes(self) -> Iterator[StixObject]:
        """Yield an opinion on the indicators that exist; without one there is nothing to disagree with (section 12)."""
        for told, indicators in self._disputes:
            known = [found for found in indicators if found in self._given or self._version(found, {})]
            if known:
                yield from self._give(notes.disagreement(told, known), told.created)
            else:
                self._skip_dispute(told)
        self._disputes = []

    def _skip_dispute(self, told: Context) -> None:
        self._skip(told.record, "out-of-scope", told.record.record_id, "no indicator to disagree with")

    def _former_names(self, told: Context, sco: str) -> Iterator[StixObject]:
        """Yield an account for each former name, tied to the current one: others may have listed it (section 12)."""
        account_type = account_type_of(told.record.asserted_on or told.record.service)
        for login in getattr(told.record.subject, "former_logins", ()):
            account = account_sco(account_type, login_of(account_type, login)[0], None, told.marking)
            yield account
            yield {**relationship(told, "related-to", account["id"], sco), "description": "former name"}

    def _remember(self, observation: str, made: list[StixObject]) -> None:
        """Keep the newest observations with what points at them: the same input may take them back."""
        self._recent[observation] = made
        if len(self._recent) > _REMEMBERED_RECORDS:
            self._recent.popitem(last=False)

    def _retraction(self, told: Context) -> Iterator[StixObject]:
        """Yield the revoked versions of an observation and of what points at it, and a note with the reason (D16)."""
        record = told.record
        target = observed_data_id(record.member, record.retracts or "")
        recent = self._recently(target)
        observation = self._version(target, recent)
        if observation is None:
            self._skip(record, "retracts-unknown", record.retracts or "", "no such record was given before")
            return
        for object_id in (target, *_what_points_at(told, observation)):
            before = self._version(object_id, recent)
            if before is not None and not before.get("revoked"):
                recent[object_id] = revoked(before, told.created)
                yield recent[object_id]
        self._remember(target, list(recent.values()))
        yield notes.retraction(told, observation)

    def _ending(self, told: Context) -> Iterator[StixObject]:
        """Yield the versions in which a block and its indicator end; they were right while it lasted (section 13)."""
        record = told.record
        target = observed_data_id(record.member, record.retracts or "")
        recent = self._recently(target)
        observation = self._version(target, recent)
        if observation is None:
            self._skip(record, "out-of-scope", record.retracts or "", "ends what was never given")
            return
        for object_id in (target, indicator_id(record.member, observation["object_refs"][0])):
            before = self._version(object_id, recent)
            if before is not None and not before.get("revoked"):
                recent[object_id] = ended(before, told.created)
                yield recent[object_id]
        self._remember(target, list(recent.values()))

    def _newer(self, told: Context, made: list[StixObject]) -> Iterator[StixObject]:
        """Yield what is not older than what the run gave of the same block before, as versions of it (section 13)."""
        recent = self._recently(observed_data_id(told.record.member, told.record.record_id))
        for found in made:
            before = recent.get(found["id"])
            stale = before is not None and is_stale(before, told.created, dated=True)
            if before is not None or found["type"] not in _SHARED_BY_RECORDS or found["id"] not in self._given:
                yield before if before is not None and stale else settled(found, told.created, before)

    def _recently(self, observation: str) -> dict[str, StixObject]:
        return {found["id"]: found for found in self._recent.get(observation, ())}

    def _version(self, object_id: str, recent: dict[str, StixObject]) -> StixObject | None:
        """Return the newest version known: of an earlier run, else of this one."""
        earlier = self._previous(object_id) if self._previous else None
        return earlier or recent.get(object_id)

    def _skip(self, record: Record, reason: Reason, value: str, detail: str) -> None:
        if self._on_skip is not None:
            source = record.source
            file, line = (source.file or "", source.row or 0) if source else ("", 0)
            self._on_skip(Skip(file, line, reason, value, detail))

    def _derivation(self, state: NetworkState) -> Iterator[StixObject]:
        """Yield the tie from a report to the grouping that was shared before publication (D11)."""
        if not state.is_published or self._previous is None:
            return
        grouping = self._previous(grouping_id(state.member, state.id))
        if grouping is not None:
            yield from Writer(state, self._markings).tie_to_grouping(grouping["id"])

    def _give(self, found: StixObject, told: str, *, union: bool = False, dated: bool = False) -> Iterator[StixObject]:
        if not self._given.is_new(_version_key(found, dated=dated)):
            return
        if dated:
            self._given.is_new(found["id"])  # so that no other record gives it once more
        if self._previous is not None and "revoked" not in found:
            before = self._previous(found["id"])
            if before is not None and is_stale(before, told, dated=dated):
                return
            united = merged(found, before) if union and before is not None else found
            found = settled(united, told, before)
        if not self._given_shared.issuperset(_always_named(found)):
            yield from self._shared_of(_always_named(found))
        if union or found["type"] == "note" or found.get("target_ref", "").startswith("attack-pattern"):
            yield from self._shared_of(_named(found))
        yield found

    def _shared_of(self, refs: Iterable[str]) -> Iterator[StixObject]:
        for ref in refs:
            if ref not in self._given_shared:
                yield from self._give_shared(ref)

    def _give_shared(self, ref: str) -> Iterator[StixObject]:
        shared = self._shared.get(ref) or self._newcomers.get(ref)
        if shared is not None and ref not in self._given_shared:
            self._given_shared.add(ref)
            yield from self._shared_of(_always_named(shared))
            yield shared


class Newest:
    """The newest ids of an endless row, in bounded memory: two generations, the older forgotten as a whole."""

    def __init__(self, most: int) -> None:
        self._most = most // 2
        self._young: set[str] = set()
        self._old: set[str] = set()

    def __contains__(self, item: str) -> bool:
        return item in self._young or item in self._old

    def is_new(self, item: str) -> bool:
        """Tell whether this was not seen lately, and remember it."""
        if item in self._young or item in self._old:
            return False
        self._young.add(item)
        if len(self._young) > self._most:
            self._old, self._young = self._young, set()
        return True


def _version_key(found: StixObject, *, dated: bool) -> str:
    """Return what is given once: an object and its retraction; of what is told state by state, each version."""
    if "revoked" in found:
        return f"{found['id']} revoked"
    return f"{found['id']} {found['modified']}" if dated and "modified" in found else found["id"]


def _always_named(found: StixObject) -> list[str]:
    """Return author, markings and extensions of an object: what nearly all of a run have in common."""
    refs = [*found.get("object_marking_refs", ()), *found.get("extensions", ())]
    if "created_by_ref" in found:
        refs.append(found["created_by_ref"])
    return refs


def _named(found: StixObject) -> list[str]:
    """Return whatever else an object of a network names: places, actors, techniques."""
    ends = [found[name] for name in ("target_ref", "source_ref") if name in found]
    return [*ends, *found.get("object_refs", ())]


def _what_points_at(told: Context, observation: StixObject) -> Iterator[str]:
    indicator = indicator_id(told.record.member, observation["object_refs"][0])
    yield indicator
    yield relationship_id(told.author, "based-on", indicator, observation["id"])
    if network := observation["extensions"][TAKEDOWN_ACTION].get("network"):
        campaign = campaign_id(told.record.member, network)
        yield relationship_id(told.author, "indicates", indicator, campaign)
        yield relationship_id(told.author, "related-to", observation["id"], campaign)


def _newcomer(member: str, marking: list[str]) -> StixObject:
    """Return the identity of a member that joined after the tables were made (`x-...`)."""
    own = identity_id(member)
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": own,
        "created_by_ref": own,
        "created": SHARED_DATE,
        "modified": SHARED_DATE,
        "object_marking_refs": marking,
        "name": organization_name(member),
        "identity_class": "organization",
    }
