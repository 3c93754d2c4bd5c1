from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from aleator.benchmarks.kept_rows import kept_rows, no_progress
from aleator.errors import ConfigurationChangedError, InputError
from aleator.files import Row, read_rows

KEYS = [f"prompt/{place}" for place in range(6)]
COMING = ["prompt/4", "prompt/0", "prompt/5", "prompt/3", "prompt/1", "prompt/2"]


class Bench:
    """Measures in an order of its own; killed before it measures ``dies_at``."""

    def __init__(self, dies_at: str | None = None, gives: Sequence[str] = COMING) -> None:
        self.measured: list[str] = []
        self.asked: list[frozenset[str]] = []
        self._dies_at = dies_at
        self._gives = gives

    def measure(self, done: frozenset[str]) -> Iterator[Row]:
        self.asked.append(done)
        for key in self._gives:
            if key not in done:
                if key == self._dies_at:
                    raise KeyboardInterrupt
                self.measured.append(key)
                yield {"key": key, "figure": len(key) / 3, "text": "ä\u2028\n"}


def _log(out: Path) -> Path:
    return out / "rows" / "bench.jsonl"


def _partial(out: Path) -> Path:
    return out / "rows" / "bench.jsonl.partial"


def test_rows_come_back_in_the_order_of_the_keys(tmp_path: Path) -> None:
    """And lie in the file in the order in which they came."""
    found = kept_rows(tmp_path, "bench", KEYS, Bench().measure)
    assert [row["key"] for row in found] == KEYS
    assert [row["key"] for row in read_rows(_log(tmp_path))] == COMING
    assert sorted(map(str, found)) == sorted(map(str, read_rows(_log(tmp_path))))
    assert not _partial(tmp_path).exists()


def test_progress_is_told_at_the_start_and_after_each_row(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    kept_rows(tmp_path, "bench", KEYS, Bench().measure, lambda *one: told.append(one))
    assert told == [(done, 6) for done in range(7)]
    told.clear()
    kept_rows(tmp_path, "bench", KEYS, Bench().measure, lambda *one: told.append(one))
    assert told == [(6, 6)]
    no_progress(0, 6)


def test_each_row_is_kept_before_the_next_is_measured(tmp_path: Path) -> None:
    bench = Bench()

    def told(done: int, total: int) -> None:
        assert len(bench.measured) == done
        path = _partial(tmp_path)
        assert [row["key"] for row in read_rows(path)] == bench.measured

    kept_rows(tmp_path, "bench", KEYS, bench.measure, told)


@pytest.mark.parametrize("dies_at", COMING)
def test_a_killed_run_is_taken_up_again(tmp_path: Path, dies_at: str) -> None:
    """The file is the same, byte by byte, as without the kill, and nothing is measured twice."""
    kept_rows(tmp_path / "whole", "bench", KEYS, Bench().measure)
    first, second = Bench(dies_at), Bench()
    out = tmp_path / "killed"
    with pytest.raises(KeyboardInterrupt):
        kept_rows(out, "bench", KEYS, first.measure)
    assert not _log(out).exists()

    told: list[tuple[int, int]] = []
    found = kept_rows(out, "bench", KEYS, second.measure, lambda *one: told.append(one))
    assert [row["key"] for row in found] == KEYS
    assert first.measured + second.measured == COMING
    assert second.asked == [frozenset(first.measured)]
    assert told == [(done, 6) for done in range(len(first.measured), 7)]
    assert _log(out).read_bytes() == _log(tmp_path / "whole").read_bytes()


def test_a_torn_row_is_measured_again(tmp_path: Path) -> None:
    kept_rows(tmp_path / "whole", "bench", KEYS, Bench().measure)
    out = tmp_path / "torn"
    _log(out).parent.mkdir(parents=True)
    lines = _log(tmp_path / "whole").read_bytes().splitlines(keepends=True)
    _partial(out).write_bytes(lines[0] + lines[1] + lines[2][:9])
    again = Bench()
    kept_rows(out, "bench", KEYS, again.measure)
    assert again.measured == COMING[2:]
    assert _log(out).read_bytes() == _log(tmp_path / "whole").read_bytes()


def test_a_finished_log_is_not_measured(tmp_path: Path) -> None:
    whole = kept_rows(tmp_path, "bench", KEYS, Bench().measure)
    again = Bench()
    assert kept_rows(tmp_path, "bench", KEYS, again.measure) == whole
    assert kept_rows(tmp_path, "bench", KEYS[2:4], again.measure) == whole[2:4]
    assert not again.asked


def test_killed_between_the_last_row_and_the_end(tmp_path: Path) -> None:
    """Whoever measures is asked, has nothing to give, and the log becomes whole."""
    whole = kept_rows(tmp_path, "bench", KEYS, Bench().measure)
    _log(tmp_path).rename(_partial(tmp_path))
    again = Bench()
    assert kept_rows(tmp_path, "bench", KEYS, again.measure) == whole
    assert again.asked == [frozenset(KEYS)] and not again.measured
    assert _log(tmp_path).exists()


def test_a_row_left_out_leaves_the_log_open(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="without a row 'prompt/3'"):
        kept_rows(tmp_path, "bench", KEYS, Bench(gives=["prompt/4", *KEYS[:3]]).measure)
    assert not _log(tmp_path).exists()
    rest = Bench()
    kept_rows(tmp_path, "bench", KEYS, rest.measure)
    assert rest.measured == ["prompt/5", "prompt/3"]


def test_a_row_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="already has key='prompt/0'"):
        kept_rows(tmp_path, "bench", KEYS, Bench(gives=["prompt/0", "prompt/0"]).measure)


def test_a_finished_log_of_other_prompts_is_refused(tmp_path: Path) -> None:
    kept_rows(tmp_path, "bench", KEYS[:2], Bench(gives=KEYS[:2]).measure)
    with pytest.raises(ConfigurationChangedError, match=r"bench\.jsonl is finished.*'prompt/2'"):
        kept_rows(tmp_path, "bench", KEYS, Bench().measure)


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    _log(tmp_path).parent.mkdir()
    _log(tmp_path).write_text("no rows\n")
    with pytest.raises(InputError, match="line 1"):
        kept_rows(tmp_path, "bench", KEYS, Bench().measure)


def test_no_keys_make_an_empty_log(tmp_path: Path) -> None:
    assert kept_rows(tmp_path, "bench", [], Bench(gives=[]).measure) == []
    assert _log(tmp_path).read_bytes() == b""
