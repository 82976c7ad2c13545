"""Downloads other people's guides that the search is measured on (guides/recipes.toml).

    python -m benchmarks.collect_guides FOLDER

Clones each repository, which needs git and network access, and writes each guide's pages to a
folder of its own in FOLDER. They remain their authors', under the licences named in the recipes.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
import tomllib
from pathlib import Path

from benchmarks.measure import tell
from kb.model import Frozen

RECIPES = Path(__file__).parent / "guides" / "recipes.toml"
_LEAST_BYTES = 250
_FRONT_MATTER = re.compile(rb"\A---\n.*?\n---\n", re.DOTALL)


class Recipe(Frozen):
    """Where a guide is, and which of the repository's files belong to it (recipes.toml)."""

    name: str
    about: str
    repository: str
    commit: str
    licence: str
    take: tuple[str, ...]
    strip: str = ""
    skip: str = ""
    suffix: str = ""
    front_matter: bool = True

    def takes(self, path: str) -> bool:
        """Return whether a path in the repository belongs to the guide."""
        taken = any(re.search(pattern, path) for pattern in self.take)
        return taken and not (self.skip and re.search(self.skip, path))

    def target(self, path: str) -> str:
        """Return a file's name in the guide's folder."""
        name = path.removeprefix(self.strip)
        name = re.sub(r"\.mdx$", ".md", name)
        return re.sub(r"\.md$", f".{self.suffix}.md", name) if self.suffix else name


def read_recipes() -> list[Recipe]:
    """Return the recipes."""
    found = tomllib.loads(RECIPES.read_text("utf-8"))
    return [Recipe.model_validate(each) for each in found["guide"]]


def main() -> None:
    """Download all guides."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as temporary:
        for recipe in read_recipes():
            clone = Path(temporary, recipe.repository.replace("/", "+"))
            if not clone.exists():
                url = f"https://github.com/{recipe.repository}"
                subprocess.run(["git", "clone", "--quiet", "--bare", url, clone], check=True)
            tell(f"{recipe.name}: {collect(recipe, clone, folder / recipe.name)} pages")


def collect(recipe: Recipe, clone: Path, folder: Path) -> int:
    """Copy a guide's pages from a clone; return how many there are."""
    listed = _git(clone, "ls-tree", "-r", "-z", "--name-only", recipe.commit).decode("utf-8")
    pages = 0
    for path in filter(recipe.takes, listed.split("\0")):
        data = _git(clone, "show", f"{recipe.commit}:{path}")
        if len(data) >= _LEAST_BYTES:
            data = data if recipe.front_matter else _FRONT_MATTER.sub(b"", data)
            target = folder / recipe.target(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            pages += 1
    return pages


def _git(clone: Path, *arguments: str) -> bytes:
    command = ["git", f"--git-dir={clone}", *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout


if __name__ == "__main__":
    main()
