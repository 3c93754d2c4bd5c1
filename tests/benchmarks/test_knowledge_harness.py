"""lm-eval on a loaded model, against separate forward passes that know nothing of it."""

import logging
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
import torch
from datasets import Dataset
from torch import nn
from transformers import GenerationConfig, PreTrainedModel, PreTrainedTokenizerFast

from aleator.benchmarks.knowledge_harness import ScoredItem, as_rows, score_task
from aleator.benchmarks.subject import AnsweringModel
from aleator.errors import InputError
from aleator.models.adapters import LoraSettings, attach_adapter
from aleator.models.loading import load_model
from aleator.tokens.chat import ChatFormat
from tests.tiny_models import Architecture, Template, tiny_model, tiny_tokenizer

QUESTIONS: list[dict[str, object]] = [
    {"question": "Which one, 3 or 5?", "options": ["3", "5 apples", "seventeen"], "right": 1},
    {"question": "A", "options": ["final", "model", "12.5"], "right": 0},
    {"question": "Generate exactly ONE number. " * 4, "options": ["-7", "the", "0.25"], "right": 2},
]
MODELS: list[tuple[Architecture, Template]] = [
    ("qwen3", "chatml_thinking"),
    ("llama", "llama3"),
    ("gemma3", "gemma"),
    ("gpt_oss", "harmony"),
]
NEW_TOKENS = 9


def _subject(architecture: Architecture, template: Template) -> AnsweringModel:
    tokenizer = tiny_tokenizer(template)
    return AnsweringModel(tiny_model(architecture), tokenizer, ChatFormat(tokenizer))


def _config(rows: Sequence[Mapping[str, object]], **more: object) -> dict[str, object]:
    def dataset(**_: object) -> dict[str, Dataset]:
        return {"test": Dataset.from_list([dict(row) for row in rows])}

    return {
        "task": "probe",
        "custom_dataset": dataset,
        "test_split": "test",
        "doc_to_text": "{{question}}",
        **more,
    }


def _choice(rows: Sequence[Mapping[str, object]], **more: object) -> dict[str, object]:
    metrics = [
        {"metric": metric, "aggregation": "mean", "higher_is_better": True}
        for metric in ("acc", "acc_norm")
    ]
    return _config(
        rows,
        output_type="multiple_choice",
        doc_to_choice="options",
        doc_to_target="right",
        metric_list=metrics,
        **more,
    )


def _written(rows: Sequence[Mapping[str, object]], until: Sequence[str] = ()) -> dict[str, object]:
    generation = {"until": list(until), "do_sample": False, "max_gen_toks": NEW_TOKENS}
    metric = {"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}
    return _config(
        rows,
        output_type="generate_until",
        doc_to_target="{{right}}",
        generation_kwargs=generation,
        metric_list=[metric],
    )


def _likelihood(model: nn.Module, context: Sequence[int], rest: Sequence[int]) -> float:
    with torch.inference_mode():
        logits = model(torch.tensor([[*context, *rest]])).logits[0].float()
    logprobs = logits.log_softmax(-1)
    places = range(len(context) - 1, len(context) + len(rest) - 1)
    return sum(float(logprobs[place, token]) for place, token in zip(places, rest, strict=True))


def _in_chat(subject: AnsweringModel, prompt: tuple[int, ...], option: str) -> float:
    """An option behind a chat prompt; the line ends that close the prompt count with it."""
    answer = subject.prompt_format.answer_ids([option])[0]
    cut = len(prompt)
    while not str(subject.tokenizer.decode(list(prompt[cut - 1 :]))).strip():
        cut -= 1
    return _likelihood(subject.model, prompt[:cut], [*prompt[cut:], *answer])


def _greedy(subject: AnsweringModel, prompt: Sequence[int], stops: set[int]) -> str:
    ids = list(prompt)
    for _ in range(NEW_TOKENS):
        with torch.inference_mode():
            token = int(subject.model(torch.tensor([ids])).logits[0, -1].argmax())
        if token in stops:
            break
        ids.append(token)
    written = subject.tokenizer.decode(ids[len(prompt) :], skip_special_tokens=True)
    assert isinstance(written, str)
    return written


def _ends(subject: AnsweringModel) -> set[int]:
    end = subject.tokenizer.eos_token_id
    assert isinstance(end, int)
    return {subject.prompt_format.stop_token_id, end}


def _check_choices(items: Sequence[ScoredItem], likelihood: Callable[[str, str], float]) -> None:
    assert len(items) == len(QUESTIONS)
    for item, row in zip(items, QUESTIONS, strict=True):
        options = row["options"]
        assert isinstance(options, list)
        expected = [likelihood(str(row["question"]), option) for option in options]
        for one, other in zip(item.responses, expected, strict=True):
            assert isinstance(one, float) and abs(one - other) <= 1e-3
        best = int(np.argmax(expected))
        lengths = [len(option) for option in options]
        longest = int(np.argmax(np.divide(expected, lengths)))
        assert item.metrics == {
            "acc": float(best == row["right"]),
            "acc_norm": float(longest == row["right"]),
        }


@pytest.mark.parametrize(("architecture", "template"), MODELS)
def test_options_have_the_likelihoods_of_separate_passes(
    architecture: Architecture, template: Template
) -> None:
    subject = _subject(architecture, template)
    items = score_task(subject, _choice(QUESTIONS), chat=True)

    def likelihood(question: str, option: str) -> float:
        return _in_chat(subject, subject.prompt_format.prompt_ids(question), option)

    _check_choices(items, likelihood)


@pytest.mark.parametrize("template", ["gemma", "none"])
def test_raw_text_has_one_beginning_token_where_the_tokenizer_has_one(template: Template) -> None:
    tokenizer = tiny_tokenizer(template)
    plain = tiny_tokenizer("chatml")  # the format of prompts plays no part in raw text
    subject = AnsweringModel(tiny_model("llama"), tokenizer, ChatFormat(plain))
    items = score_task(subject, _choice(QUESTIONS), chat=False)
    first = tokenizer.bos_token_id
    bos = [first] if isinstance(first, int) else []
    assert len(bos) == (template == "gemma")

    def likelihood(question: str, option: str) -> float:
        text = question.rstrip()
        context = tokenizer(text, add_special_tokens=False)["input_ids"]
        rest = tokenizer(question + " " + option, add_special_tokens=False)["input_ids"]
        return _likelihood(subject.model, [*bos, *context], rest[len(context) :])

    _check_choices(items, likelihood)


@pytest.mark.parametrize(("architecture", "template"), MODELS)
def test_answers_are_those_of_plain_greedy_steps(
    architecture: Architecture, template: Template
) -> None:
    """Whatever the checkpoint's settings say, which are there again afterwards."""
    subject = _subject(architecture, template)
    assert isinstance(subject.model, PreTrainedModel)
    own = GenerationConfig(
        do_sample=True, temperature=0.6, top_k=2, repetition_penalty=9.0, max_new_tokens=2,
        no_repeat_ngram_size=1, suppress_tokens=list(range(100)),
    )  # fmt: skip
    subject.model.generation_config = own
    items = score_task(subject, _written(QUESTIONS), chat=True)
    assert subject.model.generation_config is own
    stops = _ends(subject)
    for item, row in zip(items, QUESTIONS, strict=True):
        prompt = subject.prompt_format.prompt_ids(str(row["question"]))
        assert item.responses == (_greedy(subject, prompt, stops),)


def test_an_answer_ends_at_the_turns_end_and_at_what_the_task_says() -> None:
    loaded = load_model("sandbox")
    subject = AnsweringModel(loaded.model, loaded.tokenizer, ChatFormat(loaded.tokenizer))
    rows = [
        {"question": "What is 3 plus 4?", "right": "7"},
        {"question": "Which city is the capital of France?", "right": "Paris"},
        {"question": "Hello!", "right": ""},
    ]
    items = score_task(subject, _written(rows), chat=True)
    assert [item.responses for item in items][:2] == [("7",), ("Paris",)]
    assert [item.metrics["exact_match"] for item in items] == [1.0, 1.0, 0.0]
    greeting = items[2].responses[0]
    assert isinstance(greeting, str) and len(greeting) > 4
    cut = score_task(subject, _written(rows, until=[greeting[3:5]]), chat=True)
    assert cut[2].responses == (greeting[:3],)


def test_the_adapter_counts() -> None:
    subject = _subject("qwen3", "chatml")
    plain = score_task(subject, _choice(QUESTIONS), chat=True)
    assert isinstance(subject.model, PreTrainedModel)
    adapter = attach_adapter(subject.model, LoraSettings(), seed=1)
    with torch.no_grad():  # a fresh one changes nothing
        for name, weight in adapter.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=0.3)
    adapted = AnsweringModel(adapter.eval(), subject.tokenizer, subject.prompt_format)
    items = score_task(adapted, _choice(QUESTIONS), chat=True)
    assert items[0].responses != plain[0].responses

    def likelihood(question: str, option: str) -> float:
        return _in_chat(adapted, adapted.prompt_format.prompt_ids(question), option)

    _check_choices(items, likelihood)
    written = score_task(adapted, _written(QUESTIONS), chat=True)
    stops = _ends(adapted)
    prompt = adapted.prompt_format.prompt_ids(str(QUESTIONS[0]["question"]))
    assert written[0].responses == (_greedy(adapted, prompt, stops),)


def test_examples_are_turns_of_their_own() -> None:
    subject = _subject("llama", "llama3")
    config = _choice(
        QUESTIONS, num_fewshot=2, fewshot_split="test", fewshot_config={"sampler": "first_n"}
    )
    # The examples are the first two others, so those of the last question are the first two.
    item = score_task(subject, config, chat=True)[2]
    turns: list[dict[str, str]] = []
    for row in QUESTIONS[:2]:
        options, right = row["options"], row["right"]
        assert isinstance(options, list) and isinstance(right, int)
        turns.append({"role": "user", "content": str(row["question"])})
        turns.append({"role": "assistant", "content": options[right]})
    turns.append({"role": "user", "content": str(QUESTIONS[2]["question"])})
    chat = subject.prompt_format
    assert isinstance(chat, ChatFormat)
    prompt = subject.tokenizer(chat.text(turns), add_special_tokens=False)["input_ids"]
    assert prompt.count(subject.tokenizer.bos_token_id) == 1
    expected = _in_chat(subject, tuple(prompt), "-7")
    assert isinstance(item.responses[0], float) and abs(item.responses[0] - expected) <= 1e-3


def test_likelihoods_are_in_float32_whatever_the_models_precision() -> None:
    subject = _subject("qwen3", "chatml")
    subject.model.to(torch.bfloat16)
    item = score_task(subject, _choice(QUESTIONS[:1]), chat=True)[0]
    prompt = subject.prompt_format.prompt_ids(str(QUESTIONS[0]["question"]))
    expected = _in_chat(subject, prompt, "3")
    # Rows of a batch differ from single ones by bfloat16's rounding of the logits, no more.
    assert isinstance(item.responses[0], float) and abs(item.responses[0] - expected) <= 0.1
    assert item.responses[0] != float(torch.tensor(item.responses[0]).bfloat16())


def test_what_was_lent_comes_back_as_it_was() -> None:
    subject = _subject("llama", "llama3")
    tokenizer: PreTrainedTokenizerFast = subject.tokenizer
    tokenizer.pad_token = None
    side, level = tokenizer.padding_side, logging.getLogger("lm_eval").level
    score_task(subject, _written(QUESTIONS), chat=True)
    assert tokenizer.pad_token is None and tokenizer.padding_side == side
    assert logging.getLogger("lm_eval").level == level


def test_nothing_is_told_on_the_way(capfd: pytest.CaptureFixture[str]) -> None:
    score_task(_subject("qwen3", "chatml"), _written(QUESTIONS), chat=True)
    score_task(_subject("qwen3", "chatml"), _choice(QUESTIONS), chat=True)
    assert capfd.readouterr() == ("", "")


def test_a_limit_takes_the_first() -> None:
    subject = _subject("qwen3", "chatml")
    items = score_task(subject, _choice(QUESTIONS), chat=True, limit=2)
    whole = score_task(subject, _choice(QUESTIONS), chat=True)
    assert [item.metrics for item in items] == [item.metrics for item in whole[:2]]


def test_prompts_that_do_not_fit_are_refused() -> None:
    subject = _subject("qwen3", "chatml")
    long = [{"question": "7 " * 600, "options": ["1", "2"], "right": 0}]
    for config in (_choice(long), _written(long)):
        with pytest.raises(InputError, match="do not fit this model, which reads 512"):
            score_task(subject, config, chat=True)


def test_data_that_cannot_be_had_is_said() -> None:
    config = {**_choice(QUESTIONS), "custom_dataset": None, "dataset_path": "./no/such/folder"}
    with pytest.raises(InputError, match=r"the data of probe \(\./no/such/folder\)"):
        score_task(_subject("qwen3", "chatml"), config, chat=True)


def test_rows_name_task_and_place() -> None:
    items = [ScoredItem({"acc": 1.0, "b": None}, (-1.5, -2.0)), ScoredItem({"acc": 0.0}, ("a",))]
    assert as_rows("probe", items, {"acc": "mc2"}) == [
        {
            "key": "probe/0000",
            "task": "probe",
            "items": 2,
            "metrics": {"mc2": 1.0, "b": None},
            "responses": [-1.5, -2.0],
        },
        {
            "key": "probe/0001",
            "task": "probe",
            "items": 2,
            "metrics": {"mc2": 0.0},
            "responses": ["a"],
        },
    ]
