"""Answers of every kind for property tests: long, in many scripts, hostile."""

from dataclasses import replace

from hypothesis import strategies as st

from rag.domain import Answer, AnswerSentence, AnswerStatus, NearestPassage
from tests.bot.answers import CODE, HOSTILE_WORDS, TABLE
from tests.fakes.service import ANSWERED

HOSTILE = (
    "@everyone", "@here", "<@123>", "<@!123>", "<@&123>", "<#123>", "<!channel>", "<!here|x>",
    "<!subteam^S1>", "[x](javascript:alert(1))", "[x](<https://evil.example>)", "![i](http://e.x/p)",
    "https://evil.example/x", "http://evil.example", "discord://x", "mailto:a@b.example",
    "<https://evil.example|click>", "```", "````", "``", "`", "**", "__", "~~", "||", "\\", "\\\\",
    "# ", "## x", "> ", ">>> ", "-# ", "- ", "* ", "1. ", "+ ", "&lt;", "&amp;", "<t:1:R>",
    "</ask:1>", "<:e:1>", "<id:home>", "[1]", "[1](http://e.x)", "]", "(", ":smile:", "$(rm)", "\t",
    "\u202e", "\u200b", "\u2066", "\ufeff", "\U000e0041", "\x00", "\r\n", "\n", "\n\n", "\n- ",
    "\n```\n",
)  # fmt: skip
SCRIPTS = (
    "שלום עולם", "مرحبا بالعالم", "👩‍👩‍👧‍👦", "🇩🇪🇫🇷", "👍🏽", "é", "한국어", "日本語の文。", "नमस्ते",
    "🍵" * 40, "x" * 300, "word " * 80,
)  # fmt: skip

pieces = st.lists(
    st.one_of(
        st.sampled_from(HOSTILE),
        st.sampled_from(SCRIPTS),
        st.sampled_from([CODE, TABLE, HOSTILE_WORDS]),
        st.text(max_size=40),
    ),
    min_size=1,
    max_size=12,
)
texts = st.builds(lambda parts, glue: glue.join(parts), pieces, st.sampled_from(["", " ", "\n"]))
urls = st.one_of(
    st.sampled_from(
        [
            "http://127.0.0.1:8000/v1/documents/tea?start=1&end=2#:~:text=a%20b",
            "https://tea.example/guide#:~:text=x",
            "javascript:alert(1)",
            "https://ok@evil.example/",
            "https://tea.example/a) <!channel> @everyone >",
            "data:text/html,x",
            "https://[::1",
            "//evil.example",
            "https://tea.example/" + "x" * 3_000,
            "https://tea.example/?q=" + "🍵" * 200,
        ]
    ),
    st.text(max_size=30),
)
titles = st.one_of(st.sampled_from(["Tea", "@everyone [x](http://e.x)", "عنوان"]), texts)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Any answer: its words from anywhere, its citations numbered in order."""
    said = draw(st.lists(texts, min_size=1, max_size=8))
    citations = tuple(
        replace(
            ANSWERED.citations[0],
            number=number,
            quote=words,
            title=draw(titles),
            heading_path=tuple(draw(st.lists(titles, max_size=2))),
            url=draw(urls),
        )
        for number, words in enumerate(said, start=1)
    )
    joints = [draw(st.sampled_from([" ", "\n", "\n- ", "\n\n"])) for _ in said]
    flat = [" ".join(words.split()) for words in said]
    status = draw(st.sampled_from(list(AnswerStatus)))
    silent = status is AnswerStatus.ABSTAINED
    text = "".join(
        f"{joint}{words} [{n}]"
        for n, (joint, words) in enumerate(zip(joints, flat, strict=True), 1)
    ).strip()
    return replace(
        ANSWERED,
        id=draw(st.sampled_from(["a1", "f" * 32, "x" * 64, "no id:" + "x" * 90])),
        question=draw(texts),
        standalone_question=draw(texts),
        status=status,
        reason=draw(st.one_of(st.none(), texts)),
        text=draw(texts) if silent else text,
        sentences=() if silent else tuple(AnswerSentence(w, (n,)) for n, w in enumerate(flat, 1)),
        citations=() if silent else citations,
        nearest=(
            tuple(
                NearestPassage(c.document_id, c.title, c.heading_path, c.quote, 0, 1, c.url)
                for c in citations[:3]
            )
            if silent
            else ()
        ),
    )
