"""The one way in which what readers see changes: all that is staged becomes live at once."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from rag.catalog_rows import IndexState, get_meta, read_passage_rows, read_state, set_meta
from rag.database import Database
from rag.errors import InvalidRequestError
from rag.faults import fault_point
from rag.generation import KEPT_FOR_ROLLBACK, Build, new_generation
from rag.keywords import add_keywords, drop_keywords, stage_keywords


class Publisher:
    """Changes what is live in a catalog's database; one process at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def publish(
        self, removed: Iterable[str] = (), index: str = "", build: Build | None = None
    ) -> IndexState:
        """Make all that is staged live and take the removed addresses away, at once.

        The one moment at which readers see a change. A document goes with its last address. `index`
        is the folder of the collections that hold exactly what will be live, "" for none. With
        `build` a new generation begins. Returns the new state.
        """
        with self._database.writing() as connection:
            state = read_state(connection)
            epoch = state.epoch + 1
            _retire(connection, epoch, removed)
            _bear(connection, epoch)
            drop_keywords(connection, epoch)
            add_keywords(connection, epoch)
            _describe(connection, state, index, build)
            fault_point("publish.before_commit")
        fault_point("publish.after_commit")
        return replace(state, epoch=epoch, index=index)

    def roll_back(self, index: str = "") -> IndexState:
        """Make what the last publication replaced live again, as a publication of its own."""
        with self._database.writing() as connection:
            state = read_state(connection)
            epoch = state.epoch + 1
            for table in ("revisions", "addresses"):
                connection.execute(
                    f"UPDATE {table} SET gone = ? WHERE born = ? AND gone IS NULL",  # noqa: S608
                    (epoch, state.epoch),
                )
            drop_keywords(connection, epoch)
            for table in ("revisions", "addresses"):
                connection.execute(
                    f"UPDATE {table} SET born = ?, gone = NULL WHERE gone = ?",  # noqa: S608
                    (epoch, state.epoch),
                )
            for key, passage in read_passage_rows(connection, epoch):
                stage_keywords(connection, key, passage)
            add_keywords(connection, epoch)
            before = json.loads(get_meta(connection, KEPT_FOR_ROLLBACK, "{}"))
            build = Build(before["model"], before["dimension"], before["cut"])
            _describe(connection, state, index, build, before["generation"])
            fault_point("rollback.before_commit")
        fault_point("rollback.after_commit")
        return replace(state, epoch=epoch, index=index)

    def previous_build(self) -> Build:
        """What the state before the last publication was built with.

        Raises InvalidRequestError when there is none.
        """
        with self._database.reading() as connection:
            before = json.loads(get_meta(connection, KEPT_FOR_ROLLBACK, "{}"))
        if not before.get("model"):
            raise InvalidRequestError(
                "There is no earlier publication to go back to: this is the first."
            )
        return Build(before["model"], before["dimension"], before["cut"])

    def point_to(self, index: str, seen: IndexState) -> bool:
        """Let readers use another folder of collections for the same state; False if it changed."""
        with self._database.writing() as connection:
            if read_state(connection) != seen:
                return False
            set_meta(connection, "index", index)
            set_meta(connection, "generation", new_generation())
            fault_point("swap.before_commit")
        fault_point("swap.after_commit")
        return True

    def mark_damaged(self, index: str) -> None:
        """Remember that the collections in this folder are not what the catalog says; "" if none.

        A replica remembers it for itself.
        """
        with self._database.writing(guarded=False) as connection:
            set_meta(connection, "damaged", index)


def _retire(connection: sqlite3.Connection, epoch: int, removed: Iterable[str]) -> None:
    connection.execute(
        "UPDATE addresses SET gone = ? WHERE born IS NOT NULL AND gone IS NULL AND uri IN"
        " (SELECT uri FROM addresses WHERE born IS NULL UNION SELECT value FROM json_each(?))",
        (epoch, json.dumps(list(removed))),
    )
    connection.execute(
        "UPDATE revisions SET gone = ? WHERE born IS NOT NULL AND gone IS NULL AND (document_id IN"
        " (SELECT document_id FROM revisions WHERE born IS NULL) OR document_id NOT IN"
        " (SELECT document_id FROM addresses WHERE gone IS NULL))",
        (epoch,),
    )


def _bear(connection: sqlite3.Connection, epoch: int) -> None:
    # A document that was staged and whose every address then moved on is not born at all.
    connection.execute(
        "DELETE FROM revisions WHERE born IS NULL AND document_id NOT IN"
        " (SELECT document_id FROM addresses WHERE gone IS NULL)"
    )
    for table in ("revisions", "addresses"):
        connection.execute(
            f"UPDATE {table} SET born = ? WHERE born IS NULL",  # noqa: S608 - a table
            (epoch,),
        )


def _describe(
    connection: sqlite3.Connection,
    state: IndexState,
    index: str,
    build: Build | None,
    generation: str | None = None,
) -> None:
    before = {
        "generation": state.generation,
        "model": state.model,
        "dimension": state.dimension,
        "cut": state.cut,
    }
    set_meta(connection, KEPT_FOR_ROLLBACK, json.dumps(before))
    set_meta(connection, "epoch", str(state.epoch + 1))
    set_meta(connection, "index", index)
    if build is None or build == Build(state.model, state.dimension, state.cut):
        return
    if state.model:
        set_meta(connection, "generation", generation or new_generation())
    set_meta(connection, "model", build.model)
    set_meta(connection, "dimension", str(build.dimension))
    set_meta(connection, "cut", build.cut)
