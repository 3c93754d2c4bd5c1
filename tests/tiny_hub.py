"""What the hub has of tinyBenchmarks, in the same columns, of a size for tests."""

from collections.abc import Callable, Mapping, Sequence

from datasets import Dataset, DatasetDict

Doc = Mapping[str, object]

ITEMS = 5
"""Items a task; the item parameters of `tests.item_banks` were asked as many."""

_SHOTS = 26


def load_dataset(path: str, name: str | None = None, **_: object) -> DatasetDict:
    """Stands for the function of that name of the `datasets` library."""
    make, names, splits = _DATASETS[path.removeprefix("tinyBenchmarks/")]
    assert name == names
    return DatasetDict(
        {
            split: Dataset.from_list([dict(make(start + n)) for n in range(count)])
            for start, (split, count) in zip((100, 0), splits.items(), strict=True)
        }
    )


def _arc(n: int) -> Doc:
    choices = {"text": [str(n), "the", f"{n}.5", "one"], "label": ["A", "B", "C", "D"]}
    return {"question": f"Which is {n}?", "choices": choices, "answerKey": "ABCD"[n % 4]}


def _gsm8k(n: int) -> Doc:
    return {"question": f"What is {n} and 1?", "answer": f"It is {n} + 1.\n#### {n + 1}"}


def _mmlu(n: int) -> Doc:
    text = f"Which number?\nA. {n}\nB. 1\nC. 2\nD. 3\nAnswer:"
    return {"input_formatted": text, "question": "?", "answer": n % 4}


def _winogrande(n: int) -> Doc:
    options = {"option1": "the user", "option2": "the model"}
    return {"sentence": f"Number {n} is what _ gave.", **options, "answer": str(1 + n % 2)}


def _hellaswag(n: int) -> Doc:
    context = {"activity_label": "Numbers", "ctx_a": f"Take {n}.", "ctx_b": "then it"}
    return {**context, "endings": ["is [title] 7.", "a", "the one", "go"], "label": str(n % 4)}


def _truthfulqa(n: int) -> Doc:
    choices: Sequence[str] = [str(n), "seven", "the", "no"]
    return {
        "question": f"Is it {n}?",
        "mc1_targets": {"choices": choices, "labels": [1, 0, 0, 0]},
        "mc2_targets": {"choices": choices, "labels": [1, 1, 0, 0]},
    }


_DATASETS: Mapping[str, tuple[Callable[[int], Doc], str | None, Mapping[str, int]]] = {
    "tinyAI2_arc": (_arc, "ARC-Challenge", {"train": _SHOTS, "test": ITEMS}),
    "tinyGSM8k": (_gsm8k, "main", {"train": _SHOTS, "test": ITEMS}),
    "tinyMMLU": (_mmlu, "all", {"dev": 2, "test": ITEMS}),
    "tinyWinogrande": (_winogrande, "winogrande_xl", {"train": _SHOTS, "validation": ITEMS}),
    "tinyHellaswag": (_hellaswag, None, {"train": _SHOTS, "validation": ITEMS}),
    "tinyTruthfulQA": (_truthfulqa, "multiple_choice", {"train": 1, "validation": ITEMS}),
}
