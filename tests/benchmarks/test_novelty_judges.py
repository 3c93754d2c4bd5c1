from pathlib import Path

import pytest

from aleator.benchmarks.novelty_judges import GivenAnswer, partition_judge, scorer
from aleator.benchmarks.novelty_sets import NoveltyPrompt
from aleator.benchmarks.record import fingerprint
from aleator.errors import InputError, ModelError
from aleator.evaluation.pair_classifier import load_pair_classifier
from aleator.evaluation.reward import load_reward_model, rating
from tests.tiny_judges import (
    pair_classifier,
    pair_tokenizer,
    reward_model,
    reward_tokenizer,
    saved,
)

PROMPT = NoveltyPrompt("mine", 0, "a", "Name a vowel.", ("A", "E"))
ANSWERS = [GivenAnswer("a.", False), GivenAnswer("E", True), GivenAnswer("x", False)]


def test_the_rules() -> None:
    judge, rater = partition_judge("rule"), scorer("validity")
    assert (judge.name, judge.weights, judge.label) == ("rule", None, "rule")
    assert (rater.name, rater.weights, rater.label) == ("validity", None, "validity")
    assert judge.load()("one two", ["Two.", "three"]) == [True, False]
    found = rater.load()(PROMPT, ANSWERS)
    assert found.ratings == [10, 1, 1] and found.rewards is None


def test_a_classifier_from_a_directory(tmp_path: Path) -> None:
    folder = saved(pair_classifier(), pair_tokenizer(), tmp_path / "my judge")
    judge = partition_judge(folder)
    weights = fingerprint(Path(folder))
    assert (judge.name, judge.weights, judge.label) == (folder, weights, f"my-judge-{weights[:12]}")
    texts = ["w0 w1 w2 w3 w4 w5", "w9 w8 w7 w6 w5 w4"]
    assert judge.load()("w0", texts) == load_pair_classifier(folder).same("w0", texts)


def test_a_reward_model_from_a_directory(tmp_path: Path) -> None:
    folder = saved(reward_model(), reward_tokenizer(), tmp_path)
    found = scorer(folder).load()(PROMPT, ANSWERS)
    expected = load_reward_model(folder).rewards(PROMPT.text, ["a.", "E", "x"])
    assert found.rewards == pytest.approx(expected, abs=1e-4)
    assert found.ratings == [rating(reward) for reward in found.rewards or []]


def test_other_weights_have_another_label(tmp_path: Path) -> None:
    one = saved(reward_model(), reward_tokenizer(), tmp_path / "a" / "judge")
    trained = reward_model()
    trained.get_parameter("score.weight").data.add_(0.1)
    other = saved(trained, reward_tokenizer(), tmp_path / "b" / "judge")
    labels = scorer(one).label, scorer(other).label
    assert labels[0] != labels[1]
    assert all(label.startswith("judge-") for label in labels)


def test_a_model_that_is_nowhere() -> None:
    """Before anything is drawn or loaded; "published" stands for names on the hub."""
    with pytest.raises(ModelError, match="cannot load 'nobody/nothing'"):
        scorer("nobody/nothing")
    with pytest.raises(ModelError, match="yimingzhang/deberta-v3-large-generation-similarity"):
        partition_judge("published")
    with pytest.raises(ModelError, match="Skywork/Skywork-Reward-Gemma-2-27B"):
        scorer("published")


def test_names_in_the_wrong_place() -> None:
    with pytest.raises(InputError, match="'validity' rates answers"):
        partition_judge("validity")
    with pytest.raises(InputError, match="'rule' compares answers"):
        scorer("rule")
