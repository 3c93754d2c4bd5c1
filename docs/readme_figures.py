"""The README's tables and pictures, from the demo's results.

`make readme` runs the demo and then this: `python docs/readme_figures.py runs/demo`. It rewrites
what stands between the README's marks, `docs/demo.svg` and `docs/words.svg`.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from readme_marks import HERE, fill
from readme_retention import retention_table
from readme_words import draw_words, words_table, written

from aleator.report.comparisons import goal_lines
from aleator.report.figures import line_of, view
from aleator.report.load import find_evaluations, load_results
from aleator.report.measures import split_title
from aleator.report.panels import Panel, choose_panels
from aleator.report.results import Collection

PICTURE = HERE / "demo.svg"
WORDS = HERE / "words.svg"
METRICS = {
    "shape_kl": "shape KL (nats)",
    "value_tv": "value TV",
    "w1_normalised": "normalised W1",
    "w1_sampled": "normalised W1, 1,000 draws",
    "w1_oracle": "the same, perfect sampler",
    "valid_mass": "valid mass",
    "modal_share": "modal share",
}
COLOURS = ("#d1495b", "#00798c", "#edae49", "#3a7d44", "#6a4c93")
PANELS = 8


def main(folder: Path) -> None:
    """Rewrite the README's figures from the demo in `folder`."""
    collection = load_results(find_evaluations(folder))
    fill("figures", tables(collection))
    fill("words", words_table(collection))
    fill("retention", retention_table(collection))
    draw_words(collection, WORDS, COLOURS)
    draw(collection, PICTURE)


def tables(collection: Collection) -> str:
    """One table a split, and the goals beside them."""
    labels = [result.label for result in collection.results]
    parts = []
    for split in collection.splits:
        prompts = collection.results[0].splits[split].prompts
        head = f"| {split_title(split)} ({prompts} prompts) | " + " | ".join(labels) + " |"
        rows = [head, "| --- |" + " --- |" * len(labels)]
        for metric, title in METRICS.items():
            means = [result.splits[split].family_mean[metric] for result in collection.results]
            rows.append(f"| {title} | " + " | ".join(written(mean) for mean in means) + " |")
        parts.append("\n".join(rows))
    parts.append(_goals(collection))
    return "\n\n".join(parts)


def _goals(collection: Collection) -> str:
    """The ratios to base that were asked for: a row a goal, a column a condition."""
    lines = goal_lines(collection)
    labels = list(dict.fromkeys(line.comparison.label for line in lines))
    rows = [
        f"| ratio to base | goal | {' | '.join(labels)} |",
        "| --- | --- |" + " --- |" * len(labels),
    ]
    for goal in dict.fromkeys(line.goal for line in lines):
        cells = [
            f"{written(line.comparison.ratio)} {line.verdict}"
            for line in lines
            if line.goal == goal
        ]
        what = f"{METRICS[goal.metric]}, {split_title(goal.split).lower()}"
        rows.append(f"| {what} | at most {goal.written} | {' | '.join(cells)} |")
    return "\n".join(rows)


def draw(collection: Collection, path: Path) -> None:
    """CDFs of a few prompts, chosen as the report chooses them: target, base and after."""
    panels = choose_panels(collection, PANELS)
    with rc_context({"svg.hashsalt": "aleator", "font.size": 8, "text.parse_math": False}):
        figure = Figure(figsize=(10, 4.2), layout="constrained")
        axes = figure.subplots(2, PANELS // 2)
        for one, panel in zip(axes.flat, panels, strict=True):
            _panel(one, panel, [result.label for result in collection.results])
        handles, names = axes.flat[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=6, frameon=False)
        figure.savefig(path, metadata={"Date": None})


def _panel(axes: Axes, panel: Panel, labels: Sequence[str]) -> None:
    curves = [row.curve for row in panel.rows]
    target = next(curve for curve in curves if curve is not None)
    left, right = view(target)
    line = line_of(target, target.target, left, right)
    axes.plot(*line, color="#b0b0b0", linewidth=4, label="target")
    for colour, label, curve in zip(COLOURS[: len(labels)], labels, curves, strict=True):
        if curve is not None:
            axes.plot(*line_of(curve, curve.model, left, right), color=colour, label=label)
    axes.set(xlim=(left, right), ylim=(-0.03, 1.03), yticks=(0, 0.5, 1))
    axes.spines[["top", "right"]].set_visible(False)
    parameters = ", ".join(f"{name}={value:.4g}" for name, value in panel.prompt.parameters)
    axes.set_title(f"{panel.prompt.family}\n{parameters}", fontsize=8)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
