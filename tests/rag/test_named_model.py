"""A08: a named model is loaded from safetensors alone, and only the pinned ones where pinned."""

import json
import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from rag.errors import InvalidRequestError, PermanentError
from rag.model_files import MINILM, sha256_of
from rag.named_model import SentenceTransformerEmbedder
from rag.settings import load_settings

pytestmark = pytest.mark.real


class Trap:
    """What runs when it is unpickled: makes the marker."""

    def __init__(self, marker):
        self.marker = str(marker)

    def __reduce__(self):
        return os.mkdir, (self.marker,)


@pytest.fixture
def folder(tmp_path):
    """The bundled model's folder, as anybody's own model on the disk."""
    return Path(shutil.copytree(MINILM.path(), tmp_path / "model"))


@pytest.fixture
def marker(tmp_path):
    """Where a trap that was sprung is seen."""
    return tmp_path / "sprung"


@pytest.fixture
def pickled(marker):
    """The bytes of a pickle that makes the marker."""
    content = pickle.dumps(Trap(marker))
    pickle.loads(content)  # noqa: S301 - it works
    marker.rmdir()
    return content


def flip_last_byte(file):
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "model.pkl"])
def test_a_model_of_pickles_is_refused_and_none_is_opened(folder, marker, pickled, name):
    (folder / MINILM.weights).unlink()
    (folder / name).write_bytes(pickled)
    with pytest.raises(PermanentError, match="no weights in safetensors"):
        SentenceTransformerEmbedder(str(folder))
    assert not marker.exists()


def test_a_pickle_beside_the_safetensors_is_not_opened(folder, marker, pickled):
    (folder / "pytorch_model.bin").write_bytes(pickled)
    assert SentenceTransformerEmbedder(str(folder)).dimension == 384
    assert not marker.exists()


def test_a_part_of_the_model_that_has_only_a_pickle_is_not_loaded(folder, marker, pickled):
    """sentence-transformers itself would fall back on it."""
    modules = json.loads((folder / "modules.json").read_text())
    dense = {"idx": 9, "name": "9", "path": "9_Dense", "type": "sentence_transformers.models.Dense"}
    (folder / "modules.json").write_text(json.dumps([*modules, dense]))
    (folder / "9_Dense").mkdir()
    sizes = {"in_features": 384, "out_features": 8, "bias": True}
    activation = {"activation_function": "torch.nn.modules.linear.Identity"}
    (folder / "9_Dense" / "config.json").write_text(json.dumps(sizes | activation))
    (folder / "9_Dense" / "pytorch_model.bin").write_bytes(pickled)
    with pytest.raises(PermanentError, match="can't be loaded"):
        SentenceTransformerEmbedder(str(folder))
    assert not marker.exists()


@pytest.mark.parametrize("where", ["modules.json", "config.json"])
def test_code_in_the_models_folder_is_not_run(folder, marker, where):
    (folder / "own.py").write_text(f"import os\nos.mkdir({str(marker)!r})\nclass Own: pass\n")
    if where == "modules.json":
        modules = json.loads((folder / where).read_text())
        modules[0]["type"] = "own.Own"
        (folder / where).write_text(json.dumps(modules))
        with pytest.raises(PermanentError, match="can't be loaded"):
            SentenceTransformerEmbedder(str(folder))
    else:
        config = json.loads((folder / where).read_text())
        config["auto_map"] = {"AutoModel": "own.Own", "AutoConfig": "own.Own"}
        (folder / where).write_text(json.dumps(config))
        assert SentenceTransformerEmbedder(str(folder)).dimension == 384
    assert not marker.exists()


def test_pinned_weights_are_loaded_and_one_flipped_byte_is_refused(folder):
    pinned = [sha256_of(folder / MINILM.weights)]
    own = SentenceTransformerEmbedder(str(folder), pinned)
    assert np.linalg.norm(own.encode(["Tea."])) == pytest.approx(1.0, abs=1e-6)
    flip_last_byte(folder / MINILM.weights)
    with pytest.raises(PermanentError, match=r"model.safetensors .*not the pinned ones: .* sha256"):
        SentenceTransformerEmbedder(str(folder), pinned)


def test_safetensors_that_are_cut_short_are_one_sentence(folder):
    weights = folder / MINILM.weights
    weights.write_bytes(weights.read_bytes()[:1_000])
    with pytest.raises(PermanentError, match="can't be loaded"):
        SentenceTransformerEmbedder(str(folder))


def test_pins_are_read_from_the_environment_and_must_be_hashes(monkeypatch):
    monkeypatch.setenv("FOOTNOTE_EMBEDDING_MODEL_SHA256", f"{'a' * 64}, {'b' * 64}")
    assert load_settings().embedding_model_sha256 == ("a" * 64, "b" * 64)
    monkeypatch.setenv("FOOTNOTE_EMBEDDING_MODEL_SHA256", "abc")
    with pytest.raises(InvalidRequestError, match="FOOTNOTE_EMBEDDING_MODEL_SHA256"):
        load_settings()
