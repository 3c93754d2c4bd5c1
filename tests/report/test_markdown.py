"""Escaped texts, read again by a Markdown parser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from aleator.report.markdown import code, fenced, plain, table
from aleator.report.sentences import shown

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
NASTY = st.text(st.sampled_from("ab1 .)-+=#*_`[](){}<>!|~&\\:/@$\n\t\u202e\x00;é"), max_size=20)


def inlines(text: str) -> list[Token]:
    return [token for token in READER.parse(text) if token.type == "inline"]


def said(token: Token) -> str:
    """What a reader sees of a line that should hold nothing but text."""
    parts = token.children or []
    assert {part.type for part in parts} <= {"text"}, parts
    return "".join(part.content for part in parts)


@given(text=NASTY)
def test_plain_text_is_nothing_but_text(text: str) -> None:
    expected = shown(text, 400)
    bullet = inlines(f"- {plain(text)}\n")
    assert [said(token) for token in bullet] == ([expected] if expected else [])


@given(text=NASTY)
def test_a_cell_stays_a_cell(text: str) -> None:
    read = inlines(table(["a", plain(text)], [[plain(text), "b"]]))
    assert [said(token) for token in read] == ["a", shown(text, 400), shown(text, 400), "b"]


@given(text=NASTY)
def test_code_is_one_piece_of_code(text: str) -> None:
    (token,) = inlines(f"see {code(text)}.\n")
    _, piece, _ = token.children or []
    assert piece.type == "code_inline"
    assert piece.content.strip() == shown(text, 400)


@given(text=NASTY)
def test_a_block_ends_where_it_should(text: str) -> None:
    block, after, *_ = READER.parse(f"{fenced(text, 'yaml')}\nAfter.\n")
    assert (block.type, after.type) == ("fence", "paragraph_open")


@pytest.mark.parametrize("text", ["https://a.example/b", "see www.a.example", "a@b.example"])
def test_addresses_are_no_links(text: str) -> None:
    """For readers that make links of bare addresses: what they look for is broken up."""
    written = plain(text)
    assert "://" not in written and "www." not in written and "\\@" in written or "@" not in text
    (token,) = inlines(written)
    assert said(token) == text


def test_ordinary_text_stays_readable() -> None:
    text = "held-out families: 0.93 (goal 1/2), 65% before; 3. of 4"
    assert plain(text) == text
    assert plain("2024. A year") == "2024\\. A year", "no list"
