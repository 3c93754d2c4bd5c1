"""What can be had without fine-tuning: ways of asking a model, put before the same benchmarks.

``plain`` asks for the answer. ``temperature`` divides the logits by one number, fitted on prompts
of the train split or given. ``ssot`` and ``verbalized`` prompt for more than the answer
(``sampling.seed_of_thought``, ``sampling.verbalized``). A benchmark gets a `Subject` and runs on it
unchanged; but for ``plain`` the subject has no model, so that figures from logits are undefined:
those of a tempered model could be had and are not computed, those of a prompted one have no tree.

Beside the figures stands the price; ``result.json`` holds under ``bench.NAME.method``::

    {"name", …,                            # the method's settings
     "temperature": float | null,          # what logits were divided by; null: not divided
     "added_prompt_tokens": int | null,    # what every request reads beside its prompt
     "fit": {"kl", "kl_at_one", "prompts", "at_limit", …} | null,     # nats; how it was fitted
     …}                                    # what the draws cost, see ``benchmarks.price``

Added are the tokens of a method's system message, once a request, which is a draw or, of
``verbalized``, a list of several; null for an endpoint and for vLLM, asked by draws alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from aleator.benchmarks.method_settings import Method, MethodSettings
from aleator.benchmarks.price import cost_figures, cost_path
from aleator.benchmarks.spread import spread_places
from aleator.benchmarks.subject import Subject
from aleator.distributions.grids import split_distributions
from aleator.errors import InputError
from aleator.evaluation.temperature import FittedTemperature, fit_temperature
from aleator.files import JsonValue
from aleator.models.positions import model_positions
from aleator.outcomes.lattice import NumericTarget
from aleator.sampling import seed_of_thought, verbalized
from aleator.sampling.cost import CostLog, counted
from aleator.sampling.draws import Answering, AnswerSource
from aleator.sampling.seed_of_thought import SeedOfThought, Wording
from aleator.sampling.verbalized import VerbalizedSampling
from aleator.tokens.chat import ChatFormat

WORDINGS: Mapping[str, Wording] = {
    "numeric": "distribution",
    "closed_sets": "distribution",
    "open_ended": "diverse",
}
"""The benchmarks that methods can be put before, and how SSoT is worded there."""

_FIT_SPLIT = "train"


@dataclass(frozen=True)
class PreparedMethod:
    """A method ready to be put before benchmarks.

    Attributes:
        settings: How the model is asked.
        plain: Whom it asks.
        temperature: What logits are divided by, where they are.
        fitted: What fitting it found, where it was fitted.
    """

    settings: MethodSettings
    plain: Subject
    temperature: float | None = None
    fitted: FittedTemperature | None = None

    def run(
        self,
        bench: str,
        out: Path,
        seed: int,
        measure: Callable[[Subject], dict[str, JsonValue]],
    ) -> dict[str, JsonValue]:
        """Put the method before a benchmark, and its price beside what that finds.

        Args:
            bench: The benchmark's name.
            out: The evaluation's directory; costs go to ``out/rows/BENCH_cost.jsonl``.
            seed: Of the bootstrap.
            measure: Runs the benchmark on a subject.

        Raises:
            InputError: The method is not for this benchmark.
            OutputError: The directory cannot be written.
        """
        check_method(self.settings.name, bench)
        costs = CostLog(cost_path(out, bench))
        found = measure(self.subject(bench, costs))
        costs.finish()
        return {**found, "method": self.figures(bench, costs, seed)}

    def subject(self, bench: str, costs: CostLog) -> Subject:
        """Whom a benchmark asks.

        Args:
            bench: The benchmark's name.
            costs: Where the cost of its draws is kept.

        Raises:
            InputError: The method is not for this benchmark.
        """
        check_method(self.settings.name, bench)
        answering = counted(_by_method(self, bench), costs)
        return Subject(answering, self.plain.model if self.settings.name == "plain" else None)

    def figures(self, bench: str, costs: CostLog, seed: int) -> dict[str, JsonValue]:
        """What ``result.json`` holds under ``bench.NAME.method``; ``seed`` is the bootstrap's."""
        fit: JsonValue = None
        if self.fitted is not None:
            fit = {
                "kl": self.fitted.kl,
                "kl_at_one": self.fitted.kl_at_one,
                "prompts": self.fitted.prompts,
                "at_limit": self.fitted.at_limit,
                **asdict(self.settings.fit),
            }
        settings = {key: value for key, value in self.settings.as_json().items() if key != "fit"}
        if self.settings.name == "ssot":
            settings["room"] = _room(self)
        return {
            **settings,
            "temperature": self.temperature,
            "added_prompt_tokens": _added_prompt_tokens(self, bench),
            "fit": fit,
            **cost_figures(costs.costs, seed),
        }


def check_method(name: Method, bench: str) -> None:
    """Refuse a method for a benchmark that it is not made for.

    Raises:
        InputError: The benchmark is none of those.
    """
    if name != "plain" and bench not in WORDINGS:
        raise InputError(
            f"the method {name!r} is not for the benchmark {bench!r}: use it with "
            f"{', '.join(WORDINGS)}, or ask plainly"
        )


def check_fit(settings: MethodSettings, *, logits: bool) -> None:
    """Refuse a temperature that should be fitted and cannot be.

    Raises:
        InputError: There are no logits to fit it to, or ``fit_decimals`` is out of range.
    """
    if settings.name != "temperature" or settings.temperature is not None:
        return
    if not logits:
        raise InputError(
            "a temperature is fitted to logits, which neither an endpoint nor vLLM gives: say "
            "which temperature to use"
        )
    fit_prompts(settings)


def prepare_method(subject: Subject, settings: MethodSettings) -> PreparedMethod:
    """Fit the temperature where there is one to fit.

    Raises:
        InputError: It should be fitted and there are no logits to fit it to.
    """
    if settings.name != "temperature":
        return PreparedMethod(settings, subject)
    if settings.temperature is not None:
        return PreparedMethod(settings, subject, settings.temperature)
    check_fit(settings, logits=subject.model is not None)
    assert subject.model is not None, "checked"
    fitted = fit_temperature(
        subject.model.model, subject.model.prompt_format, fit_prompts(settings), settings.fit
    )
    return PreparedMethod(settings, subject, fitted.temperature, fitted)


def fit_prompts(settings: MethodSettings) -> list[tuple[str, NumericTarget]]:
    """The prompts that a temperature is fitted on, and their targets."""
    split = split_distributions(_FIT_SPLIT)
    chosen = [split[place] for place in spread_places(len(split), settings.fit_prompts)]
    return [(one.prompt(), NumericTarget.of(one, settings.fit_decimals)) for one in chosen]


def _by_method(method: PreparedMethod, bench: str) -> Answering:
    settings, ask = method.settings, method.plain.answers

    def answers(
        max_new_tokens: int, *, system: str | None = None, temperature: float = 1.0
    ) -> AnswerSource:
        if settings.name == "plain":
            return ask(max_new_tokens, system=system, temperature=temperature)
        if system is not None or temperature != 1.0:
            raise ValueError(f"the method {settings.name!r} sets system and temperature itself")
        if settings.name == "temperature":
            assert method.temperature is not None, "prepared"
            return ask(max_new_tokens, temperature=method.temperature)
        if settings.name == "ssot":
            return SeedOfThought(ask, WORDINGS[bench], room=_room(method))
        return VerbalizedSampling(
            ask,
            max_new_tokens,
            answers=settings.answers,
            draws_per_asking=settings.draws_per_asking,
        )

    return answers


def system_message(settings: MethodSettings, bench: str) -> str | None:
    """What a method puts before every prompt of a benchmark; None for nothing."""
    match settings.name:
        case "plain" | "temperature":
            return None
        case "ssot":
            return seed_of_thought.SYSTEM[WORDINGS[bench]]
        case "verbalized":
            return verbalized.system_message(settings.answers)


def _added_prompt_tokens(method: PreparedMethod, bench: str) -> int | None:
    """Tokens that the method's system message adds to every prompt."""
    system = system_message(method.settings, bench)
    if system is None:
        return 0
    model = method.plain.model
    if model is None:
        return None
    asked = ChatFormat(model.tokenizer, system=system)
    return len(asked.prompt_ids("?")) - len(model.prompt_format.prompt_ids("?"))


def _room(method: PreparedMethod) -> int:
    """Most tokens of an output of SSoT."""
    if method.settings.room is not None:
        return method.settings.room
    if method.plain.model is None:
        return seed_of_thought.ROOM
    positions = model_positions(method.plain.model.model)
    return seed_of_thought.ROOM if positions is None else min(seed_of_thought.ROOM, positions // 2)
