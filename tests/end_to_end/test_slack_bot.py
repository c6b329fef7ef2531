"""The real `footnote` processes against the fake Slack, from a mention to its answer."""

import asyncio
import json
import re
import shutil
import subprocess
from contextlib import ExitStack, asynccontextmanager, contextmanager

import httpx
import pytest

from bot.slack_manifest import manifest
from tests.end_to_end.serving import FOOTNOTE, environment, footnote, free_port, serving
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.fake import APP_TOKEN, BOT_TOKEN, SECRET

ASK = "<@U0FOOTNOTE> how often should a bicycle chain be oiled?"
SAYS = "every 200 kilometres"

pytestmark = pytest.mark.real


@contextmanager
def bot_process(cwd):
    process = subprocess.Popen(
        [FOOTNOTE, "bot", "slack"],
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


@asynccontextmanager
async def workspace(**options):
    slack = FakeSlack(manifest(), minute=2.0, **options)
    async with slack.running():
        ana = slack.workspace.person("ana")
        yield slack, ana, slack.workspace.channel("general", ana)


def configured(ingested, tmp_path, slack, **settings):
    """A copy of the directory with a .env file that names the fake and these settings."""
    directory = shutil.copytree(ingested, tmp_path / "here")
    lines = {"slack_api_url": slack.api_url, "slack_bot_token": BOT_TOKEN, **settings}
    (directory / ".env").write_text(
        "".join(f"FOOTNOTE_{name.upper()}={value}\n" for name, value in lines.items())
    )
    return directory


async def answers(slack, count):
    def stand():
        said = [m for m in slack.workspace.said_by_bot() if not m.is_streaming and m.blocks]
        return said if len([m for m in said if SAYS in f"{m.streamed}{m.blocks}"]) >= count else []

    return await slack.until(stand, f"answer {count}")


def test_a_bot_of_its_own_answers_and_waits_while_the_service_restarts(ingested, tmp_path):
    async def play():
        async with workspace() as (slack, ana, general):
            port = free_port()
            directory = configured(ingested, tmp_path, slack, slack_app_token=APP_TOKEN, port=port)
            with ExitStack() as stack:
                service = ExitStack()
                stack.callback(service.close)
                start = lambda: service.enter_context(serving(directory, port=port))  # noqa: E731
                await asyncio.to_thread(start)
                bot = stack.enter_context(bot_process(directory))
                await slack.until(
                    lambda: slack.sockets.open or bot.poll() is not None, "the bot's connection"
                )
                assert bot.poll() is None, bot.stdout.read()
                await slack.say(ana, general, ASK)
                await answers(slack, 1)
                await asyncio.to_thread(service.close)
                await slack.say(ana, general, ASK)
                await slack.until(
                    lambda: [s for _, _, s in slack.api.status_log if "waiting" in s],
                    "the word that the service is away",
                )
                await asyncio.to_thread(start)
                said = await answers(slack, 2)
            assert len(said) == 2
            assert slack.api.refusals == []

    asyncio.run(play())


def test_serve_with_slack_takes_signed_requests_beside_the_api(ingested, tmp_path):
    async def play():
        async with workspace() as (slack, ana, general):
            admin = slack.workspace.person("grace", is_admin=True)
            secret = tmp_path / "secret"
            secret.write_text(f"{SECRET}\n")
            directory = configured(ingested, tmp_path, slack, slack_signing_secret_file=secret)
            with ExitStack() as stack:
                server = await asyncio.to_thread(
                    lambda: stack.enter_context(serving(directory, ["--with", "slack"]))
                )
                address = f"{server.address}/slack/events"
                http = slack.send_over_http(address)
                async with httpx.AsyncClient() as client:
                    statuses = [503]
                    while statuses[-1] == 503:
                        await asyncio.sleep(0.1)
                        statuses.append((await client.post(address, content="{}")).status_code)
                    assert statuses[-1] == 401
                    assert (await client.get(f"{server.address}/healthz")).status_code == 200
                await slack.say(ana, general, ASK)
                (answer,) = await answers(slack, 1)
                await slack.press(ana, answer, "footnote_feedback", "footnote:up")
                await slack.until(
                    lambda: [m for m in slack.workspace.said_by_bot() if "Thank you" in m.text]
                )
                await slack.shortcut(admin, answer, "footnote_keep")
                await slack.until(
                    lambda: [m for m in slack.workspace.said_by_bot() if "test question" in m.text]
                )
                assert http.address == address
            kept = footnote(directory, "eval", "kept")
            line = json.loads(kept.stdout)
            assert line["question"] == "how often should a bicycle chain be oiled?"
            assert SAYS in line["gold_quotes"][0]

    asyncio.run(play())


def test_a_wrong_token_is_one_clear_sentence(ingested, tmp_path):
    async def play():
        async with workspace() as (slack, *_):
            given = {"slack_app_token": APP_TOKEN, "slack_bot_token": "xoxb-wrong"}
            directory = configured(ingested, tmp_path, slack, **given)
            done = await asyncio.to_thread(footnote, directory, "bot", "slack")
            assert done.returncode == 2
            assert done.stderr.startswith("Slack refuses FOOTNOTE_SLACK_BOT_TOKEN")
            assert done.stderr.count("\n") == 1

    asyncio.run(play())


def test_missing_tokens_are_one_clear_sentence_each(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".env").write_text("")
    done = footnote(tmp_path / "empty", "bot", "slack")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "FOOTNOTE_SLACK_BOT_TOKEN" in done.stderr


def test_the_manifest_is_json_that_slack_takes(tmp_path):
    done = footnote(tmp_path, "bot", "slack", "manifest", "--url", "https://guide.example/")
    made = json.loads(done.stdout)
    assert made == manifest("https://guide.example")
    settings = made["settings"]
    assert settings["event_subscriptions"]["request_url"] == "https://guide.example/slack/events"
    assert settings["socket_mode_enabled"] is False
    assert manifest()["settings"]["socket_mode_enabled"] is True
    features = made["features"]
    # Slack's own lengths of names and descriptions.
    assert all(len(one["name"]) <= 24 for one in features["shortcuts"])
    assert all(len(one["description"]) <= 150 for one in features["shortcuts"])
    assert all(re.fullmatch(r"/[a-z-]{1,31}", one["command"]) for one in features["slash_commands"])
    assert len(made["display_information"]["description"]) <= 140
