"""Style declarations by which text is hidden."""

import re

WHITE = r"(?:#fff(?:fff)?|white|rgba?\(\s*255[,\s]+255[,\s]+255[^)]*\))"
REASONS = (
    (re.compile(r"display\s*:\s*none"), "not displayed"),
    (re.compile(r"visibility\s*:\s*(?:hidden|collapse)"), "hidden"),
    (re.compile(r"(?:^|[;\s])opacity\s*:\s*0(?:\.0*)?%?\s*(?:;|!|$)"), "fully transparent"),
    (
        re.compile(
            r"font-size\s*:\s*(?:0(?:\.0*)?\s*(?:px|pt|r?em|%)?|0?\.\d+(?:px|pt)|1(?:\.0*)?(?:px|pt))\s*(?:;|!|$)"
        ),
        "too small to see",
    ),
    (re.compile(r"(?:left|top|right|text-indent|margin-left)\s*:\s*-\d{4,}"), "moved off the page"),
    (re.compile(r"clip\s*:\s*rect\(\s*0"), "clipped away"),
)
WHITE_TEXT = re.compile(rf"(?:^|[;\s])color\s*:\s*{WHITE}")
TRANSPARENT_TEXT = re.compile(r"(?:^|[;\s])color\s*:\s*transparent")
BACKGROUND = re.compile(r"background")


def hiding_reason(declarations: str) -> str:
    """Why text with these declarations, in lower case, can't be seen; "" when it can."""
    for pattern, reason in REASONS:
        if pattern.search(declarations):
            return reason
    return "transparent text" if TRANSPARENT_TEXT.search(declarations) else ""


def is_white_text(declarations: str) -> bool:
    """Whether text is drawn in white and nothing is said of what lies behind it."""
    return bool(WHITE_TEXT.search(declarations)) and not BACKGROUND.search(declarations)


def has_background(declarations: str) -> bool:
    """Whether something is said of what lies behind text."""
    return bool(BACKGROUND.search(declarations))
