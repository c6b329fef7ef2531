"""The workspace in action: people speak and press, events go out, answers come in."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.slack.delivery import ACK_SECONDS, Delivered, Delivery, SignedHttp, Sockets
from tests.fakes.slack.limits import RefusedError
from tests.fakes.slack.web_api import Fault, WebApi
from tests.fakes.slack.workspace import (
    APP,
    BOT_USER,
    TEAM,
    Channel,
    Message,
    Person,
    Workspace,
)

BOT_TOKEN = "xoxb-fake-bot-token"  # noqa: S105
APP_TOKEN = "xapp-fake-app-token"  # noqa: S105
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105
RESPONSE_USES, RESPONSE_SECONDS = 5, 1_800.0
PATIENCE = 60.0


@dataclass
class ResponseUrl:
    """A response_url's right to speak: five times in half an hour."""

    channel: str
    user: str
    expires: float
    uses: int = 0
    shown: Message | None = None


class FakeSlack:
    """One workspace with one app. Use `running()`; `manifest` says what the app may do and hears.

    `streams`: whether the workspace has chat.startStream. `minute` and `message_seconds` say how
    long Slack's minute between retries and its second between messages last here.
    """

    def __init__(
        self,
        manifest: Mapping[str, Any],
        *,
        streams: bool = True,
        minute: float = 60.0,
        message_seconds: float = 1.0,
        ack_seconds: float = ACK_SECONDS,
    ) -> None:
        self.manifest = manifest
        self.workspace = Workspace()
        self.sockets = Sockets(ack_seconds)
        self.delivery = Delivery(self.sockets, minute)
        scopes = set(manifest["oauth_config"]["scopes"]["bot"])
        self.api = WebApi(
            self.workspace,
            scopes,
            BOT_TOKEN,
            APP_TOKEN,
            streams=streams,
            message_seconds=message_seconds,
        )
        self.heard = set(manifest["settings"]["event_subscriptions"]["bot_events"])
        self.ack_seconds = ack_seconds
        self.address = ""
        self.events: list[dict[str, Any]] = []
        self._urls: dict[str, ResponseUrl] = {}
        self._underway: set[asyncio.Task[Any]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FakeSlack"]:
        """Serve on a free loopback port until the block ends."""
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self.api.handle)
        app.router.add_get("/socket", self.sockets.handle)
        app.router.add_post("/response/{id}", self._respond)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        self.address = f"http://127.0.0.1:{port}"
        self.api.socket_address = f"ws://127.0.0.1:{port}/socket"
        try:
            yield self
        finally:
            for task in self._underway:
                task.cancel()
            await asyncio.gather(*self._underway, return_exceptions=True)
            await runner.cleanup()

    @property
    def api_url(self) -> str:
        """The Web API's address."""
        return f"{self.address}/api/"

    def send_over_http(self, address: str, secret: str = SECRET) -> SignedHttp:
        """Bring everything to this address from now on, instead of down a socket."""
        self.delivery.transport = http = SignedHttp(address, secret, self.ack_seconds)
        return http

    def fail(
        self,
        method: str,
        status: int,
        times: int = 1,
        *,
        applied: bool = False,
        retry_after: int = 1,
    ) -> None:
        """Let the next calls of a method fail; `applied`: after they took effect all the same."""
        self.api.faults[method] = Fault(status, times, applied, retry_after)

    async def say(
        self, person: Person, channel: Channel, text: str, thread: Message | None = None
    ) -> Message:
        """A person's message; its events are on their way when this returns."""
        message = self.workspace.add(
            Message(
                channel.id,
                self.workspace.new_ts(),
                person.id,
                text,
                thread_ts=(thread.thread_ts or thread.ts) if thread else None,
            )
        )
        for event in self._events_of(message, channel):
            self.send(event)
        return message

    def bot_says(self, channel: Channel, text: str) -> None:
        """Another app's message, which may mention ours."""
        message = Message(channel.id, self.workspace.new_ts(), "U0OTHERBOT", text)
        self.workspace.add(message)
        for event in self._events_of(message, channel):
            event["event"] |= {"subtype": "bot_message", "bot_id": "B0OTHER"}
            self.send(event)

    def send(self, envelope: dict[str, Any]) -> asyncio.Task[bool]:
        """Deliver an event in the background, with Slack's retries."""
        self.events.append(envelope)
        return self._start(self.delivery.event(envelope))

    async def open_assistant(self, person: Person) -> Message:
        """A person opens the assistant panel; the thread's root."""
        channel = self.workspace.direct(person)
        root = self.workspace.add(Message(channel.id, self.workspace.new_ts(), BOT_USER, ""))
        thread = {
            "user_id": person.id,
            "channel_id": channel.id,
            "thread_ts": root.ts,
            "context": {},
        }
        self.send(
            self._envelope(
                {
                    "type": "assistant_thread_started",
                    "assistant_thread": thread,
                    "event_ts": root.ts,
                }
            )
        )
        return root

    async def command(self, person: Person, channel: Channel, command: str, text: str) -> Delivered:
        """A slash command; what the app acknowledged with is shown to the person alone."""
        known = {entry["command"] for entry in self.manifest["features"]["slash_commands"]}
        assert command in known, f"{command} is not in the manifest"
        url = self._response_url(channel.id, person.id)
        delivered = await self.delivery.once(
            "slash_commands",
            {
                "token": "gone",
                "team_id": TEAM,
                "team_domain": "guide",
                "channel_id": channel.id,
                "channel_name": channel.name if channel.kind == "channel" else "privategroup",
                "user_id": person.id,
                "user_name": person.name,
                "command": command,
                "text": text,
                "api_app_id": APP,
                "response_url": url,
                "trigger_id": self.api.new_trigger(),
            },
        )
        self._show_ack(delivered, url)
        return delivered

    async def press(
        self, person: Person, message: Message, action_id: str, value: str | None = None
    ) -> Delivered:
        """A button of a message; `value` tells apart the buttons of one element."""
        action = self._action(message, action_id, value)
        url = self._response_url(message.channel, person.id)
        self._urls[url.rsplit("/", 1)[1]].shown = message if message.only_for else None
        return await self.delivery.once(
            "interactive",
            {
                "type": "block_actions",
                **self._actor(person),
                "container": {
                    "type": "message",
                    "message_ts": message.ts,
                    "channel_id": message.channel,
                    "is_ephemeral": bool(message.only_for),
                },
                "channel": {"id": message.channel, "name": "here"},
                "message": message.as_json(),
                "response_url": url,
                "trigger_id": self.api.new_trigger(),
                "actions": [action],
            },
        )

    async def shortcut(self, person: Person, message: Message, callback_id: str) -> Delivered:
        """A shortcut from a message's menu."""
        known = {entry["callback_id"] for entry in self.manifest["features"]["shortcuts"]}
        assert callback_id in known, f"{callback_id} is not in the manifest"
        return await self.delivery.once(
            "interactive",
            {
                "type": "message_action",
                **self._actor(person),
                "callback_id": callback_id,
                "trigger_id": self.api.new_trigger(),
                "response_url": self._response_url(message.channel, person.id),
                "message_ts": message.ts,
                "channel": {"id": message.channel, "name": "here"},
                "message": message.as_json(),
            },
        )

    async def submit(self, person: Person, values: Mapping[str, str]) -> Delivered:
        """The modal that was opened last, filled in by block id."""
        opened = self.workspace.views.pop()
        state = {}
        for block in opened.view["blocks"]:
            if block["type"] == "input":
                typed = {"type": "plain_text_input", "value": values.get(block["block_id"])}
                state[block["block_id"]] = {block["element"]["action_id"]: typed}
        return await self.delivery.once(
            "interactive",
            {
                "type": "view_submission",
                **self._actor(person),
                "view": {"id": opened.id, **opened.view, "state": {"values": state}},
                "response_urls": [],
            },
        )

    async def until(self, holds: Callable[[], Any], what: str = "it") -> Any:
        """What the condition gives once it holds."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            given = holds()
            if given:
                return given
            await asyncio.sleep(0.02)
        said = [f"{m.user}: {m.text[:80]!r} {m.streamed[:80]!r}" for m in self.workspace.messages]
        raise AssertionError(
            f"{what} did not happen. Said: {said}. Refused: {self.api.refusals}. "
            f"Calls: {[name for name, _ in self.api.calls][-30:]}"
        )

    async def settled(self) -> None:
        """Until every event that was sent is acknowledged or given up."""
        await asyncio.gather(*self._underway, return_exceptions=True)

    def _events_of(self, message: Message, channel: Channel) -> list[dict[str, Any]]:
        if BOT_USER not in channel.members:
            return []
        told = message.as_json() | {
            "channel": channel.id,
            "event_ts": message.ts,
            "client_msg_id": str(uuid.uuid4()),
        }
        events = []
        mentions = f"<@{BOT_USER}>" in message.text
        if mentions and channel.kind != "im" and "app_mention" in self.heard:
            events.append(self._envelope({**told, "type": "app_mention"}))
        kind = {"channel": "channels", "group": "groups", "im": "im"}[channel.kind]
        if f"message.{kind}" in self.heard:
            events.append(self._envelope({**told, "channel_type": channel.kind}))
        return events

    def _envelope(self, event: dict[str, Any]) -> dict[str, Any]:
        return {
            "token": "gone",
            "team_id": TEAM,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{uuid.uuid4().hex[:10].upper()}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
            "is_ext_shared_channel": False,
        }

    def _actor(self, person: Person) -> dict[str, Any]:
        return {
            "user": {"id": person.id, "name": person.name, "team_id": TEAM},
            "team": {"id": TEAM, "domain": "guide"},
            "api_app_id": APP,
            "token": "gone",
        }

    def _action(self, message: Message, action_id: str, value: str | None) -> dict[str, Any]:
        for block in message.blocks:
            for element in block.get("elements", ()):
                if element.get("action_id") != action_id:
                    continue
                buttons = [element.get("positive_button"), element.get("negative_button"), element]
                for button in filter(None, buttons):
                    if value is None or (button.get("value") or "").startswith(value):
                        return {
                            "type": element["type"],
                            "action_id": action_id,
                            "block_id": block.get("block_id", "b"),
                            "value": button.get("value"),
                            "action_ts": str(time.time()),
                        }
        raise AssertionError(f"the message has no {action_id} {value}: {message.blocks}")

    def _response_url(self, channel: str, user: str) -> str:
        key = uuid.uuid4().hex
        self._urls[key] = ResponseUrl(channel, user, time.monotonic() + RESPONSE_SECONDS)
        return f"{self.address}/response/{key}"

    def _show_ack(self, delivered: Delivered, url: str) -> None:
        if delivered.ack:
            held = self._urls[url.rsplit("/", 1)[1]]
            held.shown = self.api.post_response(held.channel, held.user, delivered.ack)

    async def _respond(self, request: web.Request) -> web.Response:
        held = self._urls.get(request.match_info["id"])
        if held is None or time.monotonic() > held.expires:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if held.uses >= RESPONSE_USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        held.uses += 1
        body = json.loads(await request.text())
        self.api.calls.append(("response_url", body))
        try:
            message = self.api.post_response(held.channel, held.user, body)
        except RefusedError as error:
            self.api.refusals.append(("response_url", error))
            return web.json_response({"ok": False, "error": error.error}, status=400)
        if body.get("replace_original") and held.shown in self.workspace.messages:
            self.workspace.messages.remove(held.shown)
        held.shown = message
        return web.Response(text="ok")

    def _start(self, work: Any) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._underway.add(task)
        task.add_done_callback(self._underway.discard)
        return task
