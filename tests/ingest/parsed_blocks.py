"""What tests ask of a parsed document."""


def blocks(parsed):
    """(kind, text, level) of every block, text taken by its offsets."""
    return [(b.kind.value, parsed.text[b.start_char : b.end_char], b.level) for b in parsed.blocks]


def texts(parsed):
    """The text of every block."""
    return [text for _, text, _ in blocks(parsed)]


def hidden(parsed):
    """(text, reason) of everything that was stripped."""
    return [(each.text, each.reason) for each in parsed.hidden]
