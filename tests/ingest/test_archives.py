"""Zip archives: what is in them, and what is wrong with them (A05, A06)."""

import stat
import time
import zipfile

import pytest

from ingest.sources import find_files
from ingest.zip_limits import ZipLimits, open_zip
from rag.errors import SourceError
from tests.fakes.zips import declaring, zipped


@pytest.fixture
def read(tmp_path):
    """Reads an archive with these entries: name to content, or to the reason against it."""

    def read_them(content):
        (tmp_path / "a.zip").write_bytes(content)
        found = {}
        for source in find_files([tmp_path]):
            assert source.root == tmp_path.as_uri()
            try:
                found[source.name] = source.read().content
            except SourceError as error:
                found[source.name] = str(error)
        return found

    return read_them


def test_documents_are_found_in_archives_and_archives_in_them(read, tmp_path):
    inner = zipped([("deep.md", "Deep."), ("deeper.zip", zipped([("x.md", "x")]))])
    found = read(
        zipped([("docs/a.md", "A."), (".hidden.md", ""), ("b.png", ""), ("inner.zip", inner)])
    )
    assert found == {
        "a.zip/docs/a.md": b"A.",
        "a.zip/inner.zip/deep.md": b"Deep.",
        "a.zip/inner.zip/deeper.zip": "archives in archives are opened one level deep, not two",
    }
    first = find_files([tmp_path / "a.zip"])[0]
    assert first.uri == f"{(tmp_path / 'a.zip').as_uri()}/docs/a.md"


@pytest.mark.parametrize(
    "name", ["../../x.md", "/etc/x.md", "..\\x.md", "a/../../x.md", "C:\\x.md", "\\x.md"]
)
def test_a_name_that_leads_out_of_the_archive_is_refused(read, tmp_path, name):
    before = sorted(tmp_path.parent.rglob("*"))
    found = read(zipped([(name, "out"), ("good.md", "Good.")]))
    assert found.pop("a.zip/good.md") == b"Good."
    assert list(found.values()) == ["its name leads out of the archive"]
    assert sorted(tmp_path.parent.rglob("*")) == sorted([*before, tmp_path / "a.zip"])


def test_a_name_with_a_null_byte_is_refused(read):
    content = zipped([("goodXmd.md", "x")]).replace(b"goodXmd.md", b"good\0md.md")
    assert list(read(content).values()) == ["its name leads out of the archive"]


def test_a_link_in_an_archive_is_not_followed(read):
    link = zipfile.ZipInfo("link.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert read(zipped([(link, "/etc/passwd")])) == {
        "a.zip/link.md": "it is a link, and links in archives are not followed"
    }


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(
            declaring(zipped([("a.md", "a"), ("b.md", "b")]), 200_000_000),
            "would grow to 400 MB",
            id="bomb",
        ),
        pytest.param(
            zipped([("a.md", b"\0" * 20_000_000)]), "would grow to 20 MB", id="suspicious ratio"
        ),
        pytest.param(
            zipped([(f"{n}.md", "") for n in range(10_000)], zipfile.ZIP_STORED),
            "10,000 entries, more than 5,000",
            id="10k entries",
        ),
        pytest.param(zipped([("a.md", "x" * 99)], zipfile.ZIP_LZMA), "not supported", id="lzma"),
        pytest.param(zipped([]), "holds no document", id="empty"),
        pytest.param(b"PK\x03\x04 no more", "damaged, or no zip file", id="cut off"),
        pytest.param(b"", "damaged, or no zip file", id="nothing"),
    ],
)
def test_an_archive_out_of_bounds_is_refused_before_it_is_inflated(read, content, reason):
    started = time.perf_counter()
    ((name, said),) = read(content).items()
    assert time.perf_counter() - started < 1
    assert name == "a.zip"
    assert reason in said


def test_bombs_within_archives_count_for_their_archive(read):
    inner = declaring(zipped([("a.md", "a")]), 200_000_000)
    found = read(zipped([(f"{n}.zip", inner) for n in range(3)], zipfile.ZIP_STORED))
    assert [("would grow" in str(said)) for said in found.values()] == [True] * 3


def test_an_entry_that_is_longer_than_its_table_says_is_cut_there():
    content = zipped([("a.md", "x" * 1_000)])
    lied = content.replace((1_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with open_zip(lied) as held, pytest.raises(zipfile.BadZipFile):
        held.read("a.md")


def test_a_table_of_contents_that_is_too_long_is_not_read():
    content = zipped([(f"{n:09}" * 100, "") for n in range(100)], zipfile.ZIP_STORED)
    with pytest.raises(SourceError, match="table of contents"):
        open_zip(content, ZipLimits(entries=10))


def test_a_damaged_member_is_refused_alone(read):
    content = bytearray(zipped([("a.md", "abcdef" * 99), ("b.md", "B.")], zipfile.ZIP_STORED))
    content[60] ^= 1
    found = read(bytes(content))
    assert "damaged in its archive" in found["a.zip/a.md"]
    assert found["a.zip/b.md"] == b"B."
