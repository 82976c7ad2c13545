"""Adds golden questions to a file of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from kb.evaluation.golden import Split, read_questions
from kb.text.yaml_edit import EditableYaml, replace_file


def add_questions(
    path: Path, questions: Sequence[tuple[str, str]], expect: Sequence[str], split: Split
) -> list[str]:
    """Add questions, each with its language, to a file; return those that it did not have.

    A file that is missing is made. Raises QuestionsError if the file is wrong.
    """
    known = {each.q.casefold() for each in read_questions(path)} if path.exists() else set()
    text = path.read_text("utf-8") if known else "questions:\n"
    yaml = EditableYaml(text)
    if not known:
        yaml.value["questions"] = CommentedSeq()
    added = [(q, language) for q, language in questions if q.casefold() not in known]
    for question, language in added:
        row = CommentedMap(q=question, lang=language)
        row["expect"] = expect[0] if len(expect) == 1 else list(expect)
        row["split"] = split
        row.fa.set_flow_style()
        yaml.value["questions"].append(row)
    if added:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, yaml.text())
        read_questions(path)
    return [question for question, _ in added]
