"""Files are whole or absent; a log of rows survives whatever happens to its writer."""

import errno
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.errors import InputError, OutputError
from aleator.files import (
    RowLog,
    check_folder,
    output_error,
    read_json,
    read_rows,
    read_text,
    read_yaml,
    whole_folder,
    write_json,
    write_text,
    write_yaml,
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # YAML has no way to write lone surrogates and control characters plainly.
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner),
    max_leaves=12,
)


@contextmanager
def full_disk(at: int) -> Iterator[None]:
    """Let no file grow beyond `at` bytes: the kernel then fails a write as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (at, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@given(value=JSON)
def test_json_and_yaml_come_back(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    folder = tmp_path_factory.getbasetemp()
    write_json(folder / "a.json", value)  # pyright: ignore[reportArgumentType]
    write_yaml(folder / "a.yaml", value)  # pyright: ignore[reportArgumentType]
    assert read_json(folder / "a.json") == value
    assert read_yaml(folder / "a.yaml") == value


def test_missing_folders_are_made_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.txt"
    write_text(path, "größer\n")
    assert path.read_bytes() == "größer\n".encode()
    assert names_in(path.parent) == ["c.txt"]


def test_yaml_keeps_the_order(tmp_path: Path) -> None:
    write_yaml(tmp_path / "a.yaml", {"z": 1, "a": 2})
    assert (tmp_path / "a.yaml").read_text() == "z: 1\na: 2\n"


def test_json_refuses_what_is_not_a_number(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"w1": float("nan")})
    assert not names_in(tmp_path)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with full_disk(at=100), pytest.raises(OutputError, match=r"cannot write .*a\.txt: .*space"):
        write_text(path, "new" * 100)
    assert path.read_text() == "old"
    assert names_in(tmp_path) == ["a.txt"]


def test_a_pipe_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OutputError, match="a device or a pipe"):
        write_text(pipe, "x")
    assert pipe.is_fifo()


def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "marked").write_bytes(b"\xef\xbb\xbfsets")
    assert read_text(tmp_path / "marked") == "sets"


def test_files_of_a_whole_folder_are_as_readable_as_the_folder(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "out") as beside:
        beside.chmod(0o755)
        (beside / "weights").write_text("")
        (beside / "weights").chmod(0o600)
    assert (tmp_path / "out" / "weights").stat().st_mode & 0o777 == 0o644


def test_a_path_below_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"cannot write .*: .*; .*choose another folder\.$"):
        write_text(tmp_path / "file" / "a.txt", "text")


def test_a_folder_in_the_way_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(OutputError, match="is a directory; this path is a folder"):
        write_text(tmp_path / "a.txt", "text")
    assert names_in(tmp_path) == ["a.txt"]


def test_a_place_the_system_keeps_is_one_sentence() -> None:
    with pytest.raises(OutputError, match="cannot write /proc/aleator/a.txt"):
        write_text(Path("/proc/aleator/a.txt"), "text")


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "no space left on device; free some space or choose another folder."),
        (errno.EACCES, "permission denied; choose a folder you may write to."),
        (errno.EIO, "input/output error; choose another place."),
    ],
)
def test_the_sentence_names_the_remedy(number: int, remedy: str) -> None:
    error = output_error(Path("out/a.txt"), OSError(number, os.strerror(number)))
    assert str(error) == f"cannot write out/a.txt: {remedy}"


def test_a_whole_folder_appears_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "adapter"
    path.mkdir()
    (path / "old").touch()
    with whole_folder(path) as beside:
        (beside / "new").touch()
        assert names_in(path) == ["old"]
    assert names_in(path) == ["new"]
    assert names_in(tmp_path) == ["adapter"]


def test_an_unfinished_folder_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "adapter"
    path.mkdir()
    (path / "old").touch()
    with pytest.raises(KeyboardInterrupt), whole_folder(path) as beside:
        (beside / "new").touch()
        raise KeyboardInterrupt
    assert names_in(path) == ["old"]
    assert names_in(tmp_path) == ["adapter"]


def test_what_a_killed_writer_left_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / f".adapter.{os.getpid()}.tmp"
    left.mkdir()
    (left / "torn").touch()
    with whole_folder(tmp_path / "adapter") as beside:
        (beside / "new").touch()
    assert names_in(tmp_path / "adapter") == ["new"]
    assert names_in(tmp_path) == ["adapter"]


def test_a_folder_on_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with (
        full_disk(at=10),
        pytest.raises(OutputError, match="adapter"),
        whole_folder(tmp_path / "adapter") as beside,
    ):
        (beside / "weights").write_bytes(b"0" * 100)
    assert not names_in(tmp_path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"a": 1,\n}', "a.json is not JSON: line 2"),
        (b"\xff\xfe", "a.json: it is not UTF-8 text"),
    ],
)
def test_broken_json_is_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        read_json(tmp_path / "a.json")


def test_broken_yaml_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [1,\nb: 2")
    with pytest.raises(InputError, match=r"a\.yaml is not YAML: .* line 2") as caught:
        read_yaml(tmp_path / "a.yaml")
    assert "\n" not in str(caught.value)


def test_yaml_makes_no_objects(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("!!python/object/apply:os.getcwd []")
    with pytest.raises(InputError, match="not YAML"):
        read_yaml(tmp_path / "a.yaml")


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*a\.json: no such file or directory\.$"):
        read_json(tmp_path / "a.json")


def test_rows_come_back_and_the_log_is_finished_once(tmp_path: Path) -> None:
    path = tmp_path / "rows" / "numeric.jsonl"
    log = RowLog(path, "prompt")
    log.append({"prompt": "a", "kl": 0.1})
    assert RowLog(path, "prompt").done == {"a": {"prompt": "a", "kl": 0.1}}
    assert not path.exists()
    log.append({"prompt": "b", "kl": None})
    log.finish()
    log.finish()
    assert names_in(path.parent) == ["numeric.jsonl"]
    assert read_rows(path) == [{"prompt": "a", "kl": 0.1}, {"prompt": "b", "kl": None}]
    again = RowLog(path, "prompt")
    assert again.complete
    assert list(again.done) == ["a", "b"]
    with pytest.raises(ValueError, match="complete"):
        again.append({"prompt": "c"})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"prompt": "a"}, "already has prompt='a'"),
        ({"prompt": 3}, "needs a string field 'prompt'"),
        ({"kl": 3}, "needs a string field 'prompt'"),
        ({"prompt": "b", "kl": float("inf")}, "not JSON compliant"),
    ],
)
def test_a_wrong_row_is_refused(tmp_path: Path, row: dict[str, object], reason: str) -> None:
    log = RowLog(tmp_path / "a.jsonl", "prompt")
    log.append({"prompt": "a"})
    with pytest.raises(ValueError, match=reason):
        log.append(row)  # pyright: ignore[reportArgumentType]
    assert list(RowLog(tmp_path / "a.jsonl", "prompt").done) == ["a"]


@given(
    texts=st.lists(st.text(), max_size=5),
    cut=st.integers(min_value=0, max_value=400),
)
def test_any_tear_leaves_a_run_of_whole_rows(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], cut: int
) -> None:
    path = tmp_path_factory.mktemp("log") / "a.jsonl"
    log = RowLog(path, "key")
    for number, text in enumerate(texts):
        log.append({"key": str(number), "text": text})
    partial = path.with_name("a.jsonl.partial")
    whole = partial.read_bytes()
    partial.write_bytes(whole[:cut])
    kept = whole[:cut].count(b"\n")
    log = RowLog(path, "key")
    assert [row["text"] for row in log.done.values()] == texts[:kept]
    for number, text in list(enumerate(texts))[kept:]:
        log.append({"key": str(number), "text": text})
    log.finish()
    assert path.read_bytes() == whole


def test_a_full_disk_keeps_the_rows_before(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    log = RowLog(path, "key")
    log.append({"key": "a"})
    with full_disk(at=60), pytest.raises(OutputError, match="space"):
        log.append({"key": "b", "text": "b" * 100})
    assert (tmp_path / "a.jsonl.partial").read_text() == '{"key": "a"}\n'
    log.append({"key": "b"})
    log.finish()
    assert [row["key"] for row in read_rows(path)] == ["a", "b"]


def test_a_killed_writer_loses_no_row_it_was_told_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    program = (
        "import sys; from pathlib import Path; from aleator.files import RowLog\n"
        "log = RowLog(Path(sys.argv[1]), 'key')\n"
        "for number in range(10**9):\n"
        "    log.append({'key': str(number)}); print(number, flush=True)"
    )
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline().strip() for _ in range(20)]
        writer.send_signal(signal.SIGKILL)
    done = list(RowLog(path, "key").done)
    assert done[:20] == told
    assert done == [str(number) for number in range(len(done))]


def test_a_log_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.partial").write_text('{"key": "a"}\nnot a row\n{"key": "b"}\n')
    with pytest.raises(InputError, match="one JSON object a line: see line 2"):
        RowLog(tmp_path / "a.jsonl", "key")


def test_a_line_that_is_no_object_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps([1, 2]) + "\n")
    with pytest.raises(InputError, match="should hold an object"):
        read_rows(tmp_path / "a.jsonl")


def test_a_log_below_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot write"):
        RowLog(tmp_path / "file" / "a.jsonl", "key")


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for free in (tmp_path, tmp_path / "new" / "folder"):
        check_folder(free)
    for taken in (tmp_path / "file", tmp_path / "file" / "folder"):
        with pytest.raises(OutputError, match=f"cannot write {taken}: not a directory"):
            check_folder(taken)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
