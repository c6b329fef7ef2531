"""The composition root: the only place that reads settings and builds objects."""

import os
from dataclasses import dataclass
from functools import partial

from rag.abstention import Abstention
from rag.answerer import Answerer
from rag.catalog import Catalog
from rag.citations import document_url
from rag.composer import ExtractiveComposer
from rag.embedder import Embedder, open_embedder
from rag.errors import PermanentError
from rag.publisher import Publisher
from rag.ranking import CrossEncoderRanker, Ranker, SimilarityRanker
from rag.reranker import MsMarcoReranker
from rag.retriever import Retriever
from rag.rewriter import Rewriter
from rag.settings import Settings
from rag.spelling import Speller
from rag.validation import QuestionLimits
from rag.vector_index import AutoIndex


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a front end or an ingest stands on."""

    settings: Settings
    embedder: Embedder
    catalog: Catalog
    publisher: Publisher
    index: AutoIndex
    answerer: Answerer

    def close(self) -> None:
        """Give back files and connections."""
        self.catalog.close()


def open_services(settings: Settings) -> Services:
    """The services over the settings' data directory, which is made when it does not exist.

    Raises IncompatibleStoreError for a directory of another model or format, PermanentError
    when it can't be made or a model is missing.
    """
    embedder = open_embedder(settings.embedding_model, settings.cache_dir, _threads())
    catalog = _open_catalog(settings, embedder)
    index = AutoIndex(catalog, settings.exact_search_limit)
    answerer = Answerer(
        catalog=catalog,
        rewriter=Rewriter(Speller(catalog.vocabulary, embedder.is_word), embedder),
        retriever=Retriever(catalog, index, embedder),
        ranker=_ranker(settings),
        abstention=Abstention(catalog.vocabulary, embedder.is_word),
        composer=ExtractiveComposer(),
        url_of=partial(document_url, settings.public_url),
        limits=QuestionLimits(settings.question_max_chars, settings.history_max_turns),
    )
    publisher = Publisher(catalog.database, catalog.model)
    return Services(settings, embedder, catalog, publisher, index, answerer)


def _ranker(settings: Settings) -> Ranker:
    if settings.profile == "fast":
        return SimilarityRanker()
    return CrossEncoderRanker(MsMarcoReranker(_threads()))


def _open_catalog(settings: Settings, embedder: Embedder) -> Catalog:
    try:
        return Catalog(settings.data_dir, embedder.name, embedder.dimension)
    except OSError as error:
        raise PermanentError(
            f"The data directory {settings.data_dir} can't be used ({error.strerror}): "
            "check its permissions or name another with --data-dir."
        ) from error


def _threads() -> int:
    return max(1, min(4, os.cpu_count() or 1))
