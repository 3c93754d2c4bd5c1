"""The Trainer of transformers with our batches and our loss.

Where there is an anchor (`anchor.py`), its texts are chosen update by update and dealt out over the
update's passes; the loss that is logged stays that of the calibration, with the anchor's KL beside.

Four things differ from the Trainer's own ways:

- The loss of an update is one mean over everything in it, also when it is split into passes or
  spread over processes: passes add up sums, divided by the whole update's total.
- Processes share out an epoch as `sharing.py` says, and write a checkpoint together, for each may
  hold but a part of what is trained (`sharding.py`).
- Dropout is drawn from a seed of the batch's own, so that checkpoints need no generator state.
- The loss that is logged is the mean over all updates since the last log, also where the run was
  taken up again between them: the Trainer forgets the losses before, and divides by too few.

Checkpoints are in `checkpoints.py`. Written for transformers 5.23, whose hooks
`_get_num_items_in_batch` and `_save_checkpoint` it overrides.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

import torch
from accelerate.data_loader import DataLoaderShard
from accelerate.utils import broadcast_object_list
from torch import Tensor, nn
from torch.utils.data import DataLoader
from transformers import Trainer, TrainerCallback, TrainerControl, TrainingArguments
from transformers.trainer import TRAINER_STATE_NAME
from transformers.trainer_callback import PrinterCallback, TrainerState

from aleator.models.adapters import save_adapter
from aleator.models.packed_forward import packed_logits
from aleator.training.anchor import AnchorTerm, AnchorUpdate
from aleator.training.checkpoints import Checkpoint, Counters, LossWindow, write_checkpoint
from aleator.training.collator import TrainingBatch, TreeCollator
from aleator.training.flops import PassCost, Reading
from aleator.training.loss import tree_loss_sum
from aleator.training.prompts import Visit, Visits
from aleator.training.seeds import Stream, torch_seed
from aleator.training.sharding import whole_weights
from aleator.training.sharing import Chunks, Share

Mean: TypeAlias = Literal["prompts", "tokens"]


class _LastLogged(TrainerCallback):
    """Logs the last update, too, where `log_every` does not end with it; in every process."""

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: object,
    ) -> None:
        """Ask for a row of the log after the last update."""
        if state.global_step >= state.max_steps:
            control.should_log = True


class TreeTrainer(Trainer):
    """Trains an adapter on packed supervision trees.

    Args:
        model: A causal language model with an adapter attached.
        args: The Trainer's own settings; `output_dir` is where checkpoints go.
        visits: The prompts.
        collator: Makes batches of them.
        mean: Whether prompts or supervised tokens count alike in the loss of an update.
        anchor: What keeps the model as it was elsewhere.

    Attributes:
        counters: What the run has spent.
    """

    loss_is_scaled_for_ga = True  # by the totals of the whole update, in compute_loss

    def __init__(
        self,
        model: nn.Module,
        args: TrainingArguments,
        *,
        visits: Visits,
        collator: TreeCollator,
        mean: Mean,
        anchor: AnchorTerm | None = None,
    ) -> None:
        super().__init__(model=model, args=args, train_dataset=visits, data_collator=collator)
        self.remove_callback(PrinterCallback)  # it prints to stdout
        self.add_callback(_LastLogged())
        self.counters = Counters()
        self._cost = PassCost.of(model)
        self._mean: Mean = mean
        self._anchor = anchor
        self._anchored: AnchorUpdate | None = None
        self._passes_made = 0
        self._last_tick = time.perf_counter()
        self._set_window(LossWindow())

    def fit(self, checkpoint: Checkpoint | None) -> None:
        """Train to the end, from the beginning or from a checkpoint."""
        self._last_tick = time.perf_counter()
        if checkpoint is None:
            self.train()
        else:
            self.counters = replace(checkpoint.counters)
            self._set_window(checkpoint.window)
            self._resume(str(checkpoint.folder))
        self.tick()
        self.accelerator.wait_for_everyone()  # then nobody reads a checkpoint any more

    def _resume(self, folder: str) -> None:
        state = TrainerState.load_from_json(str(Path(folder) / TRAINER_STATE_NAME))
        # Where it was the last, train() would make one more update, if within an epoch or early.
        if state.global_step < state.max_steps and not self.counters.stopped_early:
            self.train(resume_from_checkpoint=folder)

    def get_train_dataloader(self) -> DataLoader[Visit]:
        """This process's passes, as `sharing.py` deals them out; accelerate would fill them up."""
        visits, args = self.train_dataset, self.args
        assert isinstance(visits, Visits)
        share = Share(args.process_index, args.world_size)
        loader = DataLoaderShard(
            visits,
            device=args.device,
            batch_sampler=Chunks(len(visits), args.per_device_train_batch_size, share),
            collate_fn=self.data_collator,
        )
        assert isinstance(loader, DataLoader)  # it is, by ways that its type does not tell
        return loader

    def tick(self) -> None:
        """Bring the counters' seconds up to now."""
        now = time.perf_counter()
        self.counters.seconds += now - self._last_tick
        self._last_tick = now

    def stop_early(self) -> None:
        """End the run with the update just made, and keep it as a checkpoint."""
        self.counters.stopped_early = True
        self.control.should_training_stop = True
        self.control.should_save = True
        self.control.should_log = True

    def _set_window(self, window: LossWindow) -> None:
        """Take up the losses since the last log; each process adds to all of theirs."""
        self._window_totals = torch.tensor([window.total, window.anchor], device=self.args.device)
        self._window_updates = window.updates

    def _window(self) -> LossWindow:
        """The losses since the last log, of all processes; every one of them must ask."""
        totals = self.accelerator.reduce(self._window_totals, reduction="mean")
        assert isinstance(totals, Tensor)
        total, anchor = totals.tolist()
        return LossWindow(total, self._window_updates, anchor)

    def compute_loss(
        self,
        model: nn.Module,
        inputs: Mapping[str, object],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Tensor:
        """One pass's part of the update's loss, so that the parts of all passes add up to it.

        Keeps it for the next log, too.
        """
        batch = inputs["batch"]
        assert isinstance(batch, TrainingBatch) and num_items_in_batch is not None
        torch.manual_seed(torch_seed(self.args.seed, Stream.DROPOUT, batch.first_visit))
        loss = tree_loss_sum(packed_logits(model, batch.packed), batch.targets)
        # Processes average their gradients, and the total is that of all processes.
        loss = loss * self.accelerator.num_processes / num_items_in_batch
        self._window_totals[0] += loss.detach()
        kl = self._anchor_part()
        if kl is None:
            return loss
        self._window_totals[1] += kl.detach()
        assert self._anchor is not None
        return loss + self._anchor.weight * kl

    def _anchor_part(self) -> Tensor | None:
        """The next pass's part of the anchor's mean KL; None where it has no anchor texts."""
        if self._anchor is None or self._anchored is None:
            return None
        packed = self._anchored.passes[self._passes_made]
        self._passes_made += 1
        if packed is None:
            return None
        assert isinstance(self.model, nn.Module)
        kl = self._anchor.kl_sum(self.model, packed.to(self.args.device))
        return kl * self.accelerator.num_processes / self._anchored.supervised

    def _begin_anchor(self, passes: int) -> None:
        """Choose the anchor texts of the update that begins."""
        if self._anchor is None:
            return
        process, processes = self.accelerator.process_index, self.accelerator.num_processes
        number = self.state.global_step
        self._anchored = self._anchor.update(number, passes, process, processes)
        self._passes_made = 0
        self.counters.tokens += self._anchored.tokens
        self.counters.anchor_tokens += self._anchored.tokens
        reading, trained = self._anchored.reading, self._anchor.weight > 0
        self.counters.flops += self._cost.anchor(reading, trained=trained)

    def _get_num_items_in_batch(
        self, batch_samples: Sequence[Mapping[str, TrainingBatch]], device: torch.device
    ) -> Tensor:
        """What the loss of an update is divided by; counts what the update reads on the way."""
        batches = [sample["batch"] for sample in batch_samples]
        by_tokens = self._mean == "tokens"
        totals = (
            sum(float(b.targets.total_weight if by_tokens else b.targets.prompts) for b in batches),
            sum(batch.tokens for batch in batches),
            sum(len(batch.targets.weights) for batch in batches),
            sum(batch.pairs for batch in batches),
        )
        everywhere = torch.tensor(totals, dtype=torch.float32, device=device)
        everywhere = self.accelerator.reduce(everywhere)
        assert isinstance(everywhere, Tensor)
        items, tokens, nodes, pairs = everywhere.tolist()
        self.counters.updates += 1
        self._window_updates += 1
        self.counters.tokens += int(tokens)
        self.counters.nodes += int(nodes)
        self._begin_anchor(len(batch_samples))
        self.counters.flops += self._cost.training(Reading(tokens, nodes, pairs))
        return torch.tensor(items, dtype=torch.float32, device=device)

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Log with what has been spent so far."""
        self.tick()
        if "loss" in logs:
            window = self._window()
            logs = {**logs, "loss": window.total / window.updates}
            if self._anchor is not None:
                logs["anchor_kl"] = window.anchor / window.updates
            self._set_window(LossWindow())
        super().log({**logs, "tokens": self.counters.tokens, "seconds": self.counters.seconds})

    def report(self, figures: dict[str, float]) -> None:
        """Log figures of a callback, and leave the log of the training that may be due to come."""
        due = self.control.should_log
        self.log(figures)
        self.control.should_log = due

    def _save_checkpoint(self, model: nn.Module, trial: object = None) -> None:
        """Save what a resumed run needs, whole or not at all, and drop what it replaces."""
        window = self._window()
        if self.args.should_save:
            self.tick()
            folder, step = Path(str(self.args.output_dir)), self.state.global_step
            write_checkpoint(folder, step, self.counters, self._write_state, window)
        else:
            self._write_state(None)
        self.accelerator.wait_for_everyone()

    def _write_state(self, folder: Path | None) -> None:
        """Write into the folder of the process that has one, together: each may hold a part."""
        assert isinstance(self.model, nn.Module)
        [place] = broadcast_object_list([str(folder)])
        weights = whole_weights(self.model, self.accelerator)
        if folder is not None:
            save_adapter(self.model, folder, weights)
            self.state.save_to_json(str(folder / TRAINER_STATE_NAME))
        self._save_optimizer_and_scheduler(place)
        self.accelerator.wait_for_everyone()  # then the folder may be renamed
