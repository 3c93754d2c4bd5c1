"""A finished training run to a folder that others load: an adapter or a merged model, with a card.

The folder appears whole or not at all. An adapter is copied as it is; only what its configuration
says of the base model is set right, where that was a place on this machine. A merged model is
compared with base and adapter on one prompt before it is written.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from aleator.benchmarks.record import fingerprint
from aleator.distributions.families import family
from aleator.errors import InputError, ModelError
from aleator.files import (
    as_object,
    check_folder,
    read_json,
    whole_folder,
    write_json,
    write_text,
)
from aleator.models.adapters import CONFIG_FILE, WEIGHTS_FILE, load_adapter, merge_adapter
from aleator.models.attention import language_model
from aleator.models.loading import LoadedModel, load_model
from aleator.models.merged import save_merged
from aleator.models.quantisation import QUANTISATION_FILE
from aleator.report.card_figures import Weights, read_evaluations
from aleator.report.model_card import CardFacts, Kind, model_card
from aleator.tokens.chat import FINAL_CHANNEL, ChatFormat, direct_answers
from aleator.training.checkpoints import disk_errors_named
from aleator.training.run import ADAPTER
from aleator.training.run_record import RUN_FILE, RunRecord, read_record

CARD = "README.md"


@dataclass(frozen=True)
class ExportRequest:
    """What a user asks for.

    Attributes:
        run: The folder of a finished training run.
        out: Where to; empty or not there yet.
        kind: "adapter" or "merged".
        evaluations: What `aleator eval` wrote of the model and of the adapter, for the card.
        name: What the card calls it; None: the folder's name.
        trust_remote_code: Run code that comes with the base model.
    """

    run: Path
    out: Path
    kind: Kind = "adapter"
    evaluations: tuple[Path, ...] = ()
    name: str | None = None
    trust_remote_code: bool = False


def export(request: ExportRequest) -> Path:
    """Write the folder.

    Raises:
        InputError: The run is not finished, the folder is not empty, an evaluation measured
            something else, or the model cannot be loaded.
        OutputError: The folder cannot be written or the disk is full; nothing is left of it.
    """
    check_folder(request.out)
    if request.out.is_dir() and any(request.out.iterdir()):
        raise InputError(f"{request.out} is not empty: choose another --out")
    record = _finished(request.run)
    adapter = request.run / ADAPTER
    loaded = load_model(record.model, device="cpu", trust_remote_code=request.trust_remote_code)
    if record.revision not in (None, loaded.revision):
        raise ModelError(
            f"the run was trained on {record.model} at {record.revision}, and what is loaded is at "
            f"{loaded.revision}; put that revision into the hub's cache"
        )
    weights = Weights(loaded.revision or fingerprint(Path(loaded.path)), fingerprint(adapter))
    collection = read_evaluations(request.evaluations, weights)
    form = ChatFormat(loaded.tokenizer)
    model = load_adapter(loaded.model, adapter)
    prompt = form.prompt_ids(family("gaussian").distribution(mu=0.0, sigma=1.0).prompt())
    dtype = str(loaded.model.dtype).removeprefix("torch.")
    with whole_folder(request.out) as beside, disk_errors_named(beside):
        error = None
        if request.kind == "merged":
            before = _log_probabilities(model, prompt)
            merged = merge_adapter(model)
            error = float((_log_probabilities(merged, prompt) - before).abs().max())
            save_merged(
                merged,
                loaded.tokenizer,
                beside,
                base=loaded.path,
                stop_token_id=form.stop_token_id,
            )
        else:
            _copy_adapter(adapter, beside, loaded)
        facts = CardFacts(
            kind=request.kind,
            name=request.name or request.out.resolve().name,
            base=_told(record.model, loaded),
            base_on_hub=loaded.revision is not None,
            record=record,
            options=direct_answers(loaded.tokenizer),
            opening=_opening(loaded, prompt),
            dated="strftime_now" in loaded.tokenizer.get_chat_template(),
            dtype=dtype,
            merge_error=error,
        )
        write_text(beside / CARD, model_card(facts, collection))
    return request.out


def _finished(run: Path) -> RunRecord:
    if not (run / RUN_FILE).is_file():
        raise InputError(f"{run} holds no {RUN_FILE}: give the folder of a training run")
    record = read_record(run)
    assert record is not None
    if not record.finished:
        raise InputError(
            f"the run in {run} is not finished: the same `aleator train` goes on with it"
        )
    for name in (CONFIG_FILE, WEIGHTS_FILE):
        if not (run / ADAPTER / name).is_file():
            raise ModelError(f"{run / ADAPTER} lacks {name}; train again in another folder")
    return record


def _told(model: str, loaded: LoadedModel) -> str:
    """A model's name for others: of a directory its last part only."""
    return model if loaded.revision is not None else Path(model).expanduser().resolve().name


def _copy_adapter(adapter: Path, folder: Path, loaded: LoadedModel) -> None:
    shutil.copyfile(adapter / WEIGHTS_FILE, folder / WEIGHTS_FILE)
    if (adapter / QUANTISATION_FILE).exists():
        shutil.copyfile(adapter / QUANTISATION_FILE, folder / QUANTISATION_FILE)
    config = as_object(read_json(adapter / CONFIG_FILE), adapter / CONFIG_FILE)
    # A place on this machine says nothing to others, and perhaps too much.
    config["base_model_name_or_path"] = loaded.path if loaded.revision is not None else None
    config["revision"] = loaded.revision
    write_json(folder / CONFIG_FILE, config)


def _log_probabilities(model: nn.Module, prompt: tuple[int, ...]) -> Tensor:
    input_ids = torch.tensor([prompt], device=language_model(model).device)
    with torch.no_grad():
        return model(input_ids=input_ids, use_cache=False).logits[0].float().log_softmax(-1)


def _opening(loaded: LoadedModel, prompt: tuple[int, ...]) -> str:
    (text,) = loaded.tokenizer.batch_decode([list(prompt)], clean_up_tokenization_spaces=False)
    return FINAL_CHANNEL if text.endswith(FINAL_CHANNEL) else ""
