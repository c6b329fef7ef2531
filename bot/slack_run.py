"""Builds a Slack bot from its tokens and keeps it connected: Socket Mode, or signed HTTP."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from bot.desk import Desk
from bot.slack_access import SlackAccess
from bot.slack_app import SlackBot
from bot.slack_web import SlackWeb, UndeliverableError, open_client
from operations.rooms import Rooms
from rag.errors import InvalidRequestError, TransientError

LOGGER = logging.getLogger("footnote.bot")
API_URL = "https://slack.com/api/"
PING_SECONDS = 5.0
# A ticket for a socket is good once: after so long without a connection a new one is asked for.
STUCK_SECONDS = 20.0
BODY_MAX = 1_000_000
BOT_TOKEN, APP_TOKEN = "xoxb-", "xapp-"
# Bolt wants a secret even where no HTTP request ever comes.
NO_SECRET = "unused in Socket Mode"  # noqa: S105


def build_bot(
    token: str, desk: Desk, rooms: Rooms, *, secret: str | None = None, api_url: str = API_URL
) -> SlackBot:
    """A bot that is not connected yet; without a signing secret it takes no HTTP."""
    web = SlackWeb(open_client(token, api_url))
    app = AsyncApp(
        name="footnote",
        client=web.client,
        signing_secret=secret or NO_SECRET,
        logger=logging.getLogger("footnote.bot.bolt"),
    )
    return SlackBot(app, web, SlackAccess(web, rooms), desk)


@asynccontextmanager
async def started(bot: SlackBot) -> AsyncIterator[str]:
    """The workspace's name; the bot works until the block ends.

    Raises InvalidRequestError when Slack refuses the token, TransientError when it is away.
    """
    try:
        team = await bot.start()
    except SlackApiError as error:
        raise InvalidRequestError(
            f"Slack refuses FOOTNOTE_SLACK_BOT_TOKEN ({error.response['error']}): install the app "
            "to your workspace and copy the token from OAuth & Permissions."
        ) from error
    except UndeliverableError as error:
        raise TransientError(f"{error}. Check the network and start again.") from error
    try:
        yield team
    finally:
        await bot.close()


@asynccontextmanager
async def on_socket(
    bot: SlackBot, app_token: str, ping_seconds: float = PING_SECONDS
) -> AsyncIterator[AsyncSocketModeHandler]:
    """Socket Mode until the block ends; lost connections are made anew.

    Raises InvalidRequestError when Slack refuses the token.
    """
    handler = AsyncSocketModeHandler(bot.app, app_token, ping_interval=ping_seconds)
    try:
        # The client itself would try a wrong token for ever.
        opened = await bot.web.patiently(
            lambda: bot.web.client.apps_connections_open(app_token=app_token)
        )
        handler.client.wss_uri = opened["url"]
    except SlackApiError as error:
        await handler.client.close()
        raise InvalidRequestError(
            f"Slack refuses FOOTNOTE_SLACK_APP_TOKEN ({error.response['error']}): make an "
            "app-level token with the scope connections:write, and switch Socket Mode on."
        ) from error
    except UndeliverableError as error:
        await handler.client.close()
        raise TransientError(f"{error}. Check the network and start again.") from error
    await handler.client.connect()
    watch = asyncio.create_task(_keep_connected(handler))
    try:
        yield handler
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        await handler.client.close()


def http_endpoint(bot: SlackBot, secret: str) -> "SignedEndpoint":
    """Where Slack posts to when the app has a public address."""
    return SignedEndpoint(bot.app, SignatureVerifier(secret))


class SignedEndpoint:
    """Takes events, commands and interactions; anything Slack has not signed is 401, unread."""

    def __init__(self, app: AsyncApp, verifier: SignatureVerifier) -> None:
        self._handler = AsyncSlackRequestHandler(app)
        self._verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Bolt reads a body before it checks it: we check first."""
        response = await self._response(Request(scope, receive))
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > BODY_MAX:
                return JSONResponse({"error": "request too large"}, status_code=413)
        if not self._is_signed(body, request):
            return JSONResponse({"error": "invalid request"}, status_code=401)

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        return await self._handler.handle(Request(request.scope, again))

    def _is_signed(self, body: bytes, request: Request) -> bool:
        try:
            return self._verifier.is_valid(
                body,
                request.headers.get("x-slack-request-timestamp"),
                request.headers.get("x-slack-signature"),
            )
        except (ValueError, TypeError):
            # A timestamp that is no number, a body that is no UTF-8, a signature beyond ASCII.
            return False


async def _keep_connected(handler: AsyncSocketModeHandler) -> None:
    """Ask for a new ticket when the client has been trying an old one for too long."""
    client = handler.client
    while True:
        await asyncio.sleep(STUCK_SECONDS)
        if not await client.is_connected():
            LOGGER.warning("no connection to Slack: a new one is asked for")
            client.wss_uri = None
