"""What a chat model wrote, on record."""

from evals.generator import Generated, generate, generated_to_json, spread
from evals.question_set import QuestionRecord, QuestionType
from rag.chat_stream import Bounds
from rag.composer import ExtractiveComposer
from rag.evidence import Finding
from rag.generator import Generator
from rag.verifier import Verifier
from rag.written import QuotingWriter
from tests.fakes.chat_model import ScriptedChatModel
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.passages import evidence_of, passage_of, query_of

RECORD = QuestionRecord(
    id="one", question="What does green tea want?", type=QuestionType.FACT, answerable=True
)


class Finder:
    def find(self, question):
        passage = passage_of("Green tea wants 75 degrees.")
        return Finding(query_of(question.text), (evidence_of(passage, [1.0]),))


def generated(reply, **behaviour) -> Generated:
    model = ScriptedChatModel(reply=reply, **behaviour)
    quoting = QuotingWriter(ExtractiveComposer())
    generator = Generator(model, Verifier(FakeEmbedder), quoting, Bounds(5))
    (one,) = generate(Finder(), generator, [RECORD])
    return one


def test_every_sentence_is_counted_as_caught_or_sent():
    one = generated("Green tea wants 75 degrees. [1] Green tea wants 80 degrees. [1]")
    told = generated_to_json([one])
    assert (told["sentences"], told["caught"], told["sent"]) == (2, 1, 1)
    assert told["sent_sentences"][0]["source"] == ["Green tea wants 75 degrees."]
    assert told["caught_because"] == {"number not in the source": 1}


def test_what_came_before_a_fault_is_on_record_and_not_sent():
    one = generated("Green tea wants 75 degrees. [1]\nMore. ", error=TimeoutError())
    assert [drafted.is_kept for drafted in one.drafts][:1] == [True]
    assert one.sent == ()
    assert generated_to_json([one])["faults"] == {"took too long": 1}


def test_questions_are_taken_from_the_whole_set():
    records = [RECORD.model_copy(update={"id": str(number)}) for number in range(10)]
    assert [record.id for record in spread(records, 5)] == ["0", "2", "4", "6", "8"]
    assert spread(records, 99) == tuple(records)
