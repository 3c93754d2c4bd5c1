"""The lines at the end of `aleator eval`, from results of every benchmark as made by hand."""

import json
from pathlib import Path

import pytest

from aleator.benchmarks.catalogue import BENCHMARKS
from aleator.cli.eval_figures import headline_figures
from aleator.errors import InputError

SURE = {"value": 0.25, "low": 0.2, "high": 0.3125}
ALONE = {"value": 0.5, "low": 0.5, "high": 0.5}
NONE = {"value": None, "low": None, "high": None}
CLOSED = {"sets": 3, "prompts": 9, "mean": {"tv": SURE, "top_share": SURE, "valid_mass": ALONE}}
BENCH = {
    "numeric": {
        "splits": {
            "held_out_families": {
                "prompts": 1592,
                "family_mean": {
                    "value_tv": SURE,
                    "w1_normalised": NONE,
                    "w1_sampled": {"value": 2474.7, "low": 0.411, "high": 7423.3},
                    "valid_mass": NONE,
                    "valid_rate": NONE,
                },
            }
        }
    },
    "closed_sets": {"splits": {"train": CLOSED, "held_out": CLOSED, "all": CLOSED}},
    "open_ended": {"prompts": 102, "mean": {"top_share": NONE, "effective_answers": NONE}},
    "mcq_positions": {"drawn": 500, "strict": {"parse_rate": SURE, "total_variation": SURE}},
    "novelty": {"draws": 10, "sets": {"mine": {"prompts": 4, "distinct": SURE, "utility": SURE}}},
    "knowledge": {"tasks": [{"task": "facts", "metric": "acc", "items": 300, "value": SURE}]},
    "perplexity": {
        "slices": [
            {"slice": "prose", "documents": 9, "perplexity": SURE, "bits_per_byte": ALONE},
        ]
    },
}


def _lines(folder: Path, *benches: str) -> list[str]:
    path = folder / "result.json"
    path.write_text(json.dumps({"bench": BENCH}))
    return headline_figures(path, benches)


def test_every_benchmark_has_its_lines(tmp_path: Path) -> None:
    """Intervals without a width are none; splits are told apart and then not together."""
    interval = "0.250 [0.200 to 0.312]"
    closed = f"TV {interval}, top answer's share {interval}, valid 0.500"
    assert _lines(tmp_path, *BENCHMARKS) == [
        f"numeric, held out families (1,592 prompts): value TV {interval}, "
        "normalised W1 2,475 [0.411 to 7,423], valid undefined",
        f"closed_sets, train (3 sets, 9 prompts): {closed}",
        f"closed_sets, held out (3 sets, 9 prompts): {closed}",
        "open_ended (102 prompts): top answer's share undefined, effective answers undefined, "
        "support size undefined",
        f"mcq_positions (500 questions drawn): parsed {interval}, TV of the positions {interval}",
        f"novelty, mine (4 prompts, 10 draws): different answers {interval}, utility {interval}",
        f"knowledge, facts (300 items): acc {interval}",
        f"perplexity, prose (9 documents): perplexity {interval}, bits a byte 0.500",
        "(in brackets: 95% intervals)",
    ]


def test_only_what_was_asked_for(tmp_path: Path) -> None:
    assert len(_lines(tmp_path, "knowledge")) == 2
    with pytest.raises(InputError, match="lacks bench"):
        (tmp_path / "empty.json").write_text("{}")
        headline_figures(tmp_path / "empty.json", ["numeric"])
