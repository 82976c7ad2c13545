"""Replaces one small file in a store only if it still is what was read.

So what another machine published meanwhile is not lost. Amazon S3 checks it itself (If-Match and
If-None-Match, https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html). On a
file system it is done under a lock. Google Cloud Storage checks it, too, but gcsfs can only ask it
to create what is not there: a lock is such an object.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock
from fsspec import AbstractFileSystem
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random

_LOCK_SECONDS = 10.0
# What S3 says if the condition does not hold, or another conditional write is under way.
_REFUSED = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}


class ChangedError(Exception):
    """The file is not what was read any more, and stays as it is."""


class HeldError(Exception):
    """Somebody holds the lock; the text is its path."""


@dataclass(frozen=True)
class Versioned:
    """A file's contents, and which version that is; None for both if there is no file."""

    data: bytes | None = None
    version: str | None = None


class Cell(Protocol):
    """A file that is read and replaced as a whole."""

    def data(self) -> bytes | None:
        """Return the contents alone, at the least cost; None if there is no file."""

    def read(self) -> Versioned:
        """Return what is there."""

    def replace(self, data: bytes, version: str | None) -> None:
        """Write `data` if the version that was read is there still; else raise ChangedError."""


def cell(fs: AbstractFileSystem, protocol: str, path: str) -> Cell:
    """Return a file of a store as a cell."""
    kinds: dict[str, Callable[[AbstractFileSystem, str], Cell]]
    kinds = {"s3": _S3Cell, "file": _FileCell}
    return kinds.get(protocol, LockedCell)(fs, path)


class _S3Cell:
    def __init__(self, fs: AbstractFileSystem, path: str) -> None:
        self._fs = fs
        self._path = path

    def data(self) -> bytes | None:
        try:
            # With a range, so that s3fs does not ask for the size first.
            data: bytes = self._fs.cat_file(self._path, start=0)
        except FileNotFoundError:
            return None
        return data

    def read(self) -> Versioned:
        try:
            # Before the contents: if they change in between, the version is refused as too old.
            version = str(self._fs.info(self._path)["ETag"])
        except FileNotFoundError:
            return Versioned()
        return Versioned(self.data(), version)

    def replace(self, data: bytes, version: str | None) -> None:
        condition = {"IfMatch": version} if version else {"IfNoneMatch": "*"}
        try:
            self._fs.pipe_file(self._path, data, **condition)
        except OSError as error:
            if not _is_refusal(error, version):
                raise
            # A try whose answer was lost is repeated by the library, and meets itself.
            if self.data() != data:
                raise ChangedError from error


class _FileCell:
    def __init__(self, fs: AbstractFileSystem, path: str) -> None:
        self._path = Path(path)

    def data(self) -> bytes | None:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None

    def read(self) -> Versioned:
        return _versioned(self.data())

    def replace(self, data: bytes, version: str | None) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._path.with_name(f".{self._path.name}.lock"), timeout=_LOCK_SECONDS):
            if self.read().version != version:
                raise ChangedError
            with tempfile.NamedTemporaryFile(dir=self._path.parent, delete=False) as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), 0o644)
                os.fsync(file.fileno())
            os.replace(file.name, self._path)


class LockedCell:
    """A cell in a store that only knows how to create what is not there."""

    def __init__(self, fs: AbstractFileSystem, path: str, seconds: float = _LOCK_SECONDS) -> None:
        self._fs = fs
        self._path = path
        self._seconds = seconds

    def data(self) -> bytes | None:
        """Return the contents alone."""
        try:
            data: bytes = self._fs.cat_file(self._path)
        except FileNotFoundError:
            return None
        return data

    def read(self) -> Versioned:
        """Return what is there."""
        return _versioned(self.data())

    def replace(self, data: bytes, version: str | None) -> None:
        """Write `data` if the version that was read is there still.

        Raises ChangedError if it is not, HeldError if somebody holds the lock for too long, as a
        process does that was killed at this very moment.
        """
        lock = f"{self._path}.lock"
        retrying = Retrying(
            retry=retry_if_exception_type(FileExistsError),
            stop=stop_after_delay(self._seconds),
            wait=wait_random(0.1, 0.5),
            reraise=True,
        )
        try:
            retrying(self._fs.pipe_file, lock, b"", mode="create")
        except FileExistsError as error:
            raise HeldError(lock) from error
        try:
            if self.read().version != version:
                raise ChangedError
            self._fs.pipe_file(self._path, data)
        finally:
            self._fs.rm_file(lock)


def _versioned(data: bytes | None) -> Versioned:
    return Versioned() if data is None else Versioned(data, hashlib.sha256(data).hexdigest())


def _is_refusal(error: OSError, version: str | None) -> bool:
    if isinstance(error, FileNotFoundError):
        return version is not None  # else it is the bucket that is not there
    response: dict[str, Any] = getattr(error.__cause__, "response", None) or {}
    return isinstance(error, FileExistsError) or (response.get("Error", {}).get("Code") in _REFUSED)
