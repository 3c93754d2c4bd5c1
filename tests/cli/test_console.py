"""Results on stdout, problems on stderr."""

import pytest

from aleator.cli.console import print_json, report_problem


def test_json_is_one_plain_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    print_json({"strings": ["größer"] * 9, "value": None})
    printed = capsys.readouterr()
    assert printed.out == '{"strings": [' + ", ".join(['"größer"'] * 9) + '], "value": null}\n'
    assert not printed.err


def test_json_refuses_what_is_not_a_number() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        print_json(float("nan"))


def test_a_problem_is_not_wrapped_nor_read_as_markup(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = "unknown name '[red]x[/red]'; known: " + ", ".join(["uniform"] * 40)
    report_problem(sentence)
    printed = capsys.readouterr()
    assert printed.err == f"aleator: {sentence}\n"
    assert not printed.out
