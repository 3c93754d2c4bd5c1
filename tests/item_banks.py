"""Item parameters as the authors of tinyBenchmarks save them, of a size for tests."""

from collections.abc import Mapping

import numpy as np

# In their order.
SCENARIOS = ("truthfulqa", "gsm8k", "winogrande", "arc", "hellaswag", "mmlu")
ASKED = 5


def published_layout(seed: int = 0) -> dict[str, dict[str, object]]:
    """What their file holds: the leaderboard, MMLU alone, and another benchmark."""
    rng = np.random.default_rng(seed)
    return {
        "lb": _bench(rng, {name: {f"{name} all": 12 + place} for place, name in _numbered()}),
        "mmlu": _bench(rng, {"mmlu": {"anatomy": 7, "law": 15, "history": 3}}),
        "helm_lite": {"not": "looked at"},
    }


def _numbered() -> list[tuple[int, str]]:
    return list(enumerate(SCENARIOS))


def _bench(
    rng: np.random.Generator, scenarios: Mapping[str, Mapping[str, int]]
) -> dict[str, object]:
    positions: dict[str, list[int]] = {}
    subs: dict[str, dict[str, list[int]]] = {}
    seen: list[int] = []
    count = 0
    for name, parts in scenarios.items():
        subs[name] = {}
        for part, size in parts.items():
            subs[name][part] = list(range(count, count + size))
            count += size
        positions[name] = [item for part in subs[name].values() for item in part]
        seen += rng.permutation(positions[name])[:ASKED].tolist()
    return {
        "seen_examples": seen,
        "examples_weights": {name: rng.dirichlet(np.ones(ASKED)) for name in scenarios},
        "irt_parameters": {
            "A": rng.normal(0.5, 0.3, (1, 2, count)),
            "B": rng.normal(0.0, 0.8, (1, 2, count)),
        },
        "optimal_lambdas": {name: np.float64(0.25 + 0.1 * i) for i, name in enumerate(scenarios)},
        "scenarios_position": positions,
        "subscenarios_position": subs,
    }
