"""What a run remembers of itself."""

from dataclasses import replace
from pathlib import Path

import pytest

from aleator.errors import ConfigurationChangedError, InputError
from aleator.files import as_object, read_yaml, write_yaml
from aleator.training.checkpoints import Counters
from aleator.training.recipe import Anchor, Lora, Recipe, TreeSupervision
from aleator.training.run_record import RunRecord, current_versions, read_record

RECIPE = Recipe(method="soft", supervision=TreeSupervision(), epochs=1)
RECORD = RunRecord("sandbox", RECIPE, command="aleator train sandbox")


def test_a_record_survives_being_written_and_read(tmp_path: Path) -> None:
    RECORD.write(tmp_path)
    assert read_record(tmp_path) == RECORD
    finished = replace(RECORD, revision="abc", spent=Counters(4, 300, 20, 1.5))
    finished.write(tmp_path)
    assert read_record(tmp_path) == finished
    assert finished.finished and not RECORD.finished


def test_readers_find_what_they_need_at_the_top(tmp_path: Path) -> None:
    RECORD.write(tmp_path)
    values = as_object(read_yaml(tmp_path / "run.yaml"), tmp_path)
    assert (values["method"], values["decimals"], values["seed"]) == ("soft", 2, 11)
    assert values["versions"] == current_versions()
    assert {"aleator", "python", "torch", "transformers", "peft"} <= current_versions().keys()


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    assert read_record(tmp_path / "missing") is None
    assert read_record(tmp_path) is None
    (tmp_path / ".run.yaml.77.tmp").touch()
    assert read_record(tmp_path) is None
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(InputError, match="is not empty and holds no run.yaml"):
        read_record(tmp_path)


def test_a_record_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text("model: sandbox\nrecipe: {method: soft}\n")
    with pytest.raises(InputError, match="not written by this version of aleator"):
        read_record(tmp_path)


def test_a_record_from_before_a_key_takes_its_default(tmp_path: Path) -> None:
    RECORD.write(tmp_path)
    values = as_object(read_yaml(tmp_path / "run.yaml"), tmp_path)
    recipe = as_object(values["recipe"], tmp_path)
    del recipe["gradient_checkpointing"]
    write_yaml(tmp_path / "run.yaml", {**values, "recipe": recipe})
    before = read_record(tmp_path)
    assert before is not None and before == RECORD
    before.check_same(RECORD, tmp_path)
    with pytest.raises(ConfigurationChangedError, match="gradient_checkpointing was False, is Tr"):
        before.check_same(
            replace(RECORD, recipe=replace(RECIPE, gradient_checkpointing=True)), tmp_path
        )


def test_every_difference_is_named(tmp_path: Path) -> None:
    changed = replace(RECIPE, epochs=2, lora=Lora(rank=8))
    with pytest.raises(ConfigurationChangedError) as caught:
        RECORD.check_same(RunRecord("other", changed), tmp_path)
    for words in (
        "epochs was 1, is 2",
        "lora.rank was 16, is 8",
        "model was 'sandbox', is 'other'",
    ):
        assert words in str(caught.value)
    assert "seed" not in str(caught.value)


def test_target_files_count_by_what_they_hold_not_where_they_lie(tmp_path: Path) -> None:
    recipe = replace(RECIPE, targets=("a/mine.yaml",))
    record = RunRecord("sandbox", recipe, targets={"mine": "abc"})
    record.write(tmp_path)
    assert read_record(tmp_path) == record
    moved = replace(record, recipe=replace(recipe, targets=("b/mine.yaml",)))
    record.check_same(moved, tmp_path)
    with pytest.raises(ConfigurationChangedError, match=r"targets.mine was 'abc', is 'def'"):
        record.check_same(replace(record, targets={"mine": "def"}), tmp_path)
    with pytest.raises(ConfigurationChangedError, match=r"targets.mine was 'abc', is None"):
        record.check_same(RECORD, tmp_path)


def test_versions_and_the_command_may_differ(tmp_path: Path) -> None:
    RECORD.check_same(replace(RECORD, command="other", versions={"torch": "1"}), tmp_path)


def test_another_revision_of_the_model_is_refused() -> None:
    known = RECORD.with_revision("abc")
    assert known.revision == "abc"
    assert known.with_revision("abc") == known
    with pytest.raises(ConfigurationChangedError, match="begun with sandbox at abc"):
        known.with_revision("def")


def test_the_anchor_counts_by_what_it_holds(tmp_path: Path) -> None:
    recipe = replace(RECIPE, anchor=Anchor(prompts="a/keep.jsonl"))
    record = RunRecord("sandbox", recipe, anchor="abc")
    record.write(tmp_path)
    assert read_record(tmp_path) == record
    moved = replace(record, recipe=replace(recipe, anchor=Anchor(prompts="b/keep.jsonl")))
    record.check_same(moved, tmp_path)
    with pytest.raises(ConfigurationChangedError, match=r"anchor.prompts was 'abc', is 'def'"):
        record.check_same(replace(record, anchor="def"), tmp_path)
    with pytest.raises(ConfigurationChangedError, match=r"anchor.tokens was 576, is 7"):
        record.check_same(
            replace(record, recipe=replace(recipe, anchor=Anchor(tokens=7))), tmp_path
        )
