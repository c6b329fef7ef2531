"""A folder of small documents, edited at random; each tells its own version in every paragraph."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

TOPICS = ("tea", "coffee", "cocoa", "mate", "milk", "juice", "water", "broth", "cider", "kefir")


@dataclass
class Guide:
    """The folder, and how often its documents were written."""

    folder: Path
    random: Random
    versions: int = 0
    folders: tuple[str, ...] = field(default=("", "hot", "cold"))

    def __post_init__(self) -> None:
        for name in self.folders:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for topic in TOPICS[:6]:
            self.write(self.folder / f"{topic}.md")

    def write(self, file: Path) -> None:
        """A new state of a document: the same version in each of its paragraphs."""
        self.versions += 1
        topic, version = file.stem, f"v{self.versions}"
        parts = [f"# All about {topic}"]
        for number in range(1, self.random.randint(2, 5)):
            parts.append(f"## {topic} part {number}")
            parts.append(f"Part {number} of {topic} was written as {version} of this guide.")
            parts.append(f"- an item of {topic} {version}\n- another of {topic} {version}")
        file.write_text("\n\n".join(parts) + "\n")

    def edit(self) -> None:
        """One to four random edits: write, add, remove, move, copy."""
        for _ in range(self.random.randint(1, 4)):
            files = self.files()
            kind = self.random.choice(("write", "write", "add", "remove", "move", "copy"))
            place = self.folder / self.random.choice(self.folders)
            target = place / f"{self.random.choice(TOPICS)}.md"
            if kind == "add" or len(files) < 3:
                self.write(target)
            elif kind == "write":
                self.write(self.random.choice(files))
            elif kind == "remove":
                self.random.choice(files).unlink()
            elif kind == "move":
                self.random.choice(files).replace(target)
            elif target not in files:
                target.write_text(self.random.choice(files).read_text())

    def files(self) -> list[Path]:
        """The documents there are."""
        return sorted(self.folder.rglob("*.md"))

    def texts(self) -> dict[str, str]:
        """What the documents hold, by their addresses."""
        return {file.as_uri(): file.read_text() for file in self.files()}
