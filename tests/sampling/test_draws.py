"""What a prompt's draws add up to."""

from aleator.sampling.draws import Answer, Draws, ordered_answers


def test_draws_count_themselves_and_what_was_cut_off() -> None:
    drawn = Draws((Answer("7", 5, False), Answer("x", 2, True)), None, 12)
    assert (drawn.count, drawn.truncated) == (7, 2)
    assert drawn.invalid == 0


def test_counted_pairs_become_answers_in_order() -> None:
    counts = {("b", False): 2, ("c", False): 5, ("a", True): 2, ("a", False): 2}
    assert [(one.text, one.truncated, one.count) for one in ordered_answers(counts)] == [
        ("c", False, 5),
        ("a", False, 2),
        ("a", True, 2),
        ("b", False, 2),
    ]
