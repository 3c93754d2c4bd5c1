"""How one tokenizer writes answers to the prompts of one format."""

from collections.abc import Sequence

from aleator.tokens.chat import PromptFormat
from aleator.tokens.numeral_tokens import NumeralTokens, numeral_tokens


class Speller:
    """Answers as tokens: any string by the tokenizer, numbers by its digit rule where it has one.

    Attributes:
        stop: token that ends an answer.
        numerals: the verified digit rule, or ``None`` where outcomes must be listed.
    """

    def __init__(self, prompt_format: PromptFormat) -> None:
        """Verify the digit rule of the tokenizer behind ``prompt_format``."""
        self._format = prompt_format
        self.stop: int = prompt_format.stop_token_id
        self.numerals: NumeralTokens | None = numeral_tokens(prompt_format.answer_ids)

    def encode(self, answers: Sequence[str]) -> list[tuple[int, ...]]:
        """Tokens of each answer in place after the prompt, without the stop token."""
        return self._format.answer_ids(answers)
