"""The benchmark's own harness: a small round of it, and what becomes of its results."""

import json
import re
import sqlite3
from contextlib import contextmanager

import pytest

from benchmarks import compare, environments, growth, report, tables
from benchmarks.corpora import guide
from benchmarks.environments import Environments, SetupError
from benchmarks.questions import questions_for
from benchmarks.running import Runner
from benchmarks.synthetic import make_store, read_seeds
from benchmarks.systems import FAST, SYSTEMS, System
from ingest.pipeline import ingest_paths
from rag.bootstrap import open_services
from rag.catalog import CATALOG_FILE, Catalog
from rag.settings import load_settings
from tests.fakes.store import Store

PEER = System("A peer", "with_nothing", "a-peer")
RAN = {"task": "query", "corpus": "guide", "peak_mb": 100.0}


@pytest.fixture
def seeds(tmp_path):
    store = Store(tmp_path / "seeds")
    words = ("django", "flask", "celery", "redis", "kafka", "docker")
    store.publish({w: f"# About {w}\n\n{w} is used for many things.\n" for w in words})
    store.close()
    return tmp_path / "seeds"


def test_questions_are_many_different_and_the_same_each_time():
    asked = questions_for(guide(), 40)
    assert len(set(asked)) == 40
    assert asked == questions_for(guide(), 40)


def test_a_made_store_is_whole_and_searchable(tmp_path, seeds):
    made = tmp_path / "made"
    make_store(made, read_seeds(seeds), 120)
    catalog = Catalog(made)
    try:
        rows = catalog.live_passage_ids()
        assert len(rows) == catalog.live_passage_count() == 120
        passages = catalog.passages([row[0] for row in rows])
        stored = catalog.vectors(row[2] for row in rows)
        assert len(stored) == 120
        for passage in passages.values():
            assert [passage.text_of(u.start_char, u.end_char) for u in passage.units] == (
                passage.text.split("\n")
            )
        units = {value for _, values in catalog.live_unit_hashes() for value in values}
        assert set(catalog.vectors(units)) == units
        assert catalog.keyword_search(["kafka"], 5, 1.0)
    finally:
        catalog.close()


@pytest.mark.real
def test_a_document_more_leaves_a_made_store_as_it_was(tmp_path, seeds):
    made = tmp_path / "made"
    make_store(made, read_seeds(seeds), 120)
    note = tmp_path / "note.md"
    note.write_text("# A note\n\nThe courier comes at nine.\n")
    services = open_services(load_settings(data_dir=made, profile="fast"))
    try:
        ingest_paths(services, [note])
        assert services.catalog.live_passage_count() == 121
    finally:
        services.close()


def test_it_is_made_the_same_again(tmp_path, seeds):
    texts = []
    for name in ("one", "two"):
        make_store(tmp_path / name, read_seeds(seeds), 60)
        with sqlite3.connect(tmp_path / name / CATALOG_FILE) as connection:
            texts.append(connection.execute("SELECT text FROM passages ORDER BY key").fetchall())
    assert texts[0] == texts[1]


def test_a_peer_that_cant_be_set_up_is_told_and_the_rest_goes_on(tmp_path, monkeypatch):
    def refuse(_, name):
        raise SetupError(f"no such package for {name}")

    monkeypatch.setattr(Environments, "python_of", refuse)
    monkeypatch.setattr(compare, "SYSTEMS", (PEER, *SYSTEMS[:1]))
    monkeypatch.setattr(Runner, "query", lambda *_: {"cpu_ms": [1.0], "peak_mb": 1.0})
    results = tmp_path / "results.jsonl"
    bench = compare.Bench(Runner(tmp_path, Environments(tmp_path)), results)
    bench.ingests([PEER], guide())
    bench.queries([PEER, SYSTEMS[0]], guide(), ["what is it?"])
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    assert rows[0]["failed"] == "can't be set up: no such package for a-peer"
    assert [row["system"] for row in rows[1:]] == [SYSTEMS[0].name]


def test_pip_tells_why_it_could_not(tmp_path, monkeypatch):
    requirements = tmp_path / "requirements"
    requirements.mkdir()
    (requirements / "base.txt").write_text("")
    (requirements / "peer.txt").write_text("./nowhere\n")
    monkeypatch.setattr(environments, "REQUIREMENTS", requirements)
    made = Environments(tmp_path / "environments")
    with pytest.raises(SetupError, match="nowhere"):
        made._made("peer", made.folder / "base" / "bin" / "python")


@pytest.mark.real
def test_footnotes_own_worker_measures(tmp_path):
    runner = Runner(tmp_path, Environments(tmp_path))
    fast = next(system for system in SYSTEMS if system.mode == "fast")
    small = guide()
    assert runner.ingest(fast, small)["cpu_s"] > 0
    assert len(runner.query(fast, small, questions_for(small, 8))["cpu_ms"]) == 3
    many = runner.load(fast, small, questions_for(small, 30), [2])["throughput"]["2"]
    assert many["failed"] == 0
    assert many["p99_ms"] >= many["alone_ms"] / 10 > 0
    assert runner.cold(fast, small, "when should I pick Flask?")["peak_mb"] > 50


@pytest.mark.real
def test_each_number_of_clients_finds_a_server_that_remembers_nothing(tmp_path, monkeypatch):
    asked, servers = [], []
    measure, served = compare.measure, Runner.served

    def noting(plan, pid):
        asked.append((pid, plan.questions))
        return measure(plan, pid)

    @contextmanager
    def seen(runner, system, corpus):
        with served(runner, system, corpus) as (address, pid):
            servers.append(pid)
            yield address, pid

    monkeypatch.setattr(compare, "measure", noting)
    monkeypatch.setattr(Runner, "served", seen)
    monkeypatch.setattr(compare, "CLIENTS", (2, 8))
    runner = Runner(tmp_path, Environments(tmp_path))
    runner.ingest(FAST, guide())
    results = tmp_path / "results.jsonl"
    questions = questions_for(guide(), 30)
    compare.Bench(runner, results).throughput([FAST], guide(), questions)
    row = json.loads(results.read_text())
    assert [pid for pid, _ in asked] == servers
    assert len(set(servers)) == 2
    assert all(each == tuple(questions) for _, each in asked)
    assert row["throughput"]["8"]["failed"] == 0
    assert row["throughput"]["2"]["alone_ms"] > 0


@pytest.mark.real
def test_growth_is_measured_and_drawn(tmp_path, monkeypatch, corpus_copy):
    results = tmp_path / "results.jsonl"
    monkeypatch.setattr(growth, "questions_for", lambda *_: ["what is it for?"] * 8)
    monkeypatch.setattr(growth, "documentation", lambda _: guide())
    arguments = ["--work-dir", str(tmp_path), "--seeds", str(corpus_copy), "--sizes", "80"]
    assert growth.main([*arguments, "--results", str(results)]) == 0
    (row,) = [json.loads(line) for line in results.read_text().splitlines()]
    assert row["recall"]["recall"] == 1.0
    assert row["ingest"]["embedded"] > 0
    assert "| 80 |" in report.page([row], "")
    assert report.plot([row]) is None, "a line has two ends"
    drawn = report.plot([row, row | {"passages": 160}])
    assert drawn.count("<circle") == 4
    assert ">0</text>" in drawn
    assert re.search(r">[125]0*</text>", drawn), "numbers that a person would choose"
    # The last size's number is centred below its dot, and has to end before the picture does.
    assert max(float(at) for at in re.findall(r'<circle[^>]* cx="([\d.]+)"', drawn)) < 520


def test_growth_without_anything_to_make_stores_from_is_a_sentence(tmp_path, capsys):
    assert growth.main(["--work-dir", str(tmp_path)]) == 1
    assert "benchmarks.compare first" in capsys.readouterr().err


def test_the_page_shows_medians_and_what_failed():
    name = SYSTEMS[0].name
    rows = [
        *({**RAN, "system": name, "cpu_ms": [value]} for value in (3.0, 1.0, 2.0)),
        {**RAN, "system": SYSTEMS[3].name, "failed": "can't be set up: no wheel"},
    ]
    page = report.page(rows, "## Remarks\n")
    assert "2.0 (1.0–3.0)" in page
    assert f"{SYSTEMS[3].name} (can't be set up: no wheel)" in page
    assert page.endswith("## Remarks\n")


@pytest.mark.parametrize(
    ("slowest", "words"),
    [((90.0, 100.0), "yes"), ((101.0, 200.0), "no"), ((90.0, 101.0), "in 1 of 2")],
)
def test_the_page_says_whether_the_slowest_kept_within_clients_times_alone(slowest, words):
    rows = [
        {
            "task": "load",
            "corpus": "guide",
            "system": FAST.name,
            "throughput": {
                "2": {
                    "per_second": 9.0,
                    "per_cpu_second": 8.0,
                    "alone_ms": 50.0,
                    "p99_ms": p99,
                    "failed": 1,
                }
            },
        }
        for p99 in slowest
    ]
    (line,) = [line for line in tables.throughput(rows).splitlines() if FAST.name in line]
    cells = [cell.strip() for cell in line.split("|")]
    assert cells[1:3] == [FAST.name, "2"]
    assert cells[5] == "50 (50–50)"
    assert cells[6].startswith(f"{(slowest[0] + slowest[1]) / 2:.0f} (")
    assert cells[7:9] == [words, "2"]


def test_no_results_is_a_sentence(tmp_path, capsys):
    assert report.main(["--results", str(tmp_path / "none")]) == 1
    assert "make bench" in capsys.readouterr().err
