"""The stages: knowledge first, then collapsed chat that keeps a little of both."""

from aleator.sandbox.stages import STAGES


def test_stages_have_names_of_their_own() -> None:
    assert len({stage.name for stage in STAGES}) == len(STAGES)


def test_chat_comes_after_knowledge_and_keeps_it() -> None:
    reading, talking = STAGES
    assert not reading.collapsed and reading.chat_prompts == 0
    assert talking.collapsed and talking.conversations > 0 < talking.chat_prompts
    assert talking.raw_prompts > 0 < talking.documents
