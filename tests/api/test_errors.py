"""The translation table from errors to problems."""

from collections.abc import Iterator

import pytest

from api.errors import TRANSLATION, problem_of
from rag.errors import InvalidRequestError, PermanentError, RagError, StoreBusyError


def subclasses(base: type[RagError]) -> Iterator[type[RagError]]:
    yield base
    for subclass in base.__subclasses__():
        yield from subclasses(subclass)


def test_every_error_of_the_service_is_in_the_table():
    ours = {error for error in subclasses(RagError) if error.__module__ == "rag.errors"}
    assert ours <= set(TRANSLATION)


@pytest.mark.parametrize("error", sorted(TRANSLATION, key=lambda error: error.__name__))
def test_the_sentence_for_the_user_is_kept_word_for_word(error):
    assert problem_of(error("Do this.")).detail == "Do this."


def test_an_error_that_is_not_listed_is_answered_as_its_nearest_base():
    class OddError(InvalidRequestError):
        """Not in the table."""

    assert problem_of(OddError("Odd.")).status == 422


def test_what_may_succeed_later_says_when_to_try_again():
    assert problem_of(StoreBusyError("Busy.")).headers == {"Retry-After": "2"}
    assert problem_of(PermanentError("Broken.")).headers == {}
