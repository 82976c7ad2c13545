"""Trains the default embedding model's adapter on questions about guides.

    python -m benchmarks.train_adapter OUT [--fold N] [--fetched FOLDER] [--begin FILE] [--steps N]

It learns from the guides in bench_guides, with their wordings and questions, and from those in
guides/training, which were written for it. With --fold, it learns nothing from the guides in that
half, so that they can be measured (any_guide); without it, it learns from all. The shipped adapter
is the one from the first half, for which there are measurements. --begin continues from the weights
in a file. On two cores, it takes three quarters of an hour and 6 GiB.

A low-rank adaptation (Hu et al., 2021, https://arxiv.org/abs/2106.09685) of the upper half of the
layers, trained with a contrastive loss within each batch (van den Oord et al., 2018,
https://arxiv.org/abs/1807.03748). A batch holds questions and texts from one guide, including
problems that are close to each other. A question should be closest to its problem's text, and to
other wordings of the same problem; one that the guide doesn't answer should be closer to nothing
than to any text. The lower layers' output for each text doesn't change, and is cached.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.bench_guides import FOLDS, HERE, BenchGuide, bench_guides, file_of
from benchmarks.measure import tell
from ingest.index.passages import guide_blocks, headings_of
from kb.embedder.e5_archive import find_archive, unpack

TRAINING = HERE / "training"

_CUT = 6
_RANK = 16
_SCALE = 2.0
_RATE = 4e-4
_TEMPERATURE = 0.03
_WARM_UP = 30

_PROBLEMS = 24
_QUESTIONS_EACH = 2
_NEAR_EACH = 2
_UNANSWERED = 8
_OF_BLOCKS = 0.4

# The weights of the loss terms: texts to questions, question to question, no answer.
_BACK, _WORDINGS, _NOTHING = 0.3, 0.5, 0.3

_LONGEST_QUESTION, _LONGEST_TEXT = 48, 144
_CHUNK_CHARACTERS = 900


@dataclass
class Material:
    """What is learned from a guide: numbered problems, with their texts and questions.

    `chunks` and `blocks` are the texts of each problem; each question has the numbers of the
    problems that answer it, and nothing answers those in `unanswered`.
    """

    name: str
    chunks: list[list[str]]
    blocks: list[list[str]]
    questions: list[tuple[str, frozenset[int]]]
    unanswered: list[str] = field(default_factory=list)


def main() -> None:
    """Train the adapter and write it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--fold", type=int, choices=(1, 2))
    parser.add_argument("--fetched", type=Path)
    parser.add_argument("--begin", type=Path)
    parser.add_argument("--steps", type=int, default=800)
    options = parser.parse_args()
    random.seed(1)
    torch.manual_seed(1)
    left_out = FOLDS[options.fold - 1] if options.fold else frozenset[str]()
    with tempfile.TemporaryDirectory() as temporary:
        unpack(find_archive(), Path(temporary, "model"), None)
        encoder = Encoder(Path(temporary, "model"))
        if options.begin:
            encoder.load_adapter(load_file(options.begin))
        material = [Batches(each, encoder) for each in _material(options.fetched, left_out)]
        train(encoder, material, options.steps)
    save_file(encoder.adapter(), options.out)


def _material(fetched: Path | None, left_out: frozenset[str]) -> Iterator[Material]:
    for guide in bench_guides(fetched):
        if guide.name not in left_out:
            yield _of_guide(guide)
    for path in sorted(TRAINING.glob("*.jsonl")):
        yield _written(path)


def _of_guide(guide: BenchGuide) -> Material:
    numbers: dict[tuple[str, str], int] = {}
    chunks: list[list[str]] = []
    blocks: list[list[str]] = []
    for page in guide.pages:
        texts = dict(_joined_blocks(guide_blocks([page])))
        for row, section in enumerate(page.sections):
            key = (file_of(page), section.problem or section.anchor)
            if key not in numbers:
                numbers[key] = len(chunks)
                chunks.append([])
                blocks.append([])
            head = " > ".join(headings_of(page, section))
            body = "\n".join(block.full_text for block in section.blocks)
            pieces = range(0, len(body), _CHUNK_CHARACTERS)
            chunks[numbers[key]] += [f"{head}\n{body[n : n + _CHUNK_CHARACTERS]}" for n in pieces]
            blocks[numbers[key]] += texts.get(row, [])
    questions = [
        (text, frozenset({numbers[key]})) for key, some in guide.wordings.items() for text in some
    ]
    questions += [
        (each.text, frozenset(numbers[key] for key in each.right))
        for each in guide.questions
        if each.right
    ]
    unanswered = [each.text for each in guide.questions if not each.right]
    return Material(guide.name, chunks, blocks, questions, unanswered)


def _joined_blocks(rows: Iterator[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row, text in rows:
        found.setdefault(row, []).append(text)
    return found


def _written(path: Path) -> Material:
    """Return the contents of a file in guides/training: title, problems, unanswered questions."""
    material = Material(path.stem, [], [], [])
    title = ""
    for line in path.read_text("utf-8").splitlines():
        row: dict[str, Any] = json.loads(line) if line.strip() else {}
        if "title" in row:
            title = row["title"]
        elif "none" in row:
            material.unanswered += row["none"]
        elif row:
            number = frozenset({len(material.chunks)})
            head = [title, *row["head"]]
            material.chunks.append([" > ".join(head) + "\n" + row["text"]])
            under = " > ".join(head[-2:])
            lines = [text for text in row["text"].split("\n") if text.strip()]
            material.blocks.append([f"{under}\n{text}" for text in lines])
            material.questions += [(text, number) for text in row["questions"]]
    return material


class Adapted(nn.Module):
    """A frozen linear layer, and the learned change that is added to it."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.weight = layer.weight.detach().float()
        self.bias = layer.bias.detach().float()
        outputs, inputs = self.weight.shape
        self.low = nn.Parameter(torch.randn(_RANK, inputs) / math.sqrt(inputs))
        self.high = nn.Parameter(torch.zeros(outputs, _RANK))

    def forward(self, values: Tensor) -> Tensor:
        """Return the layer's output."""
        change = F.linear(F.linear(values, self.low), self.high)
        return F.linear(values, self.weight, self.bias) + _SCALE * change


class Encoder(nn.Module):
    """The model in a folder, with its upper layers to be trained."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        from transformers import AutoModel, AutoTokenizer

        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
        self.model.requires_grad_(False)
        self.nothing = nn.Parameter(torch.tensor(0.8))
        self._adapted: dict[str, Adapted] = {}
        for number, layer in enumerate(self.model.encoder.layer[_CUT:], _CUT):
            for name, part in list(layer.named_modules()):
                if isinstance(part, nn.Linear):
                    parent, _, last = name.rpartition(".")
                    adapted = Adapted(part)
                    setattr(layer.get_submodule(parent), last, adapted)
                    self._adapted[f"encoder.layer.{number}.{name}"] = adapted

    def adapter(self) -> dict[str, Tensor]:
        """Return the learned weights in the form that kb.embedder.adapter reads."""
        tensors = {}
        for name, part in self._adapted.items():
            tensors[f"{name}.lora_A.weight"] = part.low.detach().half().contiguous()
            tensors[f"{name}.lora_B.weight"] = (_SCALE * part.high.detach()).half().contiguous()
        return tensors

    def load_adapter(self, tensors: Mapping[str, Tensor]) -> None:
        """Load an adapter trained earlier."""
        for name, part in self._adapted.items():
            part.low.data = tensors[f"{name}.lora_A.weight"].float()
            part.high.data = tensors[f"{name}.lora_B.weight"].float() / _SCALE

    @torch.no_grad()
    def lower(self, texts: Sequence[str], prompt: str, longest: int) -> list[Tensor]:
        """Return the lower layers' output for texts, each of shape (tokens, dimension)."""
        found: dict[int, Tensor] = {}
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        for start in range(0, len(order), 32):
            rows = order[start : start + 32]
            batch = self.tokenizer(
                [prompt + texts[row] for row in rows],
                padding=True,
                truncation=True,
                max_length=longest,
                return_tensors="pt",
            )
            states = self.model.embeddings(input_ids=batch["input_ids"])
            mask = _mask(batch["attention_mask"].bool())
            for layer in self.model.encoder.layer[:_CUT]:
                states = _output(layer(states, attention_mask=mask))
            for place, row in enumerate(rows):
                found[row] = states[place, : int(batch["attention_mask"][place].sum())].half()
        return [found[row] for row in range(len(texts))]

    def upper(self, lower: Sequence[Tensor]) -> Tensor:
        """Return the vectors of texts, shape (texts, dimension), normalised."""
        longest = max(len(states) for states in lower)
        states = torch.zeros(len(lower), longest, lower[0].shape[1])
        there = torch.zeros(len(lower), longest, dtype=torch.bool)
        for row, each in enumerate(lower):
            states[row, : len(each)] = each.float()
            there[row, : len(each)] = True
        for layer in self.model.encoder.layer[_CUT:]:
            states = _output(layer(states, attention_mask=_mask(there)))
        kept = states * there[..., None]
        return F.normalize(kept.sum(1) / there.sum(1, keepdim=True), dim=-1)


class Batches:
    """A guide's material as the lower layers output it, and batches of it."""

    def __init__(self, material: Material, encoder: Encoder) -> None:
        self.right = [right for _, right in material.questions]
        self.questions = encoder.lower(
            [text for text, _ in material.questions], "query: ", _LONGEST_QUESTION
        )
        self.unanswered = encoder.lower(material.unanswered, "query: ", _LONGEST_QUESTION)
        self.asked: dict[int, list[int]] = defaultdict(list)
        for row, right in enumerate(self.right):
            for problem in right:
                self.asked[problem].append(row)
        self.problems = [n for n in self.asked if material.chunks[n]]
        self.chunks = _lower(encoder, material.chunks, self.problems)
        self.blocks = _lower(encoder, material.blocks, self.problems)
        with torch.no_grad():
            firsts = [self.chunks[n][0] for n in self.problems]
            vectors = torch.cat(
                [encoder.upper(firsts[n : n + 32]) for n in range(0, len(firsts), 32)]
            )
        order = np.argsort(-(vectors @ vectors.T).numpy(), axis=1)
        self._near = {
            problem: [self.problems[n] for n in order[row] if n != row][:8]
            for row, problem in enumerate(self.problems)
        }
        tell(f"{material.name}: {len(self.problems)} problems, {len(self.questions)} questions")

    def some_problems(self) -> list[int]:
        """Return random problems, and some that are close to them."""
        found: dict[int, None] = {}
        while len(found) < min(_PROBLEMS, len(self.problems)):
            problem = random.choice(self.problems)
            near = self._near[problem]
            found |= dict.fromkeys([problem, *random.sample(near, min(_NEAR_EACH, len(near)))])
        return list(found)[:_PROBLEMS]

    def text_of(self, problem: int, blocks: bool) -> Tensor:
        """Return a random text of a problem: a block or a chunk."""
        texts = self.blocks[problem] if blocks else []
        return random.choice(texts or self.chunks[problem])


def train(encoder: Encoder, material: Sequence[Batches], steps: int) -> None:
    """Train the encoder's adapter."""
    parameters = [each for each in encoder.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=_RATE, weight_decay=0.01)
    sizes = [len(each.problems) for each in material]
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = _RATE * min(1, (step + 1) / _WARM_UP) * max(0.05, 1 - step / steps)
        loss = _loss(encoder, random.choices(material, sizes)[0])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        if step % 50 == 49:
            tell(f"step {step + 1}: loss {loss.item():.3f}")


def _loss(encoder: Encoder, guide: Batches) -> Tensor:
    problems = guide.some_problems()
    asked = [
        (row, place)
        for place, problem in enumerate(problems)
        for row in random.sample(
            guide.asked[problem], min(_QUESTIONS_EACH, len(guide.asked[problem]))
        )
    ]
    blocks = random.random() < _OF_BLOCKS
    texts = encoder.upper([guide.text_of(problem, blocks) for problem in problems])
    unanswered = random.sample(guide.unanswered, min(_UNANSWERED, len(guide.unanswered)))
    questions = encoder.upper([*(guide.questions[row] for row, _ in asked), *unanswered])
    questions, others = questions[: len(asked)], questions[len(asked) :]
    nothing = encoder.nothing / _TEMPERATURE
    scores = questions @ texts.T / _TEMPERATURE
    right = torch.tensor([[p in guide.right[row] for p in problems] for row, _ in asked])
    loss = _contrast(torch.cat([scores, nothing.expand(len(asked), 1)], 1), _padded(right))
    loss = loss + _BACK * _contrast(scores.T, right.T)
    if len(others):
        beside = others @ texts.T / _TEMPERATURE
        full = torch.cat([beside, nothing.expand(len(others), 1)], 1)
        loss = loss + _NOTHING * (torch.logsumexp(full, 1) - nothing).mean()
    places = torch.tensor([place for _, place in asked])
    itself = torch.eye(len(asked), dtype=torch.bool)
    same = (places[:, None] == places[None]) & ~itself
    pairs = (questions @ questions.T / _TEMPERATURE).masked_fill(itself, -1e9)
    return loss + _WORDINGS * _contrast(pairs[same.any(1)], same[same.any(1)])


def _contrast(scores: Tensor, right: Tensor) -> Tensor:
    """Return the mean negative log-probability that rows give to their right columns."""
    good = torch.logsumexp(scores.masked_fill(~right, -1e9), 1)
    return (torch.logsumexp(scores, 1) - good).mean()


def _padded(right: Tensor) -> Tensor:
    return torch.cat([right, torch.zeros(len(right), 1, dtype=torch.bool)], 1)


def _lower(
    encoder: Encoder, texts: Sequence[Sequence[str]], problems: Sequence[int]
) -> dict[int, list[Tensor]]:
    flat = [(problem, text) for problem in problems for text in texts[problem]]
    lower = encoder.lower([text for _, text in flat], "passage: ", _LONGEST_TEXT)
    found: dict[int, list[Tensor]] = {problem: [] for problem in problems}
    for (problem, _), states in zip(flat, lower, strict=True):
        found[problem].append(states)
    return found


def _mask(there: Tensor) -> Tensor:
    """Return what to add to attention: nothing for a token, a large negative number elsewhere."""
    return torch.where(there[:, None, None, :], 0.0, torch.finfo(torch.float32).min)


def _output(output: Any) -> Tensor:
    states: Tensor = output[0] if isinstance(output, tuple) else output
    return states


if __name__ == "__main__":
    main()
