"""When the graph is made anew. Making it is replaced here; test_embedder compares the real one."""

import json
import os
import shutil

import pytest

from rag.errors import PermanentError
from rag.graph_record import RECORD
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


def record_of(graph):
    return graph.with_name(RECORD)


@pytest.mark.usefixtures("made")
def test_the_record_names_the_weights_and_the_hash_of_each_file(model, cache):
    graph = graph_of(model, cache)
    record = json.loads(record_of(graph).read_text())
    assert record["weights"] == model.sha256
    assert {name: held[-1] for name, held in record["files"].items()} == {
        graph.name: sha256_of(graph)
    }


@pytest.mark.usefixtures("made")
def test_an_untouched_graph_is_not_read_again(model, cache, monkeypatch):
    graph = graph_of(model, cache)
    read = []
    monkeypatch.setattr("rag.graph_record.sha256_of", read.append)
    assert graph_of(model, cache) == graph
    assert read == []


def test_a_copied_graph_is_hashed_once_and_believed(model, made, cache, tmp_path, monkeypatch):
    copied = tmp_path / "copied"
    graph = graph_of(model, cache)
    shutil.copytree(cache, copied)
    hashed = []

    def hashing(file):
        hashed.append(file.name)
        return sha256_of(file)

    monkeypatch.setattr("rag.graph_record.sha256_of", hashing)
    assert graph_of(model, copied).read_bytes() == graph.read_bytes()
    assert graph.name in hashed
    hashed.clear()
    graph_of(model, copied)
    assert (hashed, len(made)) == ([], 1)


@pytest.mark.usefixtures("made")
def test_bytes_changed_in_place_show_though_size_and_time_are_the_same(model, cache):
    graph = graph_of(model, cache)
    told = graph.stat()
    graph.write_bytes(graph.read_bytes().upper())
    os.utime(graph, ns=(told.st_atime_ns, told.st_mtime_ns))
    assert graph.stat().st_size == told.st_size
    assert graph_of(model, cache).read_bytes() == b"graph 2"


def test_who_is_overtaken_while_making_the_graph_takes_the_others(model, cache, monkeypatch):
    calls = []

    def make(_, graph):
        calls.append(graph)
        if len(calls) == 1:
            graph_of(model, cache)
        graph.write_bytes(b"the same")

    monkeypatch.setattr("rag.onnx_graph._make", make)
    assert graph_of(model, cache).read_bytes() == b"the same"
    assert len(calls) == 2
    assert [folder.name for folder in (cache / "graphs").iterdir()] == [
        graph_of(model, cache).parent.name
    ]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda graph: graph.write_bytes(b"changed"), id="graph changed"),
        pytest.param(lambda graph: graph.unlink(), id="graph gone"),
        pytest.param(lambda graph: record_of(graph).unlink(), id="record gone"),
        pytest.param(lambda graph: record_of(graph).write_text("{"), id="record cut short"),
        pytest.param(lambda graph: record_of(graph).write_text("[]"), id="record of a list"),
        pytest.param(lambda graph: record_of(graph).write_text("{}"), id="record empty"),
        pytest.param(
            lambda graph: record_of(graph).write_text(
                record_of(graph).read_text().replace('"weights": "', '"weights": "0')
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
    assert quantised == [graph_of(model, cache)]
    assert len(made) == 1
    assert json.loads(record_of(graph).read_text())["weights"] == model.sha256


def test_a_changed_graph_in_8_bit_numbers_is_made_anew_alone(model, made, quantised, cache):
    int8_graph_of(model, cache).write_bytes(b"changed")
    assert int8_graph_of(model, cache).read_bytes() == b"int8 2"
    assert (len(made), len(quantised)) == (1, 2)
