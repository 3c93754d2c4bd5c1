"""Exact figures of a model on prompts whose right answers are listed: one packed session a batch.

The *target's* tree, the tokenizer's own way to write each outcome, gives the sequence KL and the
step KL, as in ``evaluation.exact``. The *model's* tree takes over what that has computed and goes
on, best-first, over all accepted spellings in any tokenisation (``spellings``): it gives valid
mass, canonical mass (the part on the outcomes as listed) and the masses of all outcomes, of which
``share_figures`` are made.

No sampling where ``tree_complete``; the KLs of targets of more than ``target_nodes`` prefixes are
unbiased estimates below those, and ``exact_share`` is the share of an answer's expected steps that
is exact. Masses are exact up to ``unexpanded_mass``, which they may be too small by.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn
from transformers import PreTrainedTokenizerBase

from aleator.evaluation.growth import Session
from aleator.evaluation.share_figures import ShareFigures, share_figures
from aleator.evaluation.spelling_states import START, SpellingStates, TextVocabulary
from aleator.evaluation.spelling_tree import (
    SpellingGrowth,
    SpellingTree,
    Ways,
    log_probabilities,
)
from aleator.evaluation.spellings import Spellings
from aleator.models.packed_session import PackedSession
from aleator.outcomes.outcomes import Outcomes
from aleator.tokens.chat import PromptFormat
from aleator.tokens.speller import Speller
from aleator.tokens.supervision import SupervisionTree, exact_trees

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class ClosedSettings:
    """How much is computed for one prompt, and at once.

    Attributes:
        target_nodes: Prefixes of the target's tree with exact weights.
        target_tails: Drawn paths below them; 0 leaves out what is below.
        growth: How far the model's tree is grown.
        batch_prompts: Most prompts in one session.
        batch_nodes: Most prefixes of targets in one session, unless one prompt has more.
        pass_nodes: Most prefixes in one forward pass, which bounds the memory of logits.
    """

    target_nodes: int = 2048
    target_tails: int = 16
    growth: SpellingGrowth = SpellingGrowth()
    batch_prompts: int = 16
    batch_nodes: int = 1024
    pass_nodes: int = 512


@dataclass(frozen=True)
class ClosedTarget:
    """A target made ready for one model's tokenizer; the same for all its wordings.

    Attributes:
        outcomes: The ``K`` outcomes.
        tree: Their tokens.
        states: All their spellings.
        node_states: int64 ``[N]``, what is written at each node of the tree.
        ways: What matters next at each node: ``E`` entries.
        edges: int64 ``[N]``, the entry that leads to each node; -1 for node 0.
        entries: int64, the entry of each of the tree's next-token targets.
    """

    outcomes: Outcomes
    tree: SupervisionTree
    states: SpellingStates
    node_states: IntArray
    ways: Ways
    edges: IntArray
    entries: IntArray


@dataclass(frozen=True)
class ClosedResult:
    """Everything exact about one prompt; KLs in nats, see the module's text.

    Attributes:
        sequence_kl: KL of the model from the target, summed along answers.
        step_kl: The same, averaged over an answer's steps.
        exact_share: Share of an answer's expected steps that is exact in the KLs.
        tree_complete: Whether all of them are.
        valid_mass: Probability of answering with an outcome in any accepted spelling.
        canonical_mass: The part of it on outcomes as listed.
        unexpanded_mass: What valid mass may be missing.
        figures: What the masses of the outcomes say.
        masses: float64 ``[K]``, the model's on each outcome; they sum to the valid mass.
        nodes: Prefixes that went through the model.
    """

    sequence_kl: float
    step_kl: float
    exact_share: float
    tree_complete: bool
    valid_mass: float
    canonical_mass: float
    unexpanded_mass: float
    figures: ShareFigures
    masses: FloatArray
    nodes: int


class ClosedEvaluation:
    """Evaluates one model.

    Args:
        model: In evaluation mode.
        tokenizer: Its tokenizer.
        prompt_format: How prompts are put to it.
        settings: How much is computed.
    """

    def __init__(
        self,
        model: nn.Module,
        tokenizer: PreTrainedTokenizerBase,
        prompt_format: PromptFormat,
        settings: ClosedSettings | None = None,
    ) -> None:
        self._model = model
        self._format = prompt_format
        self._speller = Speller(prompt_format)
        self._vocabulary = TextVocabulary.of(tokenizer)
        self._settings = settings or ClosedSettings()

    def prepare(self, outcomes: Outcomes, rng: np.random.Generator) -> ClosedTarget:
        """Make a target ready; ``rng`` draws tails where its tree is larger than the settings say.

        Raises:
            InputError: Two outcomes have the same tokens, or one has none.
        """
        # What never comes has no part in the KL; it is an outcome all the same.
        possible = np.flatnonzero(outcomes.probabilities > 0)
        (tree,) = exact_trees(
            [
                Outcomes(
                    tuple(outcomes.strings[place] for place in possible),
                    outcomes.probabilities[possible],
                )
            ],
            self._speller,
            nodes=self._settings.target_nodes,
            tails=self._settings.target_tails,
            rng=rng,
        )
        answers = self._speller.encode(outcomes.strings)
        states = SpellingStates(Spellings.of(outcomes.strings), answers, self._vocabulary)
        node_states = np.zeros(tree.size, dtype=np.int64)
        node_states[0] = START
        for node in range(1, tree.size):
            moves = states.moves(int(node_states[tree.parents[node]]))
            node_states[node] = moves.states[np.searchsorted(moves.tokens, tree.tokens[node])]
        ways = Ways.of(states, node_states, self._speller.stop)
        pairs = zip(ways.rows.tolist(), ways.tokens.tolist(), strict=True)
        at = {pair: entry for entry, pair in enumerate(pairs)}
        edges = zip(tree.parents[1:].tolist(), tree.tokens[1:].tolist(), strict=True)
        rows = np.repeat(np.arange(tree.size), np.diff(tree.target_offsets))
        wanted = zip(rows.tolist(), tree.target_tokens.tolist(), strict=True)
        return ClosedTarget(
            outcomes,
            tree,
            states,
            node_states,
            ways,
            edges=np.array([-1, *(at[edge] for edge in edges)], dtype=np.int64),
            entries=np.array([at[one] for one in wanted], dtype=np.int64),
        )

    def batches(self, targets: Sequence[ClosedTarget]) -> Iterator[range]:
        """Cut prompts of these targets into sessions, in order: their places."""
        start, nodes = 0, 0
        for place, target in enumerate(targets):
            full = place - start == self._settings.batch_prompts
            if place > start and (full or nodes + target.tree.size > self._settings.batch_nodes):
                yield range(start, place)
                start, nodes = place, 0
            nodes += target.tree.size
        if targets:
            yield range(start, len(targets))

    def evaluate(
        self, prompts: Sequence[str], targets: Sequence[ClosedTarget]
    ) -> list[ClosedResult]:
        """Evaluate one batch: a target a prompt."""
        session = PackedSession(
            self._model, [self._format.prompt_ids(prompt) for prompt in prompts]
        )
        logs = self._own_logs(session, targets)
        trees = [self._begin(target, own) for target, own in zip(targets, logs, strict=True)]
        self._grow(session, trees, [target.tree.size for target in targets])
        del session
        return [
            _result(target, own, tree)
            for target, own, tree in zip(targets, logs, trees, strict=True)
        ]

    def _own_logs(self, session: Session, targets: Sequence[ClosedTarget]) -> list[FloatArray]:
        """Log probabilities of all ways at all nodes of the targets' trees."""
        logs = [
            [log_probabilities(root[None], target.ways.part(0, 1))]
            for root, target in zip(session.root_logits, targets, strict=True)
        ]
        step = max(1, self._settings.pass_nodes // len(targets))
        largest = max(target.tree.size for target in targets)
        for start in range(1, largest, step):
            ends = [min(start + step, target.tree.size) for target in targets]
            parts = [slice(start, end) for end in ends]
            trees = [target.tree for target in targets]
            logits = session.extend(
                [tree.tokens[part] for tree, part in zip(trees, parts, strict=True)],
                [tree.parents[part] for tree, part in zip(trees, parts, strict=True)],
            )
            for place, (target, end) in enumerate(zip(targets, ends, strict=True)):
                if end > start:
                    ways = target.ways.part(start, end)
                    logs[place].append(log_probabilities(logits[place], ways))
        return [np.concatenate(own) for own in logs]

    def _begin(self, target: ClosedTarget, logs: FloatArray) -> SpellingTree:
        """The model's tree, with the target's nodes expanded."""
        masses = np.ones(target.tree.size)
        steps = np.exp(logs)
        for node in range(1, target.tree.size):
            masses[node] = masses[target.tree.parents[node]] * steps[target.edges[node]]
        elsewhere = np.zeros(len(logs), dtype=np.bool_)
        elsewhere[target.edges[1:]] = True
        count = len(target.outcomes.strings)
        tree = SpellingTree(target.states, count, self._speller.stop, self._settings.growth)
        nodes = np.arange(target.tree.size)
        tree.expand(nodes, target.node_states, masses, target.ways, logs, elsewhere)
        return tree

    def _grow(
        self, session: Session, trees: Sequence[SpellingTree], session_sizes: Sequence[int]
    ) -> None:
        """Grow all trees together, a round a pass."""
        sizes = list(session_sizes)
        while True:
            picks = [tree.pick() for tree in trees]
            if not any(pick.masses.size for pick in picks):
                return
            logits = session.extend(
                [pick.tokens for pick in picks], [pick.parents for pick in picks]
            )
            for place, (tree, pick) in enumerate(zip(trees, picks, strict=True)):
                count = len(pick.masses)
                if count:
                    ways = tree.ways(pick.states)
                    logs = log_probabilities(logits[place], ways)
                    nodes = np.arange(sizes[place], sizes[place] + count)
                    tree.expand(nodes, pick.states, pick.masses, ways, logs)
                    sizes[place] += count


def _result(target: ClosedTarget, logs: FloatArray, grown: SpellingTree) -> ClosedResult:
    tree = target.tree
    rows = np.repeat(np.arange(tree.size), np.diff(tree.target_offsets))
    wanted = tree.target_probabilities
    kls = np.zeros(tree.size)
    np.add.at(kls, rows, wanted * (np.log(wanted) - logs[target.entries]))
    masses = grown.masses
    return ClosedResult(
        sequence_kl=float(tree.weights @ kls),
        step_kl=float(tree.step_weights @ kls),
        exact_share=float(tree.weights[tree.exact].sum() / tree.weights.sum()),
        tree_complete=tree.complete,
        valid_mass=float(masses.sum()),
        canonical_mass=grown.listed_mass,
        unexpanded_mass=grown.unexpanded_mass,
        figures=share_figures(target.outcomes, masses),
        masses=masses,
        nodes=tree.size + grown.grown,
    )
