"""What `aleator compare` runs: the stages of its trainings and evaluations, and what they left."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from aleator.benchmarks.numeric import NAME as NUMERIC
from aleator.benchmarks.numeric import TEST_SPLITS, NumericSettings, numeric_prompts
from aleator.cli.kept_settings import changed_settings
from aleator.cli.stage_commands import evaluation_stage, training_stage
from aleator.cli.stages import Stage
from aleator.comparison.figures import FinishedRun
from aleator.comparison.matching import PlannedRun
from aleator.comparison.results import RunEntry
from aleator.comparison.settings import CompareSettings
from aleator.errors import ConfigurationChangedError, InputError
from aleator.files import read_rows, write_json
from aleator.training.run_record import read_record

SETTINGS_FILE = "compare.json"
EVALUATION_SEED = 0
"""One for all, so that what is estimated from drawn tails has the same tails everywhere."""


def training_folder(run: PlannedRun) -> Path:
    """Where a run is trained, from the comparison's folder."""
    return Path("train", run.name)


def evaluation_folder(run: PlannedRun) -> Path:
    """Where a run is evaluated, from the comparison's folder."""
    return Path("eval", run.name)


def keep_settings(out: Path, settings: CompareSettings) -> None:
    """Keep beside the results what they are results of.

    Raises:
        ConfigurationChangedError: `out` holds another comparison; the message names what differs.
        InputError: `out` holds something else.
        OutputError: The place cannot be written.
    """
    path, wanted = out / SETTINGS_FILE, settings.record()
    if not path.exists():
        if out.is_dir() and any(out.iterdir()):
            raise InputError(
                f"{out} is not empty and holds no {SETTINGS_FILE}: choose another --out"
            )
        write_json(path, wanted)
    elif changed := changed_settings(path, wanted):
        raise ConfigurationChangedError(
            f"{out} holds a comparison with other settings: {', '.join(changed)}; name another "
            "folder with --out, or remove that one"
        )


def compare_stages(
    out: Path, settings: CompareSettings, runs: Sequence[PlannedRun], options: Sequence[str] = ()
) -> tuple[Stage, ...]:
    """The stages of a comparison in the folder `out`: every training, and its evaluation.

    Args:
        out: Where everything goes.
        settings: What is compared.
        runs: The trainings, as planned.
        options: Given to every command.
    """
    limit = () if settings.limit is None else ("--limit", str(settings.limit))
    prompts = len(numeric_prompts(NumericSettings(TEST_SPLITS, settings.limit, draws=0)))
    trainings = [
        training_stage(
            f"train {run.name}",
            out / training_folder(run),
            model=settings.model,
            method=run.method,
            recipe=settings.recipes.get(run.method),
            overrides=run.overrides,
            updates=run.updates,
            options=options,
        )
        for run in runs
    ]
    evaluations = [
        evaluation_stage(
            f"evaluate {run.name}",
            out / evaluation_folder(run),
            model=settings.model,
            seed=EVALUATION_SEED,
            benches=(NUMERIC,),
            logs={f"{NUMERIC}.jsonl": prompts},
            adapter=out / training_folder(run),
            needs=(f"train {run.name}",),
            options=("--draws", "0", *limit, *options),
        )
        for run in runs
    ]
    return (*trainings, *evaluations)


def finished_runs(out: Path, runs: Sequence[PlannedRun]) -> list[FinishedRun]:
    """What the stages left.

    Raises:
        InputError: A file cannot be read.
    """
    return [_finished(out, run) for run in runs]


def run_entries(finished: Sequence[FinishedRun]) -> Mapping[str, RunEntry]:
    """What `comparison.json` says of the runs."""
    return {
        run.planned.name: RunEntry(
            run.planned.method,
            run.planned.seed,
            run.planned.matchings,
            run.spent,
            run.planned.max_tokens,
            str(training_folder(run.planned)),
            str(evaluation_folder(run.planned)),
        )
        for run in finished
    }


def _finished(out: Path, run: PlannedRun) -> FinishedRun:
    folder = out / training_folder(run)
    record = read_record(folder)
    if record is None or record.spent is None:
        raise InputError(f"{folder} holds no finished training: remove it, and compare again")
    rows = read_rows(out / evaluation_folder(run) / "rows" / "numeric.jsonl")
    return FinishedRun(run, record.spent, {str(row["key"]): row for row in rows})
