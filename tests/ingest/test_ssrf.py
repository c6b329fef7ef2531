"""Addresses that are nobody's to fetch from (A04): refused at connect, on every hop."""

import socket
import time

import pytest

from ingest.pipeline import ingest_targets
from ingest.targets import TargetOptions, target_of
from ingest.web.fetcher import Fetcher
from ingest.web.guard import Guard
from rag.errors import InvalidRequestError, PermanentError, SourceError
from rag.settings import load_settings
from tests.fakes.website import LOOPBACK, article, sentinel, website

GETADDRINFO = socket.getaddrinfo


def resolving(monkeypatch, answers):
    """Has names resolve to these addresses, one after the other at each look-up."""
    asked = []

    def resolve(host, port, *rest, **named):
        if host in answers:
            asked.append(host)
            given = answers[host]
            host = given[min(asked.count(host), len(given)) - 1]
        return GETADDRINFO(host, port, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "0",
        "localhost",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
    ],
)
def test_loopback_is_not_fetched_from_in_any_spelling(open_fake_services, host):
    services = open_fake_services()
    with sentinel() as watch:
        with pytest.raises(PermanentError, match=r"has no public address|is no web address"):
            ingest_targets(services, [target_of(f"http://{host}:{watch.port}/")])
        time.sleep(0.1)
    assert watch.connections == 0
    assert services.catalog.documents() == []


def test_loopback_of_the_newer_internet_is_not_fetched_from():
    with sentinel("::1") as watch, Fetcher(Guard()) as fetcher:
        with pytest.raises(SourceError, match="has no public address"):
            fetcher.get(f"http://[::1]:{watch.port}/")
        time.sleep(0.1)
    assert watch.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1%eth0",
        "fd12::1",
        "ff02::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
    ],
)
def test_no_address_but_a_public_one_is_allowed(address):
    assert not Guard().allows(address)


def test_public_addresses_are_allowed_and_others_when_they_are_named():
    assert all(Guard().allows(address) for address in ("8.8.8.8", "2606:4700:4700::1111"))
    guard = Guard(load_settings(fetch_private="10.1.0.0/16").fetch_private)
    assert guard.allows("10.1.2.3")
    assert guard.allows("::ffff:10.1.2.3")
    assert not guard.allows("10.2.0.1")
    assert not guard.allows("127.0.0.1")


def test_a_network_that_is_none_is_one_sentence():
    with pytest.raises(InvalidRequestError, match="FOOTNOTE_FETCH_PRIVATE"):
        load_settings(fetch_private="10.1.0.0/99")


def test_a_name_before_the_host_is_refused_before_anything_is_looked_up(monkeypatch):
    asked = resolving(monkeypatch, {"127.0.0.1": ["127.0.0.1"]})
    with sentinel() as watch, pytest.raises(InvalidRequestError, match="name or password"):
        target_of(f"http://ok@127.0.0.1:{watch.port}/")
    assert (watch.connections, asked) == (0, [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_checked_as_the_first_address_was(status):
    """Only the site's own address is allowed; where it leads is another one on loopback."""
    with website() as site, sentinel("127.0.0.2") as watch:
        site.moved("/", f"http://127.0.0.2:{watch.port}/", status)
        guard = Guard(load_settings(fetch_private="127.0.0.1/32").fetch_private)
        with Fetcher(guard) as fetcher, pytest.raises(SourceError, match="has no public address"):
            fetcher.get(f"{site.url}/")
        time.sleep(0.1)
    assert site.statuses() == {"/": status}
    assert watch.connections == 0


@pytest.mark.parametrize(
    "leads_to", ["file:///etc/passwd", "gopher://127.0.0.1/", "//ok@127.0.0.1/"]
)
def test_a_redirect_leads_to_no_other_scheme_or_spelling(leads_to):
    with (
        website() as site,
        Fetcher(Guard(load_settings(fetch_private=LOOPBACK).fetch_private)) as f,
    ):
        site.moved("/", leads_to)
        with pytest.raises(SourceError, match=r"no http address|name or password"):
            f.get(f"{site.url}/")


def test_redirects_without_end_are_given_up():
    with (
        website() as site,
        Fetcher(Guard(load_settings(fetch_private=LOOPBACK).fetch_private)) as f,
    ):
        site.moved("/", "/")
        with pytest.raises(SourceError, match="more than 5 times"):
            f.get(f"{site.url}/")
        assert len(site.asked) == 6


def test_a_resolver_that_answers_differently_the_second_time_cheats_nobody(monkeypatch):
    """What was checked is what is connected to: the name is looked up once a connection."""
    with sentinel() as watch:
        asked = resolving(monkeypatch, {"rebinding.test": ["203.0.114.1", "127.0.0.1"]})
        connected = []

        def connect(address, *_rest, **_named):
            connected.append(address[0])
            raise ConnectionRefusedError

        monkeypatch.setattr(socket, "create_connection", connect)
        with Fetcher(Guard(), sleep=lambda _: None) as fetcher, pytest.raises(SourceError):
            fetcher.get(f"http://rebinding.test:{watch.port}/")
        monkeypatch.undo()
        time.sleep(0.1)
    # The first try was made to the address that was checked; the second try looked the name up
    # again, checked what it got, and made no connection.
    assert (connected, asked) == (["203.0.114.1"], ["rebinding.test"] * 2)
    assert watch.connections == 0


def test_a_name_with_a_public_and_a_private_address_is_connected_to_at_the_public_one(monkeypatch):
    connected = []

    def resolve(_host, port, *_rest, **_named):
        pairs = ("127.0.0.1", "203.0.114.1")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in pairs]

    def connect(address, *_rest, **_named):
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with Fetcher(Guard(), sleep=lambda _: None) as fetcher, pytest.raises(SourceError):
        fetcher.get("http://both.test/")
    assert set(connected) == {"203.0.114.1"}


def test_a_connection_that_ended_up_elsewhere_is_closed_before_a_word_is_said(monkeypatch):
    with sentinel() as watch:
        real = socket.create_connection

        def astray(_address, *rest, **named):
            return real(("127.0.0.1", watch.port), *rest, **named)

        monkeypatch.setattr(socket, "create_connection", astray)
        with Fetcher(Guard()) as fetcher, pytest.raises(SourceError, match="no public address"):
            fetcher.get("http://8.8.8.8/")
        time.sleep(0.1)
    assert (watch.connections, watch.heard) == (1, b""), "and the sentinel would notice"


def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    with website() as site, sentinel() as watch:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{watch.port}")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{watch.port}")
        site["/"] = article("Tea", "Green tea.")
        with Fetcher(Guard(load_settings(fetch_private=LOOPBACK).fetch_private)) as fetcher:
            assert fetcher.get(f"{site.url}/").content
    assert watch.connections == 0


def test_a_page_may_lead_a_crawl_nowhere_but_to_its_own_host(open_fake_services):
    services = open_fake_services(fetch_private="127.0.0.1/32", fetch_pause=0)
    with website() as site, sentinel() as watch, sentinel("127.0.0.2") as other:
        site["/"] = article(
            "Tea",
            "Green tea wants 75 degrees.",
            f"http://127.0.0.1:{watch.port}/a",
            f"http://127.0.0.2:{other.port}/b",
            f"//localhost:{watch.port}/c",
        )
        report = ingest_targets(services, [target_of(site.url, TargetOptions(crawl=True))])
    assert (report.added, report.refused) == (1, [])
    assert (watch.connections, other.connections) == (0, 0)
