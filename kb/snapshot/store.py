"""A folder in object storage through which several machines share snapshots.

    SNAPSHOTS_URL/
      current                   a Pointer, as JSON: what is live, and its manifest's checksum
      20261123T091500Z-1f3c9a/  as on disk (kb.snapshot.format); the manifest is written last

A snapshot is written before `current` names it, and does not change afterwards. What the manifest
says of every file is checked by whoever reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from pydantic import ValidationError

from kb.errors import DamagedSnapshotError, GuidebotError, SettingsError, StoreError
from kb.snapshot.compare_and_set import ChangedError, HeldError, cell
from kb.snapshot.format import CURRENT, MANIFEST, FileSum
from kb.snapshot.live import Live

# What each kind of store needs to be told, and what has to be installed for it. s3fs repeats calls
# by itself, and so does botocore below it: all tries together at a server that takes a connection
# and says nothing would last for half an hour.
_OPTIONS: dict[str, dict[str, Any]] = {
    "s3": {"use_listings_cache": False, "config_kwargs": {"retries": {"max_attempts": 0}}},
    "gs": {"use_listings_cache": False},
    "file": {},
}
_S3_TRIES = 2
_LIBRARIES = {"s3": "s3fs", "gs": "gcsfs"}
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Pointer(Live):
    """What is live in the store, with the size and checksum of its manifest."""

    manifest: FileSum


@dataclass(frozen=True)
class Stored:
    """What is live in the store, as it was read; None for both if nothing was published there."""

    pointer: Pointer | None = None
    version: str | None = None


class SnapshotStore:
    """The store at a URL (s3://, gs://, file://). Threads may share it.

    All its methods raise StoreError if the store cannot be reached or refuses.
    """

    def __init__(self, url: str) -> None:
        """Open the store, without asking it for anything yet; raises SettingsError."""
        self.url = url.rstrip("/")
        protocol = _protocol(url)
        try:
            self._fs: AbstractFileSystem
            self._fs, self._root = url_to_fs(self.url, **_OPTIONS[protocol])
        except ImportError as error:
            raise SettingsError(
                f"SNAPSHOTS_URL: {protocol}:// needs a library that is not installed ({error}). "
                f"Run: pip install {_LIBRARIES[protocol]}"
            ) from error
        if protocol == "s3":
            self._fs.retries = _S3_TRIES
        self._makes_folders = protocol == "file"
        self._current = cell(self._fs, protocol, f"{self._root}/{CURRENT}")

    def pointer(self) -> Pointer | None:
        """Return what is live in the store, at the least cost; None if nothing is."""
        with self._reached():
            data = self._current.data()
        return None if data is None else self._pointer(data)

    def live(self) -> Stored:
        """Return what is live in the store, as `set_live` wants it."""
        with self._reached():
            found = self._current.read()
        return Stored() if found.data is None else Stored(self._pointer(found.data), found.version)

    def set_live(self, pointer: Pointer, seen: Stored) -> None:
        """Make a snapshot the live one, if what was seen is live still; else StoreError."""
        try:
            with self._reached():
                self._current.replace(pointer.model_dump_json().encode(), seen.version)
        except ChangedError as error:
            now = self.pointer()
            who = f"{now.name}{f', by {now.by}' if now.by else ''}" if now else "nothing"
            raise StoreError(
                f"{self.url}: another machine has published meanwhile ({who} is live there), and "
                "this was compared with what was live before. Nothing was published. Run it again."
            ) from error
        except HeldError as error:
            raise StoreError(
                f"{self.url}: another machine is publishing. If none is, one was killed while it "
                f"did: delete the object {error}, and run this again."
            ) from error

    def manifest(self, name: str) -> bytes | None:
        """Return the bytes of a snapshot's manifest; None if it is not there (whole)."""
        with self._reached():
            try:
                data: bytes = self._fs.cat_file(self._path(name, MANIFEST))
            except FileNotFoundError:
                return None
        return data

    def get(self, name: str, file: str, to: Path) -> None:
        """Write a snapshot's file to a path; raises DamagedSnapshotError if it is not there."""
        with self._reached():
            try:
                self._fs.get_file(self._path(name, file), str(to))
            except FileNotFoundError as error:
                raise DamagedSnapshotError(f"{self.url}/{name}/{file}: is not there.") from error

    def put(self, name: str, file: str, path: Path) -> None:
        """Write a snapshot's file from a path."""
        with self._reached():
            if self._makes_folders:
                self._fs.makedirs(f"{self._root}/{name}", exist_ok=True)
            self._fs.put_file(str(path), self._path(name, file))

    def snapshots(self) -> dict[str, bool]:
        """Return the names of the snapshots, oldest first, and whether each is whole."""
        with self._reached():
            paths: list[str] = self._fs.find(self._root)
        found: dict[str, bool] = {}
        for path in paths:
            name, _, file = path.removeprefix(f"{self._root}/").partition("/")
            if file and is_plain_name(name):
                found[name] = found.get(name, False) or file == MANIFEST
        return dict(sorted(found.items()))

    def remove(self, name: str) -> None:
        """Remove a snapshot; its manifest first, so that what is left of it is not whole."""
        with self._reached():
            try:
                self._fs.rm_file(self._path(name, MANIFEST))
            except FileNotFoundError:
                pass
            self._fs.rm(f"{self._root}/{name}", recursive=True)

    def _pointer(self, data: bytes) -> Pointer:
        try:
            return Pointer.model_validate_json(data)
        except ValidationError as error:
            raise StoreError(
                f"{self.url}/{CURRENT} is not what guidebot writes there: "
                f"{error.errors()[0]['msg']}. Is SNAPSHOTS_URL right?"
            ) from error

    def _path(self, name: str, file: str) -> str:
        if not is_plain_name(name) or not is_plain_name(file):
            raise StoreError(f"{self.url}: {name}/{file} is no name of a snapshot's file.")
        return f"{self._root}/{name}/{file}"

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except (ChangedError, HeldError, GuidebotError):
            raise
        except Exception as error:
            # The stores' libraries have errors of their own, of many kinds.
            raise StoreError(
                f"{self.url}: the store of snapshots cannot be used: "
                f"{type(error).__name__}: {error}. Check SNAPSHOTS_URL, the network, and the "
                "credentials in the environment (docs/operating.md)."
            ) from error


def is_plain_name(name: str) -> bool:
    """Whether a name can be that of a snapshot or its file, and leads nowhere else."""
    return bool(_PLAIN_NAME.fullmatch(name)) and name != CURRENT


def _protocol(url: str) -> str:
    """Return what kind of store a URL names; raises SettingsError."""
    parts = urlsplit(url)
    if "@" in parts.netloc or parts.query:
        # Not the URL itself: what must not stand in it would stand in the log.
        raise SettingsError(
            "SNAPSHOTS_URL: no credentials or options may stand in it. The store's own settings "
            "in the environment are used, such as AWS_PROFILE or AWS_ACCESS_KEY_ID, or "
            "GOOGLE_APPLICATION_CREDENTIALS (docs/operating.md)."
        )
    where = parts.path if parts.scheme == "file" else parts.netloc
    if parts.scheme not in _OPTIONS or not where.strip("/"):
        raise SettingsError(
            f"SNAPSHOTS_URL: {url!r} is not s3://BUCKET/FOLDER, gs://BUCKET/FOLDER or "
            "file:///FOLDER."
        )
    return parts.scheme
