"""Work done in forked children, so that it can be killed and costs no import."""

import faulthandler
import os
import pickle
import select
import signal
import time
from collections.abc import Callable
from typing import Any


class Child:
    """A forked process that runs one function; the parent must have no threads of Chroma's."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(writing)
            return
        os.close(self._reading)
        faulthandler.register(signal.SIGUSR1)
        code = 1
        try:
            result = pickle.dumps(work())
            with os.fdopen(writing, "wb") as stream:
                stream.write(result)
            code = 0
        except BaseException as error:  # noqa: BLE001 - told to the parent, whatever it was
            with os.fdopen(writing, "wb") as stream:
                stream.write(pickle.dumps(f"{type(error).__name__}: {error}"))
        finally:
            os._exit(code)

    def wait(self, limit: float = 600.0) -> tuple[int, Any]:
        """Exit code, negative for a signal, and what the function returned or why it failed.

        Raises AssertionError when it has not ended after so many seconds.
        """
        content = b""
        until = time.monotonic() + limit
        with os.fdopen(self._reading, "rb", buffering=0) as stream:
            while True:
                left = max(0.0, until - time.monotonic())
                if not select.select([stream], [], [], left)[0]:
                    # Its stack on stderr, to see where it stands.
                    os.kill(self.pid, signal.SIGUSR1)
                    time.sleep(0.5)
                    self.kill()
                    raise AssertionError(f"a child had not ended after {limit:g} s")
                part = stream.read(1 << 20)
                if not part:
                    break
                content += part
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status), pickle.loads(content) if content else None  # noqa: S301

    def kill_after(self, seconds: float) -> None:
        """Send SIGKILL after a while, unless it has ended by then."""
        if self.lives_for(seconds):
            self.kill()

    def lives_for(self, seconds: float) -> bool:
        """Whether it still runs after a while; returns at once when it ends."""
        until = time.monotonic() + seconds
        while not os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if time.monotonic() > until:
                return True
            time.sleep(0.002)
        return False

    def kill(self) -> None:
        """Send SIGKILL."""
        os.kill(self.pid, signal.SIGKILL)


def done(work: Callable[[], Any]) -> Any:
    """What a function returns in a child. Raises AssertionError when the child fails."""
    code, result = Child(work).wait()
    assert code == 0, f"a child that was not to fail ended with {code}: {result}"
    return result
