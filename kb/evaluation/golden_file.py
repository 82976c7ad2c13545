"""Adds golden questions to a file, and accepts or removes drafted ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from kb.evaluation.golden import GoldenQuestion, Split, questions_in, read_questions
from kb.text.yaml_edit import EditableYaml, as_text, replace_file


@dataclass(frozen=True)
class NewQuestion:
    """A golden question to be added (kb.evaluation.golden.GoldenQuestion)."""

    q: str
    lang: str
    expect: tuple[str, ...]
    split: Split
    draft: str | None = None


def add_questions(
    path: Path, questions: Sequence[tuple[str, str]], expect: Sequence[str], split: Split
) -> list[str]:
    """Add (question, language) pairs to a file, and return the questions that it did not have.

    A missing file is created. Raises QuestionsError if the file is invalid.
    """
    if path.exists():
        read_questions(path)
    before = path.read_text("utf-8") if path.exists() else ""
    new = [NewQuestion(q, lang, tuple(expect), split) for q, lang in questions]
    text, added = with_questions(path, before, new)
    if added:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text)
    return [question.q for question in added]


def with_questions(
    path: Path, text: str, questions: Sequence[NewQuestion]
) -> tuple[str, list[NewQuestion]]:
    """Return a file's text with questions added, and the questions that it did not have.

    The text may be empty. Raises QuestionsError if it is invalid, before or after.
    """
    known = {each.q.casefold() for each in questions_in(path, text)} if text.strip() else set()
    added: list[NewQuestion] = []
    for question in questions:
        if question.q.casefold() not in known:
            known.add(question.q.casefold())
            added.append(question)
    if not added:
        return text, []
    yaml = EditableYaml(text if text.strip() else "questions:\n")
    rows = yaml.value["questions"] or CommentedSeq()
    yaml.value["questions"] = rows
    rows.extend(_row(question) for question in added)
    changed = yaml.text()
    questions_in(path, changed)
    return changed, added


def with_decisions(path: Path, text: str, keep: Callable[[GoldenQuestion], bool | None]) -> str:
    """Return a file's text with drafted questions accepted or removed; raises QuestionsError.

    A draft for which `keep` returns True loses its draft mark; False removes it; None leaves it
    alone. If no question is left, the text is empty.
    """
    questions = questions_in(path, text)
    yaml = EditableYaml(text)
    rows = yaml.value["questions"]
    for number, question in reversed(list(enumerate(questions))):
        decided = keep(question) if question.draft else None
        if decided:
            del rows[number]["draft"]
        elif decided is not None:
            del rows[number]
    return yaml.text() if rows else ""


def _row(question: NewQuestion) -> CommentedMap:
    row = CommentedMap(q=as_text(question.q, flow=True), lang=as_text(question.lang, flow=True))
    expect = [as_text(each, flow=True) for each in question.expect]
    row["expect"] = expect[0] if len(expect) == 1 else expect
    row["split"] = question.split
    if question.draft:
        row["draft"] = as_text(question.draft, flow=True)
    row.fa.set_flow_style()
    return row
