"""Answers that admins made into test questions."""

from contextlib import closing

import pytest

from operations.bootstrap import open_operations
from rag.errors import NotFoundError
from rag.settings import load_settings
from tests.fakes.service import ANSWERED, TEA


@pytest.fixture
def operations(tmp_path):
    with closing(open_operations(load_settings(data_dir=tmp_path))) as opened:
        opened.answers.remember(ANSWERED, channel="discord", by="discord/1")
        yield opened


def test_an_answer_is_kept_once_with_what_it_cited(operations):
    kept = operations.kept_questions
    assert "Kept as a test question" in kept.keep(ANSWERED.id, "discord/2")
    assert "already" in kept.keep(ANSWERED.id, "discord/3")
    (one,) = kept.all()
    assert one.cited[0].document_id == TEA.id
    assert "discord/2" not in one.kept_by


def test_an_answer_of_somebody_elses_is_not_there(operations):
    for answer_id, by in ((ANSWERED.id, "slack/1"), ("unknown", "discord/1")):
        with pytest.raises(NotFoundError, match="There is no answer"):
            operations.kept_questions.keep(answer_id, by)


def test_it_outlives_its_answer_and_goes_with_its_document(operations):
    operations.kept_questions.keep(ANSWERED.id, "discord/2")
    operations.answers.forget_person("discord/1")
    assert len(operations.kept_questions.all()) == 1
    assert operations.kept_questions.forget_document(TEA.id) == 1
    assert operations.kept_questions.all() == []
