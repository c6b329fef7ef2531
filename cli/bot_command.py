"""`footnote bot …`: bots on their own, and what is needed to set them up.

What is heavy is imported by the command that needs it, so that `--help` stays quick.
"""

from pathlib import Path
from typing import Annotated

import typer

from cli.faults import telling_faults

app = typer.Typer(no_args_is_help=True, help="Bots for Discord and Slack.")
discord_app = typer.Typer(invoke_without_command=True, help="Run the Discord bot on its own.")
slack_app = typer.Typer(invoke_without_command=True, help="Run the Slack bot on its own.")
app.add_typer(discord_app, name="discord")
app.add_typer(slack_app, name="slack")

DataDir = Annotated[
    Path | None,
    typer.Option(help="Where the bot keeps what admins set; FOOTNOTE_DATA_DIR, else .footnote/."),
]


@discord_app.callback()
def discord(context: typer.Context, data_dir: DataDir = None) -> None:
    """Run the Discord bot on its own, over the service at FOOTNOTE_API_URL."""
    if context.invoked_subcommand is None:
        with telling_faults(as_json=False):
            from cli.bots import run_apart

            run_apart("discord", data_dir)


@discord_app.command()
def invite() -> None:
    """Print the link that adds the bot to a server, with exactly the permissions it uses."""
    with telling_faults(as_json=False):
        from cli.discord_bot import print_invite

        print_invite()


@discord_app.command()
def allow(
    server: Annotated[str, typer.Argument(help="The server's id (Copy Server ID in Discord).")],
    audience: Annotated[
        list[str] | None, typer.Option(help="A label it may use; none takes all away.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Set which restricted documents a server's admins may show at all."""
    with telling_faults(as_json=False):
        from cli.bots import allow

        allow("discord", server, audience or [], data_dir)


@slack_app.callback()
def slack(context: typer.Context, data_dir: DataDir = None) -> None:
    """Run the Slack bot on its own, over the service at FOOTNOTE_API_URL."""
    if context.invoked_subcommand is None:
        with telling_faults(as_json=False):
            from cli.bots import run_apart

            run_apart("slack", data_dir)


@slack_app.command()
def manifest(
    url: Annotated[
        str | None,
        typer.Option(help="The public https address, for signed HTTP; none for Socket Mode."),
    ] = None,
    name: Annotated[str, typer.Option(help="What the bot is called in Slack.")] = "Footnote",
) -> None:
    """Print the app manifest: paste it at api.slack.com/apps under "From a manifest"."""
    with telling_faults(as_json=False):
        from cli.slack_bot import print_manifest

        print_manifest(url, name)


@slack_app.command("allow")
def allow_slack(
    workspace: Annotated[str, typer.Argument(help="The workspace's id, as /footnote status says.")],
    audience: Annotated[
        list[str] | None, typer.Option(help="A label it may use; none takes all away.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Set which restricted documents a workspace's admins may show at all."""
    with telling_faults(as_json=False):
        from cli.bots import allow

        allow("slack", workspace, audience or [], data_dir)
