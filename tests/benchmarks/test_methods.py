"""Every method before every benchmark it is for, on a tiny model that can do none of it."""

import json
from pathlib import Path

import pytest

from aleator.benchmarks.method_settings import METHODS, Method, MethodSettings
from aleator.benchmarks.methods import (
    WORDINGS,
    PreparedMethod,
    check_method,
    fit_prompts,
    prepare_method,
)
from aleator.benchmarks.numeric import NumericSettings, run_numeric
from aleator.benchmarks.price import cost_path
from aleator.benchmarks.subject import AnsweringModel, Subject
from aleator.distributions.grids import split_distributions
from aleator.errors import InputError
from aleator.evaluation.temperature import FitSettings, fit_temperature
from aleator.files import JsonValue, RowLog
from aleator.sampling.cost import CostLog
from aleator.sampling.draws import Draws
from aleator.sampling.local import LocalSampler
from aleator.sampling.seed_of_thought import SYSTEM
from aleator.sampling.verbalized import system_message
from tests.number_model import number_format, number_model, number_tokenizer
from tests.sampling.scripted import Script, output_draws

PROMPTS = ["Pick a number.", "Go"]
QUICK = {"room": 12, "answers": 2, "fit_prompts": 3, "fit": FitSettings(nodes=8, tails=1)}


@pytest.fixture(scope="module")
def subject() -> Subject:
    model = AnsweringModel(number_model(stop_bias=8.0), number_tokenizer(), number_format())
    return Subject.local(model)


def _endpoint(outputs: dict[str, int]) -> tuple[Script, Subject]:
    script = Script({"Pick": output_draws(outputs, 600)})
    return script, Subject(script, None)


def _drawn(method: PreparedMethod, bench: str, folder: Path) -> tuple[list[Draws], CostLog]:
    costs = CostLog(cost_path(folder, bench))
    source = method.subject(bench, costs).answers(6)
    return list(source.draw_each(PROMPTS, 20, seed=3)), costs


@pytest.mark.parametrize("bench", WORDINGS)
@pytest.mark.parametrize("name", METHODS)
def test_every_method_draws_and_says_what_it_cost(
    subject: Subject, name: Method, bench: str, tmp_path: Path
) -> None:
    method = prepare_method(subject, MethodSettings(name, **QUICK))
    drawn, costs = _drawn(method, bench, tmp_path)
    assert [one.count for one in drawn] == [20, 20]
    asked = method.subject(bench, costs)
    assert (asked.model is subject.model) == (name == "plain")
    figures = json.loads(json.dumps(method.figures(bench, costs, seed=0), allow_nan=False))
    assert figures["name"] == name and figures["draws"] == 40
    assert figures["written_tokens"] == sum(one.written_tokens for one in drawn)
    assert figures["invalid"] == sum(one.invalid for one in drawn)
    prompted = name in ("ssot", "verbalized")
    assert figures["invalid_rate"]["value"] == (1.0 if prompted else 0.0)
    assert (figures["tokens_per_answer"]["value"] is None) == prompted
    assert (figures["temperature"] is not None) == (name == "temperature")


def test_a_benchmark_taken_up_again_costs_the_same(subject: Subject, tmp_path: Path) -> None:
    """Killed within the second prompt: its cost is kept, its row is not, and it is drawn again."""
    seen: list[str] = []

    def measure(asked: Subject) -> dict[str, JsonValue]:
        log = RowLog(tmp_path / "rows" / "numeric.jsonl", "key")
        left = [prompt for prompt in PROMPTS if prompt not in log.done]
        streams = [PROMPTS.index(prompt) for prompt in left]
        draws = asked.answers(6).draw_each(left, 20, 3, streams)
        for prompt, one in zip(left, draws, strict=True):
            if len(seen) == 1:
                seen.append("killed")
                raise KeyboardInterrupt
            log.append({"key": prompt, "count": one.count})
            seen.append(prompt)
        log.finish()
        return {"rows": len(log.done)}

    method = prepare_method(subject, MethodSettings("ssot", **QUICK))
    with pytest.raises(KeyboardInterrupt):
        method.run("numeric", tmp_path, 0, measure)
    result = method.run("numeric", tmp_path, 0, measure)
    assert seen == [PROMPTS[0], "killed", PROMPTS[1]]
    assert method.run("numeric", tmp_path, 0, measure) == result
    _, costs = _drawn(method, "closed_sets", tmp_path)
    assert result == {"rows": 2, "method": method.figures("numeric", costs, 0)}


@pytest.mark.parametrize("name", METHODS)
def test_the_numeric_benchmark_runs_unchanged(
    subject: Subject, name: Method, tmp_path: Path
) -> None:
    """Figures from logits are there for plain asking alone; those from draws for all."""
    settings = NumericSettings(limit=2, draws=10, splits=("held_out_families",))
    method = prepare_method(subject, MethodSettings(name, **QUICK))

    def measure(asked: Subject) -> dict[str, JsonValue]:
        return run_numeric(asked, settings, tmp_path)

    result = method.run("numeric", tmp_path, 0, measure)
    read = json.loads(json.dumps(result, allow_nan=False))
    means = read["splits"]["held_out_families"]["family_mean"]
    assert (means["sequence_kl"]["value"] is None) == (name != "plain")
    if name != "temperature":
        assert (means["valid_rate"]["value"] > 0) == (name == "plain")
    assert means["w1_oracle"]["value"] > 0
    assert read["method"]["name"] == name and read["method"]["draws"] == 20


def test_plain_draws_are_those_of_the_subject(subject: Subject, tmp_path: Path) -> None:
    drawn, _ = _drawn(prepare_method(subject, MethodSettings()), "numeric", tmp_path)
    assert drawn == list(subject.answers(6).draw_each(PROMPTS, 20, seed=3))


def test_a_given_temperature_is_that_of_the_sampler(subject: Subject, tmp_path: Path) -> None:
    method = prepare_method(subject, MethodSettings("temperature", temperature=1.7))
    drawn, costs = _drawn(method, "numeric", tmp_path)
    model = subject.model
    assert model is not None
    sampler = LocalSampler(
        model.model, model.tokenizer, model.prompt_format, max_new_tokens=6, temperature=1.7
    )
    assert drawn == sampler.draw(PROMPTS, 20, seed=3)
    figures = method.figures("numeric", costs, seed=0)
    assert figures["temperature"] == 1.7 and figures["fit"] is None


def test_a_temperature_is_fitted_to_the_train_split(subject: Subject, tmp_path: Path) -> None:
    settings = MethodSettings("temperature", **QUICK)
    prompts = fit_prompts(settings)
    split = split_distributions("train")
    assert [prompt for prompt, _ in prompts] == [
        split[place].prompt() for place in (0, (len(split) - 1) // 2, len(split) - 1)
    ]
    model = subject.model
    assert model is not None
    expected = fit_temperature(model.model, model.prompt_format, prompts, settings.fit)
    method = prepare_method(subject, settings)
    assert method.fitted == expected and method.temperature == expected.temperature
    figures = method.figures("numeric", CostLog(cost_path(tmp_path, "numeric")), seed=0)
    assert figures["temperature"] == expected.temperature
    assert figures["fit"] == {
        "kl": expected.kl,
        "kl_at_one": expected.kl_at_one,
        "prompts": 3,
        "at_limit": expected.at_limit,
        "measure": "sequence",
        "nodes": 8,
        "tails": 1,
        "seed": 0,
    }


def test_an_endpoint_by_ssot(tmp_path: Path) -> None:
    script, endpoint = _endpoint({"<answer>4</answer>": 3, "<answer>5</answer>": 1, "4": 2})
    method = prepare_method(endpoint, MethodSettings("ssot"))
    costs = CostLog(cost_path(tmp_path, "open_ended"))
    asked = method.subject("open_ended", costs)
    (drawn,) = asked.answers(16).draw_each(["Pick"], 6, 0)
    assert {one.text: one.count for one in drawn.answers} == {"4": 3, "5": 1, "": 2}
    assert script.max_new_tokens == 4096 and script.system == SYSTEM["diverse"]
    figures = method.figures("open_ended", costs, seed=0)
    assert figures["room"] == 4096 and figures["added_prompt_tokens"] is None
    assert figures["tokens_per_answer"] == dict.fromkeys(("value", "low", "high"), 150.0)


def test_an_endpoint_by_verbalized_sampling(tmp_path: Path) -> None:
    script, endpoint = _endpoint({"0.5 | a\n0.5 | b": 2})
    settings = MethodSettings("verbalized", answers=3, draws_per_asking=4)
    costs = CostLog(cost_path(tmp_path, "closed_sets"))
    asked = prepare_method(endpoint, settings).subject("closed_sets", costs)
    (drawn,) = asked.answers(16).draw_each(["Pick"], 8, 0)
    assert drawn.count == 8 and {one.text for one in drawn.answers} <= {"a", "b"}
    assert script.asked[0][1] == 2 and script.max_new_tokens == 3 * 32


def test_an_endpoint_has_no_logits_to_fit(tmp_path: Path) -> None:
    script, endpoint = _endpoint({"4": 5})
    with pytest.raises(InputError, match="say which temperature"):
        prepare_method(endpoint, MethodSettings("temperature"))
    method = prepare_method(endpoint, MethodSettings("temperature", temperature=0.5))
    method.subject("numeric", CostLog(cost_path(tmp_path, "numeric"))).answers(8)
    assert script.temperature == 0.5 and script.system is None


@pytest.mark.parametrize("bench", WORDINGS)
def test_the_system_message_is_paid_for_by_reading_it(
    subject: Subject, bench: str, tmp_path: Path
) -> None:
    """Beside the message's text, the template adds the same few tokens to each turn."""
    costs = CostLog(cost_path(tmp_path, bench))
    added = {
        name: prepare_method(
            subject, MethodSettings(name, temperature=2.0 if name == "temperature" else None)
        ).figures(bench, costs, 0)["added_prompt_tokens"]
        for name in METHODS
    }
    tokenizer = number_tokenizer()
    for name, system in (("ssot", SYSTEM[WORDINGS[bench]]), ("verbalized", system_message(5))):
        number = added[name]
        assert isinstance(number, int)
        turn = tokenizer(f"<|im_start|>system\n{system}<|im_end|>\n", add_special_tokens=False)
        assert number == len(turn["input_ids"])
    assert added["plain"] == added["temperature"] == 0


def test_room_is_half_of_a_short_context(subject: Subject, tmp_path: Path) -> None:
    """The tiny model was made for 2,048 positions."""
    costs = CostLog(cost_path(tmp_path, "numeric"))
    assert (
        prepare_method(subject, MethodSettings("ssot")).figures("numeric", costs, 0)["room"] == 1024
    )


def test_methods_are_for_some_benchmarks(subject: Subject, tmp_path: Path) -> None:
    costs = CostLog(cost_path(tmp_path, "novelty"))
    assert prepare_method(subject, MethodSettings()).subject("novelty", costs).model is not None
    with pytest.raises(InputError, match=r"'ssot' is not for the benchmark 'novelty'.*numeric, "):
        prepare_method(subject, MethodSettings("ssot")).subject("novelty", costs)
    with pytest.raises(InputError, match="not for the benchmark 'novelty'"):
        check_method("verbalized", "novelty")


def test_a_method_is_not_asked_by_another(subject: Subject, tmp_path: Path) -> None:
    costs = CostLog(cost_path(tmp_path, "numeric"))
    asked = prepare_method(subject, MethodSettings("ssot")).subject("numeric", costs)
    with pytest.raises(ValueError, match="sets system and temperature itself"):
        asked.answers(8, system="Be short.")
