"""The app manifest: exactly what the bot uses, to be pasted where Slack asks for it."""

from typing import Any

SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "users:read",
)
EVENTS = (
    "app_mention",
    "assistant_thread_started",
    "message.channels",
    "message.groups",
    "message.im",
)
ASK, KEEP = "footnote_ask", "footnote_keep"
PATH = "/slack/events"


def manifest(url: str | None = None, name: str = "Footnote") -> dict[str, Any]:
    """The manifest for Socket Mode, or for signed HTTP at a public `url`."""
    address = f"{url.rstrip('/')}{PATH}" if url else None
    return {
        "display_information": {
            "name": name,
            "description": "Answers from your own guide, the very words behind every sentence.",
            "background_color": "#1f3a34",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": name, "always_online": True},
            "assistant_view": {
                "assistant_description": "Ask the guide. Every sentence comes with its source."
            },
            "shortcuts": [
                _shortcut("Ask about this", ASK, "Ask the guide what this message asks"),
                _shortcut("Keep as test question", KEEP, "Admins: test future answers with this"),
            ],
            "slash_commands": [
                _command(
                    "/ask", "Ask the guide; only you see the answer", "your question", address
                ),
                _command("/footnote", "For admins: channels and audiences", "help", address),
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {
                **({"request_url": address} if address else {}),
                "bot_events": list(EVENTS),
            },
            "interactivity": {
                "is_enabled": True,
                **({"request_url": address} if address else {}),
            },
            "org_deploy_enabled": False,
            "socket_mode_enabled": address is None,
            "token_rotation_enabled": False,
        },
    }


def _shortcut(name: str, callback_id: str, description: str) -> dict[str, str]:
    return {
        "name": name,
        "type": "message",
        "callback_id": callback_id,
        "description": description,
    }


def _command(
    command: str, description: str, usage_hint: str, address: str | None
) -> dict[str, Any]:
    return {
        "command": command,
        **({"url": address} if address else {}),
        "description": description,
        "usage_hint": usage_hint,
        # Mentions then come as ids, whatever people are called.
        "should_escape": True,
    }
