"""Whatever an answer holds, its Slack messages keep Slack's limits and Slack's peace."""

import dataclasses
import re
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.render import Block, Button, Kind, clean
from bot.render_slack import (
    MarkdownStyle,
    MrkdwnStyle,
    answer_messages,
    escaped,
    failure_message,
    notice,
    stream_end,
    streamed_text,
)
from rag.domain import AnswerSentence
from tests.fakes.service import ABSTAINED, ANSWERED, PARTIAL
from tests.fakes.slack.limits import APPEND, RefusedError, check_message, length, texts_of
from tests.fakes.slack.web_api import PING

NASTY = [
    "<!channel>",
    "<!subteam^S1|x>",
    "<@U0ANA>",
    "@everyone",
    "<https://evil.example|x>",
    "https://evil.example",
    "[x](javascript:alert(1))",
    "![p](https://evil.example/p.png)",
    "```",
    "`",
    "|a|b|\n|-|-|\n|1|2|",
    "שלום עולם",
    "👩‍👩‍👧‍👦🇩🇪",
    "\u202eevil",
    "# not a heading",
    "- item",
    "1. one",
    "*bold* _it_ ~no~ **b** __i__",
    "&lt;!here&gt;",
    "a&b<c>d",
    ":tada:",
    "[1]",
    "\\",
    "\n\n",
    "x" * 4_000,
    "word " * 2_000,
    "=====",
]
texts = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=200)), max_size=12).map(
    " ".join
)
LINKS = re.compile(r"<(?P<url>[^|>]*)\|")


@st.composite
def answers(draw):
    text = draw(texts)
    base = draw(st.sampled_from([ANSWERED, PARTIAL, ABSTAINED]))
    citation = ANSWERED.citations[0]
    citations = tuple(
        dataclasses.replace(
            citation,
            number=number,
            title=draw(texts),
            heading_path=(draw(texts),),
            url=draw(
                st.sampled_from(
                    [
                        "https://guide.example/a b?x=<y>&z",
                        "javascript:alert(1)",
                        "https://user@evil.example/",
                        "https://guide.example/" + "a" * 990,
                        "",
                    ]
                )
            ),
        )
        for number in range(1, draw(st.integers(0, 40)) + 1)
    )
    return dataclasses.replace(
        base,
        text=text,
        reason=draw(st.one_of(st.none(), texts)),
        question="q",
        standalone_question=draw(texts),
        sentences=(AnswerSentence(text, (1,)),) if text else (),
        citations=citations,
        id=draw(st.sampled_from(["a" * 32, "x" * 300, ""])),
    )


common = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@common
@given(answers(), st.booleans())
def test_every_message_is_one_that_slack_takes(answer, plain):
    messages = answer_messages(answer, plain=plain)
    assert messages
    for message in messages:
        check_message(message.text, message.blocks)


@common
@given(answers(), st.booleans())
def test_no_message_pings_or_links_anywhere_but_to_a_source(answer, plain):
    for message in answer_messages(answer, plain=plain):
        for text in [message.text, *texts_of(message.blocks)]:
            assert PING.search(text) is None
            assert re.search(r"<!", text.replace("<!-", "").replace("<!D", "")) is None or (
                "```" in text
            )
        for block in message.blocks:
            shown = "".join(texts_of(block))
            if block["type"] == "context":
                assert all(
                    found["url"].startswith("https://guide.example/")
                    or found["url"].startswith("http://127.0.0.1/")
                    for found in LINKS.finditer(shown)
                )
            elif block["type"] == "markdown":
                assert "<a " not in MarkdownIt("commonmark").render(shown)
                assert "<img" not in MarkdownIt("commonmark").render(shown)
            elif block["type"] == "section":
                assert LINKS.search(shown) is None


@common
@given(answers(), st.booleans())
def test_code_fences_are_closed_in_every_message(answer, plain):
    for message in answer_messages(answer, plain=plain):
        for block in message.blocks:
            if block["type"] in ("markdown", "section"):
                fences = [line for line in "".join(texts_of(block)).split("\n") if line == "```"]
                assert len(fences) % 2 == 0


@common
@given(answers())
def test_sources_and_buttons_stand_once_and_last(answer):
    messages = answer_messages(answer)
    kinds = [block["type"] for message in messages for block in message.blocks]
    assert kinds.count("context_actions") == (1 if len(answer.id) == 32 else 0)
    if "context_actions" in kinds:
        assert kinds[-1] == "context_actions"
    written = [place for place, kind in enumerate(kinds) if kind == "markdown"]
    assert written == list(range(written[0], written[0] + len(written)))


@common
@given(answers(), st.integers(0, 5_000))
def test_a_stream_is_within_a_call_and_ends_as_the_answer_does(answer, cut):
    shown = streamed_text(answer.text[:cut])
    assert length(shown) <= APPEND
    assert PING.search(shown) is None
    end = stream_end(answer, "")
    if end is not None:
        rest, blocks = end
        check_message(rest, [{"type": "markdown", "text": rest}, *blocks])


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc", "Cf"]), max_size=200))
@settings(max_examples=200, deadline=None)
def test_escaped_words_read_as_they_were(words):
    line = " ".join(clean(words).split())
    html = MarkdownIt("commonmark").render(escaped(line))
    read = re.sub(r"<[^>]*>", "", html)
    read = read.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    assert read.replace("&amp;", "&").strip() == line.strip()


@pytest.mark.parametrize("text", NASTY)
def test_what_a_document_says_is_shown_and_not_obeyed(text):
    line = " ".join(clean(text).split()) or "x"
    html = MarkdownIt("commonmark").render(escaped(line))
    assert set(re.findall(r"<(\w+)", html)) == {"p"}


def test_a_failure_and_a_notice_escape_what_they_quote():
    for message in (failure_message("No <!channel> here", "r1"), notice("<@U1> & <x>")):
        check_message(message.text, message.blocks)
        assert "<" not in message.text + "".join(texts_of(message.blocks))


def test_html_in_a_code_block_stays_what_it_is():
    written = MarkdownStyle().write(Block(Kind.CODE, "<!DOCTYPE html>\n<!-- note --> <!channel>"))
    assert "<!DOCTYPE html>\n<!-- note -->" in written
    assert "<!channel>" not in written
    assert unicodedata.name(written[written.index("!channel") - 1]) == "WORD JOINER"


LONG = dataclasses.replace(
    PARTIAL,
    text="\n\n".join(["The darker the leaf, the hotter the water must be. " * 150 + "[1]"] * 3),
    citations=tuple(
        dataclasses.replace(
            ANSWERED.citations[0], number=number, url="https://guide.example/" + "a" * 500
        )
        for number in range(1, 31)
    ),
)
HOSTILE = dataclasses.replace(PARTIAL, text="see <!channel> and https://evil.example [1]")


def refused(answer, *, plain=False):
    """What the fake says of an answer's messages: an error, a mention that rings, or nothing."""
    messages = answer_messages(answer, plain=plain)
    try:
        for message in messages:
            check_message(message.text, message.blocks)
    except RefusedError as error:
        return error.error
    texts = [text for message in messages for text in texts_of(message.blocks)]
    return "a mention" if any(PING.search(text) for text in texts) else ""


BREAKS = {
    "markdown of 20,000": (
        {"MarkdownStyle": lambda: MarkdownStyle(20_000)},
        LONG,
        False,
        "invalid_blocks",
    ),
    "sections of 5,000": (
        {"MrkdwnStyle": lambda limit=5_000: MrkdwnStyle(max(limit, 5_000))},
        LONG,
        True,
        "invalid_blocks",
    ),
    "sources of 5,000": (
        {"MrkdwnStyle": lambda limit=5_000: MrkdwnStyle(max(limit, 5_000))},
        LONG,
        False,
        "invalid_blocks",
    ),
    "a message without an end": ({"WHOLE_MESSAGE": 10**6}, LONG, False, "msg_blocks_too_long"),
    "60 sections a message": (
        {"SECTIONS": 60, "MOST_MESSAGES": 60, "MrkdwnStyle": lambda _=0: MrkdwnStyle(300)},
        LONG,
        True,
        "invalid_blocks",
    ),
    "no entities": ({"entities": str}, HOSTILE, True, "a mention"),
    "no escapes": ({"escaped": str}, HOSTILE, False, "a mention"),
    "buttons with endless values": (
        {"feedback_buttons": lambda _: (Button("a", "b", "x" * 2_001),) * 2},
        LONG,
        False,
        "invalid_blocks",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_renderer_that_breaks_a_limit_is_caught(monkeypatch, name):
    """The fake is no rubber stamp: it takes ours, and not the same one with a limit lifted."""
    changes, answer, plain, caught = BREAKS[name]
    assert refused(answer, plain=plain) == ""
    for constant, value in changes.items():
        monkeypatch.setattr(f"bot.render_slack.{constant}", value)
    assert refused(answer, plain=plain) == caught
