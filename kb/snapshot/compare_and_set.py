"""Replaces one small file in a store only if it has not changed since it was read.

This way nothing that another machine published in the meantime is lost. Amazon S3 does it with
If-Match and If-None-Match
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html). On a file system it
takes a lock. Google Cloud Storage has conditional writes too, but gcsfs only exposes creating an
object that does not exist, so such an object is the lock.
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

# How long to wait for another machine's lock, which it holds for a few requests. Chosen by hand.
_LOCK_SECONDS = 10.0
# Seconds between attempts: random, so that two machines do not stay in step. Chosen by hand.
_BETWEEN_SECONDS = (0.1, 0.5)
# S3's error codes if the condition fails, or another conditional write is in progress.
_REFUSED = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}


class ChangedError(Exception):
    """The file has changed since it was read, and was not replaced."""


class HeldError(Exception):
    """Another process holds the lock; the message is its path."""


@dataclass(frozen=True)
class Versioned:
    """A file's contents and their version; both None if there is no file."""

    data: bytes | None = None
    version: str | None = None


class Cell(Protocol):
    """A file that is read and replaced as a whole.

    Methods also raise the OSError of their file system.
    """

    def data(self) -> bytes | None:
        """Return the contents in as few requests as possible; None if there is no file."""

    def read(self) -> Versioned:
        """Return the contents and their version."""

    def replace(self, data: bytes, version: str | None) -> None:
        """Write `data` if `version` is still current; otherwise raise ChangedError."""


def cell(fs: AbstractFileSystem, protocol: str, path: str) -> Cell:
    """Return the cell for a file in a store; `protocol` is s3, gs or file."""
    kinds: dict[str, Callable[[AbstractFileSystem, str], Cell]]
    kinds = {"s3": _S3Cell, "file": _FileCell}
    return kinds.get(protocol, LockedCell)(fs, path)


class _S3Cell:
    def __init__(self, fs: AbstractFileSystem, path: str) -> None:
        self._fs = fs
        self._path = path

    def data(self) -> bytes | None:
        try:
            # A range keeps s3fs from asking for the size first.
            data: bytes = self._fs.cat_file(self._path, start=0)
        except FileNotFoundError:
            return None
        return data

    def read(self) -> Versioned:
        try:
            # Before the contents, so that a change in between makes the version outdated.
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
            # s3fs retries a request whose response was lost, and may find its own write.
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
    """A cell in a store whose only conditional write is creating a new object."""

    def __init__(self, fs: AbstractFileSystem, path: str, seconds: float = _LOCK_SECONDS) -> None:
        self._fs = fs
        self._path = path
        self._seconds = seconds

    def data(self) -> bytes | None:
        """Return the contents; None if there is no file."""
        try:
            data: bytes = self._fs.cat_file(self._path)
        except FileNotFoundError:
            return None
        return data

    def read(self) -> Versioned:
        """Return the contents and their version."""
        return _versioned(self.data())

    def replace(self, data: bytes, version: str | None) -> None:
        """Write `data` if `version` is still current.

        Raises ChangedError if it is not, and HeldError if the lock is held for too long, such as by
        a process that was killed while it held it.
        """
        lock = f"{self._path}.lock"
        retrying = Retrying(
            retry=retry_if_exception_type(FileExistsError),
            stop=stop_after_delay(self._seconds),
            wait=wait_random(*_BETWEEN_SECONDS),
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
        return version is not None  # otherwise the bucket is missing
    response: dict[str, Any] = getattr(error.__cause__, "response", None) or {}
    return isinstance(error, FileExistsError) or (response.get("Error", {}).get("Code") in _REFUSED)
