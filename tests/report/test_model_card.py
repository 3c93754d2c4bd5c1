"""The card: what the hub reads of it, and that nothing on it can break it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from huggingface_hub import ModelCard, ModelCardData
from markdown_it import MarkdownIt

from aleator.report.card_figures import Weights, read_evaluations
from aleator.report.model_card import CardFacts, model_card
from aleator.report.results import Collection
from aleator.training.checkpoints import Counters
from aleator.training.recipe import Recipe, TreeSupervision
from aleator.training.run_record import RunRecord
from tests.report.handmade import write_three

RECORD = RunRecord(
    model="Qwen/Qwen3-0.6B",
    recipe=Recipe("soft", TreeSupervision(), epochs=3),
    command="aleator train Qwen/Qwen3-0.6B --method soft --out runs/mine",
    revision="1" * 40,
    versions={"aleator": "0.1.0", "torch": "2.13.0+cpu"},
    spent=Counters(updates=189, tokens=1_234_567, seconds=60.4),
    targets={"mine": "ab" * 32},
)
FACTS = CardFacts(
    kind="adapter",
    name="me/calibrated",
    base="Qwen/Qwen3-0.6B",
    base_on_hub=True,
    record=RECORD,
    options={"enable_thinking": False},
    opening="",
    dated=False,
    dtype="bfloat16",
    merge_error=None,
)
NOTHING = Collection(())


@pytest.fixture
def measured(tmp_path: Path) -> Collection:
    """Base and soft, of the weights "b" and "s"."""
    base, soft, _ = write_three(tmp_path)
    for path, adapter in ((base, None), (soft, "s")):
        record = {"model_weights": "b", "adapter_weights": adapter}
        (path / "run.yaml").write_text(yaml.safe_dump(record))
    return read_evaluations([base, soft], Weights("b", "s"))


def head(text: str) -> ModelCardData:
    data = ModelCard(text).data
    assert isinstance(data, ModelCardData)
    return data


def test_what_the_hub_reads(measured: Collection) -> None:
    data = head(model_card(FACTS, measured))
    assert data.base_model == "Qwen/Qwen3-0.6B"
    assert data.to_dict()["base_model_relation"] == "adapter"
    assert data.library_name == "peft"
    assert data.tags == ["aleator", "calibration", "lora"]
    assert data.model_name == "calibrated"
    assert data.eval_results is not None
    splits = {one.dataset_split for one in data.eval_results}
    assert splits == {"Held-out families", "Unseen parameters"}
    soft = measured.results[1].splits["held_out_families"].family_mean["value_tv"]
    (tv,) = [
        one.metric_value
        for one in data.eval_results
        if (one.dataset_split, one.metric_type) == ("Held-out families", "value_tv")
    ]
    assert tv == soft.value


def test_what_a_reader_reads(measured: Collection) -> None:
    text = model_card(FACTS, measured)
    assert 'model = PeftModel.from_pretrained(model, "me/calibrated")' in text
    assert "add_generation_prompt=True, enable_thinking=False" in text
    assert "| Held-out families | base | calibrated |" in text
    assert "| Value TV | 0.7" in text, "with intervals in brackets"
    assert "## What got worse or fell short\n\n- No stated goal was missed." in text
    assert "189 updates, 1,234,567 tokens, 60 s" in text
    assert "torch 2.13.0+cpu" in text
    assert "- Closed sets (`closed_sets`): not measured." in text
    assert "nodes: 32" in text, "the whole recipe"
    assert text == model_card(FACTS, measured)


def test_merged(measured: Collection) -> None:
    facts = replace(FACTS, kind="merged", merge_error=0.0123, opening="<|a|>final<|b|>")
    text = model_card(replace(facts, dated=True), measured)
    assert "In training and in every figure it was 2024-07-26" in text
    assert "PeftModel" not in text
    assert 'from_pretrained("me/calibrated")' in text
    assert ') + "<|a|>final<|b|>"' in text
    assert "moved by up to 0.012 nats; the merged model itself was not evaluated" in text
    data = head(text)
    assert data.library_name == "transformers"
    assert data.to_dict()["base_model_relation"] == "finetune"


def test_nothing_measured() -> None:
    text = model_card(FACTS, NOTHING)
    assert "None: no evaluation was given" in text
    assert "model-index" not in text
    assert "## What got worse" not in text
    assert "- Numbers from thirty families (`numeric`): not measured." in text


def test_notes_stand_below_their_table(measured: Collection) -> None:
    """Of one prompt a family, an interval is too narrow, and the card says so as the page does."""
    base, soft = measured.results
    first = tuple(row for row in soft.rows if row.key.endswith("/0"))
    text = model_card(FACTS, Collection((base, replace(soft, rows=first))))
    (note,) = re.findall(r"^- Held-out families: 6 of 6 families .*$", text, re.MULTILINE)
    assert "have one prompt only; a bootstrap within families has no width" in note
    assert "one prompt only" not in model_card(FACTS, measured)


def test_figures_of_rounded_weights(measured: Collection) -> None:
    """What was trained on them is on the card, and beside which weights its figures stand."""
    rounded = replace(RECORD, recipe=replace(RECORD.recipe, quantisation="nf4"))
    facts, (base, soft) = replace(FACTS, record=rounded), measured.results
    told = "The adapter was trained on base weights rounded to four bits (NF4); "
    text = model_card(facts, measured)
    assert told + "the figures of calibrated are of the base model as it is." in text
    settings = {**soft.settings, "quantisation": "nf4"}
    mixed = Collection((base, replace(soft, settings=settings)))
    text = model_card(replace(facts, kind="merged", merge_error=0.0), mixed)
    assert told + "on the base model as it is, which it is merged into here, it was not" in text
    assert "calibrated: measured on weights rounded to four bits (nf4), but compared with" in text
    assert told not in model_card(FACTS, measured)


def test_base_not_measured(measured: Collection) -> None:
    text = model_card(FACTS, Collection(measured.results[1:]))
    assert "(`numeric`): base was not measured, so a change is not known." in text


def test_a_base_that_nobody_else_has() -> None:
    """A place on this machine is no hub id, and the hub is not told that it were."""
    text = model_card(replace(FACTS, base="my model", base_on_hub=False), NOTHING)
    assert "base_model" not in head(text).to_dict()
    assert '"path/to/my model"' in text


def test_what_others_wrote_stays_text(measured: Collection) -> None:
    evil = "a`b\n# x\n---\n<script>alert(1)</script> [l](http://e.example) | ``` \u202e"
    record = replace(RECORD, command=evil, targets={evil: evil}, versions={evil: evil})
    facts = replace(FACTS, name=evil, base=evil, record=record, dtype=evil, merge_error=1.0)
    results = tuple(replace(one, label=one.label) for one in measured.results)
    collection = Collection(results, left_out=(evil,))
    text = model_card(facts, collection)
    assert head(text).base_model == evil
    ordinary = model_card(replace(FACTS, merge_error=1.0), collection)

    def structure(text: str) -> list[str]:
        """Blocks, and what within them is neither text nor code."""
        found = []
        for token in MarkdownIt("commonmark").enable("table").parse(ModelCard(text).text):
            parts = [part.type for part in token.children or []]
            loud = [part for part in parts if part not in ("text", "code_inline", "softbreak")]
            found += [token.type, *loud]
        return found

    assert structure(text) == structure(ordinary)
    assert "\u202e" not in ModelCard(text).text
    assert "html" not in " ".join(structure(text))
