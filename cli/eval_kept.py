"""`footnote eval kept`: answers that admins kept from Discord and Slack, as a question set."""

import sys
from contextlib import closing
from pathlib import Path

from cli.opening import reading_services
from evals.question_set import QuestionRecord, QuestionType
from operations.bootstrap import open_operations
from operations.kept_questions import KeptQuestion
from rag.catalog_view import CatalogView
from rag.domain import AnswerStatus
from rag.errors import NotFoundError
from rag.settings import load_settings

NOTE = "kept from a conversation: check the type, and that these quotes answer it"
GONE = "kept from a conversation: what it cited is gone"


def print_kept(data_dir: Path | None) -> None:
    """Print the kept questions, a line of a question set each, for a person to check."""
    with (
        closing(open_operations(load_settings(data_dir=data_dir))) as operations,
        reading_services(data_dir) as services,
    ):
        kept = operations.kept_questions.all()
        for one in kept:
            line = _record(one, services.catalog).model_dump_json(exclude_defaults=True)
            sys.stdout.write(f"{line}\n")
    if not kept:
        sys.stderr.write(
            "Nothing was kept yet: an admin keeps an answer with “Keep as test question” in its "
            "menu in Discord or Slack.\n"
        )


def _record(kept: KeptQuestion, view: CatalogView) -> QuestionRecord:
    answered = kept.status is not AnswerStatus.ABSTAINED
    try:
        quotes = tuple(
            view.document(shown.document_id).text[shown.start_char : shown.end_char]
            for shown in kept.cited
        )
    except NotFoundError:
        quotes = ()
    return QuestionRecord(
        id=f"kept-{kept.answer_id}",
        question=kept.question,
        type=QuestionType.FACT if answered else QuestionType.UNANSWERABLE_NEAR,
        answerable=answered,
        gold_quotes=quotes,
        note=NOTE if quotes or not answered else GONE,
    )
