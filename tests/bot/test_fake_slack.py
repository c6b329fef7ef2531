"""The fake refuses what Slack refuses: a renderer that breaks a limit fails against it."""

import asyncio
import time
from types import SimpleNamespace

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.render_slack import answer_messages
from bot.slack_manifest import SCOPES, manifest
from bot.slack_run import on_socket
from bot.slack_web import SlackWeb, open_client
from tests.fakes.service import ANSWERED
from tests.fakes.slack import FakeSlack, Message, RefusedError, check_message
from tests.fakes.slack.fake import APP_TOKEN, BOT_TOKEN, SECRET

WORD = "word "


def section(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def markdown(text):
    return {"type": "markdown", "text": text}


def context(*texts):
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": t} for t in texts]}


BROKEN = {
    "51 blocks": ([section("x")] * 51, "invalid_blocks"),
    "a section of 3,001": ([section("x" * 3_001)], "invalid_blocks"),
    "a section of 1,501 flags": ([section("🇩🇪" * 751)], "invalid_blocks"),
    "an empty section": ([section("")], "invalid_blocks"),
    "a markdown block of 12,001": ([markdown("x" * 12_001)], "invalid_blocks"),
    "two markdown blocks of 6,001": ([markdown("x" * 6_001)] * 2, "invalid_blocks"),
    "11 context elements": ([context(*["x"] * 11)], "invalid_blocks"),
    "no context element": ([context()], "invalid_blocks"),
    "a message of 13,001": ([section("x" * 2_700)] * 4 + [section("x" * 2_201)], "msg_blocks"),
    "an unknown block": ([{"type": "table_of_contents"}], "invalid_blocks"),
    "two blocks with one id": (
        [section("x") | {"block_id": "a"}, section("y") | {"block_id": "a"}],
        "invalid_blocks",
    ),
    "a button in context actions": (
        [{"type": "context_actions", "elements": [{"type": "button", "action_id": "a"}]}],
        "invalid_blocks",
    ),
    "a button value of 2,001": (
        [
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "action_id": "a",
                        "text": {"type": "plain_text", "text": "x"},
                        "value": "x" * 2_001,
                    }
                ],
            }
        ],
        "invalid_blocks",
    ),
    "nothing at all": ([], "no_text"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_message_beyond_a_limit_is_refused(name):
    blocks, error = BROKEN[name]
    with pytest.raises(RefusedError, match=error):
        check_message("", blocks)


def test_what_we_render_is_taken():
    for message in answer_messages(ANSWERED):
        check_message(message.text, message.blocks)


def playing(play, **options):
    async def run():
        slack = FakeSlack(manifest(), **options)
        async with slack.running():
            ana = slack.workspace.person("ana")
            general = slack.workspace.channel("general", ana)
            client = open_client(BOT_TOKEN, slack.api_url)
            await play(slack, client, ana, general)

    asyncio.run(run())


async def refused(call):
    with pytest.raises(SlackApiError) as told:
        await call
    return told.value.response["error"]


def test_a_stream_needs_a_thread_and_a_recipient_and_keeps_to_its_length():
    async def play(slack, client, ana, general):
        root = await slack.say(ana, general, "hi")
        start = client.chat_startStream
        place = {"channel": general.id, "thread_ts": root.ts}
        who = {"recipient_user_id": ana.id, "recipient_team_id": "T0GUIDE"}
        nowhere = {"channel": general.id, "thread_ts": "1.000001"}
        assert await refused(start(**nowhere, **who)) == "invalid_thread_ts"
        assert await refused(start(**place)) == "missing_recipient_user_id"
        stream = (await start(**place, **who))["ts"]
        append = client.chat_appendStream
        at = {"channel": general.id, "ts": stream}
        assert await refused(append(**at, markdown_text="x" * 12_001)) == "msg_too_long"
        await append(**at, markdown_text="x" * 12_000)
        stop = client.chat_stopStream
        assert await refused(stop(**at, blocks=[section("x" * 3_001)])) == "invalid_blocks"
        await stop(**at, blocks=[section("x")])
        assert await refused(append(**at, markdown_text="x")) == "message_not_in_streaming_state"

    playing(play)


def test_posting_faster_than_a_message_a_second_is_429_and_the_client_waits():
    async def play(slack, client, _, general):
        started = time.monotonic()
        for _ in range(4):
            await client.chat_postMessage(channel=general.id, text="x")
        assert slack.api.rate_limited["chat.postMessage"] > 0
        assert time.monotonic() - started >= 1
        assert len(slack.workspace.messages) == 4

    playing(play)


def test_each_scope_of_the_manifest_is_needed():
    prompts = [{"title": "x", "message": "x"}]
    calls = {
        "chat:write": ("chat.postMessage", {"text": "x"}),
        "channels:read": ("conversations.info", {}),
        "channels:history": ("conversations.replies", {"ts": "1"}),
        "users:read": ("users.info", {"user": "U0ANA"}),
        "assistant:write": (
            "assistant.threads.setSuggestedPrompts",
            {"thread_ts": "1", "prompts": prompts},
        ),
    }

    async def play(slack, client, _, general):
        for scope, (method, more) in calls.items():
            slack.api.scopes.discard(scope)
            place = {"channel": general.id, "channel_id": general.id}
            call = client.api_call(method, json={**place, **more})
            assert await refused(call) == "missing_scope", scope

    playing(play)
    # The others carry events and commands, and the same reading in private places.
    others = {"app_mentions:read", "commands", "groups:history", "groups:read", "im:history"}
    assert set(SCOPES) == {*calls, *others, "im:read"}


def test_a_response_url_may_be_used_five_times():
    async def play(slack, _, ana, general):
        url = slack._response_url(general.id, ana.id)
        async with aiohttp.ClientSession() as session:
            for use in range(6):
                async with session.post(url, json={"text": "x"}) as answer:
                    assert answer.status == (200 if use < 5 else 404)

    playing(play)


def test_a_status_ends_after_two_minutes():
    async def play(slack, client, ana, general):
        root = await slack.say(ana, general, "hi")
        await client.assistant_threads_setStatus(
            channel_id=general.id, thread_ts=root.ts, status="is searching"
        )
        _, ends = slack.workspace.statuses[general.id, root.ts]
        assert 110 < ends - time.monotonic() <= 120

    playing(play)


def test_an_app_that_does_not_acknowledge_gets_three_retries():
    """Nobody's listener is bound: Bolt answers 404, which is no acknowledgement."""

    async def play(slack, client, ana, general):
        deaf = SimpleNamespace(
            app=AsyncApp(client=client, signing_secret=SECRET), web=SlackWeb(client)
        )
        async with on_socket(deaf, APP_TOKEN, ping_seconds=0.5):
            await slack.until(lambda: slack.sockets.open)
            await slack.say(ana, general, "anyone?")
            await slack.settled()
        assert [done.attempt for done in slack.delivery.log] == [0, 1, 2, 3]
        assert all(done.ack is None for done in slack.delivery.log)

    playing(play, minute=0.01, ack_seconds=0.1)


def test_a_mention_in_unescaped_text_is_seen_to_ring():
    async def play(slack, client, _, general):
        text = "hi <!channel> <@U0ANA> https://evil.example"
        await client.chat_postMessage(channel=general.id, text=text)
        assert slack.api.pings == ["<!channel>", "<@U0ANA>"]
        assert slack.api.unfurled == ["https://evil.example"]

    playing(play)


def test_a_stranger_to_a_channel_cant_post_there():
    async def play(slack, client, ana, general):
        closed = slack.workspace.channel("closed", ana, private=True, with_bot=False)
        strange = slack.workspace.channel("strange", ana, with_bot=False)
        post = client.chat_postMessage
        assert await refused(post(channel=closed.id, text="x")) == "channel_not_found"
        assert await refused(post(channel=strange.id, text="x")) == "not_in_channel"
        slack.workspace.add(Message(general.id, "1.1", ana.id, "hers"))
        assert (
            await refused(client.chat_update(channel=general.id, ts="1.1", text="x"))
            == "cant_update_message"
        )

    playing(play)
