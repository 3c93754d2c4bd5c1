"""What is checked before tasks go to Ray; Ray at work is in `test_matrix.py`."""

from pathlib import Path

import pytest

from aleator.cli import matrix_ray
from aleator.cli.matrix_plan import MatrixTask, Resources
from aleator.cli.matrix_ray import Machine, check_machines, check_ray, driver_lock, lock_of
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


def test_locks_have_a_place_each(tmp_path: Path) -> None:
    assert lock_of(tmp_path, "train/a/soft") == tmp_path / ".locks/train/a/soft.lock"
    assert driver_lock(tmp_path).parent == tmp_path / ".locks"
