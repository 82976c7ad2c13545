"""Where things lie under the home folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The folder that holds everything the program writes."""

    root: Path

    @property
    def snapshots(self) -> Path:
        """The published snapshots, and `current`, which names the live one."""
        return self.root / "snapshots"

    @property
    def writer_lock(self) -> Path:
        """What one process at a time locks to write snapshots, or to say which is live."""
        return self.snapshots / ".writer.lock"

    @property
    def candidates(self) -> Path:
        """Snapshots that are not live yet: being made, checked, or held for somebody's word."""
        return self.root / "candidates"

    @property
    def models(self) -> Path:
        """Embedding models."""
        return self.root / "models"

    @property
    def embedding_cache(self) -> Path:
        """Vectors of texts that were embedded before."""
        return self.root / "embeddings.sqlite"

    @property
    def web_cache(self) -> Path:
        """What web servers sent, and by what they can tell that it did not change."""
        return self.root / "web.sqlite"

    @property
    def fetched(self) -> Path:
        """Fetched pages as files, until they are read."""
        return self.root / "fetched"

    @property
    def repositories(self) -> Path:
        """Git repositories that guides are read from."""
        return self.root / "git"

    @property
    def guide_cache(self) -> Path:
        """Guides that were parsed before, and their chunks."""
        return self.root / "guides.sqlite"

    @property
    def calibration(self) -> Path:
        """How the docs team's questions bend the probabilities; missing until it is fitted."""
        return self.root / "calibration.json"

    @property
    def database(self) -> Path:
        """The bot's own memory: which questions it has taken on, which threads it is in."""
        return self.root / "bot.sqlite"

    @property
    def model_store(self) -> Path:
        """What a language model chose and translated, and what its use has cost."""
        return self.root / "model.sqlite"
