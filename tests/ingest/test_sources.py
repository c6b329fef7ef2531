"""Files and folders to source documents."""

import os

import pytest

from ingest.sources import MAX_BYTES, find_files
from rag.errors import SourceError


@pytest.fixture
def folder(tmp_path):
    for name in (
        "b.md",
        "a.txt",
        "sub/c.MARKDOWN",
        "sub/d.text",
        "e.png",
        "f",
        ".hidden.md",
        ".git/g.md",
    ):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"text of {name}")
    return tmp_path


def names(paths):
    return [file.name for file in find_files(paths)]


def test_documents_of_a_folder_are_found_in_order_hidden_and_unknown_ones_passed_over(folder):
    assert names([folder]) == ["a.txt", "b.md", "sub/c.MARKDOWN", "sub/d.text"]


def test_a_file_named_twice_or_within_a_named_folder_is_found_once(folder):
    assert names([folder / "b.md", folder / "b.md", folder, folder / "sub" / ".."]) == names(
        [folder]
    )


def test_a_hidden_file_that_is_named_is_found(folder):
    assert names([folder / ".hidden.md"]) == [".hidden.md"]


def test_a_file_says_what_kind_it_is(folder):
    markdown, text = (find_files([folder / name])[0].read() for name in ("b.md", "a.txt"))
    assert (markdown.media_type, text.media_type) == ("text/markdown", "text/plain")
    assert markdown.content == b"text of b.md"
    assert markdown.uri == (folder / "b.md").as_uri()


@pytest.mark.parametrize("name", ["nothing", "nothing.md", "b.md/deeper"])
def test_a_missing_path_is_named(folder, name):
    with pytest.raises(SourceError, match=r"There is no file or folder .*: check the path\."):
        find_files([folder, folder / name])


def test_a_folder_without_documents_is_refused(tmp_path):
    (tmp_path / "picture.png").touch()
    with pytest.raises(SourceError, match=r"holds no document: put \.md, .*has changed\."):
        find_files([tmp_path])


def test_a_link_to_itself_is_one_sentence(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(SourceError, match="check the path"):
        find_files([tmp_path / "loop"])


def test_a_loop_of_folders_ends(folder):
    (folder / "sub" / "again").symlink_to(folder)
    assert len(names([folder])) == 4


def test_a_pipe_is_neither_file_nor_folder(tmp_path):
    os.mkfifo(tmp_path / "pipe.md")
    with pytest.raises(SourceError, match="neither a file nor a folder"):
        find_files([tmp_path / "pipe.md"])


def test_a_kind_that_is_not_supported_is_refused_when_it_is_read(folder):
    with pytest.raises(SourceError, match=r"\.png is not supported; give one of \.md"):
        find_files([folder / "e.png"])[0].read()


def test_a_file_that_went_away_meanwhile_is_refused_when_it_is_read(folder):
    (found,) = find_files([folder / "b.md"])
    (folder / "b.md").unlink()
    with pytest.raises(SourceError, match="can't be read"):
        found.read()


def test_a_link_to_nowhere_is_refused_when_it_is_read(tmp_path):
    (tmp_path / "gone.md").symlink_to("nowhere")
    with pytest.raises(SourceError, match="can't be read"):
        find_files([tmp_path])[0].read()


def test_a_file_that_is_too_large_is_refused_unread(tmp_path):
    with (tmp_path / "large.md").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(SourceError, match="larger than 50 MB"):
        find_files([tmp_path])[0].read()


def test_a_name_that_is_not_utf_8_can_be_shown_and_stored(tmp_path):
    with open(os.fsencode(tmp_path) + b"/bad\xff.md", "wb") as file:  # noqa: PTH123 - no Path of it
        file.write(b"text")
    (found,) = find_files([tmp_path])
    assert found.name.encode() == "bad\ufffd.md".encode()
    assert found.read().uri.endswith("/bad%FF.md")


def test_a_link_to_something_outside_the_folder_is_refused(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("The password is swordfish.", "utf-8")
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "link.md").symlink_to(secret)
    (file,) = find_files([folder])
    with pytest.raises(SourceError, match="outside the folder"):
        file.read()


def test_a_file_that_leads_back_to_itself_is_refused_when_it_is_read(tmp_path):
    (tmp_path / "loop.md").symlink_to("loop.md")
    (tmp_path / "good.md").write_text("Good.")
    good, loop = find_files([tmp_path])
    assert good.read().content == b"Good."
    with pytest.raises(SourceError, match=r"leads back to itself|can't be read"):
        loop.read()


def test_a_pipe_in_a_folder_is_refused_without_waiting_for_its_writer(tmp_path):
    os.mkfifo(tmp_path / "pipe.md")
    with pytest.raises(SourceError, match="no regular file"):
        find_files([tmp_path])[0].read()


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "log.md"
    file.write_text("words " * 100)
    (found,) = find_files([file])
    fstat, calls = os.fstat, []

    def growing(descriptor):
        held = fstat(descriptor)
        if not calls:
            with file.open("a") as more:
                more.write("more words")
        calls.append(descriptor)
        return held

    monkeypatch.setattr(os, "fstat", growing)
    with pytest.raises(SourceError, match="changed while it was read"):
        found.read()
