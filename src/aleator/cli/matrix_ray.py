"""Ray as the pool that carries a matrix's tasks out: on this machine, or on a cluster.

A task that takes a GPU has a process of its own, so that no memory of the one before is left on it;
tasks without share worker processes, which saves loading torch each time. Failed tasks are tried
again by `matrix_run`, not by Ray.

Locally Ray is quiet and private: no dashboard, no usage statistics, a password of its own, a
temporary folder with a short path (its sockets' names are limited), and all its processes end with
the driver, however that ends. Of a killed driver the workers notice within two or three seconds,
and the locks of `matrix_worker` keep a new driver's workers waiting until then; others of Ray's
processes, which do nothing more, within a minute.
"""

import logging
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import aleator
from aleator.cli.matrix_plan import MatrixTask, Resources
from aleator.cli.matrix_run import Ending
from aleator.cli.matrix_settings import MATRIX_FILE
from aleator.cli.matrix_worker import (
    Order,
    Report,
    Sight,
    carry_out,
    carry_out_alone,
    holder,
    look_around,
)
from aleator.cli.stages import thread_variables
from aleator.errors import InputError
from aleator.files import read_text, write_text

if TYPE_CHECKING:
    from ray import ObjectRef

_LOCKS = ".locks"
_PREFIX = "aleator-"
_OBJECT_STORE = 80 * 2**20
"""Bytes; Ray takes no less, and only orders and reports go through it."""
_PROBE_SECONDS = 120.0
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # We say so ourselves; it would stand on stdout, among what a program reads.
    "RAY_DEDUP_LOGS_SKIP_REGEX": "^A worker died or was killed",
}
_BLIND = {"RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1"}
"""For workers: a task that takes no GPU sees none."""


def check_ray() -> None:
    """Refuse to go on without Ray.

    Raises:
        InputError: It is not installed.
    """
    if find_spec("ray") is None:
        raise InputError(
            "`aleator matrix` runs on Ray, which is not installed; pip install 'aleator[ray]'"
        )


@dataclass(frozen=True)
class Machine:
    """One of Ray's machines.

    Attributes:
        node: What Ray calls it.
        name: What people call it.
        has: All that tasks may take of it.
    """

    node: str
    name: str
    has: Resources


class RayPool:
    """Tasks on a running Ray.

    Args:
        out: The matrix's folder.
        inherited: What workers have without being told; None where nothing is known.
    """

    def __init__(self, out: Path, inherited: Resources | None) -> None:
        self._out = out
        self._inherited = inherited
        self._driver = f"{os.getpid()}-{time.time_ns()}"
        self._running: dict[ObjectRef[Report], tuple[MatrixTask, int]] = {}

    def submit(self, task: MatrixTask, attempt: int) -> None:
        """Put a task in Ray's queue."""
        import ray

        order = Order(
            task.arguments,
            task.result,
            task.log,
            self._lock(task.key),
            Path.cwd(),
            self._driver,
            attempt,
        )
        takes = task.takes
        own = self._inherited is None or takes.cpus != self._inherited.cpus
        # Not left to Ray, which looks at the GPUs of the function, not at those of its options.
        if takes.gpus:
            remote = ray.remote(max_retries=0, max_calls=1)(carry_out_alone)
        else:
            remote = ray.remote(max_retries=0)(carry_out)
        begin = remote.options(
            name=task.key,
            num_cpus=takes.cpus,
            num_gpus=takes.gpus,
            runtime_env={"env_vars": _worker_variables(takes)} if own else None,
        )
        self._running[begin.remote(order)] = task, attempt

    def begun(self, keys: Sequence[str]) -> dict[str, str]:
        """Which of these are at work, as their locks say, and on which machine."""
        attempts = {task.key: attempt for task, attempt in self._running.values()}
        found = {}
        for key in keys:
            told = holder(self._lock(key))
            if told.get("driver") == self._driver and told.get("attempt") == attempts.get(key):
                found[key] = str(told["node"])
        return found

    def ended(self, seconds: float) -> list[Ending]:
        """Wait so long at most for tasks to end."""
        import ray

        done, _ = ray.wait(list(self._running), num_returns=1, timeout=seconds)
        return [self._ending(reference) for reference in done]

    def _ending(self, reference: "ObjectRef[Report]") -> Ending:
        import ray
        from ray.exceptions import RayError, RayTaskError

        task, _ = self._running.pop(reference)
        try:
            report = ray.get(reference)
        except RayTaskError as error:
            return Ending(task.key, f"ended with an error: {_last_line(str(error))}")
        except RayError as error:
            return Ending(task.key, f"its process was lost ({type(error).__name__})")
        return Ending(task.key, _told(report, task), report.node, report.seconds)

    def _lock(self, key: str) -> Path:
        return lock_of(self._out, key)


def lock_of(out: Path, key: str) -> Path:
    """The lock of a task's folder."""
    return out / _LOCKS / f"{key}.lock"


def driver_lock(out: Path) -> Path:
    """The lock of who gives out tasks: one at a time."""
    return out / _LOCKS / "driver.lock"


@contextmanager
def untouched_if_refused(out: Path) -> Iterator[None]:
    """Within this context, input refused before anything ran leaves no empty folder behind."""
    locks, there = out / _LOCKS, out.exists()
    try:
        yield
    except InputError:
        if not (out / MATRIX_FILE).exists():
            shutil.rmtree(locks, ignore_errors=True)
            if not there and not any(out.iterdir()):
                out.rmdir()
        raise


def _told(report: Report, task: MatrixTask) -> str | None:
    if report.status:
        return f"failed with exit status {report.status}"
    return None if report.whole else f"ended without an error but left no {task.result}"


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["nothing is known of it"])[-1]


@contextmanager
def local_ray(workers: int, takes: Resources, out: Path) -> Iterator[None]:
    """Ray on this machine, gone at the end.

    Args:
        workers: Processor cores that tasks share.
        takes: What most tasks take; their number of threads is every worker's.
        out: The matrix's folder, whose lock the caller holds.
    """
    variables = {**_QUIET, **_worker_variables(takes), "RAY_AUTH_TOKEN": _token()}
    with _environment(variables), _temporary_folder(out) as folder:
        import ray

        try:
            ray.init(
                address="local",
                _node_ip_address="127.0.0.1",
                num_cpus=workers,
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
                object_store_memory=_OBJECT_STORE,
                _temp_dir=str(folder),
            )
            yield
        finally:
            ray.shutdown()


@contextmanager
def _temporary_folder(out: Path) -> Iterator[Path]:
    """A folder for Ray that goes at the end, or, after a kill, when the next driver begins."""
    place = Path("/tmp") if Path("/tmp").is_dir() else Path(tempfile.gettempdir())
    note = out / _LOCKS / "ray"
    if note.exists():
        left = Path(read_text(note))
        if left.parent == place and left.name.startswith(_PREFIX):
            shutil.rmtree(left, ignore_errors=True)  # it may be another machine's, and not here
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
    write_text(note, str(folder))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # Ray's last words may still be coming in
        note.unlink()


def _worker_variables(takes: Resources) -> dict[str, str]:
    return {**_BLIND, **thread_variables(takes.cpus)}


@cache
def _token() -> str:
    """The password of this process's own Ray, which would otherwise keep one in the user's home."""
    return secrets.token_hex(32)


@contextmanager
def cluster_ray(address: str) -> Iterator[None]:
    """Ray on a cluster that is there already; it stays when we go.

    Raises:
        InputError: It cannot be reached, or is another version of Ray or Python.
    """
    with _environment(_QUIET):
        import ray

        try:
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, RuntimeError, ValueError, OSError, ImportError) as error:
            reason = " ".join(str(error).split())
            raise InputError(
                f"--address {address}: no Ray cluster can be used there: {reason} (one with a "
                "token wants RAY_AUTH_MODE=token in the environment)"
            ) from error
        try:
            yield
        finally:
            ray.shutdown()


def check_cluster(out: Path) -> None:
    """See that every machine of the cluster has this aleator and sees our folders.

    Raises:
        InputError: One has not, or does not; the message names it.
    """
    from ray.exceptions import RayError

    for machine in _machines():
        try:
            sight = _sight_of(machine, out)
        except RayError as error:
            raise InputError(
                f"the machine {machine.name} of the cluster cannot run aleator "
                f"({_last_line(str(error))}): install aleator {aleator.__version__} there"
            ) from error
        _check_sight(machine, sight, out)


def _sight_of(machine: Machine, out: Path) -> Sight:
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    there = NodeAffinitySchedulingStrategy(machine.node, soft=False)
    remote = ray.remote(max_retries=0)(look_around)
    probe = remote.options(num_cpus=0, scheduling_strategy=there)
    return ray.get(probe.remote(driver_lock(out), Path.cwd()), timeout=_PROBE_SECONDS)


def _check_sight(machine: Machine, sight: Sight, out: Path) -> None:
    if sight.version != aleator.__version__:
        raise InputError(
            f"the machine {machine.name} of the cluster has aleator {sight.version}, and here is "
            f"{aleator.__version__}: install the same on all"
        )
    for folder, seen in ((out, sight.out), (Path.cwd(), sight.folder)):
        if not seen:
            raise InputError(
                f"the machine {machine.name} of the cluster does not see {folder}: start from a "
                "folder that all machines share, with --out in one, too"
            )


def check_machines(tasks: Sequence[MatrixTask]) -> None:
    """Refuse tasks that no machine is large enough for, and that would wait for ever.

    Raises:
        InputError: There are some; the message names their models and what there is.
    """
    machines = [machine.has for machine in _machines()]
    wanting = {
        task.model: task.takes
        for task in tasks
        if not any(one.cpus >= task.takes.cpus and one.gpus >= task.takes.gpus for one in machines)
    }
    if wanting:
        models = ", ".join(f"{model} ({takes})" for model, takes in wanting.items())
        there = "; ".join(dict.fromkeys(map(str, machines))) or "none"
        raise InputError(
            f"no machine is large enough for a cell of {models}; there is: {there}. Choose other "
            "models with --only, say --gpus 0 or --cpus 1 (or so in the matrix file) to run them "
            "on less, or name a larger cluster with --address"
        )


def _machines() -> list[Machine]:
    """The machines that can take tasks; a head that only directs is none."""
    import ray

    return [
        Machine(
            node["NodeID"],
            node["NodeManagerHostname"],
            Resources(int(node["Resources"]["CPU"]), node["Resources"].get("GPU", 0.0)),
        )
        for node in ray.nodes()
        if node["Alive"] and node["Resources"].get("CPU", 0.0) >= 1
    ]


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables of this process, whose children get them, and put them back."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
