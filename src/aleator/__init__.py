"""aleator: teach a language model to sample from the distribution it is asked for.

The names below are what a program needs from one end to the other. They are looked up when they are
asked for, so that ``import aleator`` costs nothing and distributions do not wait for torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aleator.distributions.families import FAMILIES, family
    from aleator.distributions.family import Distribution, Family
    from aleator.distributions.grids import SPLITS, split_distributions
    from aleator.errors import AleatorError
    from aleator.models.adapters import load_adapter
    from aleator.models.loading import LoadedModel, load_model
    from aleator.outcomes.discretize import discretise
    from aleator.outcomes.language import LanguageTarget, read_targets
    from aleator.outcomes.lattice import NumericTarget
    from aleator.outcomes.outcomes import Outcomes
    from aleator.sampling.local import LocalSampler
    from aleator.tokens.chat import ChatFormat
    from aleator.training.run import TrainRequest, TrainResult, train

__version__ = "0.1.0"

__all__ = [
    "FAMILIES",
    "SPLITS",
    "AleatorError",
    "ChatFormat",
    "Distribution",
    "Family",
    "LanguageTarget",
    "LoadedModel",
    "LocalSampler",
    "NumericTarget",
    "Outcomes",
    "TrainRequest",
    "TrainResult",
    "discretise",
    "family",
    "load_adapter",
    "load_model",
    "read_targets",
    "split_distributions",
    "train",
]

_HOMES = {
    "aleator.distributions.families": ("FAMILIES", "family"),
    "aleator.distributions.family": ("Distribution", "Family"),
    "aleator.distributions.grids": ("SPLITS", "split_distributions"),
    "aleator.errors": ("AleatorError",),
    "aleator.models.adapters": ("load_adapter",),
    "aleator.models.loading": ("LoadedModel", "load_model"),
    "aleator.outcomes.discretize": ("discretise",),
    "aleator.outcomes.language": ("LanguageTarget", "read_targets"),
    "aleator.outcomes.lattice": ("NumericTarget",),
    "aleator.outcomes.outcomes": ("Outcomes",),
    "aleator.sampling.local": ("LocalSampler",),
    "aleator.tokens.chat": ("ChatFormat",),
    "aleator.training.run": ("TrainRequest", "TrainResult", "train"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Fetch a public name from the module it is at home in."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, fetched or not."""
    return sorted({*globals(), *__all__})
