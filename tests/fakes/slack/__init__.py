"""A Slack on the loopback: Web API, Socket Mode, signed events, and Slack's own limits.

`FakeSlack` holds one workspace and takes its app's manifest. People act through it (`say`,
`command`, `press`, `shortcut`, `submit`), the real slack-bolt and slack-sdk answer over HTTP and a
websocket. What Slack would refuse is refused here, with Slack's error names; `refusals` keeps them.
"""

from tests.fakes.slack.fake import FakeSlack
from tests.fakes.slack.limits import RefusedError, check_message
from tests.fakes.slack.workspace import Channel, Message, Person, Workspace

__all__ = [
    "Channel",
    "FakeSlack",
    "Message",
    "Person",
    "RefusedError",
    "Workspace",
    "check_message",
]
