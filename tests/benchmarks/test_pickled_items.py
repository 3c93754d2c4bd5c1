"""The restricted reader: it takes out numbers, and nothing that runs."""

import hashlib
import pickle
from collections import OrderedDict, defaultdict
from fractions import Fraction
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit

from aleator.benchmarks.item_parameters import ItemsFile, read_items
from aleator.benchmarks.pickled_items import (
    convert_items,
    pickled_scenarios,
    read_plain_pickle,
)
from aleator.errors import InputError
from aleator.metrics.item_response import item_response
from tests.item_banks import ASKED, SCENARIOS, published_layout

HERE = Path("tinyBenchmarks.pkl")
PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)


class Trap:
    """Runs something when it is loaded the careless way."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.place,)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_numbers_come_out_as_they_went_in(protocol: int) -> None:
    rng = np.random.default_rng(0)
    arrays = {
        "c": rng.normal(size=(2, 3, 4)),
        "fortran": np.asfortranarray(rng.normal(size=(3, 5))),
        "single": rng.normal(size=7).astype(np.float32),
        "big endian": rng.normal(size=4).astype(">f8"),
        "whole": np.arange(6, dtype=np.int64),
        "yes": np.array([True, False]),
        "empty": np.zeros((0, 3)),
    }
    plain = {
        "text": "größer", "none": None, "list": [1, 2.5, [3]], "pair": (1, "a"), "big": 2**70,
        "number": np.float64(0.25), "count": np.int64(7), "range": range(3), "set": {5},
        "ordered": OrderedDict(a=1), "default": defaultdict(list, {"x": [1]}),
    }  # fmt: skip
    found = read_plain_pickle(pickle.dumps({**arrays, **plain}, protocol=protocol), HERE)
    assert isinstance(found, dict)
    for name, array in arrays.items():
        assert np.array_equal(found[name], array) and found[name].dtype == array.dtype
    assert found["text"] == "größer" and found["none"] is None and found["big"] == 2**70
    assert found["list"] == [1, 2.5, [3]] and found["pair"] == [1, "a"]
    assert found["number"] == 0.25 and found["count"] == 7
    assert found["range"] == [0, 1, 2] and found["set"] == [5]
    assert found["ordered"] == {"a": 1} and found["default"] == {"x": [1]}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_code_is_refused_and_not_run(protocol: int, tmp_path: Path) -> None:
    place = tmp_path / "touched"
    pickle.loads(pickle.dumps(Trap(place), protocol=protocol))  # noqa: S301  our own trap
    assert place.exists(), "the trap works on the careless"
    place.unlink()
    with pytest.raises(InputError, match="is refused, it asks for"):
        read_plain_pickle(pickle.dumps({"A": [Trap(place)]}, protocol=protocol), HERE)
    assert not place.exists()


@pytest.mark.parametrize(
    "held",
    [
        Fraction(1, 2),
        eval,
        np.array([{"an": "object"}], dtype=object),
        np.zeros(2, dtype=[("a", "f8")]),
        np.array(["text"]),
        np.datetime64("2026-01-01"),
        complex(1, 2),
        b"bytes",
    ],
    ids=lambda held: type(held).__name__,
)
def test_other_things_are_refused(held: object) -> None:
    with pytest.raises(InputError, match=r"tinyBenchmarks\.pkl is refused"):
        read_plain_pickle(pickle.dumps([held]), HERE)


def test_names_by_the_back_door_are_refused() -> None:
    # What the GLOBAL, STACK_GLOBAL and INST instructions ask for, written by hand.
    for data in (
        b"cos\nsystem\n(S'true'\ntR.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.",
        b"(S'true'\nios\nsystem\n.",
        b"cnumpy._core.multiarray\nscalar.__globals__\n.",
        b"cnumpy\nload\n.",
        b"cbuiltins\ngetattr\n.",
    ):
        with pytest.raises(InputError, match="is refused, it asks for"):
            read_plain_pickle(data, HERE)


def test_every_damaged_file_is_refused_in_a_sentence() -> None:
    whole = pickle.dumps(published_layout(), protocol=4)
    rng = np.random.default_rng(1)
    for cut in rng.integers(0, len(whole) - 1, 60):
        with pytest.raises(InputError, match="refused"):
            read_plain_pickle(whole[:cut], HERE)
    for _ in range(200):  # a changed byte: read all the same, or refused
        data = bytearray(whole)
        data[rng.integers(len(data))] ^= int(rng.integers(1, 256))
        try:
            read_plain_pickle(bytes(data), HERE)
        except InputError as error:
            assert "refused" in str(error)


def _published_estimates(
    layout: dict[str, dict[str, object]], bench: str, scenario: str, answers: NDArray[np.float64]
) -> tuple[float, float, float, NDArray[np.float64]]:
    """irt, p_irt and gp_irt by the whole benchmark's arrays, as the authors' package has them."""
    one = layout[bench]
    positions = cast("dict[str, list[int]]", one["scenarios_position"])
    subs = cast("dict[str, dict[str, list[int]]]", one["subscenarios_position"])
    parameters = cast("dict[str, NDArray[np.float64]]", one["irt_parameters"])
    seen = cast("list[int]", one["seen_examples"])
    first = ASKED * list(positions).index(scenario)
    asked = seen[first : first + ASKED]
    a, b = parameters["A"][0], parameters["B"][0]
    balance = np.ones(a.shape[1])
    for members in subs[scenario].values():
        balance[members] = len(positions[scenario]) / (len(subs[scenario]) * len(members))

    def curve(ability: NDArray[np.float64], items: list[int]) -> NDArray[np.float64]:
        return expit((a[:, items] * ability[:, None] - b[:, items]).sum(axis=0))

    # Newton's method, from far behind the known optimum's neighbourhood: not how ours finds it.
    ability = np.zeros(2)
    for _ in range(200):
        right = curve(ability, asked)
        slope = a[:, asked] @ (answers - right)
        bend = (a[:, asked] * (right * (1 - right))) @ a[:, asked].T
        ability = ability + np.linalg.solve(bend + 1e-12 * np.eye(2), slope)
    unseen = [item for item in positions[scenario] if item not in asked]
    share = ASKED / len(positions[scenario])
    data = float((balance[asked] * answers).mean())
    predicted = float((balance[unseen] * curve(ability, unseen)).mean())
    weights = cast("dict[str, NDArray[np.float64]]", one["examples_weights"])[scenario]
    irt = float((weights * answers).sum())
    p_irt = share * data + (1 - share) * predicted
    mixing = float(cast("dict[str, float]", one["optimal_lambdas"])[scenario])
    return irt, p_irt, mixing * irt + (1 - mixing) * p_irt, ability


def test_a_converted_file_gives_the_published_estimates(tmp_path: Path) -> None:
    layout = published_layout()
    source, out = tmp_path / "tinyBenchmarks.pkl", tmp_path / "items.safetensors"
    source.write_bytes(pickle.dumps(layout))
    digest = convert_items(ItemsFile(source), out)
    bank = read_items(ItemsFile(out, digest))
    assert bank.sha256 == digest == hashlib.sha256(out.read_bytes()).hexdigest()
    assert set(bank.scenarios) == set(SCENARIOS)
    answers = np.array([0.3, 0.8, 0.45, 0.6, 0.5])  # neither all right nor told apart by ability
    for name in SCENARIOS:
        bench = "mmlu" if name == "mmlu" else "lb"
        irt, p_irt, gp_irt, ability = _published_estimates(layout, bench, name, answers)
        found = item_response(answers, bank.scenarios[name])
        assert np.abs(found.ability - ability).max() <= 1e-3
        assert abs(found.irt - irt) <= 1e-12
        assert abs(found.p_irt - p_irt) <= 1e-5
        assert abs(found.gp_irt - gp_irt) <= 1e-5


def test_the_leaderboards_mmlu_stands_in_where_it_has_no_entry_of_its_own() -> None:
    layout = published_layout()
    del layout["mmlu"]
    found = pickled_scenarios(layout, HERE)
    assert found["mmlu"].difficulty.size == 12 + SCENARIOS.index("mmlu")


def test_a_scenario_may_have_the_harness_name() -> None:
    layout = published_layout()
    for field in ("scenarios_position", "subscenarios_position", "examples_weights"):
        fields = cast("dict[str, object]", layout["lb"][field])
        fields["harness_truthfulqa_mc_0"] = fields.pop("truthfulqa")
    lambdas = cast("dict[str, float]", layout["lb"]["optimal_lambdas"])
    lambdas["harness_truthfulqa_mc_0"] = lambdas.pop("truthfulqa")
    found = pickled_scenarios(layout, HERE)
    expected = pickled_scenarios(published_layout(), HERE)["truthfulqa"]
    assert np.array_equal(found["truthfulqa"].difficulty, expected.difficulty)


@pytest.mark.parametrize("missing", ["irt_parameters", "seen_examples", "optimal_lambdas"])
def test_other_contents_are_refused_with_the_place(missing: str) -> None:
    layout = published_layout()
    del layout["mmlu"][missing]
    with pytest.raises(InputError, match=f"does not hold .*{missing}.* at mmlu"):
        pickled_scenarios(layout, HERE)


def test_another_file_than_expected_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "a.pkl"
    source.write_bytes(pickle.dumps(published_layout()))
    with pytest.raises(InputError, match="another file than"):
        convert_items(ItemsFile(source, "0" * 64), tmp_path / "out.safetensors")
    assert not (tmp_path / "out.safetensors").exists()
    with pytest.raises(InputError, match="cannot read"):
        convert_items(ItemsFile(tmp_path / "none.pkl"), tmp_path / "out.safetensors")
