"""A speller answers as the prompt format's tokenizer does."""

from aleator.tokens.chat import ChatFormat, PlainFormat
from aleator.tokens.speller import Speller
from tests.tiny_models import tiny_tokenizer


def test_chat_and_plain_text_stop_differently() -> None:
    tokenizer = tiny_tokenizer("chatml")
    chat, plain = Speller(ChatFormat(tokenizer)), Speller(PlainFormat(tokenizer))
    assert tokenizer.convert_ids_to_tokens(chat.stop) == "<|im_end|>"
    assert chat.stop != plain.stop
    assert chat.encode(["3.14"]) == plain.encode(["3.14"])
