"""A folder of a Git repository, over HTTP and on this machine."""

import os
import struct
import zlib

import pytest

from ingest.git.address import git_address
from ingest.git.packs import check_pack
from ingest.pipeline import ingest_targets
from ingest.targets import is_path, target_of
from rag.errors import InvalidRequestError, SourceError
from tests.fakes.git_server import Project, git_server
from tests.fakes.website import LOOPBACK, Page, sentinel, website

pytestmark = pytest.mark.usefixtures("shared_parsers")


@pytest.fixture
def project(tmp_path):
    held = Project(tmp_path)
    held.write(
        docs__tea_md="# Tea\n\nGreen tea wants 75 degrees.\n",
        docs__sub__coffee_rst="Coffee\n======\n\nAn espresso needs a fine grind.\n",
        docs__logo_png=b"\x89PNG",
        docs__hidden__x_md="x",
        README_md="# Project\n\nRead me.\n",
        code_py="print()",
    )
    (held.work / "docs" / ".secret.md").write_text("Not shown.")
    (held.work / "docs" / "link.md").symlink_to("/etc/passwd")
    held.push()
    return held


@pytest.fixture
def services(open_fake_services):
    return open_fake_services(fetch_private=LOOPBACK, fetch_pause=0)


@pytest.fixture
def server(tmp_path):
    with git_server(tmp_path) as held:
        yield held


def ingest(services, named, link=None, **wishes):
    return ingest_targets(services, [target_of(named)], link=link, **wishes)


def titles(services):
    return sorted(each.title for each in services.catalog.documents())


@pytest.fixture(params=["http", "here"])
def named(request, project, server):
    """The repository's address, over HTTP and on this machine."""
    return (
        f"git+{server.url}/project.git"
        if request.param == "http"
        else f"git+{project.bare.as_uri()}"
    )


def test_the_documents_of_a_folder_are_found_links_and_hidden_ones_passed_over(services, named):
    report = ingest(services, f"{named}#docs")
    assert (report.added, report.refused) == (3, [])
    assert titles(services) == ["Coffee", "Tea", "X"]
    uris = {services.catalog.document(each.id).uri for each in services.catalog.documents()}
    assert f"{named}#/docs/tea.md" in uris


@pytest.mark.usefixtures("project")
def test_a_commit_that_is_known_is_not_fetched_again(services, server):
    named = f"git+{server.url}/project.git#docs"
    ingest(services, named)
    server.asked.clear()
    before = services.catalog.state()
    assert ingest(services, named).unchanged == 3
    assert services.catalog.state() == before
    assert [line.split()[0] for line in server.asked] == ["GET"], "the refs and no pack"


def test_edits_moves_and_removals_are_told_apart(services, project, named):
    ingest(services, f"{named}#docs")
    project.write(docs__tea_md="# Tea\n\nGreen tea wants 80 degrees.\n", docs__hidden__x_md=None)
    project.git("mv", "docs/sub/coffee.rst", "docs/espresso.rst")
    project.push()
    report = ingest(services, f"{named}#docs", prune=True)
    assert (report.changed, report.moved, report.removed, report.added) == (1, 1, 1, 0)
    assert titles(services) == ["Coffee", "Tea"]
    assert ingest(services, f"{named}#docs").unchanged == 2


def test_a_branch_a_tag_and_a_commit_are_refs(services, project, named):
    first = project.git("rev-parse", "HEAD")
    project.git("tag", "-a", "v1/first", "-m", "first")
    project.write(docs__tea_md="# Tea\n\nOther words.\n")
    project.push("next/big")
    for ref, words in {"main": "75", "next/big": "Other", "v1/first": "75", first: "75"}.items():
        ingest(services, f"{named}@{ref}#docs/tea.md")
        (held,) = [
            services.catalog.document(each.id)
            for each in services.catalog.documents()
            if f"@{ref}" in str(services.catalog.document(each.id))
        ]
        assert words in held.text


@pytest.mark.parametrize(
    ("tail", "says"),
    [
        ("@nothing#docs", "it has no branch or tag nothing; there are main"),
        ("#nowhere", "there is no nowhere in it"),
        ("#code.py/x", r"there is no code\.py/x in it"),
        ("#docs/logo.png", "no document of a supported kind"),
    ],
)
def test_what_is_not_there_is_one_sentence(services, named, tail, says):
    with pytest.raises(SourceError, match=says):
        ingest(services, named + tail)


def test_a_repository_that_can_not_be_reached_changes_nothing(services, project, server):
    named = f"git+{server.url}/project.git#docs"
    ingest(services, named)
    project.bare.rename(project.bare.with_name("away"))
    with pytest.raises(SourceError, match="Nothing was changed"):
        ingest(services, named, prune=True)
    assert len(titles(services)) == 3
    assert ingest(services, named, prune=True, force=True).removed == 3


def test_a_folder_that_lost_most_of_its_documents_looks_like_a_mistake(services, project, named):
    ingest(services, f"{named}#docs")
    project.git("rm", "-q", "-r", "docs/sub", "docs/hidden")
    project.push()
    with pytest.raises(SourceError, match="gives 1 document where it gave 3"):
        ingest(services, f"{named}#docs", prune=True)


def test_a_refused_document_stays_refused_while_its_commit_is_the_same(services, project, named):
    project.write(docs__bad_md=b"\xff\xfe\x00")
    project.push()
    for _ in range(2):
        assert [name for name, _ in ingest(services, f"{named}#docs").refused] == [
            "project/docs/bad.md"
        ]
    assert [each.name for each in services.refusals.all()] == ["project/docs/bad.md"]


def test_no_hook_and_no_module_and_no_other_transport_is_run(services, project, tmp_path):
    """A repository that would act on who checks it out: nothing is checked out."""
    marker = tmp_path / "marker"
    project.write(
        _gitmodules=f'[submodule "m"]\n\tpath = docs/m\n\turl = ext::sh -c "touch {marker}"\n',
        _gitattributes="* filter=evil\n",
    )
    project.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},docs/m")
    project.push()
    for hook in ("post-checkout", "post-merge", "pre-commit", "reference-transaction"):
        file = project.bare / "hooks" / hook
        file.write_text(f"#!/bin/sh\ntouch {marker}\n")
        file.chmod(0o755)
    with (project.bare / "config").open("a") as config:
        config.write(
            f'[filter "evil"]\n\tsmudge = touch {marker}\n[core]\n\tfsmonitor = touch {marker}\n'
        )
    report = ingest(services, f"git+{project.bare.as_uri()}#docs")
    assert (report.added, report.refused) == (3, [])
    assert not marker.exists()


def test_a_private_address_is_refused_for_git_as_for_pages(open_fake_services):
    services = open_fake_services()
    with sentinel() as watch, pytest.raises(SourceError, match="has no public address"):
        ingest(services, f"git+http://127.0.0.1:{watch.port}/project.git")
    assert watch.connections == 0


@pytest.mark.usefixtures("project")
def test_a_redirect_of_a_repository_is_followed_and_checked(open_fake_services, server):
    services = open_fake_services(fetch_private="127.0.0.1/32", fetch_pause=0)
    path = "/old.git/info/refs?service=git-upload-pack"
    with website() as site, sentinel("127.0.0.2") as watch:
        site.moved(path, f"{server.url}/project.git/info/refs?service=git-upload-pack")
        assert ingest(services, f"git+{site.url}/old.git#docs").added == 3
        site.moved(path, f"http://127.0.0.2:{watch.port}/x/info/refs?service=git-upload-pack")
        with pytest.raises(SourceError, match="has no public address"):
            ingest(services, f"git+{site.url}/old.git#docs")
    assert watch.connections == 0


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (Page("<p>A page.</p>"), "there is no Git repository at this address"),
        (Page(status=401), "FOOTNOTE_NETRC_FILE"),
        (Page(status=404), "nothing there"),
        (Page(status=500), "out of order"),
        (
            Page(b"nonsense", "application/x-git-upload-pack-advertisement"),
            "objects can't be understood",
        ),
    ],
)
def test_what_is_no_repository_is_one_sentence(services, page, says):
    with website() as site:
        site["/x.git/info/refs?service=git-upload-pack"] = page
        with pytest.raises(SourceError, match=says):
            ingest(services, f"git+{site.url}/x.git")


@pytest.mark.parametrize(
    "named",
    [
        "git+ext::sh -c id",
        "git+ssh://git@example.com/x.git",
        "git+git://example.com/x.git",
        "git+https://example.com",
        "git+https://me:secret@example.com/x.git",
        "git+https://example.com/x.git#../../etc",
        "git+--upload-pack=id",
    ],
)
def test_other_ways_to_a_repository_are_not_taken(named):
    assert not is_path(named)
    with pytest.raises(InvalidRequestError):
        target_of(named)


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ("git+https://github.com/a/b.git#docs", "https://github.com/a/b/blob/main/docs/x%20y.md"),
        ("git+https://gitlab.com/a/g/b@v1", "https://gitlab.com/a/g/b/-/blob/v1/docs/x%20y.md"),
        ("git+https://codeberg.org/a/b", "https://codeberg.org/a/b/src/branch/main/docs/x%20y.md"),
        ("git+https://git.example.com/a/b", None),
        ("git+http://github.com/a/b", None),
        ("git+file:///a/b", None),
    ],
)
def test_where_the_public_reads_a_file_is_known_of_some_hosts(named, shown):
    assert git_address(named).shown_at("docs/x y.md", "main") == shown


def test_where_the_public_reads_a_file_is_told_by_a_template(services, named):
    ingest(services, f"{named}#docs", link="https://docs.example.com/{stem}/")
    urls = {each.title: each.url for each in services.catalog.documents()}
    assert urls["Coffee"] == "https://docs.example.com/sub/coffee/"


def pack(*objects):
    """A pack that holds (kind, said size, content)."""
    written = b"PACK" + struct.pack(">II", 2, len(objects))
    for kind, size, content in objects:
        first, rest = size & 15, size >> 4
        head = [kind << 4 | first | (0x80 if rest else 0)]
        while rest:
            head.append(rest & 0x7F | (0x80 if rest > 0x7F else 0))
            rest >>= 7
        written += bytes(head) + (b"\0" * 20 if kind == 7 else b"") + zlib.compress(content)
    return written


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(pack((3, 300_000_000, b"x")), "an object of 300 MB", id="says it is huge"),
        pytest.param(pack((3, 10, b"\0" * 9_000_000)), "longer than it says", id="is huge"),
        pytest.param(pack((7, 9, b"\x01\xff\xff\xff\xff\x0fxxx")), "grow too large", id="delta"),
        pytest.param(pack((3, 4, b"text"))[:-3], "half a pack", id="cut off"),
        pytest.param(b"PACK" + b"\xff" * 8, "4,294,967,295 objects", id="so many"),
        pytest.param(b"<html>", "no pack of objects", id="a page"),
    ],
)
def test_a_pack_that_would_grow_without_measure_is_refused_before_it_is_unpacked(
    tmp_path, content, says
):
    (tmp_path / "x.pack").write_bytes(content)
    with pytest.raises(SourceError, match=says):
        check_pack(tmp_path / "x.pack")


def test_a_pack_within_measure_is_taken(tmp_path):
    blobs = [os.urandom(200_000), b"text", b""]
    (tmp_path / "x.pack").write_bytes(pack(*((3, len(each), each) for each in blobs)))
    check_pack(tmp_path / "x.pack")
