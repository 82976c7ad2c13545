"""Settings that all packages share, from the environment and `.env`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from kb.errors import SettingsError
from kb.paths import Home

DEFAULT_MODEL = "multilingual-e5-small"
"""The embedding model that is shipped."""


class Settings(BaseSettings):
    """Where data is kept, which models to use, and the language model's budget."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    # The numbers are chosen by hand.
    guidebot_home: Path = Path("var")
    embedding_model: Annotated[str, Field(min_length=1)] = DEFAULT_MODEL
    reranker: str = ""
    vocabulary_packs: str = ""
    drafts: Literal["use", "review"] = "use"
    snapshots_kept: Annotated[int, Field(ge=1)] = 5
    snapshots_url: str = ""
    fetch_pages: Annotated[int, Field(gt=0)] = 1000
    fetch_delay: Annotated[float, Field(ge=0)] = 0.5
    fetch_timeout: Annotated[float, Field(gt=0)] = 120.0
    fetch_private: bool = False
    source_seconds: Annotated[float, Field(gt=0)] = 40.0
    source_memory: Annotated[int, Field(ge=64)] = 1024
    chat_model: Annotated[str, Field(pattern=r"^(\w+:\S+)?$")] = ""
    chat_base_url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    chat_decides: Literal["never", "unsure", "always"] = "unsure"
    chat_output: Literal["", "json_schema", "function_calling", "json_mode", "llama_cpp"] = ""
    chat_temperature: Annotated[float, Field(ge=0, le=2)] | Literal["default"] = 0.0
    chat_timeout: Annotated[float, Field(gt=0)] = 20.0
    chat_answer_tokens: Annotated[int, Field(ge=500)] = 20_000
    chat_day_tokens: Annotated[int, Field(ge=0)] = 0
    chat_day_cost: Annotated[float, Field(ge=0)] = 0.0
    chat_input_price: Annotated[float, Field(ge=0)] = 0.0
    chat_output_price: Annotated[float, Field(ge=0)] = 0.0
    chat_concurrency: Annotated[int, Field(ge=1)] = 4
    chat_tracing: Literal["", "langsmith", "opentelemetry"] = ""

    @property
    def home(self) -> Home:
        """The paths under GUIDEBOT_HOME."""
        return Home(self.guidebot_home)


SettingsT = TypeVar("SettingsT", bound=Settings)


def load_settings(settings: type[SettingsT]) -> SettingsT:
    """Return the settings; raises SettingsError, which lists every invalid one."""
    try:
        return settings()
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            name = str(problem["loc"][0]).upper()
            lines.append(f"{name}: {problem['msg']}")
        raise SettingsError(
            "Invalid settings (see .env.example):\n" + "\n".join(f"  {x}" for x in lines)
        ) from error
