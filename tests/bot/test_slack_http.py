"""A16: what Slack has not signed is refused unread; what comes twice counts once."""

import json
import time

import pytest

from tests.bot.slack_world import FOOTNOTE, scenario
from tests.fakes.slack.delivery import encoded, signature
from tests.fakes.slack.fake import SECRET

HOT = f"{FOOTNOTE} how hot should the water be?"


def signed(body, stamp=None, secret=SECRET):
    stamp = str(stamp if stamp is not None else int(time.time()))
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature(secret, stamp, body),
    }


def test_signed_events_are_answered(tmp_path):
    async def play(world):
        async with world.http_bot():
            await world.slack.say(world.ana, world.general, HOT)
            await world.answer_in(world.general)
            await world.slack.command(world.ana, world.general, "/ask", "how hot?")
            answer = await world.answer_in(world.general, 2)
            await world.slack.press(world.ana, answer, "footnote_feedback", "footnote:up")
            await world.slack.until(lambda: world.service.opinions)
        assert all(done.status == 200 for done in world.slack.delivery.log)
        assert all(done.seconds < 3 for done in world.slack.delivery.log)

    scenario(tmp_path, play, message_seconds=0.1)


FORGERIES = {
    "another secret": lambda body: (body, signed(body, secret=SECRET[::-1])),
    "a changed byte": lambda body: (body.replace("hot", "hut"), signed(body)),
    "301 seconds old": lambda body: (body, signed(body, int(time.time()) - 301)),
    "302 seconds ahead": lambda body: (body, signed(body, int(time.time()) + 302)),
    "a timestamp of letters": lambda body: (
        body,
        signed(body) | {"X-Slack-Request-Timestamp": "now"},
    ),
    "no signature": lambda body: (body, {"Content-Type": "application/json"}),
    "a signature beyond ASCII": lambda body: (
        body,
        signed(body) | {"X-Slack-Signature": "v0=\u00e9"},
    ),
    "no JSON, unsigned": lambda _: ("{", {"Content-Type": "application/json"}),
    "a challenge, unsigned": lambda _: (
        json.dumps({"type": "url_verification", "challenge": "c"}),
        {"Content-Type": "application/json"},
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_401_and_nothing_happens(tmp_path, name):
    async def play(world):
        async with world.http_bot() as address:
            http = world.slack.send_over_http(address)
            event = world.slack._envelope(
                {
                    "type": "app_mention",
                    "user": world.ana.id,
                    "text": HOT,
                    "ts": "1.000001",
                    "channel": world.general.id,
                }
            )
            body, headers = FORGERIES[name](encoded("events_api", event)[1])
            done = await http.post("events_api", body, headers)
            assert done.status == 401
        assert world.service.asked == []

    scenario(tmp_path, play)


def test_a_request_at_the_edge_of_five_minutes_counts_and_its_replay_does_not(tmp_path):
    async def play(world):
        async with world.http_bot() as address:
            http = world.slack.send_over_http(address)
            root = await world.slack.say(world.ana, world.general, "hi")
            event = world.slack._envelope(
                {
                    "type": "app_mention",
                    "user": world.ana.id,
                    "text": HOT,
                    "ts": root.ts,
                    "channel": world.general.id,
                }
            )
            body = encoded("events_api", event)[1]
            headers = signed(body, int(time.time()) - 290)
            for _ in range(3):
                assert (await http.post("events_api", body, headers)).status == 200
            await world.answer_in(world.general)
        assert len(world.service.asked) == 1

    scenario(tmp_path, play)


def test_slacks_challenge_is_answered_when_it_is_signed(tmp_path):
    async def play(world):
        async with world.http_bot() as address:
            http = world.slack.send_over_http(address)
            body = json.dumps({"type": "url_verification", "challenge": "c0ffee"})
            done = await http.post("events_api", body, signed(body))
        assert done.ack == {"challenge": "c0ffee"}

    scenario(tmp_path, play)


def test_a_body_beyond_all_reason_is_refused(tmp_path):
    async def play(world):
        async with world.http_bot() as address:
            http = world.slack.send_over_http(address)
            body = "x" * 1_500_000
            assert (await http.post("events_api", body, signed(body))).status == 413

    scenario(tmp_path, play)
