"""The verbs of `footnote` and their options. The work is done in one module a verb.

Verbs import what they need when they run. Plain lines don't come by here: see `cli/plain_line.py`.
"""

from pathlib import Path
from typing import Annotated

import typer

from cli.ablate_command import ablate
from cli.audit_command import app as audit
from cli.bot_command import app as bot
from cli.calibrate_command import calibrate
from cli.eval_command import app as evaluation
from cli.faults import telling_faults
from cli.fit_choosing_command import fit_choosing
from cli.fit_tampering_command import fit_tampering
from cli.fit_verifier_command import fit_verifier
from cli.generator_command import generator
from cli.keys_command import app as keys
from rag.audience import audience_of
from rag.errors import InvalidRequestError

app = typer.Typer(
    name="footnote",
    help="Answers from your own documents, the very words behind every sentence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

evaluation.command("ablate")(ablate)
evaluation.command("calibrate")(calibrate)
evaluation.command("fit-choosing")(fit_choosing)
evaluation.command("fit-tampering")(fit_tampering)
evaluation.command("fit-verifier")(fit_verifier)
evaluation.command("generator")(generator)
app.add_typer(evaluation, name="eval")
app.add_typer(audit, name="audit")
app.add_typer(bot, name="bot")
app.add_typer(keys, name="keys")

CORPUS = "corpus"
DataDir = Annotated[
    Path | None,
    typer.Option(help="Where Footnote keeps its data; FOOTNOTE_DATA_DIR, else .footnote/."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]

AsReader = Annotated[
    list[str] | None,
    typer.Option(
        "--audience", help="Read also what is for this label, several allowed; else public only."
    ),
]


@app.command()
def ingest(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files, folders, globs in quotes, web addresses, git+https:// and s3:// ones; "
            "corpus/ when none is named."
        ),
    ] = None,
    audience: Annotated[
        list[str] | None,
        typer.Option(
            help="Label of those who may read these documents, several allowed; public for "
            "everybody. Kept for these paths until another is named."
        ),
    ] = None,
    crawl: Annotated[
        bool, typer.Option(help="Follow a web address's links, within its folder.")
    ] = False,
    sitemap: Annotated[
        bool, typer.Option(help="Take the pages that a website's sitemap lists.")
    ] = False,
    depth: Annotated[
        int, typer.Option(min=0, max=100, help="With --crawl: so many links from the start.")
    ] = 5,
    max_pages: Annotated[
        int, typer.Option(min=1, max=50_000, help="Of one website, so many pages at the most.")
    ] = 1_000,
    link: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where the public finds these documents: {path} stands for a document's path, "
            "{stem} for the same without its ending. Kept for these sources until another is "
            "named; none forgets it.",
        ),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Store nothing; show what of this file or web page is kept, what cut, and why.",
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="With --explain: write it to this file as a web page."),
    ] = None,
    prune: Annotated[
        bool, typer.Option(help="Remove documents that have gone from these sources.")
    ] = False,
    force: Annotated[
        bool, typer.Option(help="With --prune: also when most or all of a source has gone.")
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="Show what would be done, and do nothing.")] = False,
    workers: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Redis server through which workers parse and embed; FOOTNOTE_BROKER_URL.",
        ),
    ] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Ingest documents, so that questions are answered from them."""
    with telling_faults(as_json=json):
        if explain is not None:
            from cli.explain_command import explain_file

            if sources or audience:
                raise InvalidRequestError(
                    "--explain takes one file and nothing else besides --html."
                )
            explain_file(explain, html, as_json=json)
            return
        if html is not None:
            raise InvalidRequestError("--html goes with --explain: name the file to explain.")
        if force and not prune:
            raise InvalidRequestError("--force goes with --prune: give both, or neither.")
        if not sources and not Path(CORPUS).is_dir():
            raise InvalidRequestError(
                f"Name what to ingest, as footnote ingest docs/: there is no {CORPUS}/ here, which "
                "is taken when nothing is named."
            )
        from cli.ingest_command import ingest
        from ingest.targets import TargetOptions
        from ingest.web.site import SiteLimits

        labels = audience_of(audience) if audience else None
        ingest(
            sources or [CORPUS],
            TargetOptions(crawl, sitemap, SiteLimits(depth, max_pages)),
            labels,
            link,
            data_dir,
            prune=prune,
            force=force,
            dry_run=dry_run,
            workers=workers,
            as_json=json,
        )


@app.command()
def worker(
    broker: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Redis server to work for; FOOTNOTE_BROKER_URL."),
    ] = None,
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="How many tasks to work on at once.")
    ] = 1,
) -> None:
    """Parse and embed for ingests that run elsewhere, until Ctrl-C."""
    with telling_faults(as_json=False):
        from cli.worker_command import work

        work(broker, processes)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    history: Annotated[
        Path | None,
        typer.Option(help='Earlier turns: a JSON file, [{"role": "user", "content": "…"}, …].'),
    ] = None,
    audience: AsReader = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Answer a question, with sources. Exit status 3 when the guide is silent."""
    with telling_faults(as_json=json):
        from cli.ask_command import ask

        ask(question, history, audience_of(audience or ()), data_dir, as_json=json)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    top_k: Annotated[int, typer.Option(min=1, max=50, help="How many passages to show.")] = 5,
    audience: AsReader = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Show the passages that fit a query best, and nothing more."""
    with telling_faults(as_json=json):
        from cli.search_command import search

        search(query, top_k, audience_of(audience or ()), data_dir, as_json=json)


@app.command()
def mcp(audience: AsReader = None, data_dir: DataDir = None) -> None:
    """Serve the Model Context Protocol on standard input and output, for a client to start."""
    with telling_faults(as_json=False):
        from cli.mcp_command import mcp

        mcp(audience_of(audience or ()), data_dir)


@app.command()
def status(data_dir: DataDir = None, json: Json = False) -> None:
    """Show what is stored: documents, passages, generation, model, sizes."""
    with telling_faults(as_json=json):
        from cli.status_command import status

        status(data_dir, as_json=json)


@app.command()
def gaps(
    since: Annotated[str, typer.Option(help="From when on: 30d, 12h, 8w, or a date.")] = "30d",
    top: Annotated[int, typer.Option(min=1, max=500, help="How many gaps to show.")] = 20,
    questions: Annotated[
        Path | None, typer.Option(help="Write drafted evaluation questions into this new file.")
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a list for the documents' authors.")
    ] = False,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Show what nobody could answer: questions without an answer, or with one voted down."""
    with telling_faults(as_json=json):
        from cli.gaps_command import gaps

        gaps(since, top, questions, data_dir, markdown=markdown, as_json_object=json)


@app.command()
def watch(
    paths: Annotated[list[str], typer.Argument(help="Files and folders to follow.")],
    data_dir: DataDir = None,
) -> None:
    """Follow folders: ingest whatever changes in them, until Ctrl-C."""
    with telling_faults(as_json=False):
        from cli.watch_command import watch

        watch(paths, data_dir)


@app.command()
def rollback(data_dir: DataDir = None, json: Json = False) -> None:
    """Go back one publication; once more undoes it."""
    with telling_faults(as_json=json):
        from cli.rollback_command import rollback

        rollback(data_dir, as_json=json)


@app.command()
def forget(
    document: Annotated[str, typer.Argument(help="A document's id, address or path.")],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask whether it is meant.")] = False,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Erase one document everywhere, and prove it."""
    with telling_faults(as_json=json):
        from cli.forget_command import forget_document

        forget_document(document, data_dir, yes=yes, as_json=json)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65_535, help="Port to listen on.")] = None,
    data_dir: DataDir = None,
    allow_anonymous: Annotated[
        bool | None,
        typer.Option(
            "--allow-anonymous",
            help="Let people without a key ask, over public documents only.",
        ),
    ] = None,
    bots: Annotated[
        str, typer.Option("--with", help="Bots to run in the same process: discord,slack.")
    ] = "",
) -> None:
    """Serve the API and the chat page, and bots with them."""
    with telling_faults(as_json=False):
        from cli.serve_command import serve

        serve(host, port, data_dir, allow_anonymous=allow_anonymous, bots=bots)
