"""The cross-encoder's graph with one layer's token vectors as a second output."""

from pathlib import Path

from rag.model_files import MS_MARCO_RERANKER
from rag.onnx_graph import kept_graph

# The eighth of twelve layers: before it question and text have hardly met, after it all that is
# left is how well they go together (docs/adr/0023).
LAYER = 8
FORM = f"inner-{LAYER}-1"
# Counted from 0 there: what leaves the layer's last normalisation.
STATES = f"/bert/encoder/layer.{LAYER - 1}/output/LayerNorm/Add_1_output_0"
INNER = "inner_states"


def inner_graph(cache_dir: Path) -> Path:
    """The file of the graph, made from the packaged one where the cache has none.

    Raises PermanentError when the weights are missing or not the pinned ones, or the cache can't be
    written.
    """
    weights = MS_MARCO_RERANKER.checked_weights()
    return kept_graph(MS_MARCO_RERANKER, cache_dir, FORM, lambda to: _make(weights, to))


def _make(weights: Path, graph: Path) -> None:
    import onnx

    model = onnx.load(weights)
    model.graph.node.append(onnx.helper.make_node("Identity", [STATES], [INNER]))
    shape: list[str | int | None] = ["batch_size", "sequence", 384]
    model.graph.output.append(
        onnx.helper.make_tensor_value_info(INNER, onnx.TensorProto.FLOAT, shape)
    )
    scratch = graph.with_suffix(".scratch")
    onnx.save(model, scratch)
    scratch.replace(graph)
