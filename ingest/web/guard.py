"""Connections to public addresses only, checked on the address that is connected to.

A name is resolved once and the connection made to what it resolved to: a resolver that answers
differently the second time has nobody to cheat. Whatever spelling an address has, it is the
resolved one that is looked at.
"""

import ipaddress
import socket
from collections.abc import Iterable, Sequence

import httpcore

from rag.errors import SourceError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# Where a gateway between the two internets puts IPv4 addresses (RFC 6052).
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class Guard:
    """Says which addresses may be connected to: public ones, and those of the `allowed` networks.

    Raises InvalidRequestError for an allowed network that is none.
    """

    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        self._allowed = tuple(allowed)

    def allows(self, address: str) -> bool:
        """Whether a connection to this numeric address may be made."""
        held = ipaddress.ip_address(address.partition("%")[0])
        inner = _embedded(held)
        if any(each in network for network in self._allowed for each in (held, inner)):
            return True
        return all(each.is_global and not each.is_multicast for each in (held, inner))


class GuardedBackend(httpcore.NetworkBackend):
    """Opens the connections of an HTTP client, through a guard."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to one of the host's addresses.

        Raises SourceError where none may be connected to, httpcore.ConnectError where none answers.
        """
        found = _resolved(host, port)
        public = [address for address in found if self._guard.allows(address)]
        if not public:
            raise SourceError(
                f"{host} has no public address ({', '.join(found)}): if it is meant, name its "
                "network in FOOTNOTE_FETCH_PRIVATE"
            )
        fault: Exception | None = None
        for address in public:
            try:
                stream = self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                fault = error
                continue
            peer = stream.get_extra_info("server_addr")
            if not self._guard.allows(peer[0]):
                stream.close()
                raise SourceError(f"{host} was connected to {peer[0]}, which is no public address")
            return stream
        assert fault is not None
        raise fault


def _resolved(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"the name {host} is not known") from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, else itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)
