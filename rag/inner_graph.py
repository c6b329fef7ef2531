"""The cross-encoder's graph with the token vectors of two layers as further outputs."""

from pathlib import Path
from tempfile import TemporaryDirectory

from rag.model_files import MS_MARCO_RERANKER
from rag.onnx_graph import kept_graph, save_mapped
from rag.onnx_session import RUNTIME, optimise

# The eighth and ninth of twelve layers: before them question and text have hardly met, after them
# all that is left is how well they go together (docs/adr/0025).
LAYERS = (8, 9)
FORM = f"inner-{'-'.join(map(str, LAYERS))}-2-{RUNTIME}"
INNER = tuple(f"inner_{layer}" for layer in LAYERS)
# Counted from 0 there: what leaves the layer's last normalisation.
STATES = "/bert/encoder/layer.{}/output/LayerNorm/Add_1_output_0"


def inner_graph(cache_dir: Path) -> Path:
    """The file of the graph, made from the packaged one where the cache has none.

    Raises PermanentError when the weights are missing or not the pinned ones, or the cache can't be
    written.
    """
    return kept_graph(MS_MARCO_RERANKER, cache_dir, FORM, _make)


def _make(graph: Path) -> None:
    import onnx

    model = onnx.load(MS_MARCO_RERANKER.checked_weights())
    shape: list[str | int | None] = ["batch_size", "sequence", 384]
    for layer, name in zip(LAYERS, INNER, strict=True):
        model.graph.node.append(
            onnx.helper.make_node("Identity", [STATES.format(layer - 1)], [name])
        )
        model.graph.output.append(
            onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        )
    with TemporaryDirectory(dir=graph.parent.parent) as scratch:
        plain, optimised = Path(scratch) / "plain.onnx", Path(scratch) / "optimised.onnx"
        onnx.save(model, plain)
        optimise(plain, optimised)
        save_mapped(onnx.load(optimised), graph)
