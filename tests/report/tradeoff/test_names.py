from hypothesis import given
from hypothesis import strategies as st

from aleator.report.tradeoff.names import Box, Placed, place_names

ROOM = Box(0.0, 0.0, 400.0, 300.0)
COORDINATES = st.tuples(st.floats(60, 340), st.floats(30, 270))


def test_a_lone_name_stands_at_its_points_right() -> None:
    assert place_names([("soft", (200.0, 150.0))], [], ROOM) == [
        Placed((8.0, 0.0), "left", "center")
    ]


def test_a_line_on_the_right_moves_it_to_the_left() -> None:
    stroke = ((200.0, 150.0), (390.0, 150.0))
    [placed] = place_names([("soft", (200.0, 150.0))], [stroke], ROOM)
    assert placed.side == "right"


def test_names_stay_in_the_room() -> None:
    [placed] = place_names([("condition", (380.0, 150.0))], [], ROOM)
    assert placed.side != "left"
    [placed] = place_names([("soft", (200.0, 299.0))], [((0, 299.0), (400, 299.0))], ROOM)
    assert placed.height == "top"


@given(st.lists(COORDINATES, min_size=1, max_size=5))
def test_names_keep_off_each_other_where_there_is_room(spots: list[tuple[float, float]]) -> None:
    names = [(f"×{number}", spot) for number, spot in enumerate(spots)]
    placed = place_names(names, [], ROOM)
    boxes = [_box(spot, one, 5.1 * 2) for spot, one in zip(spots, placed, strict=True)]
    for number, box in enumerate(boxes):
        assert not any(box.meets(other) for other in boxes[:number])
        assert box.left >= 0 and box.right <= 400 and box.bottom >= 0 and box.top <= 300


def _box(spot: tuple[float, float], placed: Placed, width: float) -> Box:
    x, y = spot[0] + placed.offset[0], spot[1] + placed.offset[1]
    left = x - width * {"left": 0.0, "center": 0.5, "right": 1.0}[placed.side]
    bottom = y - 10 * {"bottom": 0.0, "center": 0.5, "top": 1.0}[placed.height]
    return Box(left, bottom, left + width, bottom + 10)


def test_boxes_meet_where_they_share_something() -> None:
    box = Box(0, 0, 10, 10)
    assert box.meets(Box(9, 9, 20, 20)) and not box.meets(Box(10, 0, 20, 10))
    assert box.covers((5, 5)) and not box.covers((5, 10))
