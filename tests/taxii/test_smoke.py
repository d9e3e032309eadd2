from flask.testing import FlaskClient

from tests.live import LiveServer
from tests.worlds import TAXII, World, envelope, indicator


def test_what_is_pushed_can_be_polled(client: FlaskClient, world: World) -> None:
    headers = world.bearer("alpha")
    pushed = client.post(
        "/plain/collections/feed/objects/", data=envelope(indicator(1)), content_type=TAXII, headers=headers
    )
    assert pushed.status_code == 202
    assert client.get("/plain/collections/feed/objects/", headers=headers).json["objects"] == [indicator(1)]


def test_a_live_server_answers(live: tuple[LiveServer, World]) -> None:
    server, world = live
    import httpx

    assert httpx.get(f"{server.url}/taxii2/", headers=world.bearer("watch")).status_code == 200
    assert server.stop() == 0
