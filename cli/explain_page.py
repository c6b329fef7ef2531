"""The explanation of an ingest as one web page that needs nothing else."""

from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment

from ingest.explain import Explanation


def explanation_page(explanations: Sequence[Explanation]) -> str:
    """The page's HTML. It fetches nothing and runs no script; documents' words are text in it."""
    templates = files("cli").joinpath("templates")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(templates.joinpath("explain.html.j2").read_text("utf-8"))
    style = templates.joinpath("explain.css").read_text("utf-8")
    return template.render(explanations=explanations, style=style)
