"""ONNX Runtime and `tokenizers`, set up for short texts on few cores."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding

__all__ = [
    "RUNTIME",
    "Encoding",
    "Session",
    "feed",
    "open_session",
    "optimise",
]

# What optimise() makes holds operators of this version alone.
RUNTIME = f"ort{onnxruntime.__version__}"

Session = onnxruntime.InferenceSession


def optimise(graph: Path, to: Path) -> None:
    """Write the graph as ONNX Runtime would change it on opening, which takes a tenth of a second.

    Only what any processor can run: the kernels for this one are chosen on opening all the same.
    """
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(to)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def open_session(graph: Path, threads: int) -> onnxruntime.InferenceSession:
    """A session for a kept graph on the CPU, whose threads sleep when idle instead of spinning."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # An arena keeps what its largest batch once took: 30 MB a session, for no measurable time.
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    # Kept graphs are as good as they get; looking for more takes as long as opening them.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def feed(encodings: Sequence[Encoding]) -> dict[str, NDArray[np.int64]]:
    """The three BERT inputs of a batch, each of shape (texts, tokens of the longest)."""
    longest = max(len(encoding.ids) for encoding in encodings)
    inputs = {
        name: np.zeros((len(encodings), longest), dtype=np.int64)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    }
    for row, encoding in enumerate(encodings):
        length = len(encoding.ids)
        inputs["input_ids"][row, :length] = encoding.ids
        inputs["attention_mask"][row, :length] = 1
        inputs["token_type_ids"][row, :length] = encoding.type_ids
    return inputs
