"""Files of a git repository, as they are at a ref."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import tarfile
from pathlib import Path

from ingest.errors import SourceError
from kb.text.addresses import without_credentials

_TIMEOUT = 300.0
_PROTOCOLS = "https:http:ssh:git:file"
_SAFE = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "gc.auto=0")


def checkout(repository: str, ref: str, cache: Path) -> Path:
    """Return a folder with the repository's files at a ref, fetched into `cache`.

    Only what changed is fetched. No hook or filter of the repository is run.
    Raises SourceError if it, or the ref, cannot be had.
    """
    name = f"{without_credentials(repository)}@{ref}"
    if repository.startswith("-") or ref.startswith("-"):
        raise SourceError(name, "a repository or ref cannot begin with '-'", covers=f"{name}:")
    bare = cache / hashlib.sha256(repository.encode()).hexdigest()[:16]
    bare.mkdir(parents=True, exist_ok=True)
    where = str(Path(repository).resolve()) if Path(repository).is_dir() else repository
    try:
        if not (bare / "HEAD").exists():
            _git(bare, "init", "--quiet", "--bare", "--template=")
        _git(bare, "fetch", "--quiet", "--no-tags", "--depth=1", "--force", "--", where, ref)
        commit = _git(bare, "rev-parse", "--verify", "FETCH_HEAD^{commit}").decode().strip()
        folder = bare / "files" / commit
        if not folder.exists():
            _unpack(_git(bare, "archive", "--format=tar", commit), folder)
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().splitlines()
        last = without_credentials(said[-1]) if said else error.returncode
        reason = f"cannot be read with git: {last}"
        raise SourceError(name, reason, covers=f"{name}:") from error
    except subprocess.TimeoutExpired as error:
        reason = f"cannot be read with git: it took longer than {_TIMEOUT:g} seconds"
        raise SourceError(name, reason, covers=f"{name}:") from error
    except (OSError, tarfile.TarError) as error:
        raise SourceError(name, f"cannot be read with git: {error}", covers=f"{name}:") from error
    return folder


def _git(repository: Path, *arguments: str) -> bytes:
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.environ.get("HOME", str(repository)),
        "GIT_ALLOW_PROTOCOL": _PROTOCOLS,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": "1",
        # The repository is one that the docs team names, whoever owns its files.
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
    }
    if agent := os.environ.get("SSH_AUTH_SOCK"):
        environment["SSH_AUTH_SOCK"] = agent
    done = subprocess.run(
        ["git", *_SAFE, "-C", str(repository), *arguments],
        capture_output=True,
        check=True,
        timeout=_TIMEOUT,
        env=environment,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout


def _unpack(archive: bytes, folder: Path) -> None:
    """Unpack regular files only, and put the folder in place when it is whole."""
    partial = folder.with_name(f"{folder.name}.{os.getpid()}")
    partial.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            if member.isfile():
                tar.extract(member, partial, filter="data")
    try:
        partial.rename(folder)
    except OSError:
        if not folder.exists():
            raise
