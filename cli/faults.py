"""Errors as a person at a terminal meets them: one sentence, an exit status, no traceback."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rag.errors import InvalidRequestError, RagError

if TYPE_CHECKING:
    import typer

ANSWERED, FAILED, WRONG_USAGE, ABSTAINED, INTERRUPTED = 0, 1, 2, 3, 130


@contextmanager
def telling_faults(*, as_json: bool) -> Iterator[None]:
    """Turn errors into a sentence on stderr (and a JSON object on stdout) and an exit status.

    Raises SystemExit with it, as verbs do for other statuses than 0.
    """
    try:
        yield
    except InvalidRequestError as error:
        _tell(error, as_json=as_json)
        raise SystemExit(WRONG_USAGE) from error
    except RagError as error:
        _tell(error, as_json=as_json)
        raise SystemExit(FAILED) from error
    except KeyboardInterrupt as error:
        sys.stderr.write("Stopped. Nothing that was stored is lost.\n")
        raise SystemExit(INTERRUPTED) from error
    except BrokenPipeError as error:
        # The reader of our output went away (`footnote search … | head`): nothing left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(FAILED) from error
    except Exception as error:
        # Libraries raise bare exceptions; a person gets a sentence all the same.
        unexpected = RagError(
            f"Something went wrong inside Footnote ({type(error).__name__}: {error}). "
            "Please report it with the command you ran."
        )
        _tell(unexpected, as_json=as_json)
        raise SystemExit(FAILED) from error


def run(app: "typer.Typer") -> int:
    """The exit status of the command line; wrong usage is told like every other fault.

    Raises SystemExit with it where a fault ended the verb.
    """
    with telling_faults(as_json="--json" in sys.argv):
        return _run(app)


def _run(app: "typer.Typer") -> int:
    import typer

    try:
        return int(app(standalone_mode=False) or ANSWERED)
    except typer.Exit as stop:
        return stop.exit_code
    except typer.Abort:
        return INTERRUPTED
    except Exception as error:
        # Typer keeps the class of its usage errors to itself; they are known by this method.
        message = getattr(error, "format_message", None)
        if message is None:
            raise
        said = message().rstrip(".")
        if not said:
            # A group without a verb has shown its help already.
            return WRONG_USAGE
        context = getattr(error, "ctx", None)
        command = context.command_path if context is not None else "footnote"
        _tell(
            InvalidRequestError(f"{said}. {command} --help tells more."),
            as_json="--json" in sys.argv,
        )
        return WRONG_USAGE


def _tell(error: RagError, *, as_json: bool) -> None:
    sys.stderr.write(f"{error}\n")
    if as_json:
        print_json({"error": {"type": type(error).__name__, "detail": str(error)}})


def print_json(value: object) -> None:
    """Print one JSON object on stdout; lone surrogates go out as escapes."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode())
    sys.stdout.write("\n")
