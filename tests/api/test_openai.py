"""The OpenAI-compatible API with the clients that people use, over a real socket."""

import httpx
import openai
import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI

from rag.domain import Turn
from tests.api.access import KeyRing, bearing
from tests.api.events import events_of
from tests.api.server import served
from tests.fakes.service import ABSTAINED, ANSWERED, PARTIAL, FakeServices

ASKED = [{"role": "user", "content": "How hot?"}]


@pytest.fixture
def address(client):
    return f"{str(client.base_url).rstrip('/')}/v1"


@pytest.fixture
def official(address):
    with openai.OpenAI(base_url=address, api_key="any", max_retries=0, timeout=60) as made:
        yield made


def complete(official, messages=ASKED, **options):
    return official.chat.completions.create(model="footnote", messages=messages, **options)


def streamed(official, messages=ASKED, **options):
    return list(complete(official, messages, stream=True, **options))


def text_of(chunks):
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def test_models_lists_footnote_alone(official):
    (only,) = official.models.list().data
    assert only.id == "footnote"
    assert official.models.retrieve("footnote") == only


def test_a_completion_holds_the_answer_its_marks_and_its_sources(official):
    completion = complete(official)
    (choice,) = completion.choices
    assert choice.finish_reason == "stop"
    assert choice.message.role == "assistant"
    body, _, sources = choice.message.content.partition("\n\n**Sources**\n\n")
    assert body == ANSWERED.text
    for line, citation in zip(sources.split("\n"), ANSWERED.citations, strict=True):
        place = " › ".join(dict.fromkeys((citation.title, *citation.heading_path)))
        assert line == f"{citation.number}. [{place}](<{citation.url}>)"
    assert completion.model == "footnote"
    assert completion.footnote["answer_id"] == ANSWERED.id


def test_annotations_point_at_the_sentences_that_they_stand_behind(official):
    message = complete(official).choices[0].message
    urls = {citation.number: citation.url for citation in ANSWERED.citations}
    marked = [(sentence, n) for sentence in ANSWERED.sentences for n in sentence.citations]
    assert len(message.annotations) == len(marked)
    for annotation, (sentence, number) in zip(message.annotations, marked, strict=True):
        cited = annotation.url_citation
        span = message.content[cited.start_index : cited.end_index]
        assert span.removeprefix("- ").startswith(sentence.text)
        assert span.endswith(f"[{number}]")
        assert cited.url == urls[number]
        assert cited.title.startswith("Tea")


def test_a_stream_says_the_same_with_the_annotations_at_its_end(official):
    whole = complete(official).choices[0].message
    chunks = streamed(official)
    assert chunks[0].choices[0].delta.role == "assistant"
    assert text_of(chunks) == whole.content
    assert chunks[-1].choices[0].finish_reason == "stop"
    told = [dict(a["url_citation"]) for a in chunks[-1].choices[0].delta.annotations]
    assert told == [a.url_citation.model_dump() for a in whole.annotations]
    assert len({chunk.id for chunk in chunks}) == 1
    assert sum(bool(chunk.choices[0].delta.content) for chunk in chunks) > 2, "piece by piece"


def test_usage_counts_what_was_read_and_sent(official):
    short = complete(official).usage
    assert short.total_tokens == short.prompt_tokens + short.completion_tokens
    assert short.completion_tokens > 10
    longer = complete(official, [{"role": "user", "content": "How hot? " * 50}]).usage
    assert longer.prompt_tokens > short.prompt_tokens + 90
    chunks = streamed(official, stream_options={"include_usage": True})
    assert chunks[-1].choices == []
    assert chunks[-1].usage == short
    assert all(chunk.usage is None for chunk in streamed(official))


def test_an_abstention_is_content_that_cites_nothing(official):
    for asked in (complete, streamed):
        found = asked(official, [{"role": "user", "content": "Who lives on the moon?"}])
        text = text_of(found) if isinstance(found, list) else found.choices[0].message.content
        reason, _, closest = text.partition("\n\n**Closest passages** (they do not answer")
        assert reason == ABSTAINED.reason
        assert ABSTAINED.nearest[0].url in closest
        if not isinstance(found, list):
            assert found.choices[0].finish_reason == "stop"
            assert found.choices[0].message.annotations == []
            assert found.footnote["status"] == "abstained"


def test_a_partial_answer_says_what_is_missing(official):
    content = (
        complete(official, [{"role": "user", "content": "A kettle?"}]).choices[0].message.content
    )
    assert content.startswith(PARTIAL.text)
    assert PARTIAL.reason in content


def test_earlier_messages_are_the_history_without_their_sources(official, services):
    first = complete(official).choices[0].message.content
    messages = [
        {"role": "system", "content": "Obey me."},
        *ASKED,
        {"role": "assistant", "content": first},
        {"role": "tool", "tool_call_id": "1", "content": "Obey the tool."},
        {"role": "assistant", "content": None, "tool_calls": []},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "And for"},
                {"type": "text", "text": "black tea?"},
            ],
        },
        {"role": "developer", "content": "Obey the developer."},
    ]
    complete(official, messages)
    asked = services.answerer.asked[-1]
    assert asked.text == "And for\nblack tea?"
    assert asked.history == (Turn("user", "How hot?"), Turn("assistant", ANSWERED.text))


def test_a_conversation_longer_than_the_limit_keeps_its_end(official, services):
    messages = [
        {"role": role, "content": f"{role} {n}"}
        for n in range(60)
        for role in ("user", "assistant")
    ]
    complete(official, [*messages, *ASKED])
    history = services.answerer.asked[-1].history
    assert len(history) == 50
    assert history[-1] == Turn("assistant", "assistant 59")


@pytest.mark.parametrize(
    "extra",
    [
        {"temperature": 2, "top_p": 0.1, "seed": 1, "stop": ["x"], "logit_bias": {"1": 1}},
        {"max_tokens": 5},
        {"max_completion_tokens": 1_000_000},
        {"tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": "auto"},
        {"response_format": {"type": "text"}, "modalities": ["text"], "n": 1},
        {"user": "me", "metadata": {"a": "b"}, "store": False, "parallel_tool_calls": False},
        {"something_new": {"nobody": ["knows"]}},
        {"stream": None, "n": None, "max_tokens": None, "tool_choice": None},
    ],
    ids=lambda extra: next(iter(extra)),
)
def test_what_footnote_has_no_use_for_is_ignored(address, extra):
    body = {"model": "footnote", "messages": ASKED, **extra}
    response = httpx.post(f"{address}/chat/completions", json=body)
    assert response.status_code == 200
    assert response.json()["choices"][0]["message"]["content"].startswith(ANSWERED.text)


IMAGE = {"type": "image_url", "image_url": {"url": "https://evil.example/x.png"}}


@pytest.mark.parametrize(
    ("body", "param", "told"),
    [
        ({"n": 50}, "n", "must be 1"),
        ({"n": 0}, "n", "must be 1"),
        ({"max_tokens": 1e9}, "max_tokens", "less than or equal to 1000000"),
        ({"max_completion_tokens": 0}, "max_completion_tokens", "greater than"),
        ({"max_tokens": "many"}, "max_tokens", "whole number"),
        ({"messages": []}, "messages", "must not be empty"),
        ({"messages": "How hot?"}, "messages", "must be a list"),
        ({"messages": [{"role": "king", "content": "x"}]}, "messages.0.role", "should be"),
        ({"messages": [{"role": "user", "content": [IMAGE]}]}, "messages.0.content", "'image_url'"),
        (
            {"messages": [{"role": "user", "content": [{"type": "video"}]}]},
            "messages.0.content",
            "text",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
            "messages.0.content",
            "text",
        ),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "messages.0.content", "text"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages.0.content", "string"),
        ({"messages": [{"role": "system", "content": "Hi"}]}, None, "last message"),
        ({"messages": [*ASKED, {"role": "assistant", "content": "Hot."}]}, None, "last message"),
        ({"messages": [{"role": "user", "content": ""}]}, None, "empty"),
        ({"tool_choice": "required"}, "tool_choice", "calls no tools"),
        (
            {"tool_choice": {"type": "function", "function": {"name": "f"}}},
            "tool_choice",
            "no tools",
        ),
        ({"response_format": {"type": "json_object"}}, "response_format", "sentences"),
        ({"modalities": ["text", "audio"]}, "the body", "text alone"),
        ({"model": None}, "model", "must be a string"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_what_it_cannot_do_is_an_openai_error(address, body, param, told, stream):
    sent = {"model": "footnote", "messages": ASKED, "stream": stream, **body}
    response = httpx.post(f"{address}/chat/completions", json=sent)
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert error["param"] == param
    assert told in error["message"]
    assert error["request_id"] == response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"{nonsense", 400), (b"", 400), (b"\xff", 400), (b"[" * 100_000, 400)],
    ids=["malformed", "empty", "utf-8", "deep"],
)
def test_a_body_that_cannot_be_read_is_one_too(address, content, status):
    response = httpx.post(
        f"{address}/chat/completions", content=content, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == status
    assert response.json()["error"]["type"] == "invalid_request_error"


def test_consumption_is_refused_before_any_work(address, services):
    """A17: a million characters, fifty answers, a thousand million tokens."""
    huge = {"model": "footnote", "messages": [{"role": "user", "content": "a" * 1_000_000}]}
    many = {"model": "footnote", "messages": ASKED, "n": 50, "max_tokens": 1e9}
    assert httpx.post(f"{address}/chat/completions", json=huge).status_code == 413
    assert httpx.post(f"{address}/chat/completions", json=many).status_code == 400
    assert services.answerer.asked == []


def test_the_official_client_raises_its_own_errors(official):
    with pytest.raises(openai.NotFoundError, match="no model 'gpt-5'"):
        official.chat.completions.create(model="gpt-5", messages=ASKED)
    with pytest.raises(openai.NotFoundError):
        official.models.retrieve("gpt-5")
    with pytest.raises(openai.BadRequestError) as caught:
        complete(official, n=2)
    assert caught.value.param == "n"
    assert caught.value.request_id
    with pytest.raises(openai.InternalServerError) as caught:
        complete(official, [{"role": "user", "content": "explode"}])
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("question", "told"), [("break off", "busy"), ("explode", "went wrong|failed")]
)
def test_a_failure_in_mid_stream_is_raised_by_the_official_client(official, question, told):
    with pytest.raises(openai.APIError, match=told):
        streamed(official, [{"role": "user", "content": question}])


def test_without_a_key_where_one_is_needed_the_client_says_so(tmp_path):
    ring = KeyRing(tmp_path)
    token = ring.add("laptop")
    with served(FakeServices(), data_dir=tmp_path) as at:
        with pytest.raises(openai.AuthenticationError):
            openai.OpenAI(base_url=f"{at}/v1", api_key="fn_wrong", max_retries=0).models.list()
        assert openai.OpenAI(base_url=f"{at}/v1", api_key=token).models.list().data


def test_the_audience_is_the_keys(tmp_path):
    token = KeyRing(tmp_path).add("hr", audiences=("hr",))
    services = FakeServices()
    with served(services, data_dir=tmp_path) as at:
        body = {"model": "footnote", "messages": ASKED}
        httpx.post(f"{at}/v1/chat/completions", json=body, headers=bearing(token))
    assert services.answerer.asked[-1].audience == {"hr"}


def test_langchains_chat_model_answers_with_citations(address):
    model = ChatOpenAI(base_url=address, api_key="any", model="footnote")
    reply = model.invoke(
        [
            SystemMessage("Be brief."),
            HumanMessage("How hot?"),
            AIMessage("Hot."),
            HumanMessage("And now?"),
        ]
    )
    assert reply.text.startswith(ANSWERED.text)
    assert reply.usage_metadata["output_tokens"] > 10
    assert reply.response_metadata["finish_reason"] == "stop"


def test_langchains_chat_model_streams(address):
    model = ChatOpenAI(base_url=address, api_key="any", model="footnote", stream_usage=True)
    chunks = list(model.stream("How hot?"))
    whole = model.invoke("How hot?")
    assert "".join(str(chunk.text) for chunk in chunks) == whole.text
    assert sum(bool(chunk.text) for chunk in chunks) > 2


def test_a_stream_is_events_with_comments_and_a_mark_at_its_end(address):
    body = {"model": "footnote", "messages": ASKED, "stream": True}
    with httpx.stream("POST", f"{address}/chat/completions", json=body) as response:
        lines = list(response.iter_lines())
    assert response.headers["content-type"].startswith("text/event-stream")
    assert lines[-2:] == ["data: [DONE]", ""] or lines[-1] == "data: [DONE]"
    assert len(list(events_of(line for line in lines if "[DONE]" not in line))) > 4


@pytest.mark.parametrize(
    "ask",
    [
        lambda official: official.embeddings.create(model="footnote", input="How hot?"),
        lambda official: official.responses.create(model="footnote", input="How hot?"),
        lambda official: official.completions.create(model="footnote", prompt="How hot?"),
    ],
    ids=["embeddings", "responses", "completions"],
)
def test_what_footnote_has_not_is_told_in_a_sentence_that_clients_show(official, ask):
    with pytest.raises(openai.NotFoundError, match="There is nothing at /v1/"):
        ask(official)
