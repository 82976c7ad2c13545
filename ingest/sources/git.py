"""Checks out files of a git repository at a ref."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ingest.errors import SourceError
from ingest.loaders.file_bytes import MAX_BYTES
from ingest.loaders.load import LOADERS
from kb.text.addresses import without_credentials

# Seconds for a git command, and bytes for all files of a source; chosen by hand.
_SECONDS = 300.0
_MAX_IN_ALL = 1_000_000_000
_PROTOCOLS = "https:http:ssh:git:file"
_SAFE = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "gc.auto=0")
# Git loads files up to this size into memory.
_SPARING = ("-c", "core.bigFileThreshold=10m")
# Without these options, a local repository sends files that are too large as well.
_LOCAL_SENDER = "git -c uploadpack.allowFilter=true -c safe.directory=* upload-pack"
_FILE_MODES = ("100644", "100755")


@dataclass(frozen=True)
class Checkout:
    """A folder with files of a repository, and errors for those too large to check out."""

    folder: Path
    errors: tuple[SourceError, ...]


@dataclass(frozen=True)
class _File:
    path: str
    blob: str


def checkout(name: str, repository: str, ref: str, paths: Sequence[str], cache: Path) -> Checkout:
    """Check out the repository's files at a ref that are at `paths` or below them.

    `name` is for display. Only changes are fetched, into `cache`, and no file that is too large, if
    the server supports that. No hook or filter of the repository is run. Files that cannot be
    guides are empty. Raises SourceError if the repository or the ref cannot be fetched.
    """
    if repository.startswith("-") or ref.startswith("-"):
        raise SourceError(name, "a repository or ref cannot begin with '-'", covers=f"{name}:")
    bare = cache / hashlib.sha256(repository.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    try:
        bare.mkdir(parents=True, exist_ok=True)
        commit = _fetch(repository, ref, bare)
        return _files(name, bare, commit, paths)
    except subprocess.CalledProcessError as error:
        stderr = error.stderr.decode("utf-8", "replace").strip().splitlines()
        last = without_credentials(stderr[-1]) if stderr else error.returncode
        reason = f"cannot be read with git: {last}"
        raise SourceError(name, reason, covers=f"{name}:") from error
    except subprocess.TimeoutExpired as error:
        reason = f"cannot be read with git: timed out after {_SECONDS:g} s"
        raise SourceError(name, reason, covers=f"{name}:") from error
    # ValueError: not valid in a command, such as a NUL.
    except (OSError, ValueError) as error:
        raise SourceError(name, f"cannot be read with git: {error}", covers=f"{name}:") from error


def _fetch(repository: str, ref: str, bare: Path) -> str:
    """Fetch the commit at a ref, and return its hash."""
    is_here = Path(repository).is_dir()
    where = str(Path(repository).resolve()) if is_here else repository
    if not (bare / "HEAD").exists():
        _git(bare, "init", "--quiet", "--bare", "--template=")
    _git(
        bare,
        # Partial clones need a named remote. It is not kept, so that no file is fetched later.
        *("-c", f"remote.origin.url={where}"),
        *("fetch", "--quiet", "--no-tags", "--depth=1", "--force"),
        f"--filter=blob:limit={MAX_BYTES + 1}",
        *([f"--upload-pack={_LOCAL_SENDER}"] if is_here else []),
        *("--", "origin", ref),
    )
    return _git(bare, "rev-parse", "--verify", "FETCH_HEAD^{commit}").decode().strip()


def _files(name: str, bare: Path, commit: str, paths: Sequence[str]) -> Checkout:
    found = list(_named(bare, commit, paths))
    guides = [file for file in found if Path(file.path).suffix.lower() in _READ]
    sizes = _sizes(bare, commit, guides)
    errors, good, total = [], [], 0
    for file in guides:
        size = sizes.get(file.blob)
        if size is None or size > MAX_BYTES:
            said = f"is larger than the limit of {MAX_BYTES // 1_000_000} MB per file"
            errors.append(SourceError(f"{name}:{file.path}", said))
        else:
            good.append(file)
            total += size
    if total > _MAX_IN_ALL:
        raise ValueError(
            f"the guides there are {total / 1e6:.0f} MB; at most {_MAX_IN_ALL // 1_000_000} MB "
            "are read. Specify a folder, or files"
        )
    named = hashlib.sha256("\0".join(paths).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    folder = bare / "files" / f"{commit}-{named}"
    if not folder.exists():
        _write(bare, good, [file for file in found if file not in guides], folder)
    return Checkout(folder, tuple(errors))


_READ = (*LOADERS, ".yaml", ".yml")


def _named(bare: Path, commit: str, paths: Sequence[str]) -> Iterator[_File]:
    """Yield the regular files (no links or submodules) at the paths."""
    listed = _git(bare, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths)
    for entry in listed.split(b"\0")[:-1]:
        about, _, path = entry.partition(b"\t")
        mode, _, blob = about.decode("ascii").split(" ")
        if mode in _FILE_MODES:
            yield _File(os.fsdecode(path), blob)


def _sizes(bare: Path, commit: str, files: Sequence[_File]) -> dict[str, int]:
    """Return the size in bytes of each fetched blob."""
    listed = _git(
        bare, "rev-list", "--objects", "--missing=print", "--no-object-names", "-1", commit
    )
    missing = {line[1:] for line in listed.decode("ascii").splitlines() if line.startswith("?")}
    there = [file.blob for file in files if file.blob not in missing]
    asked = "".join(f"{blob}\n" for blob in there).encode()
    sizes = _git(bare, "cat-file", "--batch-check=%(objectsize)", given=asked)
    return dict(zip(there, map(int, sizes.split()), strict=True))


def _write(bare: Path, files: Sequence[_File], others: Sequence[_File], folder: Path) -> None:
    """Write the files to a temporary folder, and move it into place when complete."""
    folder.parent.mkdir(exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        with tempfile.TemporaryFile(dir=folder.parent) as contents:
            asked = "".join(f"{file.blob}\n" for file in files).encode()
            _git(bare, "cat-file", "--batch", given=asked, into=contents)
            contents.seek(0)
            for file in files:
                size = int(contents.readline().split()[-1])
                with _made(partial, file).open("wb") as target:
                    target.write(contents.read(size))
                contents.readline()
        for file in others:
            _made(partial, file).touch()
        partial.chmod(0o700)
        partial.rename(folder)
    except OSError:
        if not folder.exists():
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _made(root: Path, file: _File) -> Path:
    """Return a file's target path after creating its folder; git has no paths that lead outside."""
    path = root / file.path
    if not path.resolve().is_relative_to(root.resolve()):
        raise ValueError(f"{file.path} leads out of the repository")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _git(
    repository: Path, *arguments: str, given: bytes = b"", into: IO[bytes] | None = None
) -> bytes:
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.environ.get("HOME", str(repository)),
        "GIT_ALLOW_PROTOCOL": _PROTOCOLS,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": "1",
        # The docs team configured this repository, whoever owns its files.
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
    }
    if agent := os.environ.get("SSH_AUTH_SOCK"):
        environment["SSH_AUTH_SOCK"] = agent
    done = subprocess.run(
        ["git", *_SAFE, *_SPARING, "-C", str(repository), *arguments],
        stdout=into or subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=True,
        timeout=_SECONDS,
        env=environment,
        input=given,
    )
    return done.stdout or b""
