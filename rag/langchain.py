"""Footnote's parts for LangChain: the search as a retriever, the answerer as a runnable."""

from collections.abc import Sequence
from typing import cast

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.messages import BaseMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda

from rag.answerer import Answerer
from rag.domain import Answer, Question, RankedPassage, Turn
from rag.embedder import LangChainEmbedder
from rag.errors import InvalidRequestError

# Wherever LangChain asks for its base class, our embedders pass from here on.
Embeddings.register(LangChainEmbedder)  # type: ignore[type-abstract]

Asked = str | Question | Sequence[BaseMessage]


class FootnoteRetriever(BaseRetriever):
    """Passages for a query, best first, as LangChain documents.

    `page_content` is the passage's text, verbatim; `metadata` says where it stands, so that
    `document.text[start_char:end_char]` gives it back. Asynchronous calls run in a thread.
    """

    answerer: Answerer
    top_k: int = 5

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain hands it over
    ) -> list[Document]:
        return [_document(ranked) for ranked in self.answerer.search(query, self.top_k).passages]


def answer_runnable(answerer: Answerer) -> Runnable[Asked, Answer]:
    """A runnable from a question to the whole answer with its citations.

    Takes a text, a `Question`, or messages of which the last is the question and those before are
    the conversation. Raises as `Answerer.answer` does. Asynchronous calls run in a thread.
    """

    def answer(asked: Asked) -> Answer:
        return answerer.answer(_question(asked))

    return cast("Runnable[Asked, Answer]", RunnableLambda(answer, name="footnote"))


def _question(asked: Asked) -> Question:
    if isinstance(asked, Question):
        return asked
    if isinstance(asked, str):
        return Question(asked)
    if not asked or asked[-1].type != "human":
        raise InvalidRequestError("The last message must be a person's: that is the question.")
    turns = (
        Turn("user" if message.type == "human" else "assistant", str(message.text))
        for message in asked[:-1]
        if message.type in ("human", "ai")
    )
    return Question(str(asked[-1].text), tuple(turns))


def _document(ranked: RankedPassage) -> Document:
    passage = ranked.passage
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "document_id": passage.document_id,
            "title": passage.title,
            "heading_path": list(passage.heading_path),
            "start_char": passage.start_char,
            "end_char": passage.end_char,
            "score": ranked.score,
        },
    )
