"""Where things are in the home folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The folder for everything that Guidebot writes."""

    root: Path

    @property
    def snapshots(self) -> Path:
        """Published snapshots, and `current`, which names the live one."""
        return self.root / "snapshots"

    @property
    def writer_lock(self) -> Path:
        """The lock for writing snapshots and for changing which one is live."""
        return self.snapshots / ".writer.lock"

    @property
    def candidates(self) -> Path:
        """Snapshots that are not live yet: being written, being checked, or awaiting review."""
        return self.root / "candidates"

    @property
    def models(self) -> Path:
        """Unpacked and downloaded models."""
        return self.root / "models"

    @property
    def embedding_cache(self) -> Path:
        """The cache of embeddings."""
        return self.root / "embeddings.sqlite"

    @property
    def web_cache(self) -> Path:
        """The HTTP cache: fetched pages with their validators."""
        return self.root / "web.sqlite"

    @property
    def repositories(self) -> Path:
        """Clones of the Git repositories that guides are read from."""
        return self.root / "git"

    @property
    def guide_cache(self) -> Path:
        """The cache of parsed guides and their chunks."""
        return self.root / "guides.sqlite"

    @property
    def calibration(self) -> Path:
        """The team's own calibration; missing until `guidebot calibrate` is run."""
        return self.root / "calibration.json"

    @property
    def database(self) -> Path:
        """The bot's database: questions it has accepted, threads it is in, feedback."""
        return self.root / "bot.sqlite"

    @property
    def model_store(self) -> Path:
        """The cache of the language model's replies, and what it has cost."""
        return self.root / "model.sqlite"
