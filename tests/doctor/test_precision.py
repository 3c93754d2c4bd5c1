import pytest
import torch
from torch import nn
from transformers.modeling_outputs import CausalLMOutputWithPast

from aleator.doctor.patient import Patient
from aleator.doctor.precision import check_loss_dtype
from tests.doctor.patients import loaded


@pytest.mark.parametrize("back", [torch.bfloat16, torch.float32])
@pytest.mark.parametrize("through", [torch.bfloat16, torch.float16])
def test_logits_that_went_through_half_precision(through: torch.dtype, back: torch.dtype) -> None:
    """As of a model that hands logits on in the dtype of its weights, after scaling them say."""

    def rounded(_: nn.Module, _args: object, output: CausalLMOutputWithPast) -> None:
        assert output.logits is not None
        output["logits"] = output.logits.to(through).to(back)

    parts = loaded("llama")
    parts.model.register_forward_hook(rounded)
    finding = check_loss_dtype(Patient.admit(parts))
    assert finding.verdict == "fail" and "rounds its logits to" in finding.said


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_weights_in_half_precision_make_logits_in_float32(dtype: torch.dtype) -> None:
    parts = loaded("gemma3")
    torch.nn.Module.to(parts.model, dtype)
    finding = check_loss_dtype(Patient.admit(parts))
    assert finding.verdict == "pass" and finding.said.startswith("float32 logits")
