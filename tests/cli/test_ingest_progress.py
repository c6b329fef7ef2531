"""Progress without a terminal."""

from cli.ingest_progress import Lines


def test_a_line_now_and_then_with_rate_and_time_left():
    now = [0.0]
    written = []
    lines = Lines("ingesting", lambda: now[0], written.append)
    for done in range(1, 201):
        now[0] = done / 4
        lines(done, 1_200, "a.md")
    assert written[0] == "ingesting 20 of 1,200 documents, 4.0 a second, 5 min left\n"
    assert len(written) == 4


def test_a_short_run_says_nothing():
    written = []
    lines = Lines("ingesting", lambda: 0.0, written.append)
    lines(0, 3, "a.md")
    lines(3, 3, "")
    assert written == []
