from pathlib import Path

import pytest

from tests.end_to_end.serving import footnote

BICYCLES = """\
---
title: Bicycles
---

# Bicycles

## How often should a bicycle chain be oiled?

A bicycle chain should be oiled every 200 kilometres, and after every ride in the rain. Wipe the
chain with a dry cloth before you oil it.

## What belongs in a repair kit?

A repair kit for the road holds three things:

- Two tyre levers made of plastic.
- A spare inner tube of the right width.
- A small pump or a gas cartridge.

## Tyre pressure

| Tyre | Pressure |
|---|---|
| Road, 25 mm | 7 bar |
| Touring, 37 mm | 4.5 bar |
"""
BREAD = """\
# Bread

Sourdough bread rises without yeast from a shop. The dough rests for twelve hours in a cool room
before it is baked at 240 degrees.
"""


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory in which two small documents have been ingested."""
    directory = tmp_path_factory.mktemp("ingested")
    documents = directory / "documents"
    documents.mkdir()
    (documents / "bicycles.md").write_text(BICYCLES, encoding="utf-8")
    (documents / "bread.md").write_text(BREAD, encoding="utf-8")
    done = footnote(directory, "ingest", "documents")
    assert done.returncode == 0, done.stderr
    return directory
