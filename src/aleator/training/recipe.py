"""The recipe of a training run: everything that decides which adapter comes out, as frozen values.

`recipe_yaml` reads and writes recipes as YAML; the names of the fields here are the keys there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field, with_config

from aleator.distributions.grids import Split
from aleator.models.quantisation import Quantisation
from aleator.outcomes.lattice import DEFAULT_DECIMALS, MAX_DECIMALS

Method: TypeAlias = Literal["soft", "hard"]
Schedule: TypeAlias = Literal["cosine", "linear", "constant"]

LENGTHS = ("epochs", "max_steps", "max_tokens")
"""The fields of a recipe that say how long it trains; exactly one of them is given."""

Count: TypeAlias = Annotated[int, Field(ge=1, strict=True)]
Whole: TypeAlias = Annotated[int, Field(ge=0, strict=True)]
Positive: TypeAlias = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative: TypeAlias = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Fraction: TypeAlias = Annotated[float, Field(ge=0, lt=1)]
Decimals: TypeAlias = Annotated[int, Field(ge=0, le=MAX_DECIMALS, strict=True)]

Layers: TypeAlias = Annotated[tuple[Annotated[int, Field(strict=True)], ...], Field(min_length=1)]

_strict = with_config(ConfigDict(extra="forbid"))


@_strict
@dataclass(frozen=True)
class PublishedData:
    """Prompts from the published grid, each once an epoch, in an order drawn for every epoch.

    Attributes:
        split: which part of the grid.
        families: only these families; None for all of the split.
        decimals: digits after the point of continuous targets.
        max_bins: at most so many values a target, thinned evenly as published; None for all.
    """

    source: Literal["published"] = "published"
    split: Split = "train"
    families: tuple[str, ...] | None = None
    decimals: Decimals = DEFAULT_DECIMALS
    max_bins: Count | None = None


@_strict
@dataclass(frozen=True)
class WideData:
    """Prompts with fresh parameters at every visit, over wide ranges; so there are no epochs.

    Attributes:
        families: drawn from, all alike; None for all thirty.
        decimals: digits after the point of continuous targets.
        max_bins: at most so many values a target, thinned evenly as published; None for all.
    """

    source: Literal["wide"] = "wide"
    families: tuple[str, ...] | None = None
    decimals: Decimals = DEFAULT_DECIMALS
    max_bins: Count | None = None


@_strict
@dataclass(frozen=True)
class TreeSupervision:
    """Soft targets: the heaviest prefixes exactly, drawn tails below them; the default.

    Attributes:
        nodes: budget of prefixes a prompt whose next tokens are supervised exactly.
        tails: paths drawn below the expanded prefixes, weighted so that the loss is unbiased.
    """

    kind: Literal["tree"] = "tree"
    nodes: Count = 32
    tails: Count = 1


@_strict
@dataclass(frozen=True)
class PathSupervision:
    """Soft targets along answers drawn from the target: an unbiased estimate of the sequence KL.

    Attributes:
        paths: answers drawn a prompt, packed on one tree.
    """

    kind: Literal["paths"] = "paths"
    paths: Count = 1


@_strict
@dataclass(frozen=True)
class PublishedSupervision:
    """Soft targets as published: one drawn path a prompt, the mean of the KL over its positions."""

    kind: Literal["published"] = "published"


@_strict
@dataclass(frozen=True)
class DrawSupervision:
    """Hard targets: answers drawn from the target, learnt by cross-entropy.

    Attributes:
        draws: answers a prompt and epoch.
        packed: all draws of a prompt at once, on one tree. False: as published, every draw is an
            example of its own and `batch_size` counts draws.
    """

    kind: Literal["draws"] = "draws"
    draws: Count = 16
    packed: bool = True


Supervision: TypeAlias = TreeSupervision | PathSupervision | PublishedSupervision | DrawSupervision
Data: TypeAlias = PublishedData | WideData


@_strict
@dataclass(frozen=True)
class Anchor:
    """What keeps everything else as it was: KL(model without its adapter ‖ with it) on other texts.

    Every update adds `weight` times the mean, over the answer tokens of its anchor texts, of that
    KL of next-token distributions, in nats.

    Attributes:
        weight: what the anchor counts beside the calibration; 0 only measures it.
        prompts: "sandbox" for the prompts that came with aleator, a JSONL file, or a data set of
            the hub, as `owner/name` or `owner/name:split`.
        limit: at most so many prompts and texts, spread evenly over the source.
        answers: answers drawn to each prompt, once, from the model as it came.
        max_tokens: most tokens of an answer or of a text.
        tokens: texts of an update are drawn until they hold so many tokens, prompts included.
    """

    weight: NotNegative = 1.0
    prompts: str = "sandbox"
    limit: Count = 512
    answers: Count = 1
    max_tokens: Count = 192
    tokens: Count = 576


@_strict
@dataclass(frozen=True)
class Lora:
    """The adapter: low-rank updates of the named linear layers.

    Attributes:
        layers: only these, by number from 0 or, as -1 for the last, from the end; None for all.
        target_modules: last names of linear layers.
        target_parameters: stacked weights of experts, such as `mlp.experts.down_proj`.
    """

    rank: Count = 16
    alpha: Count = 32
    dropout: Fraction = 0.05
    target_modules: tuple[str, ...] = ("q_proj", "k_proj", "v_proj", "o_proj")
    layers: Layers | None = None
    target_parameters: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what experts do not go with."""
        if self.target_parameters and self.dropout:
            raise ValueError(
                f"lora.dropout {self.dropout} does not go with lora.target_parameters, which take "
                "none: set it to 0"
            )
        if self.target_parameters and self.layers is not None:
            raise ValueError(
                "lora.layers does not go with lora.target_parameters, which are adapted in every "
                "layer: leave one out"
            )


@_strict
@dataclass(frozen=True)
class Optimiser:
    """AdamW and its learning rate: linear warm-up to `learning_rate`, then `schedule`.

    Attributes:
        warmup_ratio: part of the updates that warm up.
        schedule: "cosine" and "linear" fall to zero at the last update, "constant" stays.
        max_grad_norm: gradients are scaled down to this norm; 0 for never.
    """

    learning_rate: Positive = 2e-4
    weight_decay: NotNegative = 0.01
    schedule: Schedule = "cosine"
    warmup_ratio: Fraction = 0.03
    max_grad_norm: NotNegative = 1.0


@_strict
@dataclass(frozen=True)
class Validation:
    """Sequence KL on prompts that are not trained on, measured before, during and after.

    Attributes:
        every: updates between two measurements.
        split: where the prompts come from, evenly spaced through the split.
        prompts: how many.
        nodes: budget of exact prefixes a prompt; the rest of the KL is estimated from `tails`
            drawn paths, the same at every measurement.
        tails: see `nodes`.
        stop_below: end the run at the first measurement below so many nats on numeric prompts;
            None never. The learning rate follows `schedule` all the same, which is made for the
            whole run: a run that stops early stops at a higher rate than a shorter one.
        stop_below_ratio: the same, as a part of what was measured before training.
    """

    every: Count = 100
    split: Split = "unseen_parameters"
    prompts: Count = 24
    nodes: Count = 256
    tails: Count = 4
    stop_below: Positive | None = None
    stop_below_ratio: Annotated[float, Field(gt=0, lt=1)] | None = None


@_strict
@dataclass(frozen=True)
class Sharding:
    """Several processes hold a part of the model each, where it is too large for one.

    Attributes:
        strategy: "fsdp" for PyTorch's, "deepspeed" for ZeRO.
        config: a JSON file in the words of transformers' `fsdp_config` or of DeepSpeed; None for
            FSDP2 or ZeRO-3 with everything sharded and nothing moved out of the GPU's memory.
    """

    strategy: Literal["fsdp", "deepspeed"]
    config: str | None = None


@_strict
@dataclass(frozen=True)
class Recipe:
    """A training run but for the model and the place of its results.

    Attributes:
        method: "soft" for exact next-token targets, "hard" for drawn answers.
        supervision: what of each target is supervised.
        data: the numeric prompts and how their targets are written.
        targets: target files, or names of those that came with aleator; where there are any and
            no `mix`, they alone are trained on, every wording of every set once an epoch.
        mix: what share of the visits each source gets: `numeric` and the target files by their
            names without folder and ending. Any positive total.
        epochs: visits of every prompt. Of this and the next two exactly one is given.
        max_steps: optimiser updates.
        max_tokens: tokens that the model reads, those of an anchor aside; as many updates as fit
            (see `budget.py`).
        batch_size: prompts an update (draws, where draws are not packed).
        gradient_accumulation: forward passes a batch is split into. It changes memory, and
            where trees are drawn which ones, but not what the loss is.
        gradient_checkpointing: keep only what goes into each layer and compute the rest anew in the
            backward pass: less memory, up to half as much work again, the same gradients.
        mean: "prompts", every prompt counts the same; "tokens", every supervised token does.
        seed: of the adapter's first weights, dropout, the order of prompts and all draws.
        dtype: in which the model's own weights are loaded; "auto" as the checkpoint stores them
            (float32 on CPU for the sandbox). The adapter is float32 always.
        bf16: compute in bfloat16 by autocast (losses stay float32).
        quantisation: "nf4": round the model's own weights to four bits; None: as they are.
        sharding: None: every process holds the whole model.
        anchor: None for none.
        validation: None for none.
        log_every: updates between two rows of metrics.
        checkpoint_every: updates between two checkpoints; the last update always has one.
    """

    method: Method
    supervision: Annotated[Supervision, Field(discriminator="kind")]
    data: Annotated[Data, Field(discriminator="source")] = field(default_factory=PublishedData)
    targets: tuple[str, ...] = ()
    mix: Mapping[str, Positive] = field(default_factory=dict)
    epochs: Count | None = None
    max_steps: Count | None = None
    max_tokens: Count | None = None
    batch_size: Count = 32
    gradient_accumulation: Count = 1
    gradient_checkpointing: bool = False
    mean: Literal["prompts", "tokens"] = "prompts"
    lora: Lora = field(default_factory=Lora)
    optimiser: Optimiser = field(default_factory=Optimiser)
    seed: Whole = 11
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    bf16: bool = False
    quantisation: Quantisation | None = None
    sharding: Sharding | None = None
    anchor: Anchor | None = None
    validation: Validation | None = field(default_factory=Validation)
    log_every: Count = 10
    checkpoint_every: Count = 100

    def __post_init__(self) -> None:
        """Refuse fields that contradict each other."""
        kinds = ("draws",) if self.method == "hard" else ("tree", "paths", "published")
        if self.supervision.kind not in kinds:
            raise ValueError(
                f"supervision.kind {self.supervision.kind!r} does not go with method "
                f"{self.method!r}, which takes {' or '.join(map(repr, kinds))}"
            )
        if [self.epochs, self.max_steps, self.max_tokens].count(None) != 2:
            raise ValueError(f"give one of {', '.join(LENGTHS)}, and set the others to null")
        if self.data.source == "wide" and self.epochs is not None:
            raise ValueError("data.source 'wide' has no epochs: give max_steps or max_tokens")
        if self.mix and not self.targets:
            raise ValueError("a mix needs target files: name them under targets")
        if self.mix and self.epochs is not None:
            raise ValueError(
                "a mix has no epochs: set epochs to null and give max_steps or max_tokens"
            )
        if self.sharding is not None and self.lora.target_parameters:
            raise ValueError(
                "sharding does not go with lora.target_parameters, which are adapted whole: leave "
                "one out"
            )
        if self.quantisation is not None and (self.sharding or self.lora.target_parameters):
            raise ValueError(
                f"quantisation {self.quantisation!r} goes neither with sharding nor with "
                "lora.target_parameters: leave one out"
            )
        if self.batch_size % self.gradient_accumulation:
            raise ValueError(
                f"batch_size {self.batch_size} cannot be split into gradient_accumulation "
                f"{self.gradient_accumulation} equal passes"
            )
