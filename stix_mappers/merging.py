"""A network told again in another run: campaign and report are the union of both (architecture.md, section 6)."""

from typing import Final

from stix_mappers.extensions import DISCLOSURE_SUMMARY
from stix_mappers.networks import MOST_ASSETS
from stix_mappers.objects import StixObject

_UNITED: Final = ("aliases", "external_references", "labels")
_ASSETS: Final = (
    "domain-name--", "email-addr--", "file--", "ipv4-addr--", "ipv6-addr--", "url--", "user-account--",
)  # fmt: skip


def merged(new: StixObject, previous: StixObject) -> StixObject:
    """Return the union of two tellings of a campaign, report, grouping, `uses` relationship or note."""
    if new["type"] not in {"campaign", "report", "grouping", "relationship"}:
        return new
    found = {**previous, **new}
    for key in _UNITED:
        if key in new or key in previous:
            found[key] = _united(previous.get(key, []), new.get(key, []))
    if "object_refs" in new:
        found["object_refs"] = _object_refs(previous["object_refs"], new["object_refs"])
    if new["type"] == "campaign":
        _keep_name(found, new, previous)
    for key in ("description", "objective"):
        _join_lines(found, key, new, previous)
    if "published" in new:
        found["published"] = min(new["published"], previous["published"])
    _merge_summary(found, new, previous)
    return found


def _united(before: list[object], after: list[object]) -> list[object]:
    return sorted([*before, *(item for item in after if item not in before)], key=repr)


def _object_refs(before: list[str], after: list[str]) -> list[str]:
    everything = dict.fromkeys([*after, *before])
    assets = sorted(ref for ref in everything if ref.startswith(_ASSETS))[:MOST_ASSETS]
    others = [ref for ref in everything if not ref.startswith(_ASSETS)]
    return [others[0], *sorted(others[1:]), *assets] if others else assets


def _keep_name(found: StixObject, new: StixObject, previous: StixObject) -> None:
    """Keep the name that was told; a campaign that is only referred to is named by its bare id."""
    bare = "description" not in new and "external_references" not in new and "objective" not in new
    found["name"] = previous["name"] if bare else new["name"]


def _join_lines(found: StixObject, key: str, new: StixObject, previous: StixObject) -> None:
    if key not in new or key not in previous or new[key] == previous[key]:
        return
    separator = "\n" if found["type"] == "relationship" else "\n\n"
    found[key] = separator.join(sorted({*previous[key].split(separator), *new[key].split(separator)}))


def _merge_summary(found: StixObject, new: StixObject, previous: StixObject) -> None:
    ours = new.get("extensions", {}).get(DISCLOSURE_SUMMARY)
    before = previous.get("extensions", {}).get(DISCLOSURE_SUMMARY)
    if ours is None or before is None:
        return
    summary = {**before, **ours}
    for key in ("spend", "languages", "leads_from", "consistent_with"):
        if key in ours or key in before:
            summary[key] = _united(before.get(key, []), ours.get(key, []))
    counts = {
        (count["asset"], count["service"]): count for count in [*before.get("counts", []), *ours.get("counts", [])]
    }
    if counts:
        summary["counts"] = [counts[key] for key in sorted(counts)]
    if not any(ref.startswith(_ASSETS) for ref in found["object_refs"]):
        summary = {**summary, "published_totals_only": True} if counts else summary
    else:
        summary.pop("published_totals_only", None)
    found["extensions"] = {**found["extensions"], DISCLOSURE_SUMMARY: summary}
