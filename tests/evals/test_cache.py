from pydantic import TypeAdapter

from evals import cache as module
from evals.cache import ResultCache, key_of, remember

NUMBERS = TypeAdapter(list[int])


def test_a_value_is_computed_once(tmp_path):
    calls = []

    def compute():
        calls.append(1)
        return [1, 2]

    with ResultCache(tmp_path) as cache:
        assert remember(cache, "a", NUMBERS, compute) == [1, 2]
    with ResultCache(tmp_path) as cache:
        assert remember(cache, "a", NUMBERS, compute) == [1, 2]
    assert len(calls) == 1
    assert remember(None, "a", NUMBERS, compute) == [1, 2]
    assert len(calls) == 2


def test_what_raises_is_not_kept(tmp_path):
    def fail():
        raise LookupError

    with ResultCache(tmp_path) as cache:
        for _ in range(2):
            try:
                remember(cache, "a", NUMBERS, fail)
            except LookupError:
                continue
        assert remember(cache, "a", NUMBERS, lambda: [3]) == [3]


def test_entries_unused_for_a_week_go(tmp_path, monkeypatch):
    now = [1e9]
    monkeypatch.setattr(module.time, "time", lambda: now[0])
    with ResultCache(tmp_path) as cache:
        remember(cache, "old", NUMBERS, lambda: [1])
        remember(cache, "used", NUMBERS, lambda: [1])
    now[0] += module.KEPT_SECONDS - 10
    with ResultCache(tmp_path) as cache:
        remember(cache, "used", NUMBERS, lambda: [9])
    now[0] += 20
    with ResultCache(tmp_path) as cache:
        assert remember(cache, "used", NUMBERS, lambda: [2]) == [1]
        assert remember(cache, "old", NUMBERS, lambda: [2]) == [2]


def test_a_broken_file_is_begun_anew(tmp_path):
    (tmp_path / "results.sqlite3").write_bytes(b"not a database" * 100)
    with ResultCache(tmp_path) as cache:
        assert remember(cache, "a", NUMBERS, lambda: [1]) == [1]


def test_keys_tell_parts_apart():
    assert key_of("a", "b") != key_of("ab")
    assert key_of({"x": 1, "y": 2}) == key_of({"y": 2, "x": 1})
