"""When the graph is made anew. Making it is replaced here; test_embedder compares the real one."""

import json

import pytest

from rag.errors import PermanentError
from rag.model_files import PackagedModel, sha256_of
from rag.onnx_graph import graph_of
from rag.onnx_int8 import int8_graph_of


@pytest.fixture
def model(tmp_path, monkeypatch):
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(b"weights")
    monkeypatch.setattr(PackagedModel, "path", lambda _: tmp_path)
    return PackagedModel("tiny", "tiny", "model", weights.name, sha256_of(weights))


@pytest.fixture
def made(monkeypatch):
    """The graphs made so far; each is other bytes."""
    graphs = []

    def make(_, graph):
        graphs.append(graph)
        graph.write_bytes(b"graph %d" % len(graphs))

    monkeypatch.setattr("rag.onnx_graph._make", make)
    return graphs


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def test_the_graph_is_made_once_and_then_found(model, made, cache):
    assert graph_of(model, cache) == graph_of(model, cache)
    assert len(made) == 1


def test_the_record_names_the_weights_and_the_graph(model, made, cache):
    graph = graph_of(model, cache)
    assert json.loads(graph.with_suffix(".json").read_text()) == {
        "weights": model.sha256,
        "graph": sha256_of(graph),
    }
    assert made == [graph]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda graph: graph.write_bytes(b"changed"), id="graph changed"),
        pytest.param(lambda graph: graph.unlink(), id="graph gone"),
        pytest.param(lambda graph: graph.with_suffix(".json").unlink(), id="record gone"),
        pytest.param(
            lambda graph: graph.with_suffix(".json").write_text("{"), id="record cut short"
        ),
        pytest.param(
            lambda graph: graph.with_suffix(".json").write_text("[]"), id="record of a list"
        ),
        pytest.param(lambda graph: graph.with_suffix(".json").write_text("{}"), id="record empty"),
        pytest.param(
            lambda graph: graph.with_suffix(".json").write_text(
                json.dumps({"weights": "other", "graph": sha256_of(graph)})
            ),
            id="record of other weights",
        ),
    ],
)
def test_a_graph_that_does_not_match_its_record_is_made_anew(model, made, cache, damage):
    damage(graph_of(model, cache))
    graph = graph_of(model, cache)
    assert len(made) == 2
    assert graph.read_bytes() == b"graph 2"
    graph_of(model, cache)
    assert len(made) == 2, "and is intact from then on"


def test_wrong_weights_are_refused_before_a_graph_is_made(model, made, cache):
    (model.path() / model.weights).write_bytes(b"others")
    with pytest.raises(PermanentError, match="sha256 differs"):
        graph_of(model, cache)
    assert made == []


def test_a_cache_that_can_not_be_written_is_one_sentence(model, made, tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(PermanentError, match="set FOOTNOTE_CACHE_DIR to a folder that can be"):
        graph_of(model, blocked)
    assert made == []


def test_a_full_disk_is_one_sentence(model, cache, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rag.onnx_graph._make", fail)
    with pytest.raises(PermanentError, match=r"No space left on device\): free some space"):
        graph_of(model, cache)


@pytest.fixture
def quantised(monkeypatch):
    """The graphs in 8-bit numbers made so far, by what they were made from."""
    graphs = []

    def quantise(exact, graph):
        graphs.append(exact)
        graph.write_bytes(b"int8 %d" % len(graphs))

    monkeypatch.setattr("rag.onnx_int8._quantise", quantise)
    return graphs


def test_the_graph_in_8_bit_numbers_is_made_once_from_the_exact_one(model, made, quantised, cache):
    graph = int8_graph_of(model, cache)
    assert int8_graph_of(model, cache) == graph != graph_of(model, cache)
    assert quantised == made == [graph_of(model, cache)]
    record = json.loads(graph.with_suffix(".json").read_text())
    assert record == {"weights": model.sha256, "graph": sha256_of(graph)}


def test_a_changed_graph_in_8_bit_numbers_is_made_anew_alone(model, made, quantised, cache):
    int8_graph_of(model, cache).write_bytes(b"changed")
    assert int8_graph_of(model, cache).read_bytes() == b"int8 2"
    assert (len(made), len(quantised)) == (1, 2)
