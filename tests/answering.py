"""Subjects that are answered by one source, whatever they are asked for."""

from aleator.sampling.draws import Answering, AnswerSource


def always(source: AnswerSource) -> Answering:
    """Gives that source for any length, system message and temperature."""

    def answers(
        max_new_tokens: int, *, system: str | None = None, temperature: float = 1.0
    ) -> AnswerSource:
        return source

    return answers
