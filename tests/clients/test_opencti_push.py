"""OpenCTI's connector ``stream/taxii-post``, which pushes to us, re-enacted (clients.md R10).

One object a request, in a bundle, under a STIX media type; what is answered is not looked at, so whatever is not
taken is lost.
"""

import pytest

from tests.clients.conftest import Feed
from tests.clients.producers import Object, indicators
from tests.worlds import bundle

_MEDIA_TYPES = [
    "application/stix+json; version=2.1",
    "application/taxii+json; version=2.1",
    "application/stix+json;version=2.1",
    "application/taxii+json",
]


def _post(feed: Feed, one: Object, media_type: str) -> None:
    feed.session("alpha").post(feed.objects_url, content=bundle(one), headers={"Content-Type": media_type})


@pytest.mark.parametrize("media_type", _MEDIA_TYPES)
def test_what_it_posts_is_taken(feed: Feed, media_type: str) -> None:
    one = indicators(1)[0]
    one["extensions"] = {
        "extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba": {"extension_type": "property-extension"}
    }
    _post(feed, one, media_type)
    assert feed.session().get(feed.objects_url).json()["objects"] == [one]


def test_what_it_posts_twice_is_there_once(feed: Feed) -> None:
    one = indicators(1)[0]
    for _ in range(3):
        _post(feed, one, _MEDIA_TYPES[0])
    assert feed.session().get(feed.objects_url).json()["objects"] == [one]
