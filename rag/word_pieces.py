"""How the bundled models take texts apart: both were trained on the same vocabulary."""

from functools import cache

from tokenizers import Tokenizer

from rag.model_files import MINILM

# Where both models cut a text, or a question and a text together.
MAX_TOKENS = 256


@cache
def cutting_tokenizer() -> Tokenizer:
    """The tokenizer of both models, cutting at 256 tokens; opened once, since it takes 35 ms.

    Raises PermanentError when the embedder's package isn't installed.
    """
    return _opened(MAX_TOKENS)


@cache
def counting_tokenizer() -> Tokenizer:
    """The same without a limit that any text would meet; an ingest counts with it."""
    return _opened(1_000_000)


def _opened(max_tokens: int) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(MINILM.path() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer
