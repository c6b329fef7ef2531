"""A long-lived process's memory: few heaps, and nothing kept from its start that has gone."""

import ctypes
import gc
import sys

# Of glibc's malloc.h. Each thread that answers would get a heap of its own, and keep it.
M_ARENA_MAX = -8
HEAPS = 2


def hold_few_heaps() -> None:
    """Let threads share heaps, where the C library is glibc."""
    library = _glibc()
    if library is not None:
        library.mallopt(M_ARENA_MAX, HEAPS)


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
