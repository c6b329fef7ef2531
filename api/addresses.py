"""Hosts, origins and addresses: which are this machine, which are ours."""

from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

PORTS = {"http": 80, "https": 443}


def host_of(authority: str) -> str:
    """The host of a `Host` header, in lower case, without port and brackets; "" if it is none."""
    return _split(f"//{authority}") or ""


def host_of_url(url: str) -> str:
    """The host of a URL, in lower case; "" if it has none."""
    return _split(url) or ""


def is_loopback(host: str) -> bool:
    """Whether a host's name or address can mean nothing but this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_address(host: str) -> bool:
    """Whether a host is written as an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def origin_of(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of a URL or an `Origin` header, comparable; None if it has none."""
    try:
        parts: SplitResult = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None:
        return None
    return parts.scheme, parts.hostname, port


def network_of(address: str) -> str:
    """What is counted as one client: an IPv4 address, or the /64 that a household gets of IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network(f"{parsed}/64", strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def _split(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
