"""Text made comparable: quotes are compared after white space is folded, and in no other way."""


def fold_space(text: str) -> str:
    """The text with every run of white space (Unicode's, so a no-break space too) as one space."""
    return " ".join(text.split())
