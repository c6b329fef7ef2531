"""The Slack bot's tokens and parts, from the settings."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.responses import PlainTextResponse

from api.server_options import SERVER_OPTIONS
from bot.desk import Desk
from bot.slack_app import SlackBot
from bot.slack_manifest import PATH, manifest
from bot.slack_run import build_bot, http_endpoint, on_socket, started
from cli.door import Door
from cli.listening import listening_socket
from operations.rooms import Rooms
from rag.errors import InvalidRequestError
from rag.secret import SecretStr
from rag.settings import Settings

NAME_MAX = 35
APPS = "https://api.slack.com/apps"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What Slack gave us: `app` for Socket Mode, or `secret` for signed HTTP."""

    bot: str
    app: str
    secret: str


def tokens_of(settings: Settings) -> Tokens:
    """The bot's tokens. Raises InvalidRequestError when one that is needed is missing or wrong."""
    tokens = Tokens(
        _held("slack_bot_token", settings.slack_bot_token, settings.slack_bot_token_file),
        _held("slack_app_token", settings.slack_app_token, settings.slack_app_token_file),
        _held(
            "slack_signing_secret",
            settings.slack_signing_secret,
            settings.slack_signing_secret_file,
        ),
    )
    if not tokens.bot:
        raise InvalidRequestError(
            f"The Slack bot has no token: copy the one that begins with xoxb- from OAuth & "
            f"Permissions of your app at {APPS} and set FOOTNOTE_SLACK_BOT_TOKEN, or "
            "FOOTNOTE_SLACK_BOT_TOKEN_FILE to a file that holds it."
        )
    if not tokens.bot.startswith("xoxb-"):
        raise InvalidRequestError(
            "FOOTNOTE_SLACK_BOT_TOKEN is no bot token, which begins with xoxb-: copy it from OAuth "
            f"& Permissions of your app at {APPS}."
        )
    if not tokens.app and not tokens.secret:
        raise InvalidRequestError(
            "How does Slack reach the bot? Set FOOTNOTE_SLACK_APP_TOKEN for Socket Mode (no public "
            "address needed), or FOOTNOTE_SLACK_SIGNING_SECRET for signed HTTP; both are under "
            f"Basic Information of your app at {APPS}."
        )
    if tokens.app and not tokens.app.startswith("xapp-"):
        raise InvalidRequestError(
            "FOOTNOTE_SLACK_APP_TOKEN is no app-level token, which begins with xapp-: make one "
            f"with the scope connections:write under Basic Information of your app at {APPS}."
        )
    return tokens


def door_paths(settings: Settings) -> tuple[str, ...]:
    """The addresses that Slack posts to: none in Socket Mode."""
    return () if tokens_of(settings).app else (PATH,)


async def run(desk: Desk, rooms: Rooms, settings: Settings, door: Door | None) -> None:
    """Run until cancelled: on a socket, through the API's door, or on a port of its own."""
    tokens = tokens_of(settings)
    bot = build_bot(tokens.bot, desk, rooms, secret=tokens.secret, api_url=settings.slack_api_url)
    async with started(bot) as team:
        if tokens.app:
            async with on_socket(bot, tokens.app):
                _tell(f"Connected to Slack as {bot.name} in {team}, in Socket Mode.")
                await asyncio.Event().wait()
        elif door is not None:
            with door.opened(PATH, http_endpoint(bot, tokens.secret)):
                _tell(f"Connected to Slack as {bot.name} in {team}; it posts to {PATH}.")
                await asyncio.Event().wait()
        else:
            await _listen(bot, tokens.secret, team, settings)


def print_manifest(url: str | None, name: str) -> None:
    """Print the app manifest as JSON. Raises InvalidRequestError for what Slack won't take."""
    if not 1 <= len(name) <= NAME_MAX:
        raise InvalidRequestError(
            f"Slack takes names of 1 to {NAME_MAX} characters: give a shorter --name."
        )
    if url is not None and not url.startswith("https://"):
        raise InvalidRequestError(
            f"Slack only posts to an https address, and {url} is none: leave --url out for Socket "
            "Mode."
        )
    sys.stdout.write(json.dumps(manifest(url, name), indent=2, ensure_ascii=False) + "\n")


async def _listen(bot: SlackBot, secret: str, team: str, settings: Settings) -> None:
    door = Door(PlainTextResponse("There is nothing here.\n", 404), ())
    with (
        listening_socket(settings.host, settings.slack_port) as listening,
        door.opened(PATH, http_endpoint(bot, secret)),
    ):
        config = uvicorn.Config(
            door, log_level="warning", access_log=False, server_header=False, **SERVER_OPTIONS
        )
        _tell(
            f"Connected to Slack as {bot.name} in {team}; listening on "
            f"{settings.host}:{settings.slack_port}{PATH}."
        )
        await uvicorn.Server(config).serve(sockets=[listening])


def _held(name: str, token: SecretStr | None, file: Path | None) -> str:
    if token is not None:
        return token.get_secret_value().strip()
    if file is None:
        return ""
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequestError(
            f"FOOTNOTE_{name.upper()}_FILE ({file}) can't be read: check its path and permissions."
        ) from error


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
