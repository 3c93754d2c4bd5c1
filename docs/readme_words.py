"""The README's table and picture of words: closed sets, open prompts, questions, novelty.

`readme_figures.py` calls it with the demo's results.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aleator.report.estimates import UNDEFINED, Estimate
from aleator.report.results import Collection, Result

HELD_OUT = "held_out"
SETS = ("weekday", "planet", "card suit", "colour", "gemstone", "musical instrument")
GREYS = ("#b9b9b9", "#dedede")
ROW = 0.62

Cell = Callable[[Result], Estimate]


def words_table(collection: Collection) -> str:
    """One row a figure, one column a condition; what was not measured is undefined."""
    results = collection.results
    lines = [
        "| Words | " + " | ".join(result.label for result in results) + " |",
        "| --- |" + " --- |" * len(results),
    ]
    for title, cell in _cells(results[0]).items():
        shown = " | ".join(written(cell(result)) for result in results)
        lines.append(f"| {title} | {shown} |")
    return "\n".join(lines)


def _cells(first: Result) -> Mapping[str, Cell]:
    closed = first.closed_sets
    prompts = closed.splits[HELD_OUT].prompts if closed else 0
    sets = closed.splits[HELD_OUT].sets if closed else 0
    where = f"{sets} held-out sets ({prompts} prompts, exact)"
    return {
        f"{where}: top answer's share": lambda one: _closed(one, "top_share"),
        "the same: valid mass": lambda one: _closed(one, "valid_mass"),
        "the same: total variation of the valid answers": lambda one: _closed(one, "tv"),
        "open-ended prompts: top answer's share": lambda one: _open(one, "top_share"),
        "open-ended prompts: effective answers": lambda one: _open(one, "effective_answers"),
        "multiple-choice questions that parse": lambda one: _mcq(one, "parse_rate"),
        "position of their right answers: TV": lambda one: _mcq(one, "total_variation"),
        "different answers in ten (novelty, by rules)": lambda one: _novelty(one, "distinct"),
    }


def _closed(result: Result, metric: str) -> Estimate:
    return result.closed_sets.splits[HELD_OUT].mean[metric] if result.closed_sets else UNDEFINED


def _open(result: Result, metric: str) -> Estimate:
    return result.open_ended.mean[metric] if result.open_ended else UNDEFINED


def _mcq(result: Result, metric: str) -> Estimate:
    if result.mcq_positions is None:
        return UNDEFINED
    return result.mcq_positions.readings["strict"].figures[metric]


def _novelty(result: Result, metric: str) -> Estimate:
    return result.novelty.sets["sandbox"].figures[metric] if result.novelty else UNDEFINED


def draw_words(collection: Collection, path: Path, colours: tuple[str, ...]) -> None:
    """A few held-out sets: what should be answered and what is, each a striped bar."""
    known = [result for result in collection.results if result.closed_sets]
    there = known[0].closed_sets.sets if known and known[0].closed_sets else {}
    names = [name for name in SETS if name in there]
    with rc_context({"svg.hashsalt": "aleator", "font.size": 8, "text.parse_math": False}):
        figure = Figure(figsize=(10, 4.4), layout="constrained")
        grid = figure.subplots(2, 3).flat
        for axes, name in zip(grid, names, strict=True):
            _set(axes, name, known, colours)
        figure.savefig(path, metadata={"Date": None})


def _set(axes: Axes, name: str, results: list[Result], colours: tuple[str, ...]) -> None:
    assert results[0].closed_sets is not None
    target = results[0].closed_sets.sets[name].target
    labels = ["target"]
    _stripes(axes, 0, list(target.values()), GREYS[0])
    for place, result in enumerate(results, start=1):
        assert result.closed_sets is not None
        shares = result.closed_sets.sets[name].answers
        answer = max(shares, key=lambda one: shares[one])
        labels.append(f"{result.label}: {answer} {shares[answer]:.0%}")
        _stripes(axes, place, list(shares.values()), colours[place - 1])
    axes.set(xlim=(0, 1), ylim=(len(labels) - 0.4, -0.8), xticks=(), yticks=(), title=name)
    for place, label in enumerate(labels):
        axes.text(0, place - ROW / 2 - 0.06, label, fontsize=7, va="bottom")
    axes.spines[:].set_visible(False)


def _stripes(axes: Axes, place: int, shares: list[float], colour: str) -> None:
    """All answers as one bar: an even one is a fair sampler, what is left empty was not right."""
    axes.barh(place, 1, height=ROW * 0.72, color="none", edgecolor="#cfcfcf", linewidth=0.6)
    left = 0.0
    for number, share in enumerate(shares):
        strong = share == max(shares)
        axes.barh(place, share, left=left, height=ROW * 0.72, color=colour,
                  alpha=1.0 if strong else (0.35, 0.55)[number % 2])  # fmt: skip
        left += share


def written(estimate: Estimate) -> str:
    """A figure with its interval."""
    if estimate.value is None:
        return "undefined"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f}"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
