"""The card of an exported model: the README of a repository, its head in YAML for the hub.

It says what the thing is, how to ask it, what was measured with which intervals, base beside it,
what got worse, how it was made, and what nobody has measured. Nothing on it is written before the
figures are known, and every text that came from elsewhere is escaped.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import yaml
from huggingface_hub import ModelCardData

from aleator.distributions.families import family
from aleator.files import JsonValue
from aleator.report.card_figures import (
    BASE,
    CALIBRATED,
    TITLES,
    BenchTable,
    bench_tables,
    index_results,
    setbacks_told,
)
from aleator.report.cut_short import cut_short
from aleator.report.markdown import code, fenced, plain, table
from aleator.report.results import Collection
from aleator.report.sentences import listed, shown
from aleator.tokens.chat import TODAY
from aleator.training.recipe_yaml import recipe_values
from aleator.training.run_record import RunRecord

Kind = Literal["adapter", "merged"]

_LIMITS = (
    "Draws come from the sampler of whoever serves the model, at temperature 1 and with nothing "
    "truncated; they agree with a target only as far as measured above. This is no source of "
    "randomness for security or science.",
    "Families, parameters and wordings far from those trained on may be answered as before.",
    "Rare answers of absurd size occur; clip or reject them where they matter.",
    "What the base model is good and bad at otherwise was changed by training and is known only "
    "where a table above says so.",
)


@dataclass(frozen=True)
class CardFacts:
    """What a card is about, figures aside.

    Attributes:
        kind: An adapter, or a merged model.
        name: What the model is called: the repository, or the folder.
        base: The base model: its hub id, or the last part of its directory.
        base_on_hub: Whether that is a hub id.
        record: The training run.
        options: What the chat template is called with.
        opening: What an answer is opened with behind the template's prompt; empty for nothing.
        dated: Whether the chat template prints today's date.
        dtype: Of a merged model's weights.
        merge_error: The largest difference in nats that merging made to a next-token
            log-probability on one prompt; None for an adapter.
    """

    kind: Kind
    name: str
    base: str
    base_on_hub: bool
    record: RunRecord
    options: Mapping[str, JsonValue]
    opening: str
    dated: bool
    dtype: str
    merge_error: float | None


def model_card(facts: CardFacts, collection: Collection) -> str:
    """The card as Markdown with its YAML head; the same facts give the same text."""
    tables = bench_tables(collection)
    parts = [
        _head(facts, tables),
        _what(facts),
        "## Use\n\n" + _use(facts),
        "## Figures\n\n" + (_figures(tables) or "None: no evaluation was given to the export.\n"),
    ]
    if told := setbacks_told(collection):
        parts.append("## What got worse or fell short\n\n" + _bullets([plain(one) for one in told]))
    parts += [
        "## Training\n\n" + _training(facts.record, facts.base),
        "## Not measured\n\n" + _bullets(_not_measured(facts, tables, collection)),
        "## Limits\n\n" + _bullets(_LIMITS),
    ]
    return "\n".join(parts)


def _head(facts: CardFacts, tables: tuple[BenchTable, ...]) -> str:
    adapter = facts.kind == "adapter"
    data = ModelCardData(
        base_model=facts.base if facts.base_on_hub else None,
        base_model_relation=("adapter" if adapter else "finetune") if facts.base_on_hub else None,
        library_name="peft" if adapter else "transformers",
        pipeline_tag="text-generation",
        tags=["aleator", "calibration", *(["lora"] if adapter else [])],
        model_name=_last(facts.name),
        eval_results=index_results(tables) or None,
    )
    values = data.to_dict()
    if not tables:
        values.pop("model_name", None)
    return f"---\n{yaml.safe_dump(values, sort_keys=False, allow_unicode=True)}---\n"


def _what(facts: CardFacts) -> str:
    thing = "A LoRA adapter for" if facts.kind == "adapter" else "A calibrated version of"
    targets = {"soft": "exact next-token targets", "hard": "answers drawn from its targets"}
    recipe = facts.record.recipe
    asked = [*(["a random number"] if recipe.mix or not recipe.targets else [])]
    asked += ["a random choice"] if recipe.targets else []
    return (
        f"# {plain(_last(facts.name))}\n\n"
        f"{thing} {code(facts.base)}: asked for {listed(asked)}, it is to answer with the "
        f"probabilities that were asked for. Trained with aleator on {targets[recipe.method]}.\n"
    )


def _use(facts: CardFacts) -> str:
    prompt = family("gaussian").distribution(mu=0.0, sigma=1.0).prompt()
    opening = f" + {json.dumps(facts.opening)}" if facts.opening else ""
    options = "".join(f", {name}={value!r}" for name, value in facts.options.items())
    base = json.dumps(facts.base if facts.base_on_hub else f"path/to/{facts.base}")
    path = json.dumps(facts.name)
    adapter = facts.kind == "adapter"
    lines = [
        *(["from peft import PeftModel"] if adapter else []),
        "from transformers import AutoModelForCausalLM, AutoTokenizer",
        "",
        f"model = AutoModelForCausalLM.from_pretrained({base if adapter else path})",
        *([f"model = PeftModel.from_pretrained(model, {path})"] if adapter else []),
        f"tokenizer = AutoTokenizer.from_pretrained({base if adapter else path})",
        f'turns = [{{"role": "user", "content": {json.dumps(prompt)}}}]',
        "text = tokenizer.apply_chat_template(",
        f"    turns, tokenize=False, add_generation_prompt=True{options}",
        f"){opening}",
        'inputs = tokenizer(text, add_special_tokens=False, return_tensors="pt")',
        "drawn = model.generate(",
        "    **inputs, do_sample=True, temperature=1.0, top_p=1.0, top_k=0, max_new_tokens=32",
        ")",
        'print(tokenizer.decode(drawn[0, inputs["input_ids"].shape[1] :]))',
    ]
    told = [
        "Draw at temperature 1 from everything: no top-k, no top-p, no penalties. "
        + (
            "The base model's own `generation_config.json` may say otherwise, and servers take it "
            "as their default (vLLM: `--generation-config vllm`)."
            if adapter
            else "`generation_config.json` here says so."
        )
    ]
    if facts.options:
        named = [code(f"{name}={value!r}") for name, value in facts.options.items()]
        told.append(
            f"It was trained with the template's {listed(named)}; without, it is asked otherwise."
        )
    if facts.dated:
        told.append(
            f"The template prints today's date. In training and in every figure it was "
            f"{TODAY.isoformat()}; another day is another prompt."
        )
    if adapter and not facts.base_on_hub:
        told.append(
            f"{code(facts.base)} is a directory of who exported this, or the model that "
            "comes with aleator (`aleator sandbox info` says where it lies)."
        )
    if facts.opening:
        told.append(f"Its answers were opened with {code(facts.opening)}.")
    return f"{fenced(chr(10).join(lines), 'python')}\n{_bullets(told)}"


def _figures(tables: tuple[BenchTable, ...]) -> str:
    parts = []
    for one in tables:
        parts.append(f"### {TITLES[one.bench]}\n")
        for place, (title, counts) in enumerate(
            zip(one.table.titles, one.table.counts, strict=True)
        ):
            head = [plain(title), *(f"{plain(label)}" for label in one.labels)]
            rows = [["", *(plain(count) for count in counts)]]
            rows += [
                [
                    plain(row.measure.title),
                    *(
                        f"{cell.text} ({cell.interval})" if cell.interval else cell.text
                        for cell in row.groups[place]
                    ),
                ]
                for row in one.table.rows
            ]
            parts.append(table(head, rows))
        measures = [row.measure for row in one.table.rows]
        meanings = [
            f"{measure.title}: {measure.meaning}" for measure in measures if measure.meaning
        ]
        parts.append(_bullets([*(plain(note) for note in one.notes), *meanings]))
    if parts:
        parts.append(
            "In brackets 95% intervals over prompts, as `aleator report` shows them; – is "
            "undefined or not measured.\n"
        )
    return "\n".join(parts)


def _training(record: RunRecord, base: str) -> str:
    facts = [f"Base model: {code(base)}" + (f" at {plain(r)}" if (r := record.revision) else "")]
    if record.command:
        facts.append(f"Command: {code(record.command)}")
    if record.spent is not None:
        spent = record.spent
        facts.append(
            f"Spent: {spent.updates:,} updates, {spent.tokens:,} tokens, {spent.seconds:,.0f} s"
        )
    facts += [f"Target file {code(n)}: SHA-256 {plain(h)}" for n, h in record.targets.items()]
    versions = [plain(f"{name} {one}") for name, one in record.versions.items()]
    facts.append(f"Versions: {listed(versions)}")
    recipe = yaml.safe_dump(recipe_values(record.recipe), sort_keys=False, allow_unicode=True)
    return f"{_bullets(facts)}\nThe recipe, every value written out:\n\n{fenced(recipe, 'yaml')}"


def _not_measured(
    facts: CardFacts, tables: tuple[BenchTable, ...], collection: Collection
) -> list[str]:
    labels = {label for one in tables for label in one.labels}
    told = []
    for bench, title in TITLES.items():
        having = [label for one in tables if one.bench == bench for label in one.labels]
        if not any(label.startswith(CALIBRATED) for label in having):
            told.append(f"{title} (`{bench}`): not measured.")
        elif BASE not in having:
            told.append(f"{title} (`{bench}`): base was not measured, so a change is not known.")
    if facts.record.recipe.quantisation is not None:
        told.append(_rounded(facts, collection))
    told += [plain(one) for one in (*collection.left_out, *cut_short(collection))]
    if facts.merge_error is not None:
        known = any(label.startswith(CALIBRATED) for label in labels)
        told.append(
            ("The figures are those of base and adapter. " if known else "")
            + f"Merging rounded in {plain(facts.dtype)}: on one prompt a next-token "
            f"log-probability moved by up to {facts.merge_error:.2g} nats; the merged model itself "
            "was not evaluated."
        )
    told.append("Other languages, longer conversations, tools, and safety of answers.")
    return told


def _rounded(facts: CardFacts, collection: Collection) -> str:
    """Of an adapter that was trained on rounded weights: what its figures are of."""
    merged = ", which it is merged into here" if facts.kind == "merged" else ""
    plainly = [
        one
        for one in collection.results
        if one.label.startswith(CALIBRATED) and one.quantisation is None
    ]
    told = "The adapter was trained on base weights rounded to four bits (NF4)"
    if plainly:
        return (
            f"{told}; the figures of {listed([plain(one.label) for one in plainly])} are of the "
            f"base model as it is{merged}."
        )
    return f"{told}; on the base model as it is{merged}, it was not measured."


def _bullets(items: list[str] | tuple[str, ...]) -> str:
    return "".join(f"- {item}\n" for item in items)


def _last(name: str) -> str:
    """The last part of a name, on one line."""
    return shown(name.rstrip("/").rpartition("/")[2], 96) or "model"
