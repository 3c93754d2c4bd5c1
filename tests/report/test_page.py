import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from aleator.errors import OutputError
from aleator.report.load import load_results
from aleator.report.page import render_page, write_page
from aleator.report.results import Collection
from tests.report.conftest import EvaluationMaker
from tests.report.handmade import FAMILIES, METRICS
from tests.report.language import LANGUAGE, changed, copied

HOSTILE = """</style><script>alert('x')</script><img src=x onerror="alert(1)"> "&amp;' {{ 7*7 }}"""


class Page(HTMLParser):
    """Collects tags, attributes and text; void and SVG elements close themselves."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def attributes(self, name: str) -> Iterator[str]:
        return (attrs[name] or "" for _, attrs in self.tags if name in attrs)


def _page(directories: list[Path]) -> Page:
    return Page(render_page(load_results(directories)))


def test_every_aggregate_of_result_json_is_on_the_page(three_conditions: list[Path]) -> None:
    page = _page(three_conditions)
    shown = {
        (attrs["title"] or "").partition(" = ")[0]: attrs["value"]
        for tag, attrs in page.tags
        if tag == "data" and "title" in attrs
    }
    for directory in three_conditions:
        path = directory / "result.json"
        splits = json.loads(path.read_text())["bench"]["numeric"]["splits"]
        for split in FAMILIES:
            for aggregate in ("family_mean", "family_median"):
                for metric in METRICS:
                    place = f"{path}: bench.numeric.splits.{split}.{aggregate}.{metric}"
                    assert float(shown[place] or "") == splits[split][aggregate][metric]["value"]
            for family in FAMILIES[split]:
                place = f"{path}: bench.numeric.splits.{split}.families.{family}.value_tv"
                assert float(shown[place] or "") == splits[split]["families"][family]["value_tv"]


def test_the_same_results_give_the_same_page(three_conditions: list[Path]) -> None:
    pages = [render_page(load_results(three_conditions)) for _ in range(2)]
    assert pages[0] == pages[1]


def test_the_page_fetches_and_runs_nothing(three_conditions: list[Path]) -> None:
    text = render_page(load_results(three_conditions))
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "embed"} & {t for t, _ in page.tags}
    assert not re.search(r"(src|href)=\"(?!#)", text)
    assert "http:" not in text and "https:" not in text and "@import" not in text
    assert "default-src 'none'; style-src 'unsafe-inline'" in text
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]


def test_ids_are_unique_and_references_lead_to_them(three_conditions: list[Path]) -> None:
    text = render_page(load_results(three_conditions))
    ids = list(Page(text).attributes("id"))
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', text)) <= set(ids)


def test_hostile_text_stays_text(make_evaluation: EvaluationMaker) -> None:
    clean = [make_evaluation("a/base"), make_evaluation("a/soft", adapter="dir")]
    dirty = [make_evaluation("b/base"), make_evaluation("b/soft", adapter=HOSTILE)]
    for evaluation in dirty:
        evaluation.top |= {"model": HOSTILE, "command": [HOSTILE], HOSTILE: HOSTILE}
        evaluation.top["versions"][HOSTILE] = HOSTILE
        for row in evaluation.rows:
            row |= {"prompt": HOSTILE, "family": row["family"] + HOSTILE}
            row["parameters"][HOSTILE] = 1.0
        for split in evaluation.splits.values():
            split["families"] = {n + HOSTILE: f for n, f in split["families"].items()}
            split["left_out"] = {HOSTILE: 3}
        evaluation.splits[HOSTILE] = evaluation.splits["unseen_parameters"]
    for evaluation in clean:
        for split in evaluation.splits.values():
            split["left_out"] = {"w1_sampled": 3}
        evaluation.splits["another"] = evaluation.splits["unseen_parameters"]
        evaluation.top["limit"] = 5
    pages = [_page([one.write() for one in group]) for group in (clean, dirty)]
    # Not one element or attribute more than the same page with harmless text has.
    harmless, hostile = ({(tag, *sorted(attrs)) for tag, attrs in page.tags} for page in pages)
    assert hostile == harmless
    assert "alert('x')" in pages[1].text and "{{ 7*7 }}" in pages[1].text


def test_what_was_left_out_is_shown(make_evaluation: EvaluationMaker, tmp_path: Path) -> None:
    base, soft = make_evaluation("base"), make_evaluation("soft", adapter="dir")
    base.splits["held_out_families"]["left_out"] = {"w1_sampled": 7}
    base.splits["held_out_families"]["family_mean"]["w1_sampled"] = {"value": None}
    soft.rows[0]["shape_kl"] = None
    base.write()
    soft.write()
    (tmp_path / "demo.json").write_text(json.dumps({"left_out": ["Only every third prompt."]}))
    text = _page([tmp_path]).text
    assert "This run left something out. Only every third prompt." in text
    assert "Held-out families Normalised W1, from draws 7 0" in text
    assert "soft, Shape KL, held-out families: 1 of 24 prompts not compared" in text


def test_one_condition_makes_a_page_without_goals(make_evaluation: EvaluationMaker) -> None:
    page = _page([make_evaluation("base").write()])
    assert "Held against the goals" not in page.text
    assert "The conditions side by side" in page.text


def test_results_without_curves_make_a_page_without_panels(
    make_evaluation: EvaluationMaker,
) -> None:
    evaluation = make_evaluation("base")
    for row in evaluation.rows:
        row.pop("cdf", None)
    assert "Target against model" not in _page([evaluation.write()]).text


def test_provenance_names_files_seed_command_and_versions(three_conditions: list[Path]) -> None:
    text = _page(three_conditions).text
    for directory in three_conditions:
        assert f"{directory}/result.json" in text
        assert f"{directory}/rows/numeric.jsonl" in text
    assert "aleator eval sandbox" in text
    assert "train/soft/adapter" in text
    assert "torch 2.13.0" in text


def test_a_page_is_written_whole_or_not_at_all(
    three_conditions: list[Path], tmp_path: Path
) -> None:
    collection = load_results(three_conditions)
    write_page(collection, tmp_path / "new" / "page.html")
    assert (tmp_path / "new" / "page.html").read_text() == render_page(collection)
    with pytest.raises(OutputError, match="cannot write"):
        write_page(collection, tmp_path / "new" / "page.html" / "below.html")


def test_every_language_benchmark_has_its_section(language_runs: Path) -> None:
    page = _page([language_runs])
    ids = set(page.attributes("id"))
    sections = {"closed-sets", "open-ended", "mcq-positions", "novelty", "price", "conditions"}
    assert sections <= ids
    assert len(list(page.attributes("id"))) == len(ids)
    assert "hot · temperature" in page.text and "seeds · ssot" in page.text
    assert "not the published judges" in page.text
    text = render_page(load_results([language_runs]))
    assert text == render_page(load_results([language_runs]))
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', text)) <= ids


@pytest.mark.parametrize("name", LANGUAGE)
def test_a_page_is_made_of_one_benchmark_alone(
    language_runs: Path, tmp_path: Path, name: str
) -> None:
    others = dict.fromkeys({"numeric", *LANGUAGE} - {name})
    directories = copied(language_runs, tmp_path, "base", "even")
    page = _page([changed(directory, others) for directory in directories])
    ids = set(page.attributes("id"))
    assert name.replace("_", "-") in ids
    assert not {one.replace("_", "-") for one in LANGUAGE if one != name} & ids
    assert not {"goals", "conditions", "families", "price"} & ids
    assert f"{name}: seed" in page.text and f"rows/{name}" in page.text
    assert "No stated goal was missed" not in page.text


def test_figures_of_all_benchmarks_lead_back_to_their_files(language_runs: Path) -> None:
    page = _page([language_runs])
    titles = [
        attrs["title"] or "" for tag, attrs in page.tags if tag == "data" and "title" in attrs
    ]
    checked = 0
    for title in titles:
        file, _, place = title.partition(" = ")[0].partition(": ")
        value = json.loads(Path(file).read_text())
        rest = place
        while rest:  # names of sets may hold dots
            name = max((n for n in value if f"{rest}.".startswith(f"{n}.")), key=len)
            value, rest = value[name], rest[len(name) + 1 :]
        exact = value["value"] if isinstance(value, dict) else value
        assert float(title.partition(" = ")[2]) == float(exact)
        checked += "numeric" not in place
    assert checked > 200


def test_retention_the_trade_off_and_a_verdict_a_condition(retained: Collection) -> None:
    text = render_page(retained)
    page = Page(text)
    ids = list(page.attributes("id"))
    assert {"retention", "trade-off", "conditions", "goals"} <= set(ids)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', text)) <= set(ids)
    assert "got worse: 1 task and 3 slices with soft; 3 tasks and 3 slices with" in page.text
    assert "soft normalised W1, held-out families: 0.800 → 0.080" in page.text
    assert "Knowledge cloze −15.0 points Perplexity all 3 slices" in page.text
    assert "more than 1 point of accuracy, or a perplexity higher by more than 1%" in page.text
    assert "Retention has 10,000 over items or documents" in page.text
    # Other scales are in the trade-off alone: no column, no goal, no panel of their own.
    rest = text[: text.index('<section id="trade-off">')]
    assert "dial ×0.5" not in rest and "dial ×0.5" in text


def test_figures_of_retention_lead_back_to_their_files(retained: Collection) -> None:
    page = Page(render_page(retained))
    checked = 0
    for tag, attrs in page.tags:
        title = attrs.get("title") or ""
        if tag == "data" and ("knowledge" in title or "perplexity" in title):
            file, _, place = title.partition(" = ")[0].partition(": ")
            value = json.loads(Path(file).read_text())
            for name in re.findall(r"[^.\[\]]+", place):
                value = value[int(name) if isinstance(value, list) else name]
            exact = value["value"] if isinstance(value, dict) else value
            assert float(title.partition(" = ")[2]) == exact == float(attrs["value"] or "")
            checked += 1
    assert checked > 60


def test_hostile_names_of_retention_stay_text(retained_runs: Path, tmp_path: Path) -> None:
    directories = [Path(shutil.copytree(retained_runs / name, tmp_path / name))
                   for name in ("base", "soft")]  # fmt: skip
    clean = _page(directories)
    escaped = json.dumps(HOSTILE)[1:-1]
    for directory in directories:
        for path in (directory / "result.json", *directory.glob("rows/[kp]*.jsonl")):
            text = path.read_text()
            for name in ("cloze", "stories", "acc_norm"):
                text = text.replace(f'"{name}', f'"{escaped}{name}')
            path.write_text(text)
    text = render_page(load_results(directories))
    page = Page(text)
    shapes = [{(tag, *sorted(attrs)) for tag, attrs in one.tags} for one in (clean, page)]
    assert shapes[0] == shapes[1]
    assert "<script" not in text and 'onerror="' not in text and "alert('x')" in page.text


@pytest.mark.parametrize("name", ["knowledge", "perplexity"])
def test_a_page_is_made_of_one_benchmark_of_retention_alone(
    retained_runs: Path, tmp_path: Path, name: str
) -> None:
    gone = {"numeric", "knowledge", "perplexity"} - {name}
    directories = copied(retained_runs, tmp_path, "base", "soft")
    page = _page([changed(directory, dict.fromkeys(gone)) for directory in directories])
    ids = set(page.attributes("id"))
    assert "retention" in ids and not {"goals", "conditions", "trade-off"} & ids
    assert "worse than base" in page.text and "Numbers" not in page.text


def test_hostile_answers_stay_text(language_runs: Path, tmp_path: Path) -> None:
    directories = copied(language_runs, tmp_path, "base", "even", "hot", "seeds")
    clean = _page(directories)
    for directory in directories:
        _poison(directory)
    text = render_page(load_results(directories))
    page = Page(text)
    shapes = [{(tag, *sorted(attrs)) for tag, attrs in one.tags} for one in (clean, page)]
    assert shapes[1] <= shapes[0]
    assert "<script" not in text and 'onerror="' not in text
    assert "alert('x')" in page.text and "\u202e" not in text and "\x00" not in text


def _poison(directory: Path) -> None:
    """Hostile text wherever a model, a judge or a user's target file writes some."""
    nasty = HOSTILE + "\x00\u202e"
    path = directory / "rows" / "open_ended.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows:
        row["prompt"] = nasty
        for answer in row["answers"]:
            answer["text"] = nasty
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    top = json.loads((directory / "result.json").read_text())
    closed = top["bench"]["closed_sets"]
    for one in closed["sets"].values():
        for part in ("answers", "target"):
            one[part] = {HOSTILE + name: share for name, share in one[part].items()}
        one["split"] = HOSTILE
    closed["sets"] = {HOSTILE + name: one for name, one in closed["sets"].items()}
    novelty = top["bench"].get("novelty")
    if novelty:
        novelty |= {"partition": HOSTILE, "scorer": HOSTILE}
        novelty["sets"] = {HOSTILE + name: one for name, one in novelty["sets"].items()}
    methods = [bench["method"] for bench in top["bench"].values()]
    for method in methods:
        method["name"] = method["name"].replace("ssot", HOSTILE)
    (directory / "result.json").write_text(json.dumps(top))
