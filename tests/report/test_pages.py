import json
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import pytest

from aleator.errors import OutputError
from aleator.report.load import load_results
from aleator.report.overview.tables import overview
from aleator.report.page import render_page
from aleator.report.pages import file_names, render_overview, write_pages
from aleator.report.results import Collection
from tests.report.conftest import EvaluationMaker
from tests.report.matrices import write_matrix
from tests.report.test_page import HOSTILE, Page


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """The pages of a whole matrix, not to be changed."""
    folder = tmp_path_factory.mktemp("pages")
    out = folder / "my pages" / "all of it.html"
    return write_pages(load_results([write_matrix(folder)]), out)


def test_one_model_has_one_page(three_conditions: list[Path], tmp_path: Path) -> None:
    collection = load_results(three_conditions)
    page = tmp_path / "out" / "page.html"
    assert write_pages(collection, page) == (page,)
    assert page.read_text() == render_page(collection)
    assert [one.name for one in page.parent.iterdir()] == ["page.html"]


def test_several_models_have_an_overview_and_a_page_each(written: tuple[Path, ...]) -> None:
    out = written[0]
    folder = out.parent / "all of it-models"
    assert written == (out, folder / "small.html", folder / "large.html")
    text = out.read_text()
    page = Page(text)
    assert "2 models, normalised W1, held-out families: soft 2 better; hard 2 better" in page.text
    links = [one for one in page.attributes("href") if not one.startswith("#")]
    assert {(out.parent / unquote(one)) for one in links} == set(written[1:])
    assert all((folder / unquote(one)).resolve() == out.resolve()
               for one in Page(written[1].read_text()).attributes("href")
               if not one.startswith("#"))  # fmt: skip
    ids = list(page.attributes("id"))
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', text)) <= set(ids)
    assert "http:" not in text and "https:" not in text and "<script" not in text


def test_the_same_results_give_the_same_overview(matrix: Path) -> None:
    collection = load_results([matrix])
    texts = {render_overview(collection, overview(collection, {}), {}) for _ in range(2)}
    assert len(texts) == 1


def test_figures_of_the_overview_lead_back_to_their_files(written: tuple[Path, ...]) -> None:
    page, checked = Page(written[0].read_text()), 0
    for tag, attrs in page.tags:
        title = attrs.get("title") or ""
        if tag == "data" and not title.startswith("geometric mean"):
            file, _, place = title.partition(" = ")[0].partition(": ")
            value = json.loads(Path(file).read_text())
            for name in place.split("."):
                value = value[name]
            assert float(attrs["value"] or "") == value["value"]
            checked += 1
    assert checked == 6


def test_the_overview_names_every_folder(written: tuple[Path, ...]) -> None:
    text = Page(written[0].read_text()).text
    root = written[0].parent.parent / "matrix"
    for model in ("small", "large"):
        for condition in ("base", "soft", "hard"):
            folder = f"{root}/eval/{model}/{condition}/{{numeric,knowledge,perplexity}}"
            assert folder in text and f"{model} · {condition}" in text
    assert f"org/large with {root}/train/large/soft/adapter" in text


def test_a_model_s_page_is_about_that_model_alone(written: tuple[Path, ...]) -> None:
    page = Page(written[2].read_text())
    assert "large: 10 of 10 goals met" in page.text and "org/small" not in page.text
    assert "small ·" not in page.text and "soft normalised W1" in page.text
    assert all("/small/" not in one for one in page.attributes("title"))


def test_missing_cells_are_said_and_no_page_is_written_for_nothing(
    matrix: Path, tmp_path: Path
) -> None:
    shutil.rmtree(matrix / "eval" / "small")
    (matrix / "eval" / "large" / "soft" / "knowledge" / "result.json").unlink()
    page, large = write_pages(load_results([matrix]), tmp_path / "report.html")
    text = Page(page.read_text()).text
    assert "small · base: numeric, knowledge, perplexity (no result)." in text
    assert "small no result no result no result" in text
    assert large.name == "large.html"
    assert "large · soft: knowledge (not finished)." in Page(large.read_text()).text


def test_names_of_files_are_safe_and_distinct() -> None:
    models = ("Qwen/Qwen3-4B", "Qwen Qwen3-4B", "qwen-qwen3-4b", "../..", "é", "plain")
    found = file_names(dict.fromkeys(models, Collection(())))
    assert list(found.values()) == [
        "Qwen-Qwen3-4B",
        "Qwen-Qwen3-4B-2",
        "qwen-qwen3-4b-3",
        "model",
        "model-2",
        "plain",
    ]


def test_hostile_names_stay_text(make_evaluation: EvaluationMaker, tmp_path: Path) -> None:
    made = []
    for name, model in (("a", HOSTILE), ("b", HOSTILE + "again")):
        evaluation = make_evaluation(name)
        evaluation.rows = evaluation.rows[::8]
        evaluation.top["model"] = model
        made.append(evaluation.write())
    every = write_pages(load_results(made), tmp_path / "report.html")
    for file in every:
        page = Page(file.read_text())
        assert not {"script", "img"} & {tag for tag, _ in page.tags}
        assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
        assert "alert('x')" in page.text
    assert len(every) == 3 and every[1].parent == tmp_path / "report-models"


def test_a_place_that_cannot_be_written_is_said(matrix: Path, tmp_path: Path) -> None:
    (tmp_path / "report-models").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        write_pages(load_results([matrix]), tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()
