"""Footnote's parts as LangChain's: the documented examples, and what they promise."""

import asyncio
import re

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable

from ingest.pipeline import ingest_documents
from ingest.sources import SourceDocument
from rag.domain import Question
from rag.errors import InvalidRequestError
from rag.langchain import FootnoteRetriever, answer_runnable
from tests.conftest import ROOT
from tests.fakes.chat_model import ScriptedChatModel

EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs/langchain.md").read_text(), re.DOTALL)
TEA = "# Tea\n\n## Heat\n\nGreen tea wants 75 degrees.\n\n## Time\n\nBlack tea wants 4 minutes.\n"
HEAT = "How many degrees does green tea want?"


@pytest.fixture
def services(open_fake_services):
    opened = open_fake_services()
    source = SourceDocument("memory:tea", "tea", TEA.encode(), "text/markdown")
    ingest_documents(opened, [source])
    return opened


def test_the_retriever_gives_passages_best_first(services):
    retriever = FootnoteRetriever(answerer=services.answerer, top_k=1)
    assert isinstance(retriever, BaseRetriever)
    (document,) = retriever.invoke(HEAT)
    assert "75 degrees" in document.page_content
    place = document.metadata
    text = services.catalog.document(place["document_id"]).text
    assert text[place["start_char"] : place["end_char"]] == document.page_content
    assert asyncio.run(retriever.ainvoke(HEAT)) == [document]


def test_the_runnable_gives_the_whole_answer(services):
    runnable = answer_runnable(services.answerer)
    assert isinstance(runnable, Runnable)
    answer = runnable.invoke(HEAT)
    assert answer.citations[0].quote == "Green tea wants 75 degrees."
    again = asyncio.run(runnable.ainvoke(Question(HEAT)))
    assert (again.text, again.citations) == (answer.text, answer.citations)
    assert [a.text for a in runnable.batch([HEAT, HEAT])] == [answer.text] * 2


def test_messages_are_a_question_and_its_history(services):
    runnable = answer_runnable(services.answerer)
    answer = runnable.invoke(
        [
            SystemMessage("Be brief."),
            HumanMessage("How do I brew green tea?"),
            AIMessage("With water."),
            HumanMessage("And at how many degrees?"),
        ]
    )
    assert "tea" in answer.standalone_question
    assert "75" in answer.text


@pytest.mark.parametrize("asked", [[], [AIMessage("Tea?")], ""], ids=["none", "ai", "empty"])
def test_what_is_no_question_is_refused(services, asked):
    with pytest.raises(InvalidRequestError):
        answer_runnable(services.answerer).invoke(asked)


def test_any_chat_model_can_be_put_into_the_services(open_fake_services):
    opened = open_fake_services(
        model=ScriptedChatModel(reply="Green tea wants 75 degrees. [1] It costs 9 dollars.")
    )
    source = SourceDocument("memory:tea", "tea", TEA.encode(), "text/markdown")
    ingest_documents(opened, [source])
    answer = opened.answerer.answer(Question(HEAT))
    assert answer.text == "Green tea wants 75 degrees. [1]"
    assert "left out" in answer.reason
    assert opened.answerer.answer(Question("Kubernetes operators in Rust?")).citations == ()


@pytest.mark.real
@pytest.mark.parametrize("example", EXAMPLES, ids=["retriever", "answerer"])
def test_the_documented_examples_run(example, corpus_data_dir, monkeypatch, capsys):
    monkeypatch.setenv("FOOTNOTE_DATA_DIR", str(corpus_data_dir))
    exec(compile(example, "docs/langchain.md", "exec"), {})  # noqa: S102
    assert "Django" in capsys.readouterr().out
