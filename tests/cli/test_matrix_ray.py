"""What is checked before tasks go to Ray; Ray at work is in `test_matrix.py`."""

from dataclasses import replace
from pathlib import Path

import pytest
from ray.exceptions import GetTimeoutError, RayError, RayTaskError

import aleator
from aleator.cli import matrix_ray
from aleator.cli.matrix_plan import MatrixTask, Resources
from aleator.cli.matrix_ray import (
    Machine,
    check_cluster,
    check_machines,
    check_ray,
    driver_lock,
    lock_of,
    untouched_if_refused,
)
from aleator.cli.matrix_worker import Sight, holding
from aleator.errors import InputError


def task(model: str, cpus: int, gpus: float) -> MatrixTask:
    return MatrixTask("key", (), Path("r"), Path("l"), model, takes=Resources(cpus, gpus))


def test_without_ray_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    check_ray()
    monkeypatch.setattr(matrix_ray, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'aleator\[ray\]'"):
        check_ray()


def test_what_no_machine_has_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    machines = [Machine("1", "left", Resources(2, 0)), Machine("2", "right", Resources(1, 1))]
    monkeypatch.setattr(matrix_ray, "_machines", lambda: machines)
    check_machines([task("a", 2, 0), task("b", 1, 1), task("c", 1, 0.5)])
    with pytest.raises(InputError) as caught:
        check_machines([task("a", 2, 0), task("b", 2, 1), task("b", 2, 1), task("c", 3, 0)])
    assert str(caught.value).startswith(
        "no machine is large enough for a cell of b (2 CPUs, 1 GPU), c (3 CPUs, 0 GPUs); there is: "
        "2 CPUs, 0 GPUs; 1 CPU, 1 GPU. Choose other models with --only, say --gpus 0"
    )
    monkeypatch.setattr(matrix_ray, "_machines", list)
    with pytest.raises(InputError, match="there is: none"):
        check_machines([task("a", 1, 0)])


GOOD = Sight(aleator.__version__, out=True, folder=True)


@pytest.mark.parametrize(
    ("sight", "told"),
    [
        (GOOD, None),
        (replace(GOOD, version="0.0.9"), f"has aleator 0.0.9, and here is {aleator.__version__}"),
        (replace(GOOD, out=False), "does not see OUT: start from a folder that all machines"),
        (replace(GOOD, folder=False), f"does not see {Path.cwd()}: start from a folder"),
        (
            RayTaskError("look_around", "Traceback\nNo module named 'aleator'", ImportError()),
            "cannot run aleator (No module named 'aleator'): install aleator "
            f"{aleator.__version__} there",
        ),
        (GetTimeoutError("no answer"), "cannot run aleator (no answer): install aleator"),
    ],
)
def test_every_machine_has_this_aleator_and_sees_the_folders(
    sight: Sight | RayError, told: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machines = [Machine("1", "left", Resources(2, 0)), Machine("2", "right", Resources(1, 1))]
    asked: list[tuple[str, Path]] = []

    def sight_of(machine: Machine, out: Path) -> Sight:
        asked.append((machine.node, out))
        if machine.name == "left":
            return GOOD
        if isinstance(sight, RayError):
            raise sight
        return sight

    monkeypatch.setattr(matrix_ray, "_machines", lambda: machines)
    monkeypatch.setattr(matrix_ray, "_sight_of", sight_of)
    if told is None:
        check_cluster(tmp_path)
    else:
        with pytest.raises(InputError) as caught:
            check_cluster(tmp_path)
        words = told.replace("OUT", str(tmp_path))
        assert str(caught.value).startswith(f"the machine right of the cluster {words}")
    assert asked == [("1", tmp_path), ("2", tmp_path)]


def test_locks_have_a_place_each(tmp_path: Path) -> None:
    assert lock_of(tmp_path, "train/a/soft") == tmp_path / ".locks/train/a/soft.lock"
    assert driver_lock(tmp_path).parent == tmp_path / ".locks"


@pytest.mark.parametrize("there", [False, True])
def test_refused_input_leaves_no_folder_and_results_stay(tmp_path: Path, there: bool) -> None:
    out = tmp_path / "out"
    if there:
        out.mkdir()
        (out / "matrix.json").write_text("{}")
    with (
        pytest.raises(InputError, match="no GPU"),
        untouched_if_refused(out),
        holding(driver_lock(out), 0.0, {}),
    ):
        raise InputError("no GPU")
    assert out.exists() == there
    assert not there or {one.name for one in out.iterdir()} == {"matrix.json", ".locks"}
