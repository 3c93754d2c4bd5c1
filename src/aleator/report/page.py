"""One self-contained HTML page from a collection of results.

The page has no script and fetches nothing (its content policy forbids both), every text is escaped
by the template engine, and the same results always give the same bytes. The only markup inserted
as it is are the drawings of the sections' pictures, which are serialised by an XML writer.
"""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from aleator.files import write_text
from aleator.metrics import bootstrap
from aleator.metrics.intervals import RESAMPLES
from aleator.report.closed_sets.section import closed_sets_section
from aleator.report.comparisons import goal_lines
from aleator.report.cut_short import cut_short
from aleator.report.matrix_folder import absent_told
from aleator.report.mcq_positions.section import mcq_section
from aleator.report.measures import (
    BY_KEY,
    MISSING,
    SPLIT_MEANINGS,
    significant,
    split_title,
    written,
)
from aleator.report.novelty.section import novelty_section
from aleator.report.numeric.section import numeric_section
from aleator.report.open_ended.section import open_ended_section
from aleator.report.panels import RULE
from aleator.report.price_table import price_section
from aleator.report.provenance import provenance_rows
from aleator.report.results import Collection
from aleator.report.retention.comparing import BENCHES, Line, retention_lines
from aleator.report.retention.section import retention_section
from aleator.report.sentences import in_parts, interval
from aleator.report.summary import COLUMNS, summary_rows
from aleator.report.svg import series_dash
from aleator.report.tradeoff.section import trade_off_section
from aleator.report.words import headline

_VERDICT_MARKS = {"met": "✓", "not met": "✗", "undecided": "?", "not measured": MISSING}


def write_page(collection: Collection, path: Path) -> None:
    """Write the page to `path`, whole or not at all.

    Raises:
        OutputError: The place cannot be written.
    """
    write_text(path, render_page(collection))


def environment() -> Environment:
    """What templates are read with: every text is escaped, and what is not given is an error."""
    made = Environment(
        loader=PackageLoader("aleator.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["interval"] = interval
    made.filters["estimate"] = lambda estimate: in_parts(estimate)[0]
    made.filters["significant"] = significant
    made.filters["figure"] = lambda value, key: written(key, value)
    made.filters["dashes"] = lambda index: " ".join(
        f"{2.4 * length:g}" for length in series_dash(index)[1]
    )
    return made


def kept_lines(collection: Collection) -> tuple[Line, ...]:
    """Retention against base, of both benchmarks."""
    return tuple(line for bench in BENCHES for line in retention_lines(collection, bench))


def render_page(
    collection: Collection, kept: Sequence[Line] | None = None, *, overview: str = ""
) -> str:
    """The page as text; the same results give the same text.

    Args:
        collection: The conditions.
        kept: As `kept_lines` gives them, where they are known already.
        overview: Where the page of all models lies, for a link; empty where there is none.
    """
    kept = kept_lines(collection) if kept is None else kept
    lines = goal_lines(collection)
    numeric = numeric_section(collection, lines)
    closed_sets = closed_sets_section(collection)
    open_ended = open_ended_section(collection)
    mcq = mcq_section(collection)
    novelty = novelty_section(collection)
    retention = retention_section(collection, kept)
    others = [one for one in (closed_sets, open_ended, mcq, novelty, retention) if one is not None]
    counted = [one for one in (numeric, closed_sets, open_ended) if one is not None]
    template = environment().get_template("page.html.j2")
    return template.render(
        overview=overview,
        headline=headline(collection, lines, [section.told for section in others], kept),
        summary=summary_rows(collection, lines, kept),
        columns=COLUMNS,
        labels=[result.label for result in collection.results],
        numeric=numeric,
        closed_sets=closed_sets,
        open_ended=open_ended,
        mcq=mcq,
        novelty=novelty,
        retention=retention,
        trade_off=trade_off_section(collection, kept),
        price=price_section(collection),
        resamples=RESAMPLES,
        retention_resamples=f"{bootstrap.RESAMPLES:,}",
        marks=_VERDICT_MARKS,
        measures=BY_KEY,
        split_title=split_title,
        split_meanings=SPLIT_MEANINGS,
        panel_rule=RULE,
        left_out=[
            *collection.left_out,
            *cut_short(collection),
            *absent_told(collection.absent),
        ],
        left_out_rows=[row for section in counted for row in section.left_out_rows],
        provenance=provenance_rows(collection),
    )
