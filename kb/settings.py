"""Settings that every room needs, from the environment and `.env`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from kb.embeddings import DEFAULT_MODEL
from kb.errors import SettingsError
from kb.paths import Home


class Settings(BaseSettings):
    """Where things are kept, and the models."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    guidebot_home: Path = Path("var")
    embedding_model: Annotated[str, Field(min_length=1)] = DEFAULT_MODEL
    reranker: str = ""
    fetch_pages: Annotated[int, Field(gt=0)] = 1000
    fetch_delay: Annotated[float, Field(ge=0)] = 0.5
    fetch_private: bool = False
    snapshots_kept: Annotated[int, Field(ge=1)] = 5

    @property
    def home(self) -> Home:
        """The home folder."""
        return Home(self.guidebot_home)


SettingsT = TypeVar("SettingsT", bound=Settings)


def load_settings(settings: type[SettingsT]) -> SettingsT:
    """Return the settings; raises SettingsError that names every one that is wrong."""
    try:
        return settings()
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            name = ".".join(str(part) for part in problem["loc"]).upper()
            lines.append(f"{name}: {problem['msg']}")
        raise SettingsError(
            "These settings are wrong (see .env.example):\n" + "\n".join(f"  {x}" for x in lines)
        ) from error
