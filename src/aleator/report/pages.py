"""The report as files: one page for a model; for several an overview, and a page each beside it.

A page of every section for every model would be too long to read and too heavy to open. The
overview of `report.html` links to `report-models/NAME.html`; each file is self-contained.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from aleator.files import write_text
from aleator.report.cut_short import cut_short
from aleator.report.matrix_folder import absent_told
from aleator.report.overview.picture import overview_figure
from aleator.report.overview.tables import Overview, OverviewTable, overview
from aleator.report.page import environment, kept_lines, render_page, write_page
from aleator.report.results import Collection
from aleator.report.sentences import plural

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class _View:
    """A table with its picture; None where nothing can be drawn."""

    table: OverviewTable
    counts: tuple[str, ...]
    drawing: Markup | None


def write_pages(collection: Collection, path: Path) -> tuple[Path, ...]:
    """Write the report, `path` first among what is returned; every file is whole or absent.

    Raises:
        OutputError: A place cannot be written.
    """
    models = collection.by_model()
    if len(models) < 2:
        write_page(collection, path)
        return (path,)
    kept = {name: kept_lines(one) for name, one in models.items()}
    folder = path.parent / f"{path.stem}-models"
    files = {
        name: folder / f"{stem}.html"
        for name, stem in file_names(models).items()
        if models[name].results
    }
    for name, file in files.items():
        back = f"../{quote(path.name)}"
        write_text(file, render_page(models[name], kept[name], overview=back))
    links = {name: f"{quote(folder.name)}/{quote(file.name)}" for name, file in files.items()}
    write_text(path, render_overview(collection, overview(collection, kept), links))
    return (path, *files.values())


def file_names(models: Mapping[str, Collection]) -> dict[str, str]:
    """A file's name for each model, distinct whatever a file system makes of capitals."""
    names: dict[str, str] = {}
    for model in models:
        stem = plain = _UNSAFE.sub("-", model).strip(".-") or "model"
        number = 1
        while stem.lower() in {name.lower() for name in names.values()}:
            number += 1
            stem = f"{plain}-{number}"
        names[model] = stem
    return names


def render_overview(collection: Collection, tables: Overview, links: Mapping[str, str]) -> str:
    """The page of all models as text.

    Args:
        collection: All conditions of all models.
        tables: What it shows.
        links: Where the page of each model lies; none for a model without any result.
    """
    views = [_view(number, tables, one) for number, one in enumerate(tables.tables)]
    models = {
        name: next((one.model for one in part.results), "")
        for name, part in collection.by_model().items()
    }
    template = environment().get_template("overview.html.j2")
    return template.render(
        title=_title(tables, len(models)),
        labels=tables.conditions,
        places=list(range(len(tables.conditions))),
        views=views,
        models=models,
        links=links,
        results=collection.results,
        left_out=[
            *collection.left_out,
            *cut_short(collection),
            *absent_told(collection.absent),
        ],
    )


def _view(number: int, tables: Overview, table: OverviewTable) -> _View:
    estimates = {name: [cell.estimate for cell in row] for name, row in table.rows.items()}
    drawing = None
    if any(one.value is not None for row in estimates.values() for one in row):
        drawing = Markup(
            overview_figure(
                estimates, tables.conditions, title=table.title, prefix=f"overview{number}"
            )
        )
    return _View(table, tables.counts(table), drawing)


def _title(tables: Overview, models: int) -> str:
    """What became of the models in the first table, condition by condition."""
    told = plural(models, "model")
    if not tables.tables:
        return told
    first = tables.tables[0]
    parts = [
        f"{condition} {count}"
        for place, (condition, count) in enumerate(
            zip(tables.conditions, tables.counts(first), strict=True)
        )
        if any(row[place].moved for row in first.rows.values())
    ]
    what = first.title.partition(": ")[2]
    return f"{told}, {what}: {'; '.join(parts)}" if parts else told
