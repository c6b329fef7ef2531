"""Plain lines mean the same to us as to Typer; all others are left to it."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli.plain_line import plain_verb
from cli.verbs import app

WORDS = ("why?", "a", "", "7", "hr,team", "ask", "--", "-", "-h", "--help", "0", "51", "5x")
OPTIONS = ("--json", "--data-dir", "--audience", "--history", "--top-k", "--nonsense", "--js")
JOINED = ("--data-dir=x", "--audience=hr", "--audience=A B", "--top-k=3", "--json=1", "--history=")
LINES = st.tuples(
    st.sampled_from(["ask", "search", "status"]),
    st.lists(st.sampled_from((*WORDS, *OPTIONS, *JOINED)), max_size=6),
)


@pytest.fixture
def called(monkeypatch):
    """What the verbs were called with."""
    calls = []
    for verb in ("ask", "search"):
        monkeypatch.setattr(
            f"cli.{verb}_command.{verb}",
            lambda *given, verb=verb, **named: calls.append((verb, given, named)),
        )
    return calls


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(line=LINES)
def test_what_is_plain_means_the_same_to_typer(line, called):
    verb, rest = line
    work = plain_verb([verb, *rest])
    if work is None:
        return
    called.clear()
    try:
        status = work()
    except SystemExit as stop:
        status = stop.code
    (*ours,) = called
    called.clear()
    result = CliRunner().invoke(app, [verb, *rest])
    assert (result.exit_code, called) == (status, ours)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(["ask", "why?"], id="a question"),
        pytest.param(["ask", "--json", "why?", "--data-dir", "x"], id="options around it"),
        pytest.param(["ask", "why?", "--audience=a", "--audience", "b"], id="several labels"),
        pytest.param(["search", "jobs", "--top-k", "3"], id="a search"),
    ],
)
def test_usual_lines_are_plain(line, called):
    work = plain_verb(line)
    assert work is not None
    assert work() == 0
    assert len(called) == 1


@pytest.mark.parametrize(
    "line",
    [
        pytest.param([], id="nothing"),
        pytest.param(["--help"], id="help"),
        pytest.param(["ask"], id="no question"),
        pytest.param(["ask", "a", "b"], id="one too many"),
        pytest.param(["ask", "-h"], id="help of a verb"),
        pytest.param(["ask", "why?", "--data-dir"], id="a value missing"),
        pytest.param(["ask", "why?", "--top-k", "3"], id="another verb's option"),
        pytest.param(["search", "jobs", "--top-k", "51"], id="out of range"),
        pytest.param(["status"], id="another verb"),
    ],
)
def test_any_other_line_is_left_to_typer(line):
    assert plain_verb(line) is None


def test_a_path_that_is_named_is_handed_on(called):
    plain_verb(["ask", "why?", "--history", "turns.json", "--data-dir", "here"])()
    ((verb, given, named),) = called
    assert (verb, given, named) == (
        "ask",
        ("why?", Path("turns.json"), frozenset(), Path("here")),
        {"as_json": False},
    )
