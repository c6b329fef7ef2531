"""The composition root: the only place that reads settings and builds objects."""

import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from rag.abstention import Abstention, fitted_numbers, read_numbers
from rag.answerer import Answerer
from rag.catalog import Catalog, first_meta
from rag.choosing import Weights, bundled_choosing
from rag.citations import document_url
from rag.composer import ExtractiveComposer
from rag.embedder import Embedder
from rag.embedder_choice import open_embedder
from rag.eraser import Eraser
from rag.errors import InvalidRequestError, PermanentError
from rag.faults import arm
from rag.finder import Finder
from rag.index_folders import FolderBuilds
from rag.judge import Judge
from rag.model_files import MINILM
from rag.origins import Origins
from rag.publisher import Publisher
from rag.ranking import CrossEncoderRanker, SimilarityRanker
from rag.refusals import Refusals
from rag.reranker import MsMarcoReranker, RememberingReranker, Reranker
from rag.retriever import Retriever
from rag.rewriter import Rewriter
from rag.serving_embedder import Embedders, ServingEmbedder
from rag.settings import Settings
from rag.spelling import Speller
from rag.stages import NOTHING_LEFT_OUT, OptionalStage, Without
from rag.staging import Staging
from rag.tampering import unread
from rag.token_vectors import TokenEncoder
from rag.validation import QuestionLimits
from rag.vector_index import AutoIndex, Builds
from rag.verifier import Verifier
from rag.written import QuotingWriter, Writer

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from rag.postgres_catalog import PostgresCatalog


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a front end or an ingest stands on.

    `embedder` is the one that the store was built with; `embedders` opens others by their names.
    """

    settings: Settings
    embedder: ServingEmbedder
    embedders: Embedders
    catalog: Catalog
    origins: Origins
    staging: Staging
    publisher: Publisher
    eraser: Eraser
    refusals: Refusals
    index: AutoIndex
    answerer: Answerer
    verifier: Verifier

    def close(self) -> None:
        """Give back files and connections."""
        self.index.close()
        self.catalog.close()


def open_services(
    settings: Settings,
    chat_model: "BaseChatModel | None" = None,
    reranker: Reranker | None = None,
    without: Without = NOTHING_LEFT_OUT,
) -> Services:
    """The services over the settings' data directory, which is made when it does not exist.

    Raises IncompatibleStoreError for a directory of another format, PermanentError when it can't
    be made. `chat_model` and `reranker` go before the settings' own; `without` leaves stages out,
    to see what they are worth.
    """
    arm(settings.fault)
    catalog = _open_catalog(settings)
    publisher = Publisher(catalog.database)
    # The name is looked up when it is needed, so that tests can put another in its place.
    embedders = Embedders(
        lambda name: open_embedder(name, settings.cache_dir, _threads(), _pinned(settings, name))
    )
    embedder = ServingEmbedder(embedders, catalog, settings.embedding_model)
    index = AutoIndex(
        catalog, settings.exact_search_limit, publisher.mark_damaged, _builds(settings, catalog)
    )
    verifier = Verifier(partial(_token_encoder, embedder, settings))
    reader = _reader(settings, reranker, without)
    tampering = reader.tampering if reader else unread
    answerer = Answerer(
        catalog=catalog,
        finder=Finder(
            Rewriter(Speller(embedder.is_word), embedder, without, tampering),
            Retriever(index, embedder, without),
            CrossEncoderRanker(reader) if reader else SimilarityRanker(),
        ),
        abstention=_abstention(settings, embedder, chat_model, reader),
        writer=_writer(settings, chat_model, verifier, _weights(reader)),
        url_of=partial(document_url, settings.public_url),
        limits=QuestionLimits(settings.question_max_chars, settings.history_max_turns),
    )
    return Services(
        settings=settings,
        embedder=embedder,
        embedders=embedders,
        catalog=catalog,
        origins=Origins(catalog.database),
        staging=Staging(catalog.database),
        publisher=publisher,
        eraser=Eraser(catalog.database),
        refusals=Refusals(catalog.database),
        index=index,
        answerer=answerer,
        verifier=verifier,
    )


def _builds(settings: Settings, catalog: Catalog) -> Builds:
    if settings.chroma_url is None:
        return FolderBuilds(catalog)
    # It brings LangChain's vector stores: only who names a server pays for them.
    from rag.chroma_server import ServerBuilds

    token = settings.chroma_token
    return ServerBuilds(catalog, settings.chroma_url, token.get_secret_value() if token else None)


def _reader(settings: Settings, reranker: Reranker | None, without: Without) -> Reranker | None:
    if settings.profile == "fast" or OptionalStage.CROSS_ENCODER in without:
        return None
    # One thread: on texts this short a second one costs half as much again and saves no time.
    return reranker or RememberingReranker(MsMarcoReranker(settings.cache_dir))


def _abstention(
    settings: Settings,
    embedder: Embedder,
    chat_model: "BaseChatModel | None",
    reader: Reranker | None,
) -> Abstention:
    own = settings.abstention_file
    fitted = fitted_numbers(settings.profile) if own is None else read_numbers(own)
    holds = reader.holds if reader else None
    return Abstention(embedder.is_word, fitted, holds, _judge(settings, chat_model))


def _weights(reader: Reranker | None) -> Weights:
    choosing = bundled_choosing()
    return choosing.read if reader else choosing.unread


def _judge(settings: Settings, chat_model: "BaseChatModel | None") -> Judge | None:
    if settings.judge is None:
        return None
    kind, _, name = settings.judge.partition(":")
    if kind == "chat":
        if chat_model is None and settings.chat_model is None:
            raise InvalidRequestError(
                "FOOTNOTE_JUDGE is chat, and no chat model is named: set FOOTNOTE_CHAT_MODEL."
            )
        from rag.chat_judge import ChatJudge
        from rag.chat_model import open_chat_model

        return ChatJudge(chat_model or open_chat_model(settings), settings.chat_model_timeout)
    # Both load PyTorch, which takes seconds: only who names one pays for it.
    from rag.model_judges import InferenceJudge, ReaderJudge

    return ReaderJudge(name) if kind == "reader" else InferenceJudge(name)


def _writer(
    settings: Settings,
    chat_model: "BaseChatModel | None",
    verifier: Verifier,
    weights: Weights,
) -> Writer:
    quoting = QuotingWriter(ExtractiveComposer(weights))
    if chat_model is None and settings.chat_model is None:
        return quoting
    # LangChain's chat models cost most of a second to import: only who names one pays for it.
    from rag.chat_model import open_chat_model
    from rag.chat_stream import Bounds
    from rag.generator import Generator

    bounds = Bounds(settings.chat_model_timeout)
    return Generator(chat_model or open_chat_model(settings), verifier, quoting, bounds)


def _token_encoder(embedder: ServingEmbedder, settings: Settings) -> TokenEncoder:
    # The verifier's numbers were fitted on the bundled model's tokens, whatever finds passages.
    current = embedder.current()
    if isinstance(current, TokenEncoder):
        return current
    bundled = open_embedder(MINILM.name, settings.cache_dir, _threads())
    assert isinstance(bundled, TokenEncoder)
    return bundled


def _open_catalog(settings: Settings) -> Catalog:
    if settings.data_dir.exists() and not settings.data_dir.is_dir():
        raise PermanentError(
            f"{settings.data_dir} is a file, not a folder: name a folder with --data-dir."
        )
    try:
        return Catalog(settings.data_dir, _truth(settings))
    except OSError as error:
        raise PermanentError(
            f"The data directory {settings.data_dir} can't be used ({error.strerror}): "
            "check its permissions or name another with --data-dir."
        ) from error


def _pinned(settings: Settings, name: str) -> tuple[str, ...]:
    # A store's own model serves until another is built; the pin is for the one that is named.
    return settings.embedding_model_sha256 if name == settings.embedding_model else ()


def _truth(settings: Settings) -> "PostgresCatalog | None":
    if settings.catalog_url is None:
        return None
    # SQLAlchemy and the driver cost an import: only who shares a catalog pays for it.
    from rag.postgres_catalog import PostgresCatalog

    return PostgresCatalog(settings.catalog_url.get_secret_value(), first_meta())


def _threads() -> int:
    return max(1, min(4, os.cpu_count() or 1))
