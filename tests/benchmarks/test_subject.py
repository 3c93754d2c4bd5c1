from pathlib import Path

import pytest
import torch

from aleator.benchmarks.subject import (
    AnsweringModel,
    Subject,
    adapter_decimals,
    adapter_folder,
    open_model,
)
from aleator.errors import InputError, ModelError
from aleator.files import write_yaml
from aleator.models.adapters import LoraSettings, attach_adapter, save_adapter
from aleator.models.loading import load_model
from tests.number_model import number_format, number_model, number_tokenizer
from tests.tiny_models import tiny_model, tiny_tokenizer


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    tiny_model("qwen3", "sdpa").save_pretrained(folder)
    tiny_tokenizer("chatml").save_pretrained(folder)
    return folder


def _adapter(directory: Path, out: Path, *, trained: bool) -> Path:
    model = attach_adapter(load_model(str(directory)).model, LoraSettings(rank=2), seed=0)
    if trained:
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if "lora_B" in name:
                    parameter.normal_()
    save_adapter(model, out)
    return out


def test_a_model_as_it_is(directory: Path) -> None:
    opened = open_model(str(directory), None)
    assert opened.adapter is None and not opened.adapter_silent
    assert not opened.subject.model.training


def test_an_adapter_is_found_in_its_run(directory: Path, tmp_path: Path) -> None:
    _adapter(directory, tmp_path / "adapter", trained=True)
    opened = open_model(str(directory), tmp_path)
    assert opened.adapter == tmp_path / "adapter" == adapter_folder(tmp_path / "adapter")
    assert not opened.adapter_silent
    assert not opened.subject.model.training


def test_an_adapter_that_changes_nothing_is_noticed(directory: Path, tmp_path: Path) -> None:
    folder = _adapter(directory, tmp_path / "adapter", trained=False)
    assert open_model(str(directory), folder).adapter_silent


def test_a_local_subject_is_asked_with_a_system_message_and_a_temperature() -> None:
    """At a low temperature every draw is the likeliest answer to the conversation as it stands."""
    network, tokenizer = number_model(stop_bias=6.0), number_tokenizer()
    subject = Subject.local(AnsweringModel(network, tokenizer, number_format()))
    for system in (None, "Answer in words.", "Never stop."):
        (drawn,) = subject.answers(6, system=system, temperature=0.001).draw_each(["Go"], 9, 0)
        turns = [("system", system), ("user", "Go")]
        messages = [{"role": role, "content": text} for role, text in turns if text is not None]
        ids = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)
        assert isinstance(ids, list)
        path: list[int] = []
        for _ in range(6):
            with torch.no_grad():
                path.append(int(network(torch.tensor([[*ids, *path]])).logits[0, -1].argmax()))
            if path[-1] == number_format().stop_token_id:
                break
        written = [token for token in path if token != number_format().stop_token_id]
        assert [one.text for one in drawn.answers] == [tokenizer.batch_decode([written])[0]]
    (plain,) = subject.answers(6).draw_each(["Go"], 200, 0)
    assert len(plain.answers) > 10


def test_a_folder_without_an_adapter_is_refused(directory: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no adapter"):
        open_model(str(directory), tmp_path)


def test_decimals_are_those_of_the_training_run(directory: Path, tmp_path: Path) -> None:
    _adapter(directory, tmp_path / "adapter", trained=False)
    assert adapter_decimals(tmp_path) is None
    write_yaml(tmp_path / "run.yaml", {"decimals": 5})
    assert adapter_decimals(tmp_path) == 5 == adapter_decimals(tmp_path / "adapter")
    write_yaml(tmp_path / "run.yaml", {"decimals": "five"})
    with pytest.raises(InputError, match="whole number"):
        adapter_decimals(tmp_path)


def test_an_adapter_is_scaled(directory: Path, tmp_path: Path) -> None:
    folder = _adapter(directory, tmp_path / "adapter", trained=True)
    ids = torch.tensor([[5, 6, 7]])
    plain = open_model(str(directory), None)
    opened = open_model(str(directory), folder)
    assert (plain.adapter_scale, opened.adapter_scale) == (None, 1.0)
    with torch.no_grad():
        base, whole = plain.subject.model(ids).logits, opened.subject.model(ids).logits
        half = opened.scaled(0.5)
        assert half.adapter_scale == 0.5
        between = half.subject.model(ids).logits
        assert torch.equal(half.scaled(0.0).subject.model(ids).logits, base)
        assert torch.equal(half.scaled(1.0).subject.model(ids).logits, whole)
    assert not torch.equal(between, base) and not torch.equal(between, whole)
