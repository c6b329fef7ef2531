"""A long-lived process's memory: few heaps, and nothing kept from its start that has gone."""

import ctypes
import gc
import sys

# Of glibc's malloc.h. Each thread that answers would get a heap of its own, and keep it.
M_ARENA_MAX = -8
HEAPS = 2
# What a model works with is given back when it is done: glibc would raise this bound to the largest
# block it has seen, and keep 15 MB of them, for no measurable time.
M_MMAP_THRESHOLD = -3
LARGE_BYTES = 262_144


def hold_few_heaps() -> None:
    """Let threads share heaps, and give large blocks back, where the C library is glibc."""
    library = _glibc()
    if library is not None:
        library.mallopt(M_ARENA_MAX, HEAPS)
        library.mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


def settle() -> None:
    """Give back what starting took, and take what is left out of every later collection."""
    gc.collect()
    gc.freeze()
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") else None
