import pytest
from pydantic import ValidationError

from aleator.sampling.chat_completions import Completion, Query
from aleator.sampling.served import EndpointSettings

SETTINGS = EndpointSettings("http://localhost:8000/v1", "m", fields={"top_k": -1})


def test_what_matters_is_said_explicitly() -> None:
    assert Query("Pick.", seed=5, max_tokens=9).body(SETTINGS) == {
        "model": "m",
        "messages": [{"role": "user", "content": "Pick."}],
        "temperature": 1.0,
        "top_p": 1.0,
        "seed": 5,
        "max_tokens": 9,
        "top_k": -1,
    }


def test_the_rest_only_where_it_is_wanted() -> None:
    query = Query(
        "Pick.",
        5,
        9,
        system="Be brief.",
        temperature=0.5,
        n=3,
        logprobs=True,
        length_field="max_completion_tokens",
        fields={"top_k": 4, "min_p": 0},
    )
    body = query.body(SETTINGS)
    assert body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Pick."},
    ]
    assert (body["n"], body["logprobs"], body["temperature"]) == (3, True, 0.5)
    assert body["max_completion_tokens"] == 9 and "max_tokens" not in body
    assert (body["top_k"], body["min_p"]) == (-1, 0), "the user's own fields come last"


def test_a_reply_is_read_with_whatever_else_it_holds() -> None:
    reply = Completion.model_validate_json(
        '{"id": "x", "object": "chat.completion", "choices": ['
        '{"index": 0, "message": {"role": "assistant", "content": "4", "tool_calls": null},'
        ' "finish_reason": "stop"},'
        '{"index": 1, "message": {"role": "assistant", "content": null, "reasoning": "hm"},'
        ' "finish_reason": "length"}],'
        '"usage": {"prompt_tokens": 3, "completion_tokens": 12, "total_tokens": 15}}'
    )
    assert [(one.text, one.truncated) for one in reply.choices] == [("4", False), ("", True)]
    assert reply.usage.completion_tokens == 12


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[1]",
        '{"choices": [',
        '{"error": "no"}',
        '{"choices": [], "usage": {"completion_tokens": 0}}',
        '{"choices": [{"text": "4"}], "usage": {"completion_tokens": 0}}',
        '{"choices": [{"message": {"content": 4}}], "usage": {"completion_tokens": 0}}',
        '{"choices": [{"message": {"content": "4"}}]}',
    ],
)
def test_anything_else_is_no_reply(text: str) -> None:
    with pytest.raises(ValidationError):
        Completion.model_validate_json(text)
