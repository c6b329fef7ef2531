"""`footnote eval`: question sets, retrieval sets, claims and drafts. Options in, tables out.

What is heavy is imported by the command that needs it, so that `--help` stays quick.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from cli.faults import telling_faults
from rag.errors import InvalidRequestError


class _RunByDefault(TyperGroup):
    """A group whose first command needs no name: `eval SET.jsonl` is `eval run SET.jsonl`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = bool(args) and args[0] in self.commands
        return super().parse_args(ctx, args if named else ["run", *args])


app = typer.Typer(cls=_RunByDefault, help="Measure how good it is, or draft questions to measure.")

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="The stored documents to answer from.")
]
Documents = Annotated[
    list[Path] | None,
    typer.Option(
        "--documents", help="Files or folders to ingest first; temporarily without --data-dir."
    ),
]


@app.command()
def run(
    sets: Annotated[
        list[Path] | None, typer.Argument(metavar="SET.jsonl…", help="Question sets.")
    ] = None,
    data_dir: DataDir = None,
    documents: Documents = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object and nothing else.")
    ] = False,
    rows: Annotated[bool, typer.Option("--rows", help="Show each question as well.")] = False,
    report: Annotated[
        Path | None,
        typer.Option("--report", help="Write index.html and results.json to this folder."),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", help="Exit 1 when a headline figure fell below this file's."),
    ] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Make this run the baseline.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Ask everything anew; keep nothing.")
    ] = False,
    judge: Annotated[
        str | None,
        typer.Option(
            "--judge",
            metavar="PROVIDER:MODEL",
            help="A chat model that judges faithfulness and relevance.",
        ),
    ] = None,
    ir: Annotated[
        Path | None,
        typer.Option("--ir", help="A folder of corpus.jsonl, queries.jsonl and qrels.tsv."),
    ] = None,
    split: Annotated[
        Literal["train", "test"], typer.Option("--split", help="With --ir: which queries.")
    ] = "test",
    articles: Annotated[
        Literal["odd", "even"] | None,
        typer.Option("--articles", help="With --ir: only queries of odd or even articles."),
    ] = None,
    last_turn_only: Annotated[
        bool, typer.Option("--last-turn-only", help="With --ir: leave out what was said before.")
    ] = False,
    retrieval_only: Annotated[
        bool, typer.Option("--retrieval-only", help="With --ir: search only, don't answer.")
    ] = False,
    claims: Annotated[
        Path | None, typer.Option("--claims", help="Claims with evidence, to test the verifier on.")
    ] = None,
) -> None:
    """Put question sets to the system and show every figure with its 95% interval.

    With --ir or --claims, measure retrieval or the verifier alone on a public set.
    `footnote eval COMMAND --help` tells of the others: ablate, calibrate, draft, fit-tampering,
    fit-verifier, generator.
    """
    with telling_faults(as_json=as_json):
        from cli import eval_runs as runs

        output = runs.Output(as_json=as_json, rows=rows)
        if [bool(sets), ir is not None, claims is not None].count(True) != 1:
            raise InvalidRequestError(
                "Give question sets (SET.jsonl …), or --ir DIR, or --claims FILE."
            )
        if ir is not None:
            ir_request = runs.IrRequest(ir, split, articles, last_turn_only, retrieval_only)
            runs.run_ir(ir_request, data_dir, output, cached=not no_cache)
        elif claims is not None:
            runs.run_claims(claims, data_dir, output)
        else:
            request = runs.SetsRequest(
                sets=tuple(sets or ()),
                documents=tuple(documents or ()),
                report=report,
                baseline=baseline,
                update_baseline=update_baseline,
                judge=judge,
            )
            if runs.run_sets(request, data_dir, output, cached=not no_cache):
                raise SystemExit(1)


@app.command()
def draft(
    data_dir: DataDir = None,
    documents: Documents = None,
    *,
    count: Annotated[int, typer.Option("--count", min=1, help="How many questions.")] = 60,
    seed: Annotated[int, typer.Option("--seed", help="Another seed, other questions.")] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write them here, not to standard output.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="PROVIDER:MODEL", help="A chat model to write them."),
    ] = None,
) -> None:
    """Propose questions from the documents, each marked as a draft for a person to accept."""
    with telling_faults(as_json=False):
        from cli import eval_drafts

        request = eval_drafts.DraftRequest(tuple(documents or ()), count, seed, out, model)
        eval_drafts.write_drafts(request, data_dir)


@app.command()
def kept(data_dir: DataDir = None) -> None:
    """Print the answers that admins kept in Discord or Slack, as questions to check and accept."""
    with telling_faults(as_json=False):
        from cli.eval_kept import print_kept

        print_kept(data_dir)
