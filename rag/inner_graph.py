"""The cross-encoder's graph with one layer's token vectors as a second output."""

from pathlib import Path
from tempfile import TemporaryDirectory

from rag.model_files import MS_MARCO_RERANKER
from rag.onnx_graph import kept_graph, save_mapped
from rag.onnx_session import RUNTIME, optimise

# The eighth of twelve layers: before it question and text have hardly met, after it all that is
# left is how well they go together (docs/adr/0023).
LAYER = 8
FORM = f"inner-{LAYER}-2-{RUNTIME}"
# Counted from 0 there: what leaves the layer's last normalisation.
STATES = f"/bert/encoder/layer.{LAYER - 1}/output/LayerNorm/Add_1_output_0"
INNER = "inner_states"


def inner_graph(cache_dir: Path) -> Path:
    """The file of the graph, made from the packaged one where the cache has none.

    Raises PermanentError when the weights are missing or not the pinned ones, or the cache can't be
    written.
    """
    return kept_graph(MS_MARCO_RERANKER, cache_dir, FORM, _make)


def _make(graph: Path) -> None:
    import onnx

    model = onnx.load(MS_MARCO_RERANKER.checked_weights())
    model.graph.node.append(onnx.helper.make_node("Identity", [STATES], [INNER]))
    shape: list[str | int | None] = ["batch_size", "sequence", 384]
    model.graph.output.append(
        onnx.helper.make_tensor_value_info(INNER, onnx.TensorProto.FLOAT, shape)
    )
    with TemporaryDirectory(dir=graph.parent.parent) as scratch:
        plain, optimised = Path(scratch) / "plain.onnx", Path(scratch) / "optimised.onnx"
        onnx.save(model, plain)
        optimise(plain, optimised)
        save_mapped(onnx.load(optimised), graph)
