"""FAISS builds against exact search, over real files."""

import pytest

from rag import build_kinds, faiss_index
from rag.build_kinds import BuildKind, kind_in
from rag.errors import IndexFaultError
from rag.exact_index import ExactIndex
from rag.faiss_index import FaissIndex
from rag.index_folders import build_index, index_folder
from rag.vector_index import AutoIndex
from tests.fakes.store import Store

WORDS = ("django", "flask", "fastapi", "celery", "redis", "postgres", "kafka", "docker", "nginx",
         "pytest", "mypy")  # fmt: skip
PAIRS = [(one, other) for one in WORDS for other in WORDS if one != other]
GUIDE = {f"doc{n}": f"# {one}\n\n{one} with {two}.\n" for n, (one, two) in enumerate(PAIRS)}
PUBLIC_ONLY = (1,)

pytestmark = pytest.mark.real


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch):
    monkeypatch.setattr(build_kinds, "FAISS_FROM", 100)


@pytest.fixture
def large(tmp_path):
    made = Store(tmp_path / "large", with_chroma=True)
    made.publish(GUIDE)
    yield made
    made.close()


def folder_of(store):
    return index_folder(store.catalog, store.catalog.state().index)


def opened(store):
    return AutoIndex(store.catalog, 0, store.publisher.mark_damaged)


def vector(store, text="kafka with redis"):
    return store.embedder.encode([text])[0]


def passages(store):
    return [row[1:] for row in store.catalog.live_passage_ids()]


def test_it_agrees_with_exact_search(large):
    assert kind_in(folder_of(large)) is BuildKind.FAISS
    exact = ExactIndex(large.catalog).search(vector(large), 10, PUBLIC_ONLY)
    index = opened(large)
    found = index.search(vector(large), 10, PUBLIC_ONLY)
    assert index._opened[1] is not None, "the build was asked"
    assert [score for _, score in found] == pytest.approx([s for _, s in exact], abs=1e-3)
    assert found[0][0] == exact[0][0]
    index.close()


def test_a_change_is_made_in_a_copy_and_what_went_is_gone(large):
    before = folder_of(large)
    was = {file.name: file.read_bytes() for file in before.iterdir()}
    large.publish({"new": "# Celery beat\n\ncelery beat schedules.\n"}, removed=["doc3"])
    assert {file.name: file.read_bytes() for file in before.iterdir()} == was
    index = opened(large)
    assert index.check()
    keys = [key for key, _ in index.search(vector(large, "celery beat schedules"), 3, PUBLIC_ONLY)]
    assert large.catalog.passages(keys)[keys[0]].document_id == "new"
    every = index.search(vector(large), 1_000, PUBLIC_ONLY)
    assert len(every) == len(large.passage_ids()) == len(GUIDE)
    index.close()


def test_cells_that_were_made_for_far_fewer_are_made_anew(large, monkeypatch):
    model = large.embedder.name
    cells = FaissIndex(folder_of(large), large.catalog, model)._parts[1]._index.nlist
    monkeypatch.setattr(faiss_index, "CELLS_A_ROOT", 40)
    large.publish({"new": "# Celery beat\n\ncelery beat schedules.\n"})
    with FaissIndex(folder_of(large), large.catalog, model) as index:
        assert index._parts[1]._index.nlist > cells
        assert set(index.ids()) == set(large.passage_ids())


def test_a_build_below_the_border_is_chromas_again(large, monkeypatch):
    monkeypatch.setattr(build_kinds, "FAISS_FROM", 1_000)
    state = large.catalog.state()
    build = build_index(large.catalog, large.embedder.name, passages(large), state.index)
    assert large.publisher.point_to(build, state)
    assert kind_in(folder_of(large)) is BuildKind.CHROMA
    index = opened(large)
    assert index.check()
    index.close()


@pytest.mark.parametrize("damage", ["cut", "emptied", "names gone"])
def test_a_damaged_file_is_told_and_exact_search_answers(large, damage):
    file = folder_of(large) / "1.faiss"
    if damage == "names gone":
        file.with_suffix(".npy").unlink()
    else:
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2] if damage == "cut" else b"")
    index = opened(large)
    found = index.search(vector(large), 10, PUBLIC_ONLY)
    assert found == ExactIndex(large.catalog).search(vector(large), 10, PUBLIC_ONLY)
    assert not large.catalog.is_sound()
    index.close()


def test_vectors_that_are_not_there_are_told(tmp_path, large):
    with (
        pytest.raises(IndexFaultError),
        FaissIndex(tmp_path, large.catalog, "another model") as index,
    ):
        index.add(passages(large))


def test_audiences_are_files_apart(tmp_path, large):
    rows = [(name, value, 1 + n % 2) for n, (name, value, _) in enumerate(passages(large))]
    with FaissIndex(tmp_path, large.catalog, large.embedder.name) as index:
        index.add(rows)
        assert index.ids() == {name: audience for name, _, audience in rows}
        found = index.search(vector(large), 1_000, (2,))
        assert {name for name, _ in found} == {name for name, _, a in rows if a == 2}
