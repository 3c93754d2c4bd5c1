"""What is examined: a model, its tokenizer, how it is asked, and what it shall be trained with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from transformers import PreTrainedModel, PreTrainedTokenizerFast

from aleator.distributions.families import family
from aleator.errors import ModelError
from aleator.models.loading import LoadedModel
from aleator.tokens.chat import ChatFormat, PromptFormat
from aleator.training.recipe import Recipe

PROMPT = family("gaussian").distribution(mu=0.0, sigma=1.0).prompt()
"""What the checks ask, unless they need it longer."""

UNTRUNCATED: Mapping[str, object] = {
    "do_sample": True,
    "num_beams": 1,
    "temperature": 1.0,
    "top_k": 0,
    "top_p": 1.0,
    "top_h": None,
    "min_p": None,
    "typical_p": 1.0,
    "epsilon_cutoff": 0.0,
    "eta_cutoff": 0.0,
    "guidance_scale": None,
    "repetition_penalty": 1.0,
    "no_repeat_ngram_size": 0,
    "min_length": 0,
    "min_new_tokens": None,
    "bad_words_ids": None,
    "sequence_bias": None,
    "suppress_tokens": None,
    "begin_suppress_tokens": None,
    "forced_bos_token_id": None,
    "forced_eos_token_id": None,
    "exponential_decay_length_penalty": None,
    "remove_invalid_values": False,
    "watermarking_config": None,
}
"""What `generate` must be told to draw from the model's own distribution.

As keyword arguments: those win over the checkpoint's ``generation_config.json``, while a
`GenerationConfig` whose values equal the library's defaults counts as unset and is refilled.
"""


@dataclass(frozen=True)
class Patient:
    """What the checks look at.

    Attributes:
        model: The base model, in evaluation mode if all is well. Checks of the adapter put it on.
        tokenizer: The model's.
        asked: How evaluation puts prompts to it, or why there is no way to.
        recipe: What it would be trained with; None where training is not asked about.
        adapter: The adapter's folder; None without one.
        drawing: What `generate` is told.
    """

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    asked: PromptFormat | ModelError
    recipe: Recipe | None = None
    adapter: Path | None = None
    drawing: Mapping[str, object] = field(default_factory=lambda: UNTRUNCATED)

    @classmethod
    def admit(
        cls, loaded: LoadedModel, recipe: Recipe | None = None, adapter: Path | None = None
    ) -> "Patient":
        """A loaded model as evaluation would ask it."""
        try:
            asked: PromptFormat | ModelError = ChatFormat(loaded.tokenizer)
        except ModelError as error:
            asked = error
        return cls(loaded.model, loaded.tokenizer, asked, recipe, adapter)

    @property
    def prompt_format(self) -> PromptFormat:
        """How evaluation puts prompts to the model.

        Raises:
            ModelError: There is no way to.
        """
        if isinstance(self.asked, ModelError):
            raise self.asked
        return self.asked
