"""F03: another model or passage size is built aside; the old serves until the new is whole."""

import pytest

from ingest.pipeline import ingest_paths
from ingest.rollback import roll_back_publication
from rag.errors import PermanentError
from rag.publisher import Publisher
from tests.fakes.embedder import FakeEmbedder

TEA = "# Tea\n\nGreen tea wants 75 degrees.\n"


@pytest.fixture
def guide(tmp_path):
    folder = tmp_path / "guide"
    folder.mkdir()
    (folder / "tea.md").write_text(TEA)
    (folder / "coffee.md").write_text("# Coffee\n\nAn espresso needs a fine grind.\n")
    return folder


@pytest.fixture
def models():
    """Three fake models by name, of two dimensions; any other name can't be loaded."""
    held = {name: FakeEmbedder(name, size) for name, size in {"a": 64, "b": 32, "c": 64}.items()}

    def open_one(name, *_, **__):
        if name not in held:
            raise PermanentError(f"The embedding model {name!r} can't be loaded.")
        return held[name]

    return held, open_one


@pytest.fixture
def opened(open_fake_services, models, monkeypatch):
    _, open_one = models

    def open_with(name, **more):
        services = open_fake_services(embedding_model=name, **more)
        monkeypatch.setattr("rag.bootstrap.open_embedder", open_one)
        return services

    return open_with


def found(services, text="green tea degrees"):
    return [p.passage.text for p in services.answerer.search(text, 1).passages]


@pytest.mark.parametrize("limit", [20_000, 0], ids=["exact", "Chroma"])
def test_the_old_model_serves_until_an_ingest_has_built_the_new_one(opened, guide, models, limit):
    held, _ = models
    ingest_paths(opened("a", exact_search_limit=limit), [guide])
    for name, size in [("b", 32), ("c", 64)]:
        services = opened(name, exact_search_limit=limit)
        before = services.catalog.state()
        assert found(services) == ["Green tea wants 75 degrees."]
        assert held[name].calls == [], "a query of the new model would mean nothing yet"
        report = ingest_paths(services, [guide])
        assert (report.unchanged, report.rebuilt) == (2, 2)
        after = services.catalog.state()
        assert (after.model, after.dimension) == (name, size)
        assert after.generation != before.generation
        assert found(services) == ["Green tea wants 75 degrees."]
        assert held[name].calls


def test_a_reader_that_runs_changes_over_by_itself_without_a_failure(opened, guide):
    ingest_paths(opened("a"), [guide])
    reader = opened("a")
    assert found(reader)
    ingest_paths(opened("b"), [guide])
    assert reader.catalog.state().model == "b"
    assert found(reader) == ["Green tea wants 75 degrees."]
    assert reader.embedder.name == "b"


def test_a_change_that_is_cut_short_leaves_the_old_model_serving(opened, guide, monkeypatch):
    ingest_paths(opened("a"), [guide])
    services = opened("b")
    before = services.catalog.state()
    with monkeypatch.context() as patch:
        patch.setattr(Publisher, "publish", _stop)
        with pytest.raises(KeyboardInterrupt):
            ingest_paths(services, [guide])
    assert services.catalog.state() == before
    assert found(services) == ["Green tea wants 75 degrees."]
    embedded = services.embedders.named("b").encoded
    done = len(embedded)
    ingest_paths(services, [guide])
    assert len(embedded) == done, "what was embedded is not embedded again"
    assert services.catalog.state().model == "b"


def test_documents_of_other_folders_change_model_too(opened, guide, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "mate.md").write_text("Mate is bitter.")
    ingest_paths(opened("a"), [guide, other])
    (guide / "tea.md").write_text(TEA.replace("75", "80"))
    services = opened("b")
    report = ingest_paths(services, [guide])
    assert (report.changed, report.rebuilt) == (1, 2)
    assert found(services, "mate bitter") == ["Mate is bitter."]
    assert found(services) == ["Green tea wants 80 degrees."]


def test_a_model_that_can_not_be_loaded_leaves_the_old_one_serving(opened, guide):
    ingest_paths(opened("a"), [guide])
    services = opened("mistyped")
    assert found(services) == ["Green tea wants 75 degrees."], "readers never ask for it"
    with pytest.raises(PermanentError, match=r"with a, which goes on serving.*'mistyped' can't be"):
        ingest_paths(services, [guide])
    assert services.catalog.state().model == "a"


def test_another_passage_size_cuts_everything_anew(opened, guide):
    (guide / "tea.md").write_text("# Tea\n\n" + "\n\n".join(f"Tea fact {n}." * 8 for n in range(9)))
    ingest_paths(opened("a"), [guide])
    services = opened("a", passage_chars=110)
    before = services.catalog.live_passage_count()
    report = ingest_paths(services, [guide])
    assert report.rebuilt == 2
    assert services.catalog.live_passage_count() > before
    assert ingest_paths(services, [guide]).rebuilt == 0


def test_a_change_of_model_can_be_rolled_back(opened, guide):
    ingest_paths(opened("a"), [guide])
    services = opened("b")
    ingest_paths(services, [guide])
    assert roll_back_publication(services).model == "a"
    assert found(services) == ["Green tea wants 75 degrees."]
    assert roll_back_publication(services).model == "b"
    assert found(services) == ["Green tea wants 75 degrees."]


def _stop(*_, **__):
    raise KeyboardInterrupt
