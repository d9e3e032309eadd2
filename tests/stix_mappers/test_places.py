"""Countries, regions, origins and targets (platform-records.md 4.5)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_mappers.places import country_code, country_name, origin_and_targets, place, places_in

DATA = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("turkish", "TR"),
        ("US", "US"),
        ("U.S.", "US"),
        ("USA", "US"),
        ("UK", "GB"),
        ("Burkina Faso", "BF"),
        ("Czech Republic", "CZ"),
        ("Czechia", "CZ"),
        ("Hong Kong", "HK"),
        ("Taiwan", "TW"),
        ("Iranian", "IR"),
        ("Côte d’Ivoire", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("Viet Nam", "VN"),
        ("Korea, Republic of", "KR"),
        ("IRN", "IR"),
        ("mx", "MX"),
        ("Kosovo", None),
        ("Global", None),
        ("Sub-Saharan Africa", None),
        ("", None),
    ],
)
def test_a_country_is_known_by_its_names(name: str, code: str | None) -> None:
    assert country_code(name) == code


def test_every_country_is_known_by_the_name_it_is_given_here() -> None:
    assert country_code(country_name("RU") or "") == "RU"
    assert country_name("ZZ") is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Sub-Saharan Africa", "africa"),
        ("Eastern Europe", "eastern-europe"),
        ("Middle East", "western-asia"),
        ("Kosovo", "southern-europe"),
        ("eastern-europe", "eastern-europe"),
    ],
)
def test_a_region_has_its_stix_code(name: str, code: str) -> None:
    found = place(name)
    assert found is not None
    assert (found.kind, found.code) == ("region", code)


def test_a_region_keeps_the_name_people_use() -> None:
    found = place("Sub-Saharan Africa")
    assert found is not None
    assert found.name == "Sub-Saharan Africa"


def codes(text: str) -> list[str]:
    """The codes of the places of a text."""
    return [found.code for found in places_in(text)]


def test_places_come_in_order_and_once() -> None:
    assert codes("Iran's outlets, Russia, Iranian media and the U.S. Senate") == ["IR", "RU", "US"]


def test_the_longest_name_wins() -> None:
    assert codes("Guinea-Bissau; Papua New Guinea; South Sudan; Niger; Nigeria") == ["GW", "PG", "SS", "NE", "NG"]


def test_common_words_are_no_countries() -> None:
    assert codes("Contact us about the turkey, the polish and the jordan shoes") == []


@pytest.mark.parametrize(
    "text",
    [
        "content in Chinese, English and Russian",
        "Arabic-speaking users",
        "French- and German-speaking users",
        "Thai language",
    ],
)
def test_languages_are_no_places(text: str) -> None:
    assert codes(text) == []


def test_a_people_is_a_place_where_it_is_no_language() -> None:
    assert codes("Chinese state media") == ["CN"]


@pytest.mark.parametrize(
    ("title", "origins", "targets"),
    [
        ("Q1_2023_ Togo _ Burkina Faso-based_CIB_network", ["TG", "BF"], []),
        ("MOLDOVA_&_MADAGASCAR_TARGETING", [], ["MD", "MG"]),
        ("Q2_2023_Venezuela_US-based_CIB_network", ["VE", "US"], []),
        ("Q2 2023_ Türkiye _ Iran-based CIB network", ["TR", "IR"], []),
        ("Q3_2023_Georgia-based_CIB_network", ["GE"], []),
        ("Q1_2024_CHINA_BASED_CIB_NETWORK", ["CN"], []),
        ("Q2_2024_US-BASED_CIB_NETWORK", ["US"], []),
        ("CHINA_BASED_NETWORK_TARGETING_TAIWAN", ["CN"], ["TW"]),
        ("Germany-targeting CIB domain", [], ["DE"]),
        ("taking_action_in_bangladesh_and_vietnam", ["BD", "VN"], []),
        ("iran_092020_users_csv_hashed", ["IR"], []),
        ("Iran-Based Network Targeting United States, France, United Kingdom", ["IR"], ["US", "FR", "GB"]),
        ("A network originating in China that targeted audiences in Taiwan.", ["CN"], ["TW"]),
        ("It originated in Russia and Belarus and primarily targeted Sub-Saharan Africa.", ["RU", "BY"], ["africa"]),
        ("An operation linked to India. It was sharing messages supportive of Qatar.", ["IN"], []),
        ("It was linked to a U.S.-based firm, and posted content in Spanish about Mexican elections.", ["US"], []),
        ("A network from Moldova that targeted domestic audiences in that country", ["MD"], ["MD"]),
        ("Q1_2023_ Patchwork_APT", [], []),
    ],
)
def test_a_title_tells_origins_and_targets(title: str, origins: list[str], targets: list[str]) -> None:
    found = origin_and_targets(title)
    assert ([one.code for one in found.origins], [one.code for one in found.targets]) == (origins, targets)


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    for made in (text, f"{text}-based, targeting {text} US in {text}"):
        places_in(made)
        origin_and_targets(made)
        country_code(made)
        place(made)


def test_every_network_file_name_with_a_place_has_an_origin() -> None:
    files = sorted((DATA / "facebook" / "csv").glob("Q*/*.csv"))
    if not files:
        pytest.skip("the published network files are not beside the repository (../shared/data/facebook/csv)")
    named = [file.stem for file in files if "based" in file.stem.lower()]
    assert all(origin_and_targets(stem).origins for stem in named)
