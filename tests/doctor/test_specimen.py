from aleator.doctor.patient import PROMPT
from aleator.doctor.specimen import prompt_of_length, specimen_tree
from tests.doctor.patients import healthy


def test_a_tree_with_branches_and_few_nodes() -> None:
    tree = specimen_tree(healthy())
    assert 9 <= tree.size <= 20
    assert len(set(tree.parents.tolist())) < tree.size - 1, "some node has two children"


def test_prompts_are_as_long_as_they_must_be_and_not_much_longer() -> None:
    patient = healthy("gemma3")
    once = len(patient.prompt_format.prompt_ids(PROMPT))
    assert prompt_of_length(patient, once) == patient.prompt_format.prompt_ids(PROMPT)
    for wanted in (once + 1, 200, 333):
        assert wanted <= len(prompt_of_length(patient, wanted)) <= wanted + 2 * once
