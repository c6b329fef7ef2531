"""An ONNX graph made once from a model's own weights, so that answering needs no torch.

Importing torch and sentence-transformers costs seconds; ONNX Runtime loads the same weights in a
few hundredths, since they lie beside the graph in a file that is mapped into memory instead of
read (docs/adr/0024). Each graph has a folder of its own in the cache, with a record of the weights
it was made from and of its files' hashes; any of them differing makes it anew.
"""

import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rag.errors import PermanentError
from rag.graph_record import is_as_recorded, write_record
from rag.model_files import PackagedModel

if TYPE_CHECKING:
    from onnx import ModelProto

GRAPH_FORMAT = 2
GRAPH = "graph.onnx"
WEIGHTS = "weights.bin"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
# Smaller tensors stay in the graph.
MAPPED_FROM_BYTES = 1_024


def graph_of(model: PackagedModel, cache_dir: Path) -> Path:
    """The file of the model's graph, made first where the cache has none.

    Raises PermanentError when the weights are not the pinned ones or the cache can't be written.
    """
    return kept_graph(
        model, cache_dir, str(GRAPH_FORMAT), lambda to: _make(model.checked_weights().parent, to)
    )


def kept_graph(
    model: PackagedModel, cache_dir: Path, form: str, make: Callable[[Path], None]
) -> Path:
    """The file of one form of the model's graph, by `make` where the cache has none that is intact.

    `make` may put other files beside the one it is given. Raises PermanentError when the cache
    can't be written.
    """
    folder = cache_dir / "graphs" / f"{model.name}-{model.sha256[:12]}-{form}"
    if not is_as_recorded(folder, model.sha256):
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=folder.parent) as scratch:
                made = Path(scratch) / "made"
                made.mkdir()
                make(made / GRAPH)
                write_record(made, model.sha256)
                _put(made, folder, model.sha256)
        except OSError as error:
            raise PermanentError(
                f"The model's graph can't be kept in {folder.parent} ({error.strerror}): "
                "free some space or set FOOTNOTE_CACHE_DIR to a folder that can be written."
            ) from error
    return folder / GRAPH


def _put(made: Path, folder: Path, weights: str) -> None:
    if folder.exists():
        # Damaged. Who has it open goes on reading the old files.
        folder.rename(made.with_name("damaged"))
    try:
        made.rename(folder)
    except OSError:
        # Another process was faster, and made the same.
        if not is_as_recorded(folder, weights):
            raise


def save_mapped(model: "ModelProto", graph: Path) -> None:
    """Write the graph, its weights beside it so that they are mapped into memory, never read."""
    import onnx

    onnx.save_model(
        model,
        graph,
        save_as_external_data=True,
        location=WEIGHTS,
        size_threshold=MAPPED_FROM_BYTES,
    )
    # Made as a scratch file is, for its owner alone; a cache may be shared.
    graph.with_name(WEIGHTS).chmod(graph.stat().st_mode)


def _make(folder: Path, graph: Path) -> None:
    import torch
    from onnxruntime.transformers import optimizer
    from transformers import AutoModel
    from transformers.utils.logging import disable_progress_bar

    class TokenVectors(torch.nn.Module):
        def __init__(self, encoder: torch.nn.Module) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            named = dict(zip(INPUTS, inputs, strict=True))
            output: torch.Tensor = self.encoder(**named).last_hidden_state
            return output

    disable_progress_bar()  # type: ignore[no-untyped-call]
    encoder = AutoModel.from_pretrained(
        folder, attn_implementation="eager", use_safetensors=True, local_files_only=True
    ).eval()

    ones = torch.ones(2, 8, dtype=torch.long)
    axes = {0: "batch", 1: "tokens"}
    with TemporaryDirectory(dir=graph.parent.parent) as scratch, warnings.catch_warnings():
        # Tracing warns of branches on shapes; the tests compare the graph with the model instead.
        warnings.simplefilter("ignore")
        traced = Path(scratch) / "traced.onnx"
        torch.onnx.export(
            TokenVectors(encoder),
            (ones, ones, torch.zeros_like(ones)),
            traced,
            input_names=list(INPUTS),
            output_names=["token_vectors"],
            dynamic_axes=dict.fromkeys((*INPUTS, "token_vectors"), axes),
            opset_version=17,
            dynamo=False,
        )
        fused = optimizer.optimize_model(
            str(traced),
            "bert",
            num_heads=encoder.config.num_attention_heads,
            hidden_size=encoder.config.hidden_size,
        )
        save_mapped(fused.model, graph)
