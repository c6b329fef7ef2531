"""What a Markdown document says of itself before its text begins."""

from collections.abc import Mapping, Sequence
from datetime import date

import yaml
from frontmatter.default_handlers import YAMLHandler

from rag.errors import SourceError
from rag.pages import METADATA_KEY


def front_matter(source: str) -> tuple[dict[str, str], str]:
    """The front matter's values as text, and the rest.

    Raises SourceError when the front matter is not valid YAML.
    """
    handler = YAMLHandler()
    if not handler.detect(source):
        return {}, source
    try:
        block, body = handler.split(source)
    except ValueError:
        # One line of dashes alone is a rule across the page.
        return {}, source
    try:
        held = handler.load(block)
    except (yaml.YAMLError, ValueError) as error:
        raise SourceError(
            "its front matter is not valid YAML: correct the block between the --- lines"
        ) from error
    if held is None:
        return {}, body
    return (_metadata(held), body) if isinstance(held, Mapping) else ({}, source)


def _metadata(held: Mapping[object, object]) -> dict[str, str]:
    # Nested values say nothing that is used, and can be made to grow without end.
    texts = {
        str(key): str(value)
        for key, value in held.items()
        if isinstance(value, str | int | float | date) and key != METADATA_KEY
    }
    audience = held.get("audience")
    if isinstance(audience, Sequence) and not isinstance(audience, str):
        texts["audience"] = ", ".join(map(str, audience))
    elif "audience" in held:
        # Whatever it is, it was meant to say who may read this: reading it as "all" would leak.
        texts["audience"] = "(empty)" if audience is None else str(audience)
    return texts
