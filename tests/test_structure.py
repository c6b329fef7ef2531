"""The shape of the code and of the corpus, held by checks."""

import ast
import hashlib
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from ingest.reading import read_document
from ingest.sources import find_files
from tests.conftest import CORPUS, ROOT


def place(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


PACKAGES = ("api", "bot", "cli", "evals", "ingest", "operations", "rag")
SOURCES = sorted(file for name in PACKAGES for file in (ROOT / name).rglob("*.py"))
HOMES = {
    "chromadb": {"rag/chroma_index.py", "rag/chroma_server.py"},
    "faiss": {"rag/faiss_index.py"},
    "langchain_chroma": {"rag/chroma_index.py"},
    "sentence_transformers": {"rag/named_model.py", "rag/model_judges.py"},
    "torch": {"rag/model_judges.py", "rag/onnx_graph.py"},
    "transformers": {"rag/model_judges.py", "rag/onnx_graph.py"},
    "onnxruntime": {"rag/onnx_session.py", "rag/onnx_graph.py", "rag/onnx_int8.py"},
    "tokenizers": {"rag/onnx_session.py", "rag/word_pieces.py"},
    "sqlite3": {
        "rag/catalog.py",
        "rag/catalog_rows.py",
        "rag/catalog_view.py",
        "rag/database.py",
        "rag/faults.py",
        "rag/keywords.py",
        "rag/eraser.py",
        "rag/origins.py",
        "rag/publisher.py",
        "rag/replica.py",
        "rag/replica_rows.py",
        "rag/sql_script.py",
        "rag/staging.py",
        "rag/touched_rows.py",
    },
    "boto3": {"rag/object_store.py"},
    "botocore": {"rag/object_store.py"},
    "dulwich": {"ingest/git/client.py", "ingest/git/repository.py"},
    "httpcore": {"ingest/web/guard.py", "ingest/web/transport.py"},
    "protego": {"ingest/web/robots.py"},
    "psycopg": {"rag/postgres_catalog.py", "rag/postgres_client.py"},
    "celery": {"ingest/workers/broker.py"},
    "kombu": {"ingest/workers/broker.py"},
    "redis": {"ingest/workers/broker.py"},
    "phonenumbers": {"operations/redaction.py"},
    "stdnum": {"operations/redaction.py"},
    "sqlalchemy": {place(file) for file in SOURCES if place(file).startswith("operations/")}
    | {"rag/postgres_client.py"},
}


def imports(tree):
    """(module, name) of every import in a module, at its top and within functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def reads_environment(tree):
    loads = ("rag.settings", "load_settings") in set(imports(tree))
    asks = any(
        isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb")
        for node in ast.walk(tree)
    )
    makes = ("rag.settings", "Settings") in set(imports(tree)) and any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Settings"
        for node in ast.walk(tree)
    )
    return loads or asks or makes


def test_only_the_composition_root_the_command_line_and_the_evaluation_read_settings():
    allowed = {"rag/settings.py", "rag/bootstrap.py"}
    readers = {place(file) for file in SOURCES if reads_environment(ast.parse(file.read_text()))}
    others = {name for name in readers - allowed if not name.startswith(("cli/", "evals/"))}
    assert others == set()


@pytest.mark.parametrize("library", HOMES)
def test_a_library_has_one_home(library):
    users = {
        place(file)
        for file in SOURCES
        for module, _ in imports(ast.parse(file.read_text()))
        if module.split(".")[0] == library and not place(file).startswith("evals/")
    }
    assert users <= HOMES[library]


def test_no_module_hides_a_library_by_its_name():
    """`bot/discord.py` would import itself."""
    names = {file.stem for file in SOURCES}
    assert not names & {*HOMES, "discord", "slack_sdk", "fastapi", "typer", "utils"}


def test_no_file_names_a_path_of_somebodys_machine():
    files = [*SOURCES, *(ROOT / "tests").rglob("*.py"), ROOT / "README.md", ROOT / "Makefile"]
    marks = ("/" + "work/", "/" + "root/", "/" + "home/")
    assert [place(f) for f in files if any(mark in f.read_text() for mark in marks)] == []


def manifest():
    return tomllib.loads((CORPUS / "manifest.toml").read_text())["document"]


def test_the_manifest_names_every_file_of_the_corpus_once():
    named = [entry["file"] for entry in manifest()]
    assert sorted(named) == sorted(file.name for file in CORPUS.glob("*.md"))


def test_nothing_of_the_corpus_is_told_to_have_been_passed_over():
    passed_over = Counter[str]()
    assert find_files([CORPUS], others=passed_over)
    assert not passed_over


@pytest.mark.parametrize("entry", manifest(), ids=lambda entry: entry["file"])
def test_the_manifest_says_what_the_file_holds(entry):
    file = CORPUS / entry["file"]
    assert entry["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    (found,) = find_files([file])
    assert entry["title"] == read_document(found.read()).title
    assert entry["licence"].strip()
