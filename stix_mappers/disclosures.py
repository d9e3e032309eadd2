"""A network as objects: campaign, actors, places, techniques, report or grouping (platform-records.md, 3.2)."""

from collections.abc import Iterator
from typing import Final

from stix_mappers.actors import actor
from stix_mappers.assets import infrastructure_id
from stix_mappers.extensions import DISCLOSURE_SUMMARY, PROPERTY_EXTENSION
from stix_mappers.identifiers import campaign_id, identity_id, location_id, relationship_id, sdo_id
from stix_mappers.markings import Markings, strictest
from stix_mappers.networks import NetworkState
from stix_mappers.notes import note_id
from stix_mappers.objects import StixObject
from stix_mappers.organizations import organization_name
from stix_mappers.record import Attribution
from stix_mappers.reference import actor_id, attack_pattern_id
from stix_mappers.slugs import slug
from stix_mappers.techniques import TechniqueUse, disarm_uses, killchain_uses, procedure, technique

_CONFIDENCE: Final = {"confirmed": 90, "stated": 75, "likely": 60, "suspected": 40}
_KILL_CHAIN: Final = "online-operations-kill-chain"


def report_id(member: str, network: str) -> str:
    """Return the id of a published disclosure."""
    return sdo_id("report", "report", member, network)


def grouping_id(member: str, network: str) -> str:
    """Return the id of what was shared before publication (D11)."""
    return sdo_id("grouping", "grouping", member, network)


class Writer:
    """Writes the objects of one network."""

    def __init__(self, state: NetworkState, markings: Markings) -> None:
        self._state = state
        self._markings = markings
        self._author = identity_id(state.member)
        self._created = state.created or ""
        self._campaign = campaign_id(state.member, state.id)
        self._named: list[str] = [self._campaign]
        self._behind: list[tuple[str, str]] = []

    def objects(self) -> Iterator[StixObject]:
        """Yield the campaign, what it is related to, and the report last."""
        yield self._campaign_object()
        yield from self._actors()
        yield from self._places()
        yield from self._organizations()
        yield from self._target_groups()
        yield from self._infrastructures()
        yield from self._techniques()
        yield self._report()

    def tie_to_grouping(self, grouping: str) -> Iterator[StixObject]:
        """Yield the tie from the report to the grouping that was shared before publication (D11)."""
        report = report_id(self._state.member, self._state.id)
        found_id = relationship_id(self._author, "related-to", report, grouping)
        found = self._sdo("relationship", found_id, self._state.report_level)
        yield {**found, "relationship_type": "related-to", "source_ref": report, "target_ref": grouping}

    def _sdo(self, object_type: str, object_id: str, level: str) -> StixObject:
        return {
            "type": object_type,
            "spec_version": "2.1",
            "id": object_id,
            "created_by_ref": self._author,
            "created": self._created,
            "modified": self._created,
            "object_marking_refs": self._markings.refs(level),
        }

    def _relationship(self, kind: str, target: str, level: str) -> StixObject:
        marked = strictest((level, self._state.level))
        found_id = relationship_id(self._author, kind, self._campaign, target)
        found = self._sdo("relationship", found_id, marked)
        found["relationship_type"] = kind
        found["source_ref"] = self._campaign
        found["target_ref"] = target
        return found

    def _name(self, target: str, level: str) -> None:
        if strictest((level, self._state.report_level)) == self._state.report_level:
            self._named.append(target)

    def _campaign_object(self) -> StixObject:
        state = self._state
        telling = state.tellings.get(state.level)
        found = self._sdo("campaign", self._campaign, state.level)
        names = sorted(telling.names) if telling else []
        found["name"] = names[0] if names else state.id
        if telling is None:
            return found
        if aliases := sorted((telling.aliases | set(names[1:])) - {found["name"]}):
            found["aliases"] = aliases
        if telling.descriptions:
            found["description"] = "\n\n".join(sorted(telling.descriptions))
        if telling.narratives:
            found["objective"] = "\n\n".join(sorted(telling.narratives))
        self._finish(found)
        return found

    def _finish(self, found: StixObject) -> None:
        if self._state.named_after_account:
            found["labels"] = ["named-after-account"]
        if self._state.urls:
            source = organization_name(self._state.member)
            found["external_references"] = [{"source_name": source, "url": url} for url in sorted(self._state.urls)]

    def _actors(self) -> Iterator[StixObject]:
        for _name, (attribution, claim) in sorted(self._state.attributions.items()):
            known = actor(attribution.name)
            if known is None and attribution.kind == "country":
                continue
            if known is not None:
                target = actor_id(known)
            else:
                own = self._own_actor(attribution, claim.level)
                target = own["id"]
                yield own
            self._name(target, claim.level)
            self._behind.append((target, claim.level))
            found = self._relationship("attributed-to", target, claim.level)
            if attribution.confidence:
                found["confidence"] = _CONFIDENCE[attribution.confidence]
            yield found

    def _own_actor(self, attribution: Attribution, level: str) -> StixObject:
        """Return an actor that is in no table: the member's own statement."""
        kind = "intrusion-set" if attribution.kind == "intrusion-set" else "threat-actor"
        own_id = sdo_id(kind, kind, self._state.member, slug(attribution.name) or attribution.name)
        found = self._sdo(kind, own_id, level)
        found["name"] = attribution.name
        if attribution.aliases:
            found["aliases"] = sorted(set(attribution.aliases))
        return found

    def _places(self) -> Iterator[StixObject]:
        for kind, claims in (("originates-from", self._state.origins), ("targets", self._state.targets)):
            for code, claim in sorted(claims.items()):
                target = location_id(code)
                self._name(target, claim.level)
                found = self._relationship(kind, target, claim.level)
                if kind == "originates-from" and code in self._state.origin_confidence:
                    found["confidence"] = self._state.origin_confidence[code]
                yield found

    def _organizations(self) -> Iterator[StixObject]:
        """Yield companies the network registered: identities of the member, related to the campaign (5.2, 0.4.x)."""
        for name, claim in sorted(self._state.organizations.items()):
            own_id = sdo_id("identity", "identity", self._state.member, slug(name) or name)
            found = self._sdo("identity", own_id, claim.level)
            found["name"] = name
            found["identity_class"] = "organization"
            yield found
            self._name(own_id, claim.level)
            marked = strictest((claim.level, self._state.level))
            tie_id = relationship_id(self._author, "related-to", own_id, self._campaign)
            tie = self._sdo("relationship", tie_id, marked)
            yield {**tie, "relationship_type": "related-to", "source_ref": own_id, "target_ref": self._campaign}

    def _target_groups(self) -> Iterator[StixObject]:
        """Yield those it was aimed at, as the member names them: identities of its own (section 3.2)."""
        for name, claim in sorted(self._state.target_groups.items()):
            own_id = sdo_id("identity", "identity", self._state.member, slug(name) or name)
            found = self._sdo("identity", own_id, claim.level)
            yield {**found, "name": name, "identity_class": "class" if name.islower() else "organization"}
            self._name(own_id, claim.level)
            yield self._relationship("targets", own_id, claim.level)

    def _infrastructures(self) -> Iterator[StixObject]:
        """Yield sets of seized assets, used by the actors, else by the campaign (section 8.2)."""
        for name, claim in sorted(self._state.infrastructures.items()):
            own_id = infrastructure_id(self._state.member, self._state.id, name)
            found = self._sdo("infrastructure", own_id, claim.level)
            yield {**found, "name": name, "description": f"{name}, {organization_name(self._state.member)}."}
            self._name(own_id, claim.level)
            for user, level in self._behind or [(self._campaign, self._state.level)]:
                tie = self._relationship("uses", own_id, strictest((claim.level, level)))
                yield {**tie, "id": relationship_id(self._author, "uses", user, own_id), "source_ref": user}

    def _techniques(self) -> Iterator[StixObject]:
        gathered: dict[str, _Gathered] = {}
        for _key, use in sorted(self._state.techniques.items()):
            for (scheme, number), notes in sorted(use.notes.items()):
                uses = killchain_uses(number) if scheme == "meta-killchain" else disarm_uses(number)
                for used in uses:
                    gathered.setdefault(used.technique, _Gathered()).add(scheme, number, used, notes, use.level)
                if not uses:
                    yield self._unknown_technique(scheme, number, notes, use.level)
        for external_id, found in sorted(gathered.items()):
            if technique(external_id) is not None:
                yield self._uses(external_id, found)

    def _uses(self, external_id: str, gathered: "_Gathered") -> StixObject:
        target = attack_pattern_id(external_id)
        level = strictest(gathered.levels)
        self._name(target, level)
        found = self._relationship("uses", target, level)
        if gathered.lines:
            found["description"] = "\n".join(sorted(gathered.lines))
        if gathered.confidences:
            # One exact procedure makes the use certain, however many others are merely related.
            weak = min(gathered.confidences, key=lambda confidence: confidence is not None)
            if weak is not None:
                found["confidence"] = weak
        if gathered.procedures:
            found["external_references"] = [
                {"source_name": _KILL_CHAIN, "external_id": number} for number in sorted(gathered.procedures)
            ]
        return found

    def _unknown_technique(self, scheme: str, number: str, notes: set[str], level: str) -> StixObject:
        """Return the note for a procedure that DISARM has nothing for."""
        topic = f"{scheme}:{number}"
        known = procedure(number) if scheme == "meta-killchain" else None
        found = self._sdo("note", note_id(self._state.member, self._state.id, topic), level)
        found["object_marking_refs"] = self._markings.refs(strictest((level, self._state.level)))
        found["labels"] = ["technique"]
        found["abstract"] = f"{number} {known.name}" if known else f"{scheme} {number}"
        found["content"] = "\n".join(sorted(notes)) or found["abstract"]
        found["object_refs"] = [self._campaign]
        return found

    def _report(self) -> StixObject:
        state = self._state
        if state.is_published:
            found = self._sdo("report", report_id(state.member, state.id), state.report_level)
            found["report_types"] = ["campaign", "threat-report"]
            found["published"] = self._created
        else:
            found = self._sdo("grouping", grouping_id(state.member, state.id), state.report_level)
            found["context"] = "suspicious-activity"
        names = sorted(name for telling in state.tellings.values() for name in telling.names)
        found["name"] = names[0] if names else state.id
        found["description"] = self._summary()
        assets = [sco for sco in state.report_assets() if sco not in self._named]
        # in the order that a merge leaves them in, so that the order of files makes no difference
        first, *others = dict.fromkeys(self._named)
        found["object_refs"] = [first, *sorted(others), *assets]
        found["extensions"] = {DISCLOSURE_SUMMARY: self._disclosure_summary()}
        self._finish(found)
        return found

    def _summary(self) -> str:
        tellings = self._state.tellings.values()
        words = sorted({text for telling in tellings for text in telling.descriptions | telling.narratives})
        policies = sorted({policy for telling in tellings for policy in telling.policies})
        if policies:
            words.append(f"Policy: {'; '.join(policies)}.")
        return "\n\n".join(words) or f"Disclosed by {organization_name(self._state.member)}."

    def _disclosure_summary(self) -> StixObject:
        state = self._state
        found: StixObject = {"extension_type": PROPERTY_EXTENSION}
        counts = [self._count(key, service) for key, service in sorted(state.counts)]
        lists = {
            "counts": counts,
            "spend": [state.spend[key] for key in sorted(state.spend)],
            "languages": sorted(state.languages),
            "leads_from": sorted(state.leads_from),
            "consistent_with": sorted(state.consistent_with),
        }
        found.update((name, value) for name, value in lists.items() if value)
        found.update(sorted(state.single.items()))
        if counts and not any(True for _ in state.report_assets()):
            found["published_totals_only"] = True
        return found

    def _count(self, key: str, service: str) -> StixObject:
        count = self._state.counts[key, service]
        found: StixObject = {"asset": key, "service": service, "value": count.value, "approx": count.approx}
        return {**found, "qualifier": count.qualifier} if count.qualifier else found


class _Gathered:
    """All rows that say that one technique was used."""

    def __init__(self) -> None:
        self.lines: set[str] = set()
        self.procedures: set[str] = set()
        self.confidences: list[int | None] = []
        self.levels: set[str] = set()

    def add(self, scheme: str, number: str, use: TechniqueUse, notes: set[str], level: str) -> None:
        related = use.relation == "related"
        self.lines.update(f"{note} (related technique)" if related else note for note in notes)
        if related and not notes:
            self.lines.add("related technique")
        if scheme == "meta-killchain":
            self.procedures.add(number)
        self.confidences.append(use.confidence)
        self.levels.add(level)
