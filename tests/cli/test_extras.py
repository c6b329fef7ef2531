"""What a person is told who names a server whose libraries are not installed."""

import sys

import pytest


@pytest.mark.parametrize(
    ("missing", "command", "settings", "told"),
    [
        (
            "celery",
            ["worker"],
            {"FOOTNOTE_BROKER_URL": "redis://127.0.0.1:1/0"},
            "Workers need Celery and redis: install them with pip install 'footnote[cluster]'.",
        ),
        (
            "redis",
            ["worker"],
            {"FOOTNOTE_BROKER_URL": "redis://127.0.0.1:1/0"},
            "Workers need Celery and redis: install them with pip install 'footnote[cluster]'.",
        ),
        (
            "celery",
            ["ingest", "guide", "--workers", "redis://127.0.0.1:1/0"],
            {},
            "Workers need Celery and redis: install them with pip install 'footnote[cluster]'.",
        ),
        (
            "psycopg",
            ["ingest", "guide"],
            {"FOOTNOTE_CATALOG_URL": "postgresql+psycopg://me@127.0.0.1:1/footnote"},
            (
                "FOOTNOTE_CATALOG_URL needs the PostgreSQL driver psycopg: install it with pip "
                "install 'footnote[cluster]'."
            ),
        ),
        (
            "psycopg",
            ["keys", "list"],
            {"FOOTNOTE_OPERATIONS_URL": "postgresql+psycopg://me@127.0.0.1:1/footnote"},
            (
                "FOOTNOTE_OPERATIONS_URL needs the driver psycopg, which is not installed: for "
                "PostgreSQL write postgresql+psycopg://… and pip install 'footnote[cluster]'."
            ),
        ),
        (
            "boto3",
            ["ingest", "s3://guides/"],
            {},
            "Documents in buckets need boto3: pip install 'footnote[s3]'.",
        ),
    ],
    ids=["celery", "redis", "celery-ingest", "catalog", "operations", "bucket"],
)
def test_a_missing_extra_is_named_with_how_to_install_it(
    footnote, tmp_path, monkeypatch, missing, command, settings, told
):
    (tmp_path / "guide").mkdir()
    (tmp_path / "guide" / "tea.md").write_text("# Tea\n\nGreen tea wants 75 degrees.\n")
    for name in [name for name in sys.modules if name.partition(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, name)
    # What stands for a module that can't be imported.
    monkeypatch.setitem(sys.modules, missing, None)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    run = footnote(*command)
    assert (run.status, run.stdout, run.sentence) == (1, "", told)
