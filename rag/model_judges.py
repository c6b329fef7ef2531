"""Trained readers as judges: extractive readers of SQuAD 2, and cross-encoders for inference.

Weights are loaded from safetensors only, and no code comes with them.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from sentence_transformers import CrossEncoder
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from rag.errors import PermanentError
from rag.evidence import Evidence

MOST_PASSAGES = 4
MAX_TOKENS = 512
LONGEST_ANSWER = 30
ENTAILMENT = "entailment"


class ReaderJudge:
    """A reader that was trained to leave questions unanswered, such as a model for SQuAD 2.

    For each passage: sigmoid of its best span's logit over the logit of "no answer", which such
    models put on their first token; the best passage counts.
    Source: Devlin et al., BERT, NAACL 2019, section 4.3.
    """

    def __init__(self, name: str) -> None:
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(name)
            self._model = AutoModelForQuestionAnswering.from_pretrained(name, use_safetensors=True)
        except (OSError, ValueError) as error:
            raise _unusable("reader", name, error) from error
        self._model.eval()

    def probability(self, question: str, evidence: Sequence[Evidence]) -> float:
        """How likely it is, 0 to 1, that the best of the evidence answers."""
        texts = [f"{item.passage.context}\n{item.passage.text}" for item in evidence]
        return max((self._read(question, text) for text in texts[:MOST_PASSAGES]), default=0.0)

    def _read(self, question: str, text: str) -> float:
        encoded = self._tokenizer(
            question, text, truncation="only_second", max_length=MAX_TOKENS, return_tensors="pt"
        )
        with torch.inference_mode():
            output = self._model(**encoded)
        in_text = np.array([part == 1 for part in encoded.sequence_ids(0)])
        start, end = output.start_logits[0].numpy(), output.end_logits[0].numpy()
        spans = start[:, None] + end[None, :]
        length = np.arange(len(end))[None, :] - np.arange(len(start))[:, None]
        allowed = in_text[:, None] & in_text[None, :] & (length >= 0) & (length < LONGEST_ANSWER)
        if not allowed.any():
            return 0.0
        margin = float(spans[allowed].max() - spans[0, 0])
        return float(1 / (1 + np.exp(-np.clip(margin, -30, 30))))


class InferenceJudge:
    """A cross-encoder for natural language inference: a passage entails that it answers, or not."""

    def __init__(self, name: str) -> None:
        try:
            self._model: Any = CrossEncoder(
                name, trust_remote_code=False, model_kwargs={"use_safetensors": True}
            )
        except (OSError, ValueError) as error:
            raise _unusable("inference model", name, error) from error
        labels = {label.lower(): int(row) for row, label in self._model.config.id2label.items()}
        if ENTAILMENT not in labels:
            raise PermanentError(
                f"The judge {name!r} is no inference model: none of its labels is "
                f"“{ENTAILMENT}” but {', '.join(labels)}. Name another in FOOTNOTE_JUDGE."
            )
        self._column = labels[ENTAILMENT]

    def probability(self, question: str, evidence: Sequence[Evidence]) -> float:
        """How likely it is, 0 to 1, that the best of the evidence answers."""
        claim = f"This text answers the question: {question}"
        pairs = [(item.passage.text, claim) for item in evidence[:MOST_PASSAGES]]
        if not pairs:
            return 0.0
        scores = self._model.predict(pairs, apply_softmax=True, show_progress_bar=False)
        return float(np.asarray(scores)[:, self._column].max())


def _unusable(kind: str, name: str, error: Exception) -> PermanentError:
    reason = str(error).strip().splitlines()[0][:200]
    return PermanentError(
        f"The judge {name!r} can't be loaded as a {kind} ({reason}): name a model with "
        "safetensors weights in FOOTNOTE_JUDGE, or the folder that holds one."
    )
