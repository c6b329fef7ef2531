"""`footnote eval generator`: what a chat model writes, and what of it comes through."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from cli.faults import print_json


def generator(
    questions: Annotated[Path, typer.Argument(metavar="SET.jsonl", help="A question set.")],
    documents: Annotated[
        list[Path], typer.Option("--documents", help="The documents that the set is about.")
    ],
    count: Annotated[int, typer.Option(min=1, help="How many questions, evenly spread.")] = 60,
) -> None:
    """Tell how many sentences of a chat model were caught, and list those that came through.

    The model is FOOTNOTE_CHAT_MODEL, else a small one on this machine.
    """
    from evals.generator import generate, generated_to_json, spread
    from evals.local_model import local_chat_model
    from evals.opening import ingest_for_evaluation, opened
    from evals.question_set import load_question_set
    from rag.chat_model import open_chat_model
    from rag.chat_stream import Bounds
    from rag.composer import ExtractiveComposer
    from rag.generator import Generator
    from rag.settings import load_settings
    from rag.written import QuotingWriter

    records = spread(load_question_set(questions).records, count)
    chosen = load_settings()
    naming = nullcontext(chosen) if chosen.chat_model else local_chat_model()
    with opened(None, temporary=True) as services, naming as settings:
        ingest_for_evaluation(services, documents)
        writing = Generator(
            open_chat_model(settings),
            services.verifier,
            QuotingWriter(ExtractiveComposer()),
            Bounds(settings.chat_model_timeout),
        )
        print_json(generated_to_json(generate(services.answerer, writing, records)))
