"""The README's commands work as it says them."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.serving import footnote

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
COMMANDS = [
    shlex.split(line)
    for block in BLOCKS
    for line in block.replace("\\\n", " ").splitlines()
    if line.strip()
]
FOOTNOTE = [command[1:] for command in COMMANDS if command[0] == "footnote"]
TAKES_MINUTES = ("serve", "eval")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory as the README's reader has it: the corpus, and documents of their own."""
    directory = tmp_path_factory.mktemp("reader")
    (directory / "corpus").symlink_to(ROOT / "corpus", target_is_directory=True)
    docs = directory / "path" / "to" / "your" / "docs"
    docs.mkdir(parents=True)
    (docs / "keys.md").write_text(
        "# Keys\n\nTo rotate the signing key, run `keys rotate` and restart the service.\n", "utf-8"
    )
    return directory


@pytest.mark.real
def test_the_commands_of_the_readme_run_in_the_order_they_are_given(directory: Path) -> None:
    ran = 0
    for command in FOOTNOTE:
        if command[0] in TAKES_MINUTES:
            continue
        done = footnote(directory, *command)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        assert done.stdout.strip(), command
        ran += 1
    assert ran >= 5


def test_the_commands_that_take_minutes_exist_with_their_options(directory: Path) -> None:
    for command in FOOTNOTE:
        if command[0] in TAKES_MINUTES:
            helped = footnote(directory, command[0], "--help").stdout
            if command[0] == "eval":
                helped += footnote(directory, "eval", "run", "--help").stdout
            for option in (word for word in command if word.startswith("--")):
                assert option in helped, command


@pytest.mark.parametrize("target", ["run", "test"])
def test_make_knows_the_two_commands(target: str) -> None:
    assert ["make", target] in COMMANDS
    planned = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert planned.returncode == 0, planned.stderr


def test_the_files_that_the_readme_names_exist() -> None:
    named = re.findall(r"\]\(((?!http)[^)]+)\)", README) + re.findall(
        r"`((?:rag|ingest|docs|evals)/[\w/.-]+\.\w+)`", README
    )
    assert len(named) > 5
    for name in named:
        assert (ROOT / name.partition("#")[0]).exists(), name
