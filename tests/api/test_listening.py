"""A port is taken, or refused with one sentence, before anything is loaded."""

import socket

import pytest

from cli.listening import PortInUseError, UnusableAddressError, listening_socket


@pytest.fixture
def taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_in_use_is_named_with_the_way_out(taken_port):
    expected = f"Port {taken_port} on 127.0.0.1 is in use: .* --port"
    with pytest.raises(PortInUseError, match=expected), listening_socket("127.0.0.1", taken_port):
        pass


def test_a_free_port_is_bound_and_given_back():
    with listening_socket("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
    with listening_socket("127.0.0.1", port):
        pass


@pytest.mark.parametrize("host", ["203.0.113.1", "a" * 300])
def test_a_host_that_is_not_ours_is_named(host):
    with pytest.raises(UnusableAddressError, match="--host"), listening_socket(host, 0):
        pass
