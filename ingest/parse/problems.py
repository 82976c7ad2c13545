"""Groups sections into problems: symptoms, cause and resolution of one page.

Most troubleshooting pages are divided that way by their headings. A heading with children that
say what to do is a problem, with everything under it; otherwise every section is a problem of its
own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ingest.parse.roles import is_bare, role_of
from kb.model import Role


class Headed(Protocol):
    """Part of a page: a heading of some level, and the blocks under it."""

    level: int
    heading: str

    @property
    def has_steps(self) -> bool:
        """Whether it contains a numbered list."""


@dataclass(frozen=True)
class PlaceInProblem:
    """A section's place in a problem.

    `first` is the row of the problem's first section, `path` the headings down to the problem's,
    and `part` the headings below that add more than the section's role.
    """

    first: int
    role: Role
    path: tuple[str, ...]
    part: tuple[str, ...] = ()


@dataclass
class _Node:
    """A heading in the heading tree; `row` is its section's, -1 for the page itself."""

    row: int
    level: int
    heading: str
    has_steps: bool = False
    children: list[_Node] = field(default_factory=list)

    @property
    def role(self) -> Role | None:
        return role_of(self.heading)

    @property
    def is_problem(self) -> bool:
        """Whether its resolution is under it."""
        return any(child.role is Role.RESOLUTION for child in self.children)

    def rows(self) -> Iterator[int]:
        if self.row >= 0:
            yield self.row
        for child in self.children:
            yield from child.rows()


def find_problems(parts: Sequence[Headed]) -> dict[int, PlaceInProblem]:
    """Return the places of the parts (by index) that belong to a problem of several parts."""
    placed: dict[int, PlaceInProblem] = {}
    _place(_tree(parts), (), placed)
    return placed


def _tree(parts: Sequence[Headed]) -> _Node:
    root = _Node(-1, -1, "")
    above = [root]
    for row, part in enumerate(parts):
        if part.level == 0:
            root.row = row  # the page's own text, under its title
            continue
        while above[-1].level >= part.level:
            above.pop()
        node = _Node(row, part.level, part.heading, part.has_steps)
        above[-1].children.append(node)
        above.append(node)
    return root


def _place(node: _Node, path: tuple[str, ...], placed: dict[int, PlaceInProblem]) -> None:
    if not node.is_problem:
        for child in node.children:
            _place(child, (*path, child.heading), placed)
        return
    groups = _groups(node.children)
    if len(groups) > 1:
        for group in groups:
            _place_group(group, path, placed)
        return
    mine, others = _members(node)
    rows = [node.row] if node.row >= 0 else []
    first = min([*rows, *(row for child in mine for row in child.rows())])
    for row in rows:
        placed[row] = PlaceInProblem(first, Role.SYMPTOMS, path)
    _assign(mine, first, path, placed)
    for child in others:
        _place(child, (*path, child.heading), placed)


def _groups(children: Sequence[_Node]) -> list[list[_Node]]:
    """Split the children into runs that each end with a resolution: adjacent problems."""
    groups: list[list[_Node]] = [[]]
    solved = False
    for child in children:
        opens = child.role in (None, Role.SYMPTOMS)
        if solved and opens:
            groups.append([])
            solved = False
        groups[-1].append(child)
        solved = solved or child.role is Role.RESOLUTION
    if len(groups) > 1 and not any(child.role is Role.RESOLUTION for child in groups[-1]):
        last = groups.pop()
        groups[-1] += last
    return groups


def _place_group(
    group: Sequence[_Node], path: tuple[str, ...], placed: dict[int, PlaceInProblem]
) -> None:
    """Place siblings that form one problem, named by the first of them if that is a name."""
    head, *rest = group
    if head.role is None or not is_bare(head.heading):
        own = (*path, head.heading)
        rows = list(head.rows())
        placed.update((row, PlaceInProblem(head.row, Role.SYMPTOMS, own)) for row in rows)
        _assign(rest, head.row, own, placed)
    else:
        _assign(group, head.row, path, placed)


def _members(node: _Node) -> tuple[list[_Node], list[_Node]]:
    """Return the children that belong to a problem, and those that are problems of their own.

    Headings without a role belong to it if most have one: "Error 1" above "Resolution" is a
    symptom.
    """
    solved = [child for child in node.children if child.role is None and child.is_problem]
    unnamed = [child for child in node.children if child.role is None and not child.is_problem]
    named = [child for child in node.children if child.role is not None]
    others = solved if len(named) >= len(unnamed) else [*solved, *unnamed]
    return [child for child in node.children if child not in others], others


def _assign(
    members: Sequence[_Node], first: int, path: tuple[str, ...], placed: dict[int, PlaceInProblem]
) -> None:
    solved = False
    for child in members:
        solved = solved or child.role is Role.RESOLUTION
        role = Role.RESOLUTION if solved or child.has_steps else Role.SYMPTOMS
        _assign_below(child, child.role or role, first, path, (), placed)


def _assign_below(
    node: _Node,
    role: Role,
    first: int,
    path: tuple[str, ...],
    part: tuple[str, ...],
    placed: dict[int, PlaceInProblem],
) -> None:
    part = part if is_bare(node.heading) else (*part, node.heading)
    placed[node.row] = PlaceInProblem(first, role, path, part)
    for child in node.children:
        _assign_below(child, _role_below(role, child), first, path, part, placed)


def _role_below(role: Role, node: _Node) -> Role:
    """Return the role of a nested heading: anything under a method belongs to the resolution."""
    if role is Role.RESOLUTION or node.role is None:
        return role
    return node.role
