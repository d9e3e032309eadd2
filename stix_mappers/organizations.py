"""The organisations of the coalition: members, agencies, the clearinghouse (architecture.md, section 1)."""

from typing import Final

from msgspec import Struct

from stix_mappers.identifiers import CLEARINGHOUSE


class Organization(Struct, frozen=True):
    """An organisation as it stands behind an identity."""

    slug: str
    name: str
    sector: str
    description: str


_MEMBERS: Final = (
    ("facebook", "Facebook", "Runs Facebook, Instagram, WhatsApp and Threads."),
    ("google", "Google", "Runs YouTube, Google Ads, AdSense, Blogger and Google Play."),
    ("linkedin", "LinkedIn", "Runs LinkedIn."),
    ("microsoft", "Microsoft", "Runs Windows and Office services and GitHub."),
    ("pinterest", "Pinterest", "Runs Pinterest."),
    ("reddit", "Reddit", "Runs Reddit."),
    ("twitter", "Twitter", "Runs Twitter, today X."),
    ("verizon-media", "Verizon Media", "Ran Tumblr, Yahoo Mail and AOL Mail."),
    ("wikimedia", "Wikimedia Foundation", "Runs Wikipedia and the other wikis of the Wikimedia movement."),
)
_AGENCIES: Final = (
    ("fbi", "Federal Bureau of Investigation"),
    ("odni", "Office of the Director of National Intelligence"),
    ("dhs", "Department of Homeland Security"),
    ("cisa", "Cybersecurity and Infrastructure Security Agency"),
    ("doj-nsd", "Department of Justice, National Security Division"),
)

MEMBERS: Final = tuple(slug for slug, _name, _description in _MEMBERS)

ORGANIZATIONS: Final = (
    Organization(CLEARINGHOUSE, "Clearinghouse", "non-profit", "Passes on what the members of the coalition find."),
    *(Organization(slug, name, "technology", description) for slug, name, description in _MEMBERS),
    *(
        Organization(slug, name, "government-national", "An agency of the United States that receives disclosures.")
        for slug, name in _AGENCIES
    ),
)

_NAMES: Final = {organization.slug: organization.name for organization in ORGANIZATIONS}


def organization_name(slug: str) -> str:
    """Return the name of an organisation; of one that joined later, its slug without `x-`."""
    return _NAMES.get(slug, slug.removeprefix("x-"))
