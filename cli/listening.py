"""A socket to listen on, taken before anything slow is loaded."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from rag.errors import PermanentError


class PortInUseError(PermanentError):
    """Another program listens on the port."""


class UnusableAddressError(PermanentError):
    """This machine does not let us listen on the address."""


@contextmanager
def listening_socket(host: str, port: int) -> Iterator[socket.socket]:
    """A socket bound to the address, closed at the end; whoever serves starts to listen.

    Raises PortInUseError, or UnusableAddressError when the host isn't ours or the port is
    reserved.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise UnusableAddressError(
            f"The host {host!r} is not known here: name another with --host."
        ) from error
    with socket.socket(family, kind, protocol) as bound:
        # Without this the port stays taken for a minute after an earlier run.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind(address)
        except OSError as error:
            raise listening_error(error, host, port) from error
        yield bound


def listening_error(error: OSError, host: str, port: int) -> PermanentError:
    """The error to show for what the system said when a socket was bound or began to listen."""
    match error.errno:
        case errno.EADDRINUSE:
            return PortInUseError(
                f"Port {port} on {host} is in use: stop the program that listens there or choose "
                "another port with --port."
            )
        case errno.EACCES:
            return UnusableAddressError(
                f"Port {port} is reserved for the system: choose one above 1023 with --port."
            )
        case _:
            return UnusableAddressError(
                f"Footnote can't listen on {host} ({error.strerror}): name one of this machine's "
                "own addresses with --host."
            )
