"""The last steps of every change: the index built beside, then one commit, then the leftovers."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.bootstrap import Services
from rag.errors import IndexFaultError, PermanentError, StoreBusyError
from rag.generation import Build
from rag.index_folders import Wanted


@contextmanager
def telling_disk_faults(data_dir: Path) -> Iterator[None]:
    """Turn what the disk refuses into a sentence."""
    try:
        yield
    except IndexFaultError as error:
        raise PermanentError(
            f"{error} It lies in {data_dir / 'vectors'}: check that the disk has space and can be "
            "written, then run this again. Nothing that was stored is lost."
        ) from error
    except OSError as error:
        raise PermanentError(
            f"{data_dir} can't be written ({(error.strerror or str(error)).lower()}): check the "
            "disk, then run this again. Nothing that was stored is lost."
        ) from error


def publish(services: Services, removed: Iterable[str] = (), build: Build | None = None) -> None:
    """Make all that is staged live and take these addresses away, at once."""
    gone = list(removed)
    state = services.catalog.state()
    wanted = services.catalog.coming_passages(gone)
    model = build.model if build else state.model
    base = state.index if model == state.model else ""
    index = built_index(services, model, wanted, base)
    services.publisher.publish(gone, index, build)
    clear(services, state.index)


def roll_back(services: Services) -> None:
    """Make what the last publication replaced live again."""
    state = services.catalog.state()
    wanted = services.catalog.coming_passages(backwards=True)
    before = services.publisher.previous_build()
    base = state.index if before.model == state.model else ""
    index = built_index(services, before.model, wanted, base)
    services.publisher.roll_back(index)
    clear(services, state.index)


def built_index(services: Services, model: str, wanted: Wanted, base: str = "") -> str:
    """The name of a build with these passages, "" where exact search does without one."""
    if len(wanted) <= services.index.exact_limit:
        return ""
    if not services.catalog.is_sound():
        base = ""
    return services.index.builds.build(model, wanted, base)


def clear(services: Services, replaced: str = "") -> None:
    """Delete what no reader can reach any more. What can't be deleted now is the next run's."""
    if replaced:
        services.index.builds.retire(replaced)
    services.eraser.sweep()
    services.index.builds.sweep()


def repair(services: Services) -> bool:
    """Build the index anew where it is not what the catalog says; whether that was necessary.

    The caller holds the lock. Readers use exact search meanwhile.
    """
    state = services.catalog.state()
    wanted = [row[1:] for row in services.catalog.live_passage_ids()]
    if len(wanted) <= services.index.exact_limit:
        return False
    if state.index and services.index.check():
        return False
    index = built_index(services, state.model, wanted)
    if not services.publisher.point_to(index, state):
        raise StoreBusyError(f"{services.catalog.data_dir} was changed meanwhile: run this again.")
    clear(services, state.index)
    return True
