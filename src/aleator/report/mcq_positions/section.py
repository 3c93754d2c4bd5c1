"""The section on MCQ answer positions: bars for A to D, and TV beside the parse rate, always.

One prompt is asked of all conditions and their draws are separate, so that nothing can be paired:
intervals are each condition's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from markupsafe import Markup

from aleator.evaluation.mcq import LETTERS
from aleator.report.cells import Cell, Column, ConditionsTable, Group, measures_table, place_in
from aleator.report.estimates import UNDEFINED, Estimate
from aleator.report.mcq_positions.picture import Letters, letters_figure
from aleator.report.mcq_positions.reading import MANNERS, NAME, Manner, McqPositions, Reading
from aleator.report.measures import Measure, percent, significant
from aleator.report.results import Collection, Result
from aleator.report.sentences import Told, plural, with_interval

_TITLES: dict[Manner, str] = {"strict": "Strict reading", "lenient": "Lenient reading"}
FEW = 0.5
"""Below this parse rate a TV says little of what the model does."""

MEASURES = (
    Measure(
        "parse_rate",
        "Parse rate",
        "Share of draws that can be read as a question; a low TV with few of them is no success.",
        "higher",
        percent,
    ),
    Measure(
        "total_variation",
        "Total variation",
        "Of the letters of what parses from an even spread: 0 is even, 0.75 is always one letter. "
        "Undefined where nothing parses.",
        "lower",
    ),
    Measure(
        "perfect_total_variation",
        "Oracle: of a perfect sampler",
        "Median and central 95% of an even sampler with as many parsed questions.",
        "reference",
    ),
    Measure(
        "chi_square_p",
        "Chi-square p",
        "Of the same; undefined below ten parsed questions.",
        "neither",
    ),
    Measure(
        "distinct_questions",
        "Different questions",
        "Letters of one question said often are no many answers.",
        "higher",
        lambda value: f"{value:,.0f}",
    ),
)

Benches = dict[int, tuple[Result, McqPositions]]
"""The conditions that have the benchmark, by their place on the page."""


@dataclass(frozen=True)
class McqSection:
    """What the template shows; ``places`` are those of the conditions that have the benchmark.

    Attributes:
        cut: How many draws the limit cut off, a sentence a condition.
    """

    places: tuple[int, ...]
    told: Told
    drawing: Markup
    table: ConditionsTable
    cut: tuple[str, ...]


def mcq_section(collection: Collection) -> McqSection | None:
    """The section's content; None where no condition has the benchmark."""
    benches: Benches = {
        place: (result, result.mcq_positions)
        for place, result in collection.having(NAME).items()
        if result.mcq_positions is not None
    }
    if not benches:
        return None
    readings = {
        _TITLES[manner]: tuple(
            _letters(result, bench, manner, place) for place, (result, bench) in benches.items()
        )
        for manner in MANNERS
    }
    groups = [
        Group(_TITLES[manner], tuple(_column(*one, manner) for one in benches.values()))
        for manner in MANNERS
    ]
    return McqSection(
        places=tuple(benches),
        told=_told(collection, benches),
        drawing=Markup(letters_figure(readings, letters=LETTERS, prefix="letters")),
        table=_undefined_said(measures_table(MEASURES, groups, all_measured=True)),
        cut=tuple(_cut(result, bench) for result, bench in benches.values()),
    )


def _letters(result: Result, bench: McqPositions, manner: Manner, place: int) -> Letters:
    reading = bench.readings[manner]
    return Letters(result.label, place, reading.parsed, reading.letters)


def _column(result: Result, bench: McqPositions, manner: Manner) -> Column:
    reading = bench.readings[manner]
    count = f"{reading.parsed:,} of {plural(bench.drawn, 'draw')}"
    return Column(count, reading.figures, place_in(result, f"{NAME}.{manner}"))


def _undefined_said(table: ConditionsTable) -> ConditionsTable:
    """Every condition here was measured: what is missing is undefined."""

    def said(cell: Cell) -> Cell:
        return cell if cell.exact else replace(cell, text="undefined")

    rows = tuple(
        replace(row, groups=tuple(tuple(said(cell) for cell in group) for group in row.groups))
        for row in table.rows
    )
    return replace(table, rows=rows)


def _cut(result: Result, bench: McqPositions) -> str:
    rate = "undefined" if bench.truncated.value is None else percent(bench.truncated.value)
    return f"{result.label} {rate} of {plural(bench.drawn, 'draw')}"


def _told(collection: Collection, benches: Benches) -> Told:
    bases = [one for one in benches.values() if one[0].is_base]
    pairs = [(result, base) for result, base in collection.pairs(NAME)]
    changes = [told for result, base in pairs for told in _moved(result, base)]
    return Told(
        base=tuple(f"{one.label}, answer positions: {_spread(bench)}." for one, bench in bases),
        changes=(f"Answer positions: {'; '.join(changes)}.",) if changes else (),
        failures=tuple(told for result, base in pairs for told in _failures(result, base)),
        details=tuple(
            f"{result.label}: {_spread(bench)}{_overlap(collection, result)}."
            for result, bench in benches.values()
            if not result.is_base
        ),
    )


def _spread(bench: McqPositions) -> str:
    """The strict reading in words."""
    reading = bench.readings["strict"]
    variation = reading.figures.get("total_variation", UNDEFINED)
    rate = reading.figures.get("parse_rate", UNDEFINED).value
    parsed = "an unknown share" if rate is None else percent(rate)
    if variation.value is None:
        return f"{parsed} of the questions parse strictly, so that TV is undefined"
    perfect = reading.figures.get("perfect_total_variation", UNDEFINED).value
    floor = "" if perfect is None else f", a perfect sampler's {significant(perfect)}"
    few = "" if rate is None or rate >= FEW else "; so few that TV says little"
    return (
        f"TV from an even spread {with_interval(variation)}{floor}, with {parsed} parsed "
        f"strictly{few}"
    )


def _overlap(collection: Collection, result: Result) -> str:
    """Whether the interval of TV lies apart from base's."""
    base = collection.base_of(result, NAME)
    if base is None:
        return ""
    ours, theirs = variation(result), variation(base)
    if ours.low is None or ours.high is None or theirs.low is None or theirs.high is None:
        return "; not compared with base"
    if ours.high < theirs.low:
        return "; below base's, the intervals lie apart (separate draws, unpaired)"
    if ours.low > theirs.high:
        return "; above base's, the intervals lie apart (separate draws, unpaired)"
    return "; its interval and base's overlap (separate draws, unpaired)"


def _moved(result: Result, base: Result) -> Iterable[str]:
    now, before = variation(result), variation(base)
    parsed, parsed_before = parse_rate(result).value, parse_rate(base).value
    if now.value is None or before.value is None or parsed is None or parsed_before is None:
        return
    yield (
        f"{result.label} has TV {significant(now.value)} with {percent(parsed)} parsed, base "
        f"{significant(before.value)} with {percent(parsed_before)}"
    )


def _failures(result: Result, base: Result) -> Iterable[str]:
    """A parse rate whose interval lies below base's."""
    now, before = parse_rate(result), parse_rate(base)
    if now.value is None or now.high is None or before.value is None or before.low is None:
        return
    if now.high < before.low:
        yield (
            f"{result.label}, answer positions: fewer questions parse, {percent(before.value)} "
            f"before, {percent(now.value)} after."
        )


def variation(result: Result) -> Estimate:
    """Total variation of the letters, read strictly."""
    reading = _strict(result)
    return UNDEFINED if reading is None else reading.figures.get("total_variation", UNDEFINED)


def parse_rate(result: Result) -> Estimate:
    """The share of draws that parse strictly."""
    reading = _strict(result)
    return UNDEFINED if reading is None else reading.figures.get("parse_rate", UNDEFINED)


def _strict(result: Result) -> Reading | None:
    return None if result.mcq_positions is None else result.mcq_positions.readings["strict"]
