"""`footnote bot discord`: the invite, the ceiling, and clear words for a token that won't do."""

from contextlib import closing

import discord
import pytest

from bot.discord_invite import USES
from operations.bootstrap import open_operations
from rag.settings import load_settings

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4OQ.x.y"  # noqa: S105 - made up


def held(permissions):
    """The names of what is permitted; some permissions have two."""
    return {name for name, is_held in permissions if is_held}


def test_the_invite_asks_for_exactly_what_the_bot_uses(footnote, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_DISCORD_TOKEN", TOKEN)
    run = footnote("bot", "discord", "invite")
    assert run.status == 0
    link = run.stdout
    assert link.startswith("https://discord.com/oauth2/authorize?client_id=1234567890123456789&")
    assert "scope=bot+applications.commands" in link
    asked = discord.Permissions(int(link.split("permissions=")[1].split("&")[0]))
    used = {name: True for names in USES.values() for name in names}
    assert held(asked) == held(discord.Permissions(**used))
    assert not {"mention_everyone", "administrator", "manage_messages"} & held(asked)
    assert "replies to the question" in run.stderr


@pytest.mark.parametrize(
    "arguments",
    [("bot", "discord"), ("bot", "discord", "invite"), ("serve", "--with", "discord")],
    ids=" ".join,
)
def test_a_missing_token_is_one_sentence(footnote, arguments):
    run = footnote(*arguments)
    assert (run.status, run.stdout) == (2, "")
    assert run.sentence.startswith("The Discord bot has no token: copy it from the Bot page")


def test_a_token_that_is_none_is_one_sentence_that_does_not_repeat_it(footnote, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_DISCORD_TOKEN", "hunter2 hunter2")
    run = footnote("bot", "discord")
    assert run.status == 2
    assert run.sentence.startswith("The Discord token is not a bot's token: ")
    assert "hunter2" not in run.sentence


def test_a_token_comes_from_a_file(footnote, monkeypatch, tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    monkeypatch.setenv("FOOTNOTE_DISCORD_TOKEN_FILE", str(file))
    assert footnote("bot", "discord", "invite").status == 0
    file.unlink()
    run = footnote("bot", "discord", "invite")
    assert run.status == 2
    assert "can't be read: check its path" in run.sentence


def test_another_bot_is_not_there(footnote):
    run = footnote("serve", "--with", "irc")
    assert run.status == 2
    assert "There is no bot called irc: choose of discord" in run.sentence


def test_the_operator_sets_which_labels_a_server_may_use(footnote, tmp_path):
    run = footnote("bot", "discord", "allow", "123", "--audience", "hr")
    assert run.stdout == "123 may use these restricted documents: hr.\n"
    with closing(open_operations(load_settings(data_dir=tmp_path / ".footnote"))) as operations:
        assert operations.rooms.allowed("discord", "123") == {"hr"}
    assert "documents: none." in footnote("bot", "discord", "allow", "123").stdout
