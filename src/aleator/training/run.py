"""A training run from a request to an adapter in a folder.

The folder holds `run.yaml`, `metrics.jsonl`, `adapter/`, with an anchor `anchor.jsonl` and, until
the run is finished, `checkpoints/`. The adapter appears whole or not at all. The same request again
goes on from the last checkpoint, to the same adapter bit for bit (same machine, same versions), and
does nothing where the run is finished; another request for the same folder is refused.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import torch
from torch import nn
from transformers import PreTrainedTokenizerFast, TrainerCallback, TrainingArguments

from aleator.errors import InputError, RecipeError
from aleator.files import Row, output_error, whole_folder
from aleator.models.adapters import LoraSettings, attach_adapter
from aleator.models.loading import SANDBOX, LoadedModel, load_model
from aleator.models.positions import check_room, model_positions
from aleator.recipe_files import find_recipe
from aleator.tokens.chat import ChatFormat
from aleator.tokens.speller import Speller
from aleator.tokens.spelling import check_spelling, system_formats
from aleator.training.anchor import AnchorTerm
from aleator.training.anchor_answers import anchor_formats, anchor_texts, asked_of_anchor
from aleator.training.anchor_prompts import (
    AnchorSource,
    check_not_trained_on,
    read_anchor_source,
)
from aleator.training.budget import run_length
from aleator.training.checkpoints import Counters, copy_adapter, latest_checkpoint
from aleator.training.collator import BatchMaker, TreeCollator
from aleator.training.metrics_log import MetricsLog
from aleator.training.progress import ProgressBar
from aleator.training.prompt_lengths import asked_of_recipe
from aleator.training.prompts import make_visits
from aleator.training.recipe import Method, Recipe
from aleator.training.recipe_yaml import read_recipe
from aleator.training.run_record import RUN_FILE, RunRecord, read_record
from aleator.training.settings import training_arguments
from aleator.training.sharding import unsharded_loading
from aleator.training.target_files import TargetFile, all_targets, read_target_files
from aleator.training.trainer import TreeTrainer
from aleator.training.validation import Goal, ValidationCallback, validation_measures

ADAPTER = "adapter"
CHECKPOINTS = "checkpoints"
METRICS = "metrics.jsonl"

_DTYPES = {"auto": None, "float32": torch.float32, "bfloat16": torch.bfloat16}


@dataclass(frozen=True)
class TrainRequest:
    """What a user asks for.

    Attributes:
        model: "sandbox", a directory or a hub id.
        method: "soft" or "hard".
        out: the run's folder.
        recipe: a file, or the name of a recipe that came with aleator; None: the sandbox's own
            for the sandbox, the paper's for every other model.
        overrides: values of the recipe to replace, as YAML text by dotted key.
        targets: target files, or names of those that came with aleator, and
        mix: shares of the sources; where `targets` are given, both stand for the recipe's own.
        anchor: weight of the anchor, and
        anchor_prompts: what it is laid on; each stands for the recipe's own.
        report_to: experiment trackers, by transformers' names.
        command: how it was asked for, for the record.
        trust_remote_code: run code that comes with the model.
    """

    model: str
    method: Method
    out: Path
    recipe: str | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    mix: Mapping[str, float] = field(default_factory=dict)
    anchor: float | None = None
    anchor_prompts: str | None = None
    report_to: tuple[str, ...] = ()
    command: str = ""
    trust_remote_code: bool = False

    def resolved_recipe(self) -> Recipe:
        """The recipe with its overrides.

        Raises:
            RecipeError: It is wrong, or for the other method.
            InputError: There is none of that name.
        """
        default = f"{'sandbox' if self.model == SANDBOX else 'paper'}/{self.method}"
        path = find_recipe(self.recipe or default)
        options = {**self._language_overrides(), **self._anchor_overrides()}
        recipe = read_recipe(path, {**self.overrides, **options})
        if recipe.method != self.method:
            method = self.overrides.get("method")
            said = path if method is None else f"--set method={method}"
            raise RecipeError(
                f"{said} is for method {recipe.method!r}, not {self.method!r}: choose another "
                "recipe or method"
            )
        return recipe

    def _language_overrides(self) -> dict[str, str]:
        overrides: dict[str, str] = {}
        if self.targets:
            overrides["targets"] = json.dumps(self.targets)
        if self.targets or self.mix:
            overrides["mix"] = json.dumps(dict(self.mix))
        return overrides

    def _anchor_overrides(self) -> dict[str, str]:
        given = {"anchor.weight": self.anchor, "anchor.prompts": self.anchor_prompts}
        return {key: json.dumps(value) for key, value in given.items() if value is not None}


@dataclass(frozen=True)
class TrainResult:
    """What came out.

    Attributes:
        out: the run's folder.
        adapter: the adapter's folder in it.
        spent: updates, tokens and time of the whole run.
        metrics: all rows of `metrics.jsonl`.
        trained: False where the run had been finished before.
        max_tokens: the recipe's budget, where it has one; what is left of it is less than the next
            update would have read.
        first_process: whether this process is the one of several that wrote it all.
    """

    out: Path
    adapter: Path
    spent: Counters
    metrics: list[Row]
    trained: bool
    max_tokens: int | None = None
    first_process: bool = True


def train(
    request: TrainRequest,
    callbacks: Sequence[TrainerCallback] = (),
    inspect: Callable[[LoadedModel], None] | None = None,
) -> TrainResult:
    """Train an adapter, or go on with one, or find it finished.

    Args:
        request: What to train.
        callbacks: Told of every step, such as an evaluation of one's own. They must leave the
            model's weights alone.
        inspect: Shown the model as it was loaded, before the adapter is put on.

    Raises:
        InputError: The model, the recipe or the folder cannot be used.
        ConfigurationChangedError: The folder holds another run.
        OutputError: The folder cannot be written or the disk is full; asked again, it goes on.
    """
    out = request.out
    recipe = request.resolved_recipe()
    files = read_target_files(recipe)
    source = _anchor_source(recipe, files)
    wanted = RunRecord(
        request.model,
        recipe,
        request.command,
        targets={file.name: file.digest for file in files},
        anchor=None if source is None else source.digest,
    )
    record = read_record(out) or wanted
    record.check_same(wanted, out)
    if record.spent is not None:
        return _finished(out, recipe, record.spent)
    arguments = training_arguments(record.recipe, out / CHECKPOINTS, request.report_to)
    writes = arguments.process_index == 0
    with _claimed(out, record) if writes else nullcontext():
        loaded = _load(request, record.recipe, arguments)
        record = record.with_revision(loaded.revision)
        if inspect is not None and writes:
            inspect(loaded)
        trainer = _trainer(record.recipe, files, loaded, arguments, source, out)
    for callback in callbacks:
        trainer.add_callback(callback)
    if not writes:
        _fit(trainer, out / CHECKPOINTS)
        return TrainResult(
            out, out / ADAPTER, trainer.counters, [], True, recipe.max_tokens, first_process=False
        )
    record.write(out)
    trainer.add_callback(metrics := MetricsLog(out / METRICS))
    _fit(trainer, out / CHECKPOINTS)
    _save(out)
    replace(record, spent=trainer.counters).write(out)
    metrics.finish()
    _drop_checkpoints(out)
    return TrainResult(out, out / ADAPTER, trainer.counters, metrics.rows, True, recipe.max_tokens)


def _load(request: TrainRequest, recipe: Recipe, arguments: TrainingArguments) -> LoadedModel:
    """The model, in main memory where it is going to be sharded."""
    with unsharded_loading(arguments):
        return load_model(
            request.model,
            dtype=_DTYPES[recipe.dtype],
            device=arguments.device if recipe.sharding is None else "cpu",
            quantisation=recipe.quantisation,
            trust_remote_code=request.trust_remote_code,
        )


def _finished(out: Path, recipe: Recipe, spent: Counters) -> TrainResult:
    """What a run left that had been finished before; the first of several processes tidies up."""
    first = os.environ.get("RANK", "0") == "0"  # as torchrun and accelerate tell it
    log = MetricsLog(out / METRICS)
    if first:
        log.finish()
        _drop_checkpoints(out)
    return TrainResult(out, out / ADAPTER, spent, log.rows, False, recipe.max_tokens, first)


@contextmanager
def _claimed(out: Path, record: RunRecord) -> Iterator[None]:
    """Write the record before anything long, and take it back where the input turns out wrong.

    A place that cannot be written says so at once; a mistyped model leaves nothing behind.
    """
    new, new_folder = not (out / RUN_FILE).exists(), not out.exists()
    record.write(out)
    try:
        yield
    except InputError:
        if new:
            (out / RUN_FILE).unlink()
        if new_folder:
            out.rmdir()
        raise


def _anchor_source(recipe: Recipe, files: Sequence[TargetFile]) -> AnchorSource | None:
    """What the recipe's anchor is laid on, none of which is to be calibrated."""
    if recipe.anchor is None:
        return None
    source = read_anchor_source(recipe.anchor)
    check_not_trained_on(source, files)
    return source


def _trainer(
    recipe: Recipe,
    files: Sequence[TargetFile],
    loaded: LoadedModel,
    arguments: TrainingArguments,
    source: AnchorSource | None,
    out: Path,
) -> TreeTrainer:
    """Put the parts together; last of all, for it takes long, the anchor's answers are drawn."""
    collator = tree_collator(recipe, files, loaded.tokenizer, model_positions(loaded.model))
    if recipe.max_tokens is not None:
        arguments.max_steps = run_length(recipe, files, collator, arguments.world_size).updates
    model = attach_adapter(loaded.model, LoraSettings(**asdict(recipe.lora)), recipe.seed)
    anchor = None
    if source is not None:
        with arguments.main_process_first(local=False, desc="draws the anchor's answers"):
            anchor = _anchor_term(recipe, source, model, loaded.tokenizer, out)
    trainer = TreeTrainer(
        model,
        arguments,
        visits=make_visits(recipe, files),
        collator=collator,
        mean=recipe.mean,
        anchor=anchor,
    )
    if (validation := recipe.validation) is not None:
        measures = validation_measures(recipe, validation, files, collator.maker)
        goal = Goal(validation.stop_below, validation.stop_below_ratio)
        trainer.add_callback(
            ValidationCallback(measures, validation.every, trainer.report, goal, trainer.stop_early)
        )
    return trainer


def _anchor_term(
    recipe: Recipe,
    source: AnchorSource,
    model: nn.Module,
    tokenizer: PreTrainedTokenizerFast,
    out: Path,
) -> AnchorTerm:
    anchor = recipe.anchor
    assert anchor is not None
    formats = anchor_formats(source, tokenizer)
    check_room(model_positions(model), asked_of_anchor(source, formats))
    texts = anchor_texts(out, source, anchor, model, tokenizer, formats, recipe.seed)
    stop = formats[None].stop_token_id
    return AnchorTerm(anchor.weight, texts, anchor.tokens, recipe.seed, pad_token_id=stop)


def tree_collator(
    recipe: Recipe,
    files: Sequence[TargetFile],
    tokenizer: PreTrainedTokenizerFast,
    positions: int | None = None,
) -> TreeCollator:
    """What makes the batches of a run.

    Args:
        recipe: What to train.
        files: Its target files, as `read_target_files` reads them.
        tokenizer: Of the model.
        positions: How many the model has; None for no limit.

    Raises:
        InputError: The tokenizer cannot be used, or cannot write what a target file holds, or a
            prompt is longer than the model.
    """
    prompt_format, targets = ChatFormat(tokenizer), all_targets(files)
    with_system = system_formats(targets, tokenizer)
    check_room(positions, asked_of_recipe(recipe, files, prompt_format, with_system))
    check_spelling(targets, tokenizer, prompt_format, with_system)
    maker = BatchMaker(prompt_format, Speller(prompt_format), with_system, positions)
    return TreeCollator(maker, recipe.supervision, recipe.seed)


def _fit(trainer: TreeTrainer, checkpoints: Path) -> None:
    """Train to the end, from the last checkpoint where there is one."""
    progress = ProgressBar()
    trainer.add_callback(progress)
    try:
        trainer.fit(latest_checkpoint(checkpoints))
    finally:
        progress.stop()


def _drop_checkpoints(out: Path) -> None:
    """Remove what a finished run no longer needs: it is never taken up again."""
    folder = out / CHECKPOINTS
    if not folder.exists():
        return
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise output_error(folder, error) from error


def _save(out: Path) -> None:
    """The last update's checkpoint holds the adapter: put it in its place, whole or not at all."""
    last = latest_checkpoint(out / CHECKPOINTS)
    assert last is not None
    with whole_folder(out / ADAPTER) as beside:
        copy_adapter(last, beside)
