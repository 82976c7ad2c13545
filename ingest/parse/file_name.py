"""What a guide's file name gives: its language, its id, and a fallback title."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingest.parse.slug import slug

# "guide.ja" and "guide.pt-BR"; not the "in" of "sign-in".
_LANGUAGE_SUFFIX = re.compile(r"\.([a-z]{2})(?:[-_][A-Za-z]{2,4})?$")
_LANGUAGE_FOLDER = re.compile(r"([A-Za-z]{2})(?:[-_][A-Za-z]{2,4})?")
# A folder's index page: the folder's name is what it is about.
_OF_FOLDER = ("index", "readme", "_index")


@dataclass(frozen=True)
class FileName:
    """A guide's name: the folders below the given path, the stem, and its language."""

    folders: tuple[str, ...]
    stem: str
    language: str | None

    @property
    def title(self) -> str:
        """The title of a guide without one."""
        of_folder = self.stem.lower() in _OF_FOLDER and self.folders
        return self.folders[-1] if of_folder else self.stem

    def guide_id(self, language: str) -> str:
        """Return the guide's id, which its editions in other languages share.

        A folder named after the guide's language, as in "ja/doors.md", holds the editions in that
        language. One named "it" may be a department's.
        """
        folders = [each for each in self.folders if not _is_language(each, language)]
        return "/".join(slug(each) for each in (*folders, self.stem))


def split_name(name: str) -> FileName:
    """Parse a file name with its folders."""
    path = PurePosixPath(name)
    stem = path.name.rsplit(".", 1)[0]
    suffix = _LANGUAGE_SUFFIX.search(stem)
    bare = stem[: suffix.start()] if suffix else stem
    return FileName(path.parent.parts, bare, suffix[1] if suffix else None)


def _is_language(folder: str, language: str) -> bool:
    found = _LANGUAGE_FOLDER.fullmatch(folder)
    return found is not None and found[1].lower() == language
