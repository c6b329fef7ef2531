"""A Chroma server behind a proxy that asks for a token."""

import pytest

from tests.cli.conftest import footnote
from tests.crash.store_state import faults_of
from tests.fakes.bearer_proxy import bearer_proxy
from tests.fakes.embedder import FakeEmbedder

pytestmark = pytest.mark.real
__all__ = ["footnote"]


def test_the_right_token_lets_in_and_any_other_is_told(
    footnote,
    open_fake_services,
    tmp_path,
    guide,
    chroma_url,
    monkeypatch,
):
    monkeypatch.setattr("rag.bootstrap.open_embedder", lambda *_, **__: FakeEmbedder())

    def opened(token):
        return open_fake_services(
            tmp_path / "data", chroma_url=url, exact_search_limit=0, chroma_token=token
        )

    with bearer_proxy(chroma_url, "open sesame") as (url, answers):
        for name, value in {
            "FOOTNOTE_CHROMA_URL": url,
            "FOOTNOTE_EMBEDDING_MODEL": FakeEmbedder().name,
            "FOOTNOTE_EXACT_SEARCH_LIMIT": "0",
            "FOOTNOTE_DATA_DIR": "data",
        }.items():
            monkeypatch.setenv(name, value)
        for wrong in (None, "open barley"):
            if wrong is not None:
                monkeypatch.setenv("FOOTNOTE_CHROMA_TOKEN", wrong)
            run = footnote("ingest", guide)
            assert (run.status, run.stdout) == (1, "")
            assert run.sentence == (
                f"The Chroma server at {url}, or the proxy before it, does not let us in: set "
                "FOOTNOTE_CHROMA_TOKEN to the token that it expects. Nothing that was stored is "
                "lost."
            )
        assert set(answers) == {401}
        monkeypatch.setenv("FOOTNOTE_CHROMA_TOKEN", "open sesame")
        assert footnote("ingest", guide, "--json").json["added"] == 3
        assert answers[-1] == 200
        services = opened("open sesame")
        assert services.index.check()
        assert faults_of(services) == []
        # Whoever reads with another token still answers, by exact search.
        services = opened("open barley")
        assert not services.index.check()
        assert faults_of(services) == []
