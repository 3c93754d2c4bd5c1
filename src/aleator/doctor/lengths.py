"""Does the model have positions for every prompt of a recipe, with the longest answer to it?

What the anchor is laid on is not looked at: it may be a data set of the hub. Training looks at it.
"""

from aleator.doctor.findings import Finding, failed, not_applicable, passed
from aleator.doctor.patient import Patient
from aleator.errors import InputError
from aleator.models.positions import check_room, model_positions
from aleator.tokens.chat import ChatFormat
from aleator.tokens.spelling import system_formats
from aleator.training.prompt_lengths import asked_of_recipe
from aleator.training.target_files import all_targets, read_target_files


def check_lengths(patient: Patient) -> Finding:
    """The first prompt of the recipe that is longer than the model."""
    if patient.recipe is None:
        return not_applicable("no training was asked about")
    positions = model_positions(patient.model)
    if positions is None:
        return not_applicable("the model's configuration sets no limit")
    files = read_target_files(patient.recipe)
    with_system = system_formats(all_targets(files), patient.tokenizer)
    plain = ChatFormat(patient.tokenizer)
    try:
        check_room(positions, asked_of_recipe(patient.recipe, files, plain, with_system))
    except InputError as error:
        return failed(str(error))
    return passed(f"every prompt of the recipe fits the model's {positions:,} positions")
