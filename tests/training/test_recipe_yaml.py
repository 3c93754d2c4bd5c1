"""Recipes as files: what is read, what is refused and in which words."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.errors import InputError, RecipeError
from aleator.files import JsonValue, write_yaml
from aleator.recipe_files import recipe_names, recipe_path
from aleator.training.prompts import make_visits
from aleator.training.recipe import (
    Anchor,
    DrawSupervision,
    Lora,
    PathSupervision,
    PublishedData,
    PublishedSupervision,
    Recipe,
    TreeSupervision,
    Validation,
    WideData,
)
from aleator.training.recipe_yaml import (
    flat_values,
    parse_recipe,
    read_recipe,
    recipe_values,
)
from aleator.training.target_files import read_target_files

BASE: Mapping[str, JsonValue] = {
    "method": "soft",
    "supervision": {"kind": "tree"},
    "data": {"source": "published"},
    "epochs": 3,
}


def _problem(values: Mapping[str, JsonValue], overrides: Mapping[str, str] | None = None) -> str:
    with pytest.raises(RecipeError) as caught:
        parse_recipe(values, "my.yaml", overrides)
    return str(caught.value)


def test_what_is_not_said_is_default() -> None:
    recipe = parse_recipe(BASE, "my.yaml")
    assert recipe == Recipe(method="soft", supervision=TreeSupervision(), epochs=3)


@pytest.mark.parametrize("name", recipe_names())
def test_every_shipped_recipe_is_sound_and_says_everything(name: str, tmp_path: Path) -> None:
    recipe = read_recipe(recipe_path(name))
    assert len(make_visits(recipe, read_target_files(recipe))) > 0
    written = tmp_path / "again.yaml"
    write_yaml(written, recipe_values(recipe))
    assert read_recipe(written) == recipe
    assert name.rpartition("/")[2] in (recipe.method, "wide")


@pytest.mark.parametrize(("name", "updates"), [("paper/soft", 189), ("paper/hard", 1988)])
def test_the_published_recipes_make_the_published_number_of_updates(
    name: str, updates: int
) -> None:
    """Facts of the published set-up: about 189 and about 1,988."""
    recipe = read_recipe(recipe_path(name))
    per_epoch = -(-len(make_visits(recipe)) // recipe.batch_size)
    assert recipe.epochs is not None
    assert per_epoch * recipe.epochs == updates
    assert (recipe.lora.rank, recipe.lora.alpha, recipe.lora.dropout) == (16, 32, 0.05)
    assert recipe.optimiser.learning_rate == 2e-4
    assert (recipe.optimiser.weight_decay, recipe.optimiser.warmup_ratio) == (0.01, 0.03)
    assert (recipe.seed, recipe.batch_size, recipe.data.decimals) == (11, 32, 5)


@given(
    supervision=st.one_of(
        st.builds(TreeSupervision, nodes=st.integers(1, 99), tails=st.integers(1, 9)),
        st.builds(PathSupervision, paths=st.integers(1, 9)),
        st.just(PublishedSupervision()),
        st.builds(DrawSupervision, draws=st.integers(1, 99), packed=st.booleans()),
    ),
    data=st.one_of(
        st.builds(
            PublishedData,
            split=st.sampled_from(["train", "unseen_parameters"]),
            decimals=st.integers(0, 9),
            max_bins=st.none() | st.integers(2, 99),
        ),
        st.builds(WideData, families=st.sampled_from([None, ("gaussian", "chi")])),
    ),
    validation=st.none()
    | st.builds(
        Validation,
        prompts=st.integers(1, 9),
        stop_below=st.none() | st.floats(0.01, 9),
        stop_below_ratio=st.none() | st.floats(0.01, 0.99),
    ),
    anchor=st.none()
    | st.builds(
        Anchor,
        weight=st.floats(0, 100),
        prompts=st.sampled_from(["sandbox", "my.jsonl"]),
        answers=st.integers(1, 9),
    ),
    lora=st.builds(Lora, layers=st.none() | st.tuples(st.integers(-4, 4))),
    steps=st.integers(1, 999),
)
def test_a_recipe_survives_being_written_and_read(
    supervision: TreeSupervision | PathSupervision | PublishedSupervision | DrawSupervision,
    data: PublishedData | WideData,
    validation: Validation | None,
    anchor: Anchor | None,
    lora: Lora,
    steps: int,
) -> None:
    recipe = Recipe(
        method="hard" if isinstance(supervision, DrawSupervision) else "soft",
        supervision=supervision,
        data=data,
        validation=validation,
        anchor=anchor,
        lora=lora,
        max_steps=steps,
    )
    assert parse_recipe(recipe_values(recipe), "my.yaml") == recipe


@pytest.mark.parametrize(
    ("overrides", "flat"),
    [
        ({"lora.rank": "8"}, {"lora.rank": 8}),
        ({"optimiser.learning_rate": "1e-3"}, {"optimiser.learning_rate": 1e-3}),
        ({"epochs": "null", "max_steps": "7"}, {"epochs": None, "max_steps": 7}),
        ({"max_steps": "7"}, {"epochs": None, "max_steps": 7}),
        ({"max_tokens": "700"}, {"epochs": None, "max_tokens": 700}),
        ({"max_steps": "null"}, {"epochs": 3, "max_steps": None}),
        ({"data.families": "[chi, gaussian]"}, {"data.families": ["chi", "gaussian"]}),
        ({"supervision": "{kind: paths, paths: 4}"}, {"supervision.paths": 4}),
        ({"validation": "null"}, {"validation": None}),
        ({"targets": "[mine.yaml]"}, {"targets": ["mine.yaml"]}),
        ({"anchor.weight": "3"}, {"anchor.weight": 3, "anchor.prompts": "sandbox"}),
        ({"anchor": "{}"}, {"anchor.weight": 1}),
        ({"lora.layers": "[0, -1]"}, {"lora.layers": [0, -1]}),
        ({"validation.every": "5"}, {"validation.every": 5}),
    ],
)
def test_overrides_replace_values(
    overrides: Mapping[str, str], flat: Mapping[str, JsonValue]
) -> None:
    values = flat_values(recipe_values(parse_recipe(BASE, "my.yaml", overrides)))
    assert flat.items() <= values.items()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"epoch": 3}, "my.yaml: unknown key 'epoch'; did you mean 'epochs'? known: method, "),
        (
            {"lora": {"rnk": 3}},
            "my.yaml: unknown key 'rnk' in lora; did you mean 'rank'? known: rank, alpha, "
            "dropout, target_modules, layers",
        ),
        (
            {"supervision": {"kind": "tree", "paths": 3}},
            "my.yaml: unknown key 'paths' in supervision; known: kind, nodes, tails",
        ),
        (
            {"supervision": {"kind": "forest"}},
            "my.yaml: supervision.kind should be one of tree, paths, published, draws",
        ),
        ({"data": {"split": "train"}}, "my.yaml: data.source should be one of published, wide"),
        ({"lora": 3}, "my.yaml: lora: should be a section of keys, not 3"),
        (
            {"lora": {"target_modules": "q"}},
            "lora.target_modules: should be a list, such as",
        ),
        ({"lora": {"rank": True}}, "my.yaml: lora.rank: input should be a valid integer, not True"),
        ({"seed": 1.5}, "my.yaml: seed: input should be a valid integer, not 1.5"),
        ({"optimiser": {"warmup_ratio": 2}}, "optimiser.warmup_ratio: input should be less than 1"),
        ({"method": "hard"}, "my.yaml: supervision.kind 'tree' does not go with method 'hard'"),
        ({"mix": {"numeric": 1}}, "my.yaml: a mix needs target files: name them under targets"),
        ({"targets": ["a"], "mix": {"a": 1}}, "my.yaml: a mix has no epochs: set epochs to null"),
        ({"targets": ["a"], "mix": {"a": 0}}, "my.yaml: mix.a: input should be greater than 0"),
        ({"targets": "a"}, "my.yaml: targets: should be a list, such as"),
        ({"anchor": {"weight": -1}}, "my.yaml: anchor.weight: input should be greater than or"),
        (
            {"anchor": {"wight": 1}},
            "my.yaml: unknown key 'wight' in anchor; did you mean 'weight'?",
        ),
        ({"anchor": 1}, "my.yaml: anchor: should be a section of keys, not 1"),
        ({"lora": {"layers": 3}}, "my.yaml: lora.layers: should be a list, such as"),
        ({"lora": {"layers": []}}, "my.yaml: lora.layers: tuple should have at least 1 item"),
        ({"validation": {"stop_below_ratio": 2}}, "stop_below_ratio: input should be less than 1"),
        (
            {"epochs": None},
            "my.yaml: give one of epochs, max_steps, max_tokens, and set the others",
        ),
        (
            {"data": {"source": "published", "families": ["gausian"]}},
            "my.yaml: data.families: unknown distribution family 'gausian'; did you mean",
        ),
    ],
)
def test_problems_name_the_file_and_the_field(change: Mapping[str, JsonValue], words: str) -> None:
    problem = _problem({**BASE, **change})
    assert words in problem
    assert "\n" not in problem


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("lora.rank", "abc", "--set lora.rank=abc: lora.rank: input should be a valid integer"),
        ("lora.rnk", "3", "--set lora.rnk=3: unknown key 'rnk' in lora"),
        ("batch_size.x", "3", "--set batch_size.x: 'x' lies in a single value"),
        ("data.families", "[nosuch]", "--set data.families=[nosuch]: data.families: unknown"),
        ("method", "hard", "my.yaml with --set method=hard: supervision.kind 'tree' does not go"),
        ("seed", "[1", "--set seed: '[1' is not YAML"),
    ],
)
def test_problems_of_overrides_name_the_override(key: str, text: str, words: str) -> None:
    assert words in _problem({**BASE, "batch_size": 32}, {key: text})


def test_a_file_that_is_no_recipe(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("- soft\n")
    with pytest.raises(InputError, match="should hold an object"):
        read_recipe(path)
    with pytest.raises(InputError, match="no such file"):
        read_recipe(tmp_path / "missing.yaml")
