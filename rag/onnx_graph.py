"""An ONNX graph made once from a model's own weights, so that answering needs no torch.

Importing torch and sentence-transformers costs seconds; ONNX Runtime loads the same weights in a
few tenths. The graph is kept in the cache folder beside a record of the weights it was made from
and of its own hash; either one differing makes it anew.
"""

import json
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rag.errors import PermanentError
from rag.model_files import PackagedModel, sha256_of

GRAPH_FORMAT = 1
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


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

    Raises PermanentError when the cache can't be written.
    """
    graph = cache_dir / "graphs" / f"{model.name}-{model.sha256[:12]}-{form}.onnx"
    record = graph.with_suffix(".json")
    if not _is_intact(graph, record, model):
        try:
            graph.parent.mkdir(parents=True, exist_ok=True)
            make(graph)
            _write_whole(
                record, json.dumps({"weights": model.sha256, "graph": sha256_of(graph)}).encode()
            )
        except OSError as error:
            raise PermanentError(
                f"The model's graph can't be kept in {graph.parent} ({error.strerror}): "
                "free some space or set FOOTNOTE_CACHE_DIR to a folder that can be written."
            ) from error
    return graph


def _is_intact(graph: Path, record: Path, model: PackagedModel) -> bool:
    try:
        made_from: Any = json.loads(record.read_bytes())
        return bool(made_from["weights"] == model.sha256 and made_from["graph"] == sha256_of(graph))
    except (OSError, ValueError, KeyError, TypeError):
        return False


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
    with TemporaryDirectory(dir=graph.parent) as scratch, warnings.catch_warnings():
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
        fused = Path(scratch) / "fused.onnx"
        optimizer.optimize_model(
            str(traced),
            "bert",
            num_heads=encoder.config.num_attention_heads,
            hidden_size=encoder.config.hidden_size,
        ).save_model_to_file(str(fused))
        fused.replace(graph)


def _write_whole(file: Path, content: bytes) -> None:
    scratch = file.with_name(f".{file.name}.{os.getpid()}")
    scratch.write_bytes(content)
    scratch.replace(file)
