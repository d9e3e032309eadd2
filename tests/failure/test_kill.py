"""kill -9 of the whole server at random moments during concurrent pushes: what was acknowledged is there, once."""

import random
import time

import pytest

from tests.failure.campaign import Campaign
from tests.failure.history import Fate, faults
from tests.live import LiveServer
from tests.worlds import World

_LONGEST_ROUND = 0.4


def _kill_again_and_again(server: LiveServer, world: World, rounds: int) -> Campaign:
    dice = random.Random(rounds)
    campaign = Campaign(server, world, producers=4, readers=2)
    with campaign.running():
        for _ in range(rounds):
            campaign.wait_for(objects=1)
            time.sleep(dice.uniform(0, _LONGEST_ROUND))
            server.kill()
            campaign.close()
            server.start()
            campaign.open()
        campaign.wait_for(objects=100)
    campaign.take_stock()
    print(f"{rounds} kills, {campaign.history.summary}")
    return campaign


def test_three_kills_lose_nothing(live: tuple[LiveServer, World]) -> None:
    assert list(faults(_kill_again_and_again(*live, 3).history)) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_fifty_kills_lose_nothing_and_repeat_nothing(live: tuple[LiveServer, World]) -> None:
    history = _kill_again_and_again(*live, 50).history
    assert list(faults(history)) == []
    assert history.count(Fate.UNKNOWN) > 0, "no kill came in the middle of a push"
