"""The Discord bot's token and parts, from the settings."""

import base64
import binascii
import sys

from bot.desk import Desk
from bot.discord_app import FootnoteClient, run_discord
from bot.discord_invite import USES, invite_link
from cli.door import Door
from operations.rooms import Rooms
from rag.errors import InvalidRequestError
from rag.settings import Settings, load_settings

WHERE = (
    "copy it from the Bot page of your application at https://discord.com/developers/applications "
    "and set FOOTNOTE_DISCORD_TOKEN, or FOOTNOTE_DISCORD_TOKEN_FILE to a file that holds it"
)


def token_of(settings: Settings) -> str:
    """The bot's token. Raises InvalidRequestError when there is none, or it is no token."""
    token = ""
    if settings.discord_token is not None:
        token = settings.discord_token.get_secret_value().strip()
    elif settings.discord_token_file is not None:
        try:
            token = settings.discord_token_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidRequestError(
                f"FOOTNOTE_DISCORD_TOKEN_FILE ({settings.discord_token_file}) can't be read: "
                "check its path and permissions."
            ) from error
    if not token:
        raise InvalidRequestError(f"The Discord bot has no token: {WHERE}.")
    application_of(token)
    return token


def application_of(token: str) -> int:
    """The application's id, which a token begins with. Raises InvalidRequestError for others."""
    head, *rest = token.split(".")
    try:
        padded = head + "=" * (-len(head) % 4)
        number = int(base64.b64decode(padded, validate=True))
    except (ValueError, binascii.Error):
        number = 0
    if not number or len(rest) != 2 or any(one.isspace() for one in token):  # noqa: PLR2004
        raise InvalidRequestError(f"The Discord token is not a bot's token: {WHERE}.")
    return number


def print_invite() -> None:
    """Print the invite link, and on stderr what each permission is for."""
    link = invite_link(application_of(token_of(load_settings())))
    sys.stdout.write(f"{link}\n")
    for use, names in USES.items():
        sys.stderr.write(f"  {', '.join(names).replace('_', ' ')}: {use}\n")


async def run(desk: Desk, rooms: Rooms, settings: Settings, _door: Door | None) -> None:
    """Run until cancelled."""
    client = FootnoteClient(desk, rooms, message_content=settings.discord_message_content)
    await run_discord(client, token_of(settings))
