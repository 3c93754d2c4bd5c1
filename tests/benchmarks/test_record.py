from dataclasses import replace
from pathlib import Path

import pytest

from aleator.benchmarks.record import RUN_FILE, EvaluationRecord, current_versions, fingerprint
from aleator.errors import ConfigurationChangedError, InputError
from aleator.files import read_yaml, write_text, write_yaml

RECORD = EvaluationRecord(
    model="sandbox",
    model_weights="0123",
    adapter="runs/soft/adapter",
    adapter_weights="4567",
    seed=11,
    benches={"numeric": {"draws": 10, "splits": ["a", "b"], "exact": {"nodes": 3}}},
    command="aleator eval …",
    adapter_scale=1.0,
)


def test_the_same_again_is_continued(tmp_path: Path) -> None:
    assert RECORD.continued(tmp_path) == RECORD
    RECORD.write(tmp_path)
    assert replace(RECORD, command="another").continued(tmp_path) == RECORD
    stored = read_yaml(tmp_path / RUN_FILE)
    assert isinstance(stored, dict) and stored["versions"] == current_versions()


def test_every_difference_is_named(tmp_path: Path) -> None:
    RECORD.write(tmp_path)
    changed = replace(
        RECORD,
        seed=12,
        adapter_weights="89ab",
        quantisation="nf4",
        benches={"numeric": {"draws": 20, "splits": ["a", "b"], "exact": {"nodes": 4}}},
    )
    with pytest.raises(ConfigurationChangedError) as caught:
        changed.continued(tmp_path)
    message = str(caught.value)
    for part in (
        "adapter_weights was '4567', is '89ab'",
        "quantisation was None, is 'nf4'",
        "numeric.draws was 10, is 20",
        "numeric.exact.nodes was 3, is 4",
        "seed was 11, is 12",
    ):
        assert part in message
    assert "splits" not in message and "command" not in message


def test_another_benchmark_is_added(tmp_path: Path) -> None:
    RECORD.write(tmp_path)
    more = replace(RECORD, benches={"other": {"draws": 5}}).continued(tmp_path)
    assert set(more.benches) == {"numeric", "other"}


def test_something_else_in_the_folder_is_refused(tmp_path: Path) -> None:
    write_yaml(tmp_path / RUN_FILE, {"schema_version": 1, "kind": "training"})
    with pytest.raises(InputError, match="not that of an evaluation"):
        RECORD.continued(tmp_path)
    bare = tmp_path / "bare"
    write_text(bare / "result.json", "{}")
    with pytest.raises(InputError, match="no run.yaml"):
        RECORD.continued(bare)


def test_fingerprints_tell_weights_apart(tmp_path: Path) -> None:
    for name, content in (("one", b"aaaa"), ("same", b"aaaa"), ("other", b"aaab")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").write_bytes(content)
    prints = {name: fingerprint(tmp_path / name) for name in ("one", "same", "other")}
    assert prints["one"] == prints["same"] != prints["other"]


def test_another_scale_of_the_adapter_is_refused(tmp_path: Path) -> None:
    half = replace(RECORD, adapter_scale=0.5)
    half.write(tmp_path)
    assert half.continued(tmp_path) == half
    with pytest.raises(ConfigurationChangedError, match=r"adapter_scale was 0.5, is 1.0"):
        replace(half, adapter_scale=1.0).continued(tmp_path)


@pytest.mark.parametrize(("adapter", "scale"), [("runs/soft/adapter", 1.0), (None, None)])
def test_records_of_before_scales_are_continued(
    tmp_path: Path, adapter: str | None, scale: float | None
) -> None:
    record = replace(RECORD, adapter=adapter, adapter_scale=scale)
    write_yaml(
        tmp_path / RUN_FILE,
        {
            "schema_version": 1,
            "kind": "evaluation",
            **{name: value for name, value in record.row().items() if name != "adapter_scale"},
        },
    )
    assert record.continued(tmp_path) == record
    with pytest.raises(ConfigurationChangedError, match=f"adapter_scale was {scale}, is 0.25"):
        replace(record, adapter_scale=0.25).continued(tmp_path)
