from aleator.doctor.findings import Line, failed, failures, not_applicable, passed


def test_a_line_for_a_person_and_for_a_program() -> None:
    line = Line("stop token", failed("it is wrong", "repair it"))
    assert line.sentence() == "stop token: it is wrong; repair it"
    assert line.as_row() == {
        "name": "stop token",
        "verdict": "fail",
        "said": "it is wrong",
        "remedy": "repair it",
    }
    assert Line("bos", passed("one")).sentence() == "bos: one"
    assert Line("bos", passed("one")).as_row()["remedy"] is None


def test_failures_are_only_what_failed() -> None:
    wrong = Line("b", failed("no"))
    assert failures([Line("a", passed("")), wrong, Line("c", not_applicable(""))]) == [wrong]
