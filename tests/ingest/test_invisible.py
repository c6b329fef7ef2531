"""Characters that nobody sees."""

import pytest

from ingest.invisible import without_invisible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        pytest.param("plain text\n", "plain text\n", id="nothing hidden"),
        pytest.param(
            "line\u200bbreak soft\u00adhyphen", "linebreak softhyphen", id="where lines break"
        ),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="a joiner that shapes Persian"),
        pytest.param("👩\u200d🔬", "👩\u200d🔬", id="a joiner in an emoji"),
        pytest.param("a\u200db", "ab", id="a joiner that joins nothing"),
        pytest.param("שלום\u200f!", "שלום!", id="a mark of direction"),
        pytest.param("a\x07b\tc", "ab\tc", id="a control character"),
    ],
)
def test_what_carries_no_message_goes_without_a_word(text, seen):
    assert without_invisible(text) == (seen, [])


@pytest.mark.parametrize(
    ("text", "seen", "told"),
    [
        pytest.param(
            "a" + "".join(chr(0xE0000 + ord(c)) for c in "obey me") + "b",
            "ab",
            [("obey me", "tag characters")],
            id="tags, made readable",
        ),
        pytest.param(
            "a\u202edcb\u202c",
            "adcb",
            [("2 in “adcb”", "characters that turn the direction of text")],
            id="turned",
        ),
        pytest.param(
            "a\u200b\u2060\u200b\u200bb",
            "ab",
            [("4 in “ab”", "zero-width characters")],
            id="side by side",
        ),
        pytest.param("a\U000e0101b", "ab", [("1 in “ab”", "variation selectors")], id="selectors"),
    ],
)
def test_what_can_carry_a_message_or_turn_words_is_told(text, seen, told):
    left, hidden = without_invisible(text)
    assert left == seen
    assert [(each.text, each.reason) for each in hidden] == told
