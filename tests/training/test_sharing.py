"""Which process reads what, against one process that reads everything."""

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from aleator.training.sharing import Chunks, Share

_SMALL = st.integers(1, 6)


@given(visits=st.integers(1, 60), size=_SMALL, processes=_SMALL, passes=_SMALL)
def test_an_update_reads_the_same_visits_however_many_share_it(
    visits: int, size: int, processes: int, passes: int
) -> None:
    alone = iter(Chunks(visits, size * processes * passes))
    shares = [Chunks(visits, size, Share(one, processes)) for one in range(processes)]
    assert {len(share) for share in shares} == {len(shares[0])}
    dealt = [iter(share) for share in shares]
    for update in alone:
        theirs = [list(islice(share, passes)) for share in dealt]
        assert len({len(one) for one in theirs}) == 1  # nobody waits for another's pass
        in_turn = [chunk for everywhere in zip(*theirs, strict=True) for chunk in everywhere]
        assert [index for chunk in in_turn for index in chunk] == update
    assert all(next(share, None) is None for share in dealt)


@given(visits=st.integers(1, 60), size=_SMALL, processes=_SMALL)
def test_processes_read_the_chunks_of_one_with_more_passes(
    visits: int, size: int, processes: int
) -> None:
    alone = list(Chunks(visits, size))
    shares = [Chunks(visits, size, Share(one, processes)) for one in range(processes)]
    dealt = [chunk for everywhere in zip(*shares, strict=True) for chunk in everywhere]
    assert dealt[: len(alone)] == alone
    assert not any(dealt[len(alone) :])
