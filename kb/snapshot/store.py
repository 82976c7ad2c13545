"""The shared store: a folder in object storage through which machines share snapshots.

    SNAPSHOTS_URL/
      current                   a Pointer as JSON: what is live, and its manifest's checksum
      20261123T091500Z-1f3c9a/  as on disk (kb.snapshot.format); the manifest is written last

A snapshot is complete before `current` names it and never changes. Readers check each file against
the manifest.
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
from kb.snapshot.format import MANIFEST, FileSum
from kb.snapshot.live import CURRENT, Live

# Options of each kind of store. Both s3fs and botocore below it retry: with all retries together, a
# server that accepts a connection but never responds would block for half an hour.
_OPTIONS: dict[str, dict[str, Any]] = {
    "s3": {"use_listings_cache": False, "config_kwargs": {"retries": {"max_attempts": 0}}},
    "gs": {"use_listings_cache": False},
    "file": {},
}
# One retry by s3fs and none by botocore. Chosen by hand.
_S3_ATTEMPTS = 2
_LIBRARIES = {"s3": "s3fs", "gs": "gcsfs"}
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Pointer(Live):
    """The store's live snapshot, with the size and checksum of its manifest."""

    manifest: FileSum


@dataclass(frozen=True)
class Stored:
    """The store's pointer as it was read, and its version; both None if nothing is published."""

    pointer: Pointer | None = None
    version: str | None = None


class SnapshotStore:
    """The store at a URL (s3://, gs://, file://). Threads may share it.

    All methods raise StoreError if the store cannot be reached or denies the request.
    """

    def __init__(self, url: str) -> None:
        """Open the store without a request; raises SettingsError if the URL is invalid."""
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
            self._fs.retries = _S3_ATTEMPTS
        self._makes_folders = protocol == "file"
        self._current = cell(self._fs, protocol, f"{self._root}/{CURRENT}")

    def pointer(self) -> Pointer | None:
        """Return what is live in the store in as few requests as possible; None if nothing is."""
        with self._reached():
            data = self._current.data()
        return None if data is None else self._pointer(data)

    def live(self) -> Stored:
        """Return what is live in the store, with the version for `set_live`."""
        with self._reached():
            found = self._current.read()
        return Stored() if found.data is None else Stored(self._pointer(found.data), found.version)

    def set_live(self, pointer: Pointer, seen: Stored) -> None:
        """Make a snapshot live if `seen` is still what is live; otherwise raise StoreError."""
        try:
            with self._reached():
                self._current.replace(pointer.model_dump_json().encode(), seen.version)
        except ChangedError as error:
            now = self.pointer()
            who = f"{now.name}{f', by {now.by}' if now.by else ''}" if now else "nothing"
            raise StoreError(
                f"{self.url}: another machine has published in the meantime ({who} is live there), "
                "so this was compared with an outdated snapshot. Nothing was published. Run it "
                "again."
            ) from error
        except HeldError as error:
            raise StoreError(
                f"{self.url}: another machine is publishing. If none is, one was killed while "
                f"publishing: delete the object {error} and run this again."
            ) from error

    def manifest(self, name: str) -> bytes | None:
        """Return the bytes of a snapshot's manifest; None if the snapshot is not complete."""
        with self._reached():
            try:
                data: bytes = self._fs.cat_file(self._path(name, MANIFEST))
            except FileNotFoundError:
                return None
        return data

    def get(self, name: str, file: str, to: Path) -> None:
        """Download a snapshot's file to a path; raises DamagedSnapshotError if it is missing."""
        with self._reached():
            try:
                self._fs.get_file(self._path(name, file), str(to))
            except FileNotFoundError as error:
                raise DamagedSnapshotError(f"{self.url}/{name}/{file} is missing.") from error

    def put(self, name: str, file: str, path: Path) -> None:
        """Upload a snapshot's file from a path."""
        with self._reached():
            if self._makes_folders:
                self._fs.makedirs(f"{self._root}/{name}", exist_ok=True)
            self._fs.put_file(str(path), self._path(name, file))

    def snapshots(self) -> dict[str, bool]:
        """Return the names of the snapshots, oldest first, and whether each is complete."""
        with self._reached():
            paths: list[str] = self._fs.find(self._root)
        found: dict[str, bool] = {}
        for path in paths:
            name, _, file = path.removeprefix(f"{self._root}/").partition("/")
            if file and is_plain_name(name):
                found[name] = found.get(name, False) or file == MANIFEST
        return dict(sorted(found.items()))

    def remove(self, name: str) -> None:
        """Remove a snapshot, manifest first, so that a partly removed one is not complete."""
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
                f"{self.url}/{CURRENT} was not written by Guidebot: "
                f"{error.errors()[0]['msg']}. Check SNAPSHOTS_URL."
            ) from error

    def _path(self, name: str, file: str) -> str:
        if not is_plain_name(name) or not is_plain_name(file):
            raise StoreError(f"{self.url}: {name}/{file} is not a valid name of a snapshot's file.")
        return f"{self._root}/{name}/{file}"

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except (ChangedError, HeldError, GuidebotError):
            raise
        except Exception as error:
            # The stores' libraries raise many kinds of errors without a common base.
            raise StoreError(
                f"{self.url}: the snapshot store cannot be used: "
                f"{type(error).__name__}: {error}. Check SNAPSHOTS_URL, the network, and the "
                "credentials in the environment (docs/operating.md)."
            ) from error


def is_plain_name(name: str) -> bool:
    """Whether a name is valid for a snapshot or its file, and cannot escape the folder."""
    return bool(_PLAIN_NAME.fullmatch(name)) and name != CURRENT


def _protocol(url: str) -> str:
    """Return the protocol of a store's URL; raises SettingsError if it is invalid."""
    parts = urlsplit(url)
    if "@" in parts.netloc or parts.query:
        # Without the URL, so that its credentials do not get into the log.
        raise SettingsError(
            "SNAPSHOTS_URL must not contain credentials or options. Set them in the environment, "
            "such as AWS_PROFILE, AWS_ACCESS_KEY_ID or GOOGLE_APPLICATION_CREDENTIALS "
            "(docs/operating.md)."
        )
    where = parts.path if parts.scheme == "file" else parts.netloc
    if parts.scheme not in _OPTIONS or not where.strip("/"):
        raise SettingsError(
            f"SNAPSHOTS_URL: {url!r} is none of s3://BUCKET/FOLDER, gs://BUCKET/FOLDER and "
            "file:///FOLDER."
        )
    return parts.scheme
