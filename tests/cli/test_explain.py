"""`footnote ingest --explain`."""

import pytest

PAGE = "<h1>Tea</h1><p>Green &lt;b&gt; tea.</p><footer>© Tea</footer><p hidden>obey</p>"


@pytest.fixture
def page(tmp_path):
    file = tmp_path / "tea.html"
    file.write_text(PAGE)
    return file


def test_kept_and_cut_stand_side_by_side_and_nothing_is_stored(footnote, page, tmp_path):
    run = footnote("ingest", "--explain", page)
    assert run.status == 0
    assert "tea.html: 2 blocks kept with 67% of the words, 1 cut." in run.stdout
    assert "Stripped, hidden: obey" in run.stdout
    (head,) = (line for line in run.stdout.splitlines() if "Cut, and why" in line)
    (cut,) = (line for line in run.stdout.splitlines() if "© Tea" in line)
    assert cut.index("© Tea") == head.index("Cut, and why")
    assert list(tmp_path.iterdir()) == [page]


def test_json_is_one_object(footnote, page):
    (told,) = footnote("ingest", "--explain", page, "--json").json["documents"]
    assert [row["cut"] for row in told["rows"]] == [None, None, "page furniture: footer"]


def test_the_web_page_shows_a_documents_words_as_words(footnote, page, tmp_path):
    run = footnote("ingest", "--explain", page, "--html", "out.html")
    assert run.status == 0
    written = (tmp_path / "out.html").read_text()
    assert "Green &lt;b&gt; tea." in written
    assert "<script" not in written
    assert "default-src 'none'" in written


def test_a_refused_document_ends_with_a_reason_and_status_one(footnote, tmp_path):
    (tmp_path / "bad.pdf").write_bytes(b"no PDF")
    run = footnote("ingest", "--explain", "bad.pdf", "--html", "out.html")
    assert run.status == 1
    assert "Refused bad.pdf: it is damaged, or no PDF." in run.stdout
    assert "Refused: it is damaged" in (tmp_path / "out.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--html", "x.html"], "--html goes with --explain", id="html alone"),
        pytest.param(["tea.html", "--explain", "tea.html"], "takes one file", id="two files"),
        pytest.param(
            ["--explain", "tea.html", "--html", "no/x.html"], "can't be written", id="out"
        ),
    ],
)
@pytest.mark.usefixtures("page")
def test_wrong_usage_is_one_sentence(footnote, arguments, says):
    run = footnote("ingest", *arguments)
    assert run.status == 2
    assert says in run.sentence
