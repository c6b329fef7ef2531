"""When a bot speaks, what it shows where, and how often it may be asked."""

from dataclasses import replace

import pytest

from bot.manners import Heard, Listening, RateLimits, Rates, is_for_us
from bot.sight import Stand, audience_at

ANA = Heard("ana")


@pytest.mark.parametrize(
    ("heard", "answers"),
    [
        pytest.param(ANA, False, id="talk"),
        pytest.param(replace(ANA, mentions_us=True), True, id="mention"),
        pytest.param(replace(ANA, mentions_us=True, by_machine=True), False, id="another bot"),
        pytest.param(replace(ANA, direct=True), True, id="direct"),
        pytest.param(replace(ANA, direct=True, by_machine=True), False, id="bot in direct"),
        pytest.param(replace(ANA, replies_to_us=True, addresses_others=True), True, id="reply"),
        pytest.param(replace(ANA, listening=Listening.ALL), True, id="switched on"),
        pytest.param(
            replace(ANA, listening=Listening.ALL, addresses_others=True), False, id="to another"
        ),
        pytest.param(replace(ANA, listening=Listening.OFF, mentions_us=True), False, id="off"),
        pytest.param(replace(ANA, alone_with="ana"), True, id="her own thread"),
        pytest.param(replace(ANA, alone_with="ben"), False, id="his thread"),
        pytest.param(
            replace(ANA, alone_with="ana", addresses_others=True), False, id="her thread, to him"
        ),
    ],
)
def test_it_speaks_when_it_is_spoken_to(heard, answers):
    assert is_for_us(heard) is answers


@pytest.mark.parametrize(
    ("only_asker", "open_to_all", "seen"),
    [
        (True, True, {"own"}),
        (True, False, {"own", "here"}),
        (False, False, {"here"}),
        (False, True, set()),
    ],
)
def test_what_may_be_shown_follows_from_who_can_read_it(only_asker, open_to_all, seen):
    stand = Stand(only_asker=only_asker, open_to_all=open_to_all)
    assert audience_at(stand, frozenset({"here"}), frozenset({"own"})) == seen


def test_each_person_and_each_channel_has_a_rate_and_the_first_refusal_is_marked():
    limits = RateLimits(Rates(per_person=2, per_channel=3, seconds=60))
    assert [limits.refusal("ana", "c") for _ in range(2)] == [None, None]
    first, second = limits.refusal("ana", "c"), limits.refusal("ana", "c")
    assert "from one person: ask again in" in first.word
    assert (first.first, second.first) == (True, False)
    assert limits.refusal("ben", "c") is None
    assert "in this channel" in limits.refusal("ben", "c").word
    assert limits.refusal("ben", "another") is None
