"""Imports go one way: between packages, and within each of them from its top layer down."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

MAY_IMPORT = {
    "kb": {"kb"},
    "ingest": {"ingest", "kb"},
    "bot": {"bot", "kb"},
    "testing": {"testing", "kb"},
    "benchmarks": {"benchmarks", "testing", "bot", "ingest", "kb"},
}

# What a package's folders and modules are, from the top down (docs/architecture.md).
LAYERS = {
    "kb": (
        "cli ingest_result evaluation terminal knowledge_base answering finding question "
        "retrieval choosing answer snapshot damage wordings embedder words text settings progress "
        "paths model errors"
    ),
    "ingest": (
        "cli commands pipeline publish check preview lint suggest reading index packs bounded "
        "sources loaders parse document source front_matter near_keys visibility remark "
        "lint_options cache errors"
    ),
    "bot": (
        "cli app doctor listeners gaps answering slack views memory migrations operations "
        "question actor settings limits words"
    ),
}


def modules(package: str) -> Iterator[tuple[str, Path]]:
    """Yield the modules of a package by name, each with its file."""
    for path in (REPOSITORY / package).rglob("*.py"):
        parts = path.relative_to(REPOSITORY).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


@cache
def known() -> dict[str, Path]:
    return {name: path for package in MAY_IMPORT for name, path in modules(package)}


@cache
def imported(path: Path) -> set[str]:
    """Return the names of our modules that a file imports, wherever in it."""
    found: set[str] = set()
    package = path.parent.relative_to(REPOSITORY).parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *filter(None, [node.module])])
            found |= {
                name if (name := f"{base}.{alias.name}") in known() else base
                for alias in node.names
            }
    return {name for name in found if name in known() or name.split(".")[0] == "tests"}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_packages_import_one_way(package: str) -> None:
    for name, path in modules(package):
        packages = {other.split(".")[0] for other in imported(path)}
        assert packages <= MAY_IMPORT[package], name


@pytest.mark.parametrize("package", LAYERS)
def test_within_a_package_imports_go_down(package: str) -> None:
    layers = {layer: number for number, layer in enumerate(LAYERS[package].split())}
    for name, path in modules(package):
        if name == package:
            continue
        mine = name.split(".")[1]
        assert mine in layers, f"{name} is in no layer"
        for other in imported(path):
            if other.startswith(f"{package}.") and (theirs := other.split(".")[1]) != mine:
                assert layers[theirs] > layers[mine], f"{name} imports {other}"


def test_no_import_leads_back() -> None:
    graph = {name: imported(path) - {name} for name, path in known().items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(reversed(error.args[1])))
