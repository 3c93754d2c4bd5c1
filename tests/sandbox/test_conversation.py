"""Turns come in order, and a follow-up keeps what came before."""

from aleator.sandbox.conversation import Conversation


def test_messages_are_in_order() -> None:
    talk = Conversation("p2", "a2", system="s", history=(("p1", "a1"),))
    assert [(m["role"], m["content"]) for m in talk.messages()] == [
        ("system", "s"),
        ("user", "p1"),
        ("assistant", "a1"),
        ("user", "p2"),
        ("assistant", "a2"),
    ]


def test_no_system_message_unless_there_is_one() -> None:
    assert [m["role"] for m in Conversation("p", "a").messages()] == ["user", "assistant"]


def test_after_joins_the_turns_and_keeps_the_first_system_message() -> None:
    earlier = Conversation("p2", "a2", system="s", history=(("p1", "a1"),))
    joined = Conversation("p3", "a3").after(earlier)
    assert joined.system == "s"
    assert joined.history == (("p1", "a1"), ("p2", "a2"))
    assert (joined.prompt, joined.answer) == ("p3", "a3")
