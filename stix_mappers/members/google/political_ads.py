"""The political ads transparency bundle: lawful speech (platform-records.md, section 7.2 and D19).

Its rows are counted as out of scope. Where an operator asks for advertisers, an advertiser is an identity with a note
of what it spent; never an indicator, never a campaign.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.fields import Fields
from stix_mappers.record import AdvertiserSubject, Precision, Record, Source, Spend

_OWN: Final = frozenset({
    "advertiserid", "adid", "adurl", "adtype", "totalcreatives", "electioncycle", "congressionaldistrict",
    "countrysubdivisionprimary", "countrysubdivisionsecondary", "keyword1", "publicidslist", "weekstartdate",
    "adcampaignslist", "campaignid", "agetargeting", "gendertargeting", "geotargetingincluded", "reportdate",
    "numofdays", "spendrangeminusd", "reportdataupdatedaspt", "advertiserdeclaredscripts",
})  # fmt: skip
_MONEY: Final = re.compile(r"(?:total)?spend(usd|eur|inr|gbp|[a-z]{3})")
_FIRST: Final = ("usd", "eur", "gbp")
_PERIOD: Final = re.compile(r"(?<!\d)(20\d\d)(?:[-_]?(0[1-9]|1[0-2]))?(?:[-_]?([0-3]\d))?(?!\d)")
_FIELD_LIST: Final = re.compile(r"google-political-ads-[a-z-]+\.csv")


def are_ads(keys: frozenset[str], stem: str) -> bool:
    """Tell whether these columns are those of the bundle; a file of one bare column is known by its name too."""
    money = any(_MONEY.fullmatch(key) for key in keys)
    own = len(keys & _OWN)
    return own >= 2 or (own == 1 and money) or (stem.startswith("google-political-ads") and (own > 0 or money))


def is_field_list(sample: str) -> bool:
    """Tell whether a text is Google's own description of the bundle."""
    return _FIELD_LIST.search(sample) is not None and "Fields:" in sample


def records(desk: Desk, rows: Iterable[Fields]) -> Iterator[Record]:
    """Yield advertisers where they are asked for; everything else is counted as out of scope."""
    at, precision = _period(desk)
    for row in rows:
        advertiser = row.text("advertiserid")
        if desk.advertisers and advertiser and "totalcreatives" in row.told:
            yield _advertiser(desk, row, advertiser, at, precision)
        else:
            told = advertiser or row.text("adid", "state", "country", "electioncycle", "campaignid")
            desk.skip(row.line, "out-of-scope", told, "political ads are lawful speech (D19)")


def _advertiser(desk: Desk, row: Fields, advertiser: str, at: str, precision: Precision) -> Record:
    ids = [part.strip() for part in row.text("publicidslist").split(",") if part.strip()]
    subject = AdvertiserSubject(
        advertiser_id=advertiser[:200], name=row.text("advertisername")[:300] or None, public_ids=tuple(ids[:100])
    )
    return Record(
        record_id=f"google:political-ads:{at}:{advertiser}"[:300],
        member="google",
        service="google-ads",
        kind="advertiser",
        subject=subject,
        action="observed",
        action_at=at,
        action_at_precision=precision,
        spend=tuple(_spend(row)),
        tlp=desk.tlp or "clear",
        source=Source(file=desk.source.name, row=row.line),
    )


def _spend(row: Fields) -> Iterator[Spend]:
    """Yield the one amount that stands there in many currencies: in dollars if it can be had (section 7.2)."""
    amounts = {found[1]: name for name in row.told if (found := _MONEY.fullmatch(name))}
    for currency in (*_FIRST, *sorted(amounts)):
        amount = row.whole(amounts.get(currency, ""))
        if amount is not None:
            yield Spend(amount=amount, currency=currency.upper())
            return


def _period(desk: Desk) -> tuple[str, Precision]:
    """Return when the bundle was made, by the names of file and folders; the files themselves do not tell."""
    for name in (desk.source.stem, *desk.source.folders):
        if found := _PERIOD.search(name):
            return (f"{found[1]}-{found[2]}", "month") if found[2] else (f"{found[1]}-H2", "half")
    return "2020-H2", "half"
