"""What a prompt's draws add up to."""

from aleator.sampling.draws import Answer, Draws


def test_draws_count_themselves_and_what_was_cut_off() -> None:
    drawn = Draws((Answer("7", 5, False), Answer("x", 2, True)), None, 12)
    assert (drawn.count, drawn.truncated) == (7, 2)
