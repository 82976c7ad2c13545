"""What a guide's file name says: its language, its id, and a title where it has no other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingest.parse.slug import slug

# "guide.ja" and "guide.pt-BR"; not the "in" of "sign-in".
_LANGUAGE_SUFFIX = re.compile(r"\.([a-z]{2})(?:[-_][A-Za-z]{2,4})?$")
_LANGUAGE_FOLDER = re.compile(r"([A-Za-z]{2})(?:[-_][A-Za-z]{2,4})?")
# The page of a folder; what it is about, the folder's name says.
_OF_FOLDER = ("index", "readme", "_index")


@dataclass(frozen=True)
class FileName:
    """A guide's name: the folders below what was named, the bare name, and its language."""

    folders: tuple[str, ...]
    stem: str
    language: str | None

    @property
    def title(self) -> str:
        """What to call a guide that has no title."""
        of_folder = self.stem.lower() in _OF_FOLDER and self.folders
        return self.folders[-1] if of_folder else self.stem

    def guide_id(self, language: str) -> str:
        """Return the id of the guide, which is the same for its editions in other languages.

        A folder that is called by the guide's language, as "ja" in "ja/doors.md", holds its
        editions in that language. One called "it" may be a department's.
        """
        folders = [each for each in self.folders if not _is_language(each, language)]
        return "/".join(slug(each) for each in (*folders, self.stem))


def split_name(name: str) -> FileName:
    """Return what the name of a file says, with the folders that it is in."""
    path = PurePosixPath(name)
    stem = path.name.rsplit(".", 1)[0]
    suffix = _LANGUAGE_SUFFIX.search(stem)
    bare = stem[: suffix.start()] if suffix else stem
    return FileName(path.parent.parts, bare, suffix[1] if suffix else None)


def _is_language(folder: str, language: str) -> bool:
    found = _LANGUAGE_FOLDER.fullmatch(folder)
    return found is not None and found[1].lower() == language
