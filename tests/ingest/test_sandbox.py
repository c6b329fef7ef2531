"""Parsers in processes of their own: limits, walls, and what is refused (A07)."""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from ingest.formats import DOCX, HTML, MARKDOWN, PDF, PPTX
from ingest.parsed import Hidden, ParsedText
from ingest.parsers.html import parse_html
from ingest.sandbox.limits import ParserLimits
from ingest.sandbox.messages import parsed_from_json, parsed_to_json
from ingest.sandbox.pool import READ_HERE_BYTES, ParserPool
from rag.domain import Block, BlockKind
from rag.errors import PermanentError, SourceError
from tests.fakes.pdf import Words, pdf
from tests.fakes.zips import declaring, zipped

PAGE = b"<h1>Tea</h1><p>Green tea wants 75 degrees."
# Lexbor takes time that grows with the square of the depth.
ENDLESS = b"<div>" * 400_000


def lzw_zeros(megabytes):
    """Nulls, packed by LZW as PDFs do: about 7 MB in every 6 kB."""
    bits, cycles = [], megabytes // 7 + 1
    for _ in range(cycles):
        width, code = 9, 258
        bits.append(f"{256:09b}")
        bits.append(f"{0:09b}")
        while code < 4_094:
            width = 9 if code < 511 else 10 if code < 1_023 else 11 if code < 2_047 else 12
            bits.append(f"{code:0{width}b}")
            code += 1
    joined = "".join(bits) + f"{257:012b}"
    joined += "0" * (-len(joined) % 8)
    return int(joined, 2).to_bytes(len(joined) // 8, "big")


def with_stream(packed, filters):
    """A PDF whose page is this packed stream."""
    content = pdf([["STREAM"]])
    start = content.index(b"<< /Length 6 >>")
    end = content.index(b"endstream", start)
    head = f"<< /Length {len(packed)} /Filter {filters} >>\nstream\n".encode()
    return content[:start] + head + packed + b"\n" + content[end:]


def billion_laughs(levels=12):
    """An XMP packet whose title would be 3 · 10¹² characters."""
    names = [f"e{number}" for number in range(levels)]
    declared = '<!ENTITY e0 "lol">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in itertools.pairwise(names)
    )
    return _xmp(declared, f"&{names[-1]};")


def _xmp(declared, title):
    return (
        f'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><!DOCTYPE x [{declared}]>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt><rdf:li>'
        f"{title}</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="w"?>'
    )


@pytest.fixture
def pool():
    with ParserPool(ParserLimits(seconds=30)) as opened:
        yield opened


def pids(pool):
    return [process._process.pid for process in list(pool._idle.queue) if process is not None]


def computed(pool):
    """CPU seconds of the pool's processes; what else the machine does counts for nothing."""
    fields = (
        Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids(pool)
    )
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


def test_the_result_is_that_of_the_parser_itself(pool):
    assert pool.parse(PAGE, HTML) == parse_html(PAGE)


def test_a_process_is_used_again_also_after_a_refusal(pool):
    pool.parse(PAGE, HTML)
    first = pids(pool)
    with pytest.raises(SourceError, match="damaged"):
        pool.parse(b"no PDF", PDF)
    pool.parse(PAGE, HTML)
    assert pids(pool) == first


def test_short_markdown_needs_no_process(pool):
    pool.parse(b"# Tea", MARKDOWN)
    assert pids(pool) == []
    pool.parse(b"words " * READ_HERE_BYTES, MARKDOWN)
    assert len(pids(pool)) == 1


def test_a_parser_that_hangs_is_killed_and_the_next_document_is_read():
    with ParserPool(ParserLimits(seconds=2)) as pool:
        pool.parse(PAGE, HTML)
        (first,) = pids(pool)
        started = time.monotonic()
        with pytest.raises(SourceError, match="took longer than 2 s to read"):
            pool.parse(ENDLESS, HTML)
        assert time.monotonic() - started < 20
        assert not Path(f"/proc/{first}").exists()
        assert pool.parse(PAGE, HTML) == parse_html(PAGE)
        assert pids(pool) != [first]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(with_stream(lzw_zeros(900), "/LZWDecode"), id="LZW bomb"),
        pytest.param(pdf([[Words("Tea.")]], previous=-1), id="circular /Prev"),
        pytest.param(pdf([[Words("Tea.")]], previous=10**9), id="/Prev beyond the end"),
        pytest.param(pdf([[Words("Tea.")]], xmp=billion_laughs()), id="XMP billion laughs"),
    ],
)
def test_a_hostile_pdf_costs_no_more_than_the_limits(pool, content):
    started = time.monotonic()
    with contextlib.suppress(SourceError):
        assert len(pool.parse(content, PDF).text) < 1_000_000
    assert time.monotonic() - started < 40
    for pid in pids(pool):
        peak = Path(f"/proc/{pid}/status").read_text().split("VmPeak:")[1].split()[0]
        assert int(peak) <= 513 * 1_024
    assert pool.parse(PAGE, HTML) == parse_html(PAGE)


def test_metadata_of_a_pdf_expands_no_entity_and_reads_no_file(pool, tmp_path):
    (tmp_path / "canary").write_text("canary words")
    outer = _xmp(f'<!ENTITY x SYSTEM "file://{tmp_path / "canary"}">', "&x;")
    for xmp in (outer, billion_laughs()):
        parsed = pool.parse(pdf([[Words("Green tea wants 75 degrees.")]], xmp=xmp), PDF)
        assert parsed.text == "Green tea wants 75 degrees."
        assert not any("canary words" in held for held in parsed.metadata.values())
        assert sum(map(len, parsed.metadata.values())) < 1_000


def test_a_document_that_needs_more_memory_than_allowed_is_refused():
    page = b"<p>" + b"<b>x</b>" * 3_000_000
    with ParserPool(ParserLimits(seconds=60, memory_mb=256)) as pool:
        with pytest.raises(SourceError, match="256 MB"):
            pool.parse(page, HTML)
        assert pool.parse(PAGE, HTML) == parse_html(PAGE)


def test_a_result_without_measure_is_refused():
    limits = ParserLimits(max_characters=1_000)
    with ParserPool(limits) as pool, pytest.raises(SourceError, match="more than 1,000 characters"):
        pool.parse(b"<p>" + b"words " * 1_000, HTML)


def test_a_process_that_somebody_killed_is_replaced_unseen(pool):
    pool.parse(PAGE, HTML)
    (pid,) = pids(pool)
    os.kill(pid, signal.SIGKILL)
    assert pool.parse(PAGE, HTML) == parse_html(PAGE)


def test_parsers_that_cannot_be_started_are_told(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with ParserPool() as pool, pytest.raises(PermanentError, match="can't be started"):
        pool.parse(PAGE, HTML)


def test_threads_share_the_processes():
    results = []
    with ParserPool(size=2) as pool:
        threads = [
            threading.Thread(target=lambda: results.append(pool.parse(PAGE, HTML)))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(pids(pool)) <= 2
    assert results == [parse_html(PAGE)] * 8


def test_closing_leaves_no_process_behind(pool):
    pool.parse(PAGE, HTML)
    (pid,) = pids(pool)
    pool.close()
    assert not Path(f"/proc/{pid}").exists()


def test_no_secret_of_the_environment_reaches_a_parser(pool, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_CHAT_MODEL_KEY", "canary-key")
    pool.parse(PAGE, HTML)
    (pid,) = pids(pool)
    assert b"canary-key" not in Path(f"/proc/{pid}/environ").read_bytes()


ATTEMPTS = """
import json, socket, subprocess, sys
from ingest.sandbox.walls import raise_walls
raise_walls(512)
def attempt(action):
    try:
        action()
        return "done"
    except BaseException as error:
        return type(error).__name__
json.dump({
    "read": attempt(lambda: open(sys.argv[1]).read()),
    "write": attempt(lambda: open(sys.argv[1] + ".new", "w")),
    "connect": attempt(lambda: socket.create_connection(("127.0.0.1", 9))),
    "resolve": attempt(lambda: socket.getaddrinfo("localhost", 80)),
    "run": attempt(lambda: subprocess.run(["true"])),
    "fork": attempt(lambda: __import__("os").fork()),
    "memory": attempt(lambda: bytearray(600_000_000)),
    "import": attempt(lambda: __import__("wave")),
}, sys.stdout)
"""


def test_behind_its_walls_a_parser_reaches_no_file_network_or_program(tmp_path):
    canary = tmp_path / "canary"
    canary.write_text("canary words")
    done = subprocess.run([sys.executable, "-c", ATTEMPTS, canary], capture_output=True, check=True)
    assert json.loads(done.stdout) == {
        **dict.fromkeys(["read", "write", "connect", "resolve", "run", "fork"], "PermissionError"),
        "memory": "MemoryError",
        "import": "done",
    }
    assert sorted(tmp_path.iterdir()) == [canary]


def test_what_is_sent_is_what_arrives():
    parsed = ParsedText(
        "Tea\n\nGreen",
        (Block(BlockKind.HEADING, 0, 3, 1), Block(BlockKind.PARAGRAPH, 5, 10)),
        {"title": "Tea"},
        ("", "footer"),
        (Hidden("obey", "white text"),),
        (Hidden("1", "page number"),),
    )
    assert parsed_from_json(json.loads(json.dumps(parsed_to_json(parsed)))) == parsed


@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param([("paragraph", 2, 99, 0)], id="beyond the text"),
        pytest.param([("paragraph", -1, 2, 0)], id="before it"),
        pytest.param([("paragraph", 2, 2, 0)], id="empty"),
        pytest.param([("paragraph", 2, 5, 0), ("paragraph", 4, 6, 0)], id="overlapping"),
        pytest.param([("picture", 0, 2, 0)], id="of no known kind"),
    ],
)
def test_a_result_that_is_not_sound_is_not_taken(blocks):
    sent = {"text": "Green tea", "metadata": {}, "places": [], "hidden": [], "dropped": []}
    with pytest.raises(ValueError, match=r".+"):
        parsed_from_json({**sent, "blocks": blocks})


@pytest.mark.parametrize("kind", [DOCX, PPTX], ids=["docx", "pptx"])
@pytest.mark.parametrize(
    ("bomb", "says"),
    [
        pytest.param(
            declaring(zipped([("word/document.xml", b"x")]), 2_147_483_648),
            "would grow to 2,147 MB",
            id="2 GiB",
        ),
        pytest.param(
            zipped([(f"word/{number}.xml", "") for number in range(10_000)], zipfile.ZIP_STORED),
            "10,000 entries, more than 5,000",
            id="10k entries",
        ),
    ],
)
def test_an_office_bomb_is_refused_before_it_is_inflated(pool, kind, bomb, says):
    with contextlib.suppress(SourceError):
        pool.parse(b"loads the library", kind)
    before = computed(pool)
    with pytest.raises(SourceError, match=says):
        pool.parse(bomb, kind)
    assert computed(pool) - before < 1
