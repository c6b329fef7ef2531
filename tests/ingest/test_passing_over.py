"""Which files of a folder are taken: ignore files, globs, and what is passed over in any case."""

from collections import Counter

import pytest

from ingest.folder import folder_target
from ingest.passing_over import IGNORE_FILE, split_glob
from ingest.pipeline import ingest_paths, ingest_targets
from ingest.sources import find_files
from rag.errors import InvalidRequestError, SourceError

FILES = ("tea.md", "drafts/tea.md", "drafts/kept.md", "sub/coffee.md", "sub/cocoa.txt")


@pytest.fixture
def folder(tmp_path):
    guide = tmp_path / "guide"
    for number, name in enumerate(FILES):
        file = guide / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# Heading {number}\n\nThe words of document number {number}.\n")
    return guide


def names(folder, glob=""):
    return [file.name for file in find_files([folder], glob=glob)]


def test_other_peoples_packages_and_lock_files_of_office_are_no_documents(folder):
    for name in ("node_modules/left/README.md", "sub/~$tea.docx"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("# Theirs\n\nWords of theirs.\n")
    assert names(folder) == sorted(FILES)
    (folder / IGNORE_FILE).write_text("!node_modules/\n")
    assert "node_modules/left/README.md" in names(folder)


def test_what_the_ignore_file_names_is_passed_over(folder):
    (folder / IGNORE_FILE).write_text("# drafts\n/drafts/*\n!/drafts/kept.md\n*.txt\n")
    assert names(folder) == ["drafts/kept.md", "sub/coffee.md", "tea.md"]


def test_an_ignore_file_that_is_no_text_is_told(folder):
    (folder / IGNORE_FILE).write_bytes(b"\xff\xff\xff")
    with pytest.raises(SourceError, match=r"\.footnoteignore can't be read \(it is not UTF-8"):
        names(folder)


def test_what_is_ignored_from_now_on_goes_with_prune(open_fake_services, folder):
    services = open_fake_services()
    assert ingest_paths(services, [folder]).added == 5
    (folder / IGNORE_FILE).write_text("drafts/\n")
    assert ingest_paths(services, [folder]).gone == 2
    assert ingest_paths(services, [folder], prune=True).removed == 2


@pytest.mark.parametrize(
    ("glob", "found"),
    [
        ("*.md", ["tea.md"]),
        ("**/*.md", ["drafts/kept.md", "drafts/tea.md", "sub/coffee.md", "tea.md"]),
        ("sub/c*", ["sub/cocoa.txt", "sub/coffee.md"]),
    ],
)
def test_a_glob_takes_what_it_fits(folder, glob, found):
    assert split_glob(f"{folder}/{glob}") == (
        (folder, glob) if not glob.startswith("sub") else (folder / "sub", "c*")
    )
    assert names(folder, glob) == found


def test_a_name_with_a_star_in_it_is_no_glob(folder):
    starred = folder / "[a]*.md"
    starred.write_text("# Star\n\nWords under a star.\n")
    assert split_glob(str(starred)) == (starred, "")


def test_a_glob_is_a_source_of_its_own(open_fake_services, folder):
    services = open_fake_services()
    ingest_paths(services, [folder])
    (folder / "sub" / "coffee.md").unlink()
    (folder / "drafts" / "tea.md").unlink()
    report = ingest_targets(services, [folder_target(f"{folder}/sub/*")], prune=True)
    assert (report.unchanged, report.removed) == (1, 0), "the folder brought the others"
    assert ingest_paths(services, [folder], prune=True).removed == 2


def test_a_glob_that_fits_nothing_and_an_empty_name_are_refused(folder):
    with pytest.raises(SourceError, match=r"No document fits .*\*\.pdf: check it\."):
        folder_target(f"{folder}/*.pdf").check()
    with pytest.raises(InvalidRequestError, match="empty name"):
        folder_target(" ")


def test_kinds_that_are_not_read_are_counted_and_told(open_fake_services, folder):
    for name in ("a.png", "b.png", "c.doc", "LICENSE"):
        (folder / name).write_text("x")
    others = Counter[str]()
    find_files([folder], others=others)
    assert others == {".png": 2, ".doc": 1, "": 1}
    (note,) = ingest_paths(open_fake_services(), [folder]).notes
    assert note == (
        f"{folder}: 4 files of kinds that are not read were passed over "
        "(2 .png, 1 without an ending, 1 .doc)."
    )
