"""The bundled embedder against the library and the weights it stands in for."""

import numpy as np
import pytest

from rag.embedder import text_hash
from rag.embedder_choice import open_embedder
from rag.errors import PermanentError
from rag.minilm import INT8_NAME, MiniLmEmbedder
from rag.model_files import MINILM
from rag.named_model import SentenceTransformerEmbedder
from rag.word_pieces import MAX_TOKENS

WORDS = "Django and FastAPI serve requests, while queues carry the slow work elsewhere. "
TEXTS = [
    "",
    "a",
    "Why?",
    "When should I pick FastAPI over Django?",
    "C++ and C# — “quoted” words, £5, 100 %.",
    "日本語のテキスト",
    "🙂🙃",
    "naïve café",
    *((WORDS * count).strip() for count in (1, 2, 5, 9, 13, 17, 18, 19, 30, 60)),
    "supercalifragilistic" * 40,
]


@pytest.fixture(scope="module")
def oracle():
    """The same weights run by sentence-transformers."""
    return SentenceTransformerEmbedder(str(MINILM.path()))


@pytest.fixture(scope="module")
def vectors(embedder):
    return embedder.encode(TEXTS)


@pytest.mark.real
def test_vectors_equal_those_of_sentence_transformers(vectors, oracle):
    cosines = (vectors * oracle.encode(TEXTS)).sum(axis=1)
    assert cosines.min() >= 0.99999, dict(zip(TEXTS, cosines, strict=True))


@pytest.mark.real
def test_token_counts_equal_those_of_sentence_transformers(embedder, oracle):
    assert [embedder.token_count(text) for text in TEXTS] == [
        oracle.token_count(text) for text in TEXTS
    ]


@pytest.mark.real
def test_every_vector_has_length_one(vectors):
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-6)
    assert vectors.dtype == np.float32


@pytest.mark.real
def test_a_text_has_the_same_vector_alone_and_in_a_batch(embedder, vectors):
    """Texts are batched by length; each must come back in its own place."""
    alone = np.stack([embedder.encode([text])[0] for text in TEXTS])
    assert np.abs(alone - vectors).max() < 1e-5


@pytest.mark.real
def test_more_texts_of_one_length_than_a_batch_come_back_in_order(embedder):
    texts = [f"number {number}" for number in range(10, 90)]
    backwards = embedder.encode(texts[::-1])[::-1]
    assert np.abs(embedder.encode(texts) - backwards).max() < 1e-5


@pytest.mark.real
def test_what_stands_behind_the_last_token_read_changes_nothing(embedder):
    long = "word " * (MAX_TOKENS + 50)
    cut, changed = embedder.encode([long, long + "entirely different ending"])
    assert cut == pytest.approx(changed, abs=1e-6)
    just_read = "word " * (MAX_TOKENS - 4)
    first, second = embedder.encode([just_read + "one", just_read + "different"])
    assert not np.allclose(first, second, atol=1e-4)


@pytest.mark.real
def test_no_texts_give_no_vectors(embedder):
    assert embedder.encode([]).shape == (0, embedder.dimension)


@pytest.mark.real
def test_langchain_gets_the_same_numbers(embedder):
    text = "When should I pick FastAPI?"
    assert embedder.embed_query(text) == pytest.approx(embedder.encode([text])[0].tolist())
    stored = embedder.encode_passages([text])[0].tolist()
    assert embedder.embed_documents([text, text])[1] == pytest.approx(stored)


@pytest.mark.real
def test_passages_in_whole_numbers_lie_close_to_the_exact_ones(embedder, vectors):
    passages = embedder.encode_passages(TEXTS)
    assert passages.dtype == np.float32
    assert np.linalg.norm(passages, axis=1) == pytest.approx(1.0, abs=1e-6)
    # The empty text has no token but the frame, of which whole numbers keep the least.
    cosines = (passages * vectors).sum(axis=1)
    assert cosines.min() >= 0.95, dict(zip(TEXTS, cosines, strict=True))
    assert cosines.mean() >= 0.985


@pytest.mark.real
def test_a_passage_has_the_very_same_vector_whatever_is_encoded_with_it(embedder, cache_dir):
    together = MiniLmEmbedder(cache_dir, threads=2).encode_passages(TEXTS[::-1])[::-1]
    alone = np.stack([embedder.encode_passages([text])[0] for text in TEXTS])
    assert np.array_equal(alone, together)


@pytest.mark.real
def test_under_its_plain_name_the_model_embeds_passages_exactly(cache_dir, vectors):
    exact = open_embedder(MINILM.name, cache_dir)
    assert exact.name == MINILM.name != INT8_NAME
    assert np.abs(exact.encode_passages(TEXTS) - vectors).max() < 1e-5


@pytest.mark.real
def test_no_passages_give_no_vectors(embedder):
    assert embedder.encode_passages([]).shape == (0, embedder.dimension)


def test_a_pin_that_is_not_the_bundled_models_is_refused(cache_dir):
    with pytest.raises(PermanentError, match=f"does not name the weights.*{MINILM.sha256}"):
        open_embedder(INT8_NAME, cache_dir, pinned=["0" * 64])


@pytest.mark.real
def test_a_model_folder_can_be_named_instead_of_the_bundled_model(cache_dir):
    opened = open_embedder(str(MINILM.path()), cache_dir)
    assert isinstance(opened, SentenceTransformerEmbedder)
    assert opened.dimension == 384


@pytest.mark.real
def test_a_model_that_can_not_be_loaded_is_one_sentence(cache_dir, tmp_path):
    with pytest.raises(PermanentError, match="FOOTNOTE_EMBEDDING_MODEL unset"):
        open_embedder(str(tmp_path / "no-such-model"), cache_dir)


def test_a_text_hash_is_sixteen_bytes_and_tells_texts_apart():
    assert len(text_hash("a")) == 16
    assert text_hash("a") == text_hash("a") != text_hash("b")
