"""Whatever an answer holds, its Discord messages keep every limit and do nothing but say it."""

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.render import clean, feedback_buttons, safe_url
from bot.render_discord import (
    MESSAGE_MAX,
    answer_messages,
    escaped,
    failure_message,
    progress_message,
    sources_message,
)
from rag.domain import AnswerSentence, AnswerStatus, Form
from tests.bot.answer_strategies import answers, texts, urls
from tests.bot.answers import CODE, TABLE, cited, hostile_answer, long_answer
from tests.fakes.discord.rules import BARE_LINK, FENCED, message_faults, pinged, unfurling
from tests.fakes.service import ABSTAINED, ANSWERED, LAID_OUT, PARTIAL

thorough = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
MASKED = re.compile(r"\[((?:\\.|[^\\\[\]])*)\]\(<(https?://[^\s<>]+)>\)")
UNESCAPED = re.compile(r"(?<!\\)(?:\\\\)*([*_~|`<>#])")


def is_harmless(message):
    """Assert all that must hold of any message of ours."""
    assert not list(message_faults({"content": message}))
    assert len(message.encode("utf-16-le")) // 2 <= MESSAGE_MAX
    # Even if allowed_mentions and the flag that hides previews were lost.
    assert pinged({"content": message}) == []
    assert unfurling({"content": message}) == []
    assert len(re.findall(r"^```", message, re.MULTILINE)) % 2 == 0
    assert message.count("```") == len(re.findall(r"^```", message, re.MULTILINE))


@given(answers())
@thorough
def test_every_message_of_any_answer_keeps_every_limit(answer):
    messages = answer_messages(answer)
    assert 1 <= len(messages) <= 10
    for message in messages:
        is_harmless(message)


@given(answers())
@thorough
def test_outside_of_code_nothing_of_a_document_formats_or_links(answer):
    cited_urls = {safe_url(one.url) for one in (*answer.citations, *answer.nearest)}
    for message in answer_messages(answer):
        prose = FENCED.sub("", message)
        for label, url in MASKED.findall(prose):
            assert url in cited_urls
            assert not UNESCAPED.search(label)
        for line in MASKED.sub("", prose).split("\n"):
            own = re.sub(r"^(?:> |-# |- )", "", line)
            heading = re.fullmatch(r"\*\*(?:Sources|Closest passages, which do .*)\*\*", own)
            own = re.sub(r"^\*(.*)\*$", r"\1", own)
            assert heading or not UNESCAPED.search(own), own
        assert not BARE_LINK.search(MASKED.sub("", prose))


@given(answers())
@thorough
def test_every_citation_is_listed_once_in_order_after_the_words(answer):
    said = "\n".join(answer_messages(answer))
    listed = said.rpartition("**Sources**\n")[2] if answer.citations else ""
    numbers = [int(one) for one in re.findall(r"^\[(\d+)\] ", listed, re.MULTILINE)]
    assert numbers == [one.number for one in answer.citations]


@given(texts)
@thorough
def test_what_is_escaped_reads_as_it_was(text):
    shown = re.sub(r"\\([^0-9A-Za-z\s])", r"\1", escaped(clean(text)))
    assert shown.replace("\u200b", "") == clean(text)


@given(urls)
@thorough
def test_an_address_is_one_of_the_web_or_none(url):
    safe = safe_url(url)
    assert safe == "" or re.fullmatch(r"https?://[^\s<>()|\\\[\]`*\"]+", safe)
    assert "@" not in safe.split("/")[2] if safe else True


@given(texts, texts)
@thorough
def test_progress_failures_and_lists_keep_the_limits_too(text, other):
    is_harmless(progress_message("Searching the guide…", text, other))
    is_harmless(failure_message(text, "req1"))
    is_harmless(sources_message([text, other] * 40))


@given(st.text(alphabet="🍵x ", min_size=1_990, max_size=4_100))
@settings(max_examples=20, deadline=None)
def test_a_paragraph_without_a_break_is_cut_where_no_character_is_harmed(text):
    said = "".join(answer_messages(replace(ANSWERED, text=text, sentences=(), citations=())))
    assert said.count("🍵") == text.count("🍵")


def test_a_long_answer_breaks_between_paragraphs():
    messages = answer_messages(long_answer())
    assert len(messages) > 2
    assert all(message.startswith(("The ", "[", "```", "**")) for message in messages)


def test_code_and_tables_get_their_lines_back_in_a_fence_with_the_number_below():
    (message,) = answer_messages(cited("Brew it so.", CODE, TABLE))
    assert f"```\n{CODE}\n```\n[2]" in message
    assert f"```\n{TABLE}\n```\n[3]" in message


def test_code_that_comes_in_its_lines_is_fenced_whatever_it_holds():
    (message,) = answer_messages(LAID_OUT)
    table, code = LAID_OUT.sentences[1:]
    assert f"```\n{table.text}\n```\n[2]" in message
    assert f"```\n{code.text}\n```\n[3]" in message
    said = AnswerSentence("```\npour(tea)\n```", (1,), Form.CODE)
    (message,) = answer_messages(replace(LAID_OUT, text=said.marked, sentences=(said,)))
    assert message.count("pour(tea)") == 1
    assert message.count("```") == 2


def test_wrapped_prose_is_no_code():
    (message,) = answer_messages(cited("The water should be\nas hot as the tea\nwants it."))
    assert message.startswith("The water should be as hot as the tea wants it. [1]")


def test_code_that_is_longer_than_a_message_is_fenced_in_each():
    code = "\n".join(f"    line_{n}(tea)" for n in range(300))
    messages = answer_messages(cited(code))
    assert len(messages) > 2
    for message in messages:
        is_harmless(message)
    joined = "".join(messages)
    assert all(f"line_{n}(tea)" in joined for n in range(300))


def test_backticks_within_code_do_not_end_its_fence():
    (message,) = answer_messages(cited("x = 1\n```\n@everyone\ny = f()"))
    is_harmless(message)


def test_lists_stay_lists():
    (message,) = answer_messages(ANSWERED)
    assert "\n- Green tea wants 75 °C. [2]\n- Gyokuro" in message


def test_sources_come_last_numbered_as_in_the_text_without_any_preview():
    (message,) = answer_messages(ANSWERED)
    body, _, sources = message.partition("\n\n**Sources**\n")
    assert re.findall(r"\[(\d)\]", body) == ["1", "2", "2", "2", "3", "4"]
    assert [line[:4] for line in sources.split("\n")] == ["[1] ", "[2] ", "[3] ", "[4] "]


def test_a_partial_answer_names_what_is_missing_and_a_silence_cites_nothing():
    (partial,) = answer_messages(PARTIAL)
    assert partial.startswith("*The guide says how hot the water should be, and nothing on")
    (silence,) = answer_messages(ABSTAINED)
    assert silence.startswith("The guide does not cover this: nothing in it is about the moon.")
    assert "which do not answer the question**\n- [Coffee](<" in silence
    assert ABSTAINED.status is AnswerStatus.ABSTAINED


def test_a_hostile_document_is_words():
    for message in answer_messages(hostile_answer(), asked="@everyone [x](http://e.x)"):
        is_harmless(message)


def test_right_to_left_text_keeps_its_characters_and_loses_its_overrides():
    (message,) = answer_messages(cited("שלום \u202eevil\u202c עולם"))
    assert message.startswith("שלום evil עולם [1]")


@pytest.mark.parametrize("answer_id", ["a1", "f" * 32, "x" * 64])
def test_button_ids_fit_into_discords_hundred_characters(answer_id):
    buttons = feedback_buttons(answer_id)
    assert [button.emoji for button in buttons] == ["👍", "👎"]
    assert all(len(button.id) <= 100 for button in buttons)


def test_an_id_that_buttons_cannot_carry_gets_none():
    assert feedback_buttons("x" * 65) == ()
    assert feedback_buttons("a b") == ()
