"""The checks in their order, and how they are run: one cannot take down the others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from jinja2 import TemplateError

from aleator.doctor.boundaries import (
    check_bos,
    check_generation_config,
    check_stop_token,
    check_training_prompt,
)
from aleator.doctor.digits import check_digit_rule
from aleator.doctor.drawing import check_evaluation_mode, check_logits_processors
from aleator.doctor.findings import Finding, Line, failed, not_applicable
from aleator.doctor.lengths import check_lengths
from aleator.doctor.lora import adapter_lines, check_targets
from aleator.doctor.masks import check_masks
from aleator.doctor.memory import check_memory
from aleator.doctor.patient import Patient
from aleator.doctor.precision import check_loss_dtype
from aleator.doctor.templates import check_system_message, check_template
from aleator.errors import AleatorError

_TEMPLATE, _MASKS, _TARGETS = "chat template", "attention masks", "adapter targets"


@dataclass(frozen=True)
class Check:
    """One line of the examination.

    Attributes:
        name: How the line is called.
        run: Finds out.
        needs: Checks without whose passing there is nothing to look at.
        quick: Cheap, and about what training and evaluation themselves do: they run it too.
    """

    name: str
    run: Callable[[Patient], Finding]
    needs: tuple[str, ...] = ()
    quick: bool = False


CHECKS = (
    Check(_TEMPLATE, check_template, quick=True),
    Check("beginning of sequence", check_bos, (_TEMPLATE,), quick=True),
    Check("stop token", check_stop_token, (_TEMPLATE,), quick=True),
    Check("generation config", check_generation_config, (_TEMPLATE,)),
    Check("system message", check_system_message, (_TEMPLATE,)),
    Check("training prompt", check_training_prompt, (_TEMPLATE,), quick=True),
    Check("digit rule", check_digit_rule, (_TEMPLATE,), quick=True),
    Check("evaluation mode", check_evaluation_mode, quick=True),
    Check("logits processors", check_logits_processors, (_TEMPLATE,)),
    Check(_MASKS, check_masks, (_TEMPLATE,)),
    Check("dtype of the loss", check_loss_dtype, (_TEMPLATE,)),
    Check(_TARGETS, check_targets),
    Check("prompt lengths", check_lengths, (_TEMPLATE,)),
    Check("memory for training", check_memory, (_TEMPLATE, _TARGETS)),
)
"""Those of the base model; the adapter's come last, since it changes the model."""


def examine(patient: Patient) -> Iterator[Line]:
    """Every check, each line as soon as it is known."""
    yield from _run(CHECKS, patient)
    yield from adapter_lines(patient)


def examine_quickly(patient: Patient) -> list[Line]:
    """The checks that cost next to nothing."""
    return list(_run(tuple(check for check in CHECKS if check.quick), patient))


def _run(checks: tuple[Check, ...], patient: Patient) -> Iterator[Line]:
    wrong: set[str] = set()
    for check in checks:
        missing = [name for name in check.needs if name in wrong]
        if missing:
            yield Line(check.name, not_applicable(f"needs {missing[0]!r}, which failed"))
            continue
        finding = _find(check, patient)
        if finding.verdict == "fail":
            wrong.add(check.name)
        yield Line(check.name, finding)


def _find(check: Check, patient: Patient) -> Finding:
    try:
        return check.run(patient)
    except (AleatorError, TemplateError) as error:
        return failed(f"could not be checked: {error}")
    except torch.OutOfMemoryError:
        return failed("could not be checked: out of memory", "free the device, or use a larger one")
