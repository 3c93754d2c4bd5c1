from dataclasses import replace
from pathlib import Path

import pytest

from aleator.benchmarks.catalogue import BenchSettings
from aleator.benchmarks.evaluation import EvaluationRequest, run_evaluation
from aleator.benchmarks.method_settings import MethodSettings
from aleator.benchmarks.numeric import NumericSettings
from aleator.benchmarks.subject import open_model
from aleator.errors import ConfigurationChangedError, InputError
from aleator.files import as_object, read_json
from tests.tiny_models import tiny_model, tiny_tokenizer

SETTINGS = NumericSettings(limit=2, draws=20)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    model = tiny_model("qwen3", "sdpa")
    model.config.max_position_embeddings = 1024  # "verbalized" has a long system message
    model.save_pretrained(folder)
    tiny_tokenizer("chatml").save_pretrained(folder)
    return str(folder)


def _request(model: str, out: Path) -> EvaluationRequest:
    settings = BenchSettings(numeric=SETTINGS)
    return EvaluationRequest(model, out, ("numeric",), settings=settings, command="aleator eval")


def test_a_directory_is_written_and_continued(model: str, tmp_path: Path) -> None:
    opened = open_model(model, None)
    request = _request(model, tmp_path)
    seen: list[tuple[str, int, int]] = []
    path = run_evaluation(request, opened, lambda *state: seen.append(state))
    assert path == tmp_path / "result.json"
    assert seen[-1] == ("numeric", 4, 4)
    result = as_object(read_json(path), path)
    assert result["schema_version"] == 1
    assert result["model"] == model and result["adapter"] is None and result["seed"] == 0
    assert result["command"] == "aleator eval"
    assert isinstance(result["versions"], dict) and "torch" in result["versions"]
    before = path.read_text()
    run_evaluation(request, opened, lambda *state: None)
    assert path.read_text() == before


def test_another_configuration_is_refused(model: str, tmp_path: Path) -> None:
    opened = open_model(model, None)
    request = _request(model, tmp_path)
    run_evaluation(request, opened, lambda *state: None)
    changed = replace(request, settings=BenchSettings(numeric=replace(SETTINGS, draws=30)))
    with pytest.raises(ConfigurationChangedError, match="numeric.draws was 20, is 30"):
        run_evaluation(changed, opened, lambda *state: None)


def test_a_method_is_kept_with_its_price_and_another_one_refused(
    model: str, tmp_path: Path
) -> None:
    opened = open_model(model, None)
    request = replace(_request(model, tmp_path), method=MethodSettings("verbalized"))
    path = run_evaluation(request, opened, lambda *state: None)
    bench = as_object(as_object(read_json(path), path)["bench"], path)
    method = as_object(as_object(bench["numeric"], path)["method"], path)
    assert method["name"] == "verbalized" and method["draws"] == 80
    with pytest.raises(ConfigurationChangedError, match="numeric.method.name was 'verbalized'"):
        run_evaluation(_request(model, tmp_path), opened, lambda *state: None)


def test_a_method_that_is_not_for_a_benchmark_is_refused(tmp_path: Path) -> None:
    request = EvaluationRequest("m", tmp_path, ("novelty",), method=MethodSettings("ssot"))
    with pytest.raises(InputError, match="not for the benchmark 'novelty'"):
        request.check()
