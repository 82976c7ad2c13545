"""The bot's database: its location and status."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError

from kb.errors import GuidebotError, SettingsError

# `guidebot doctor` should not hang on a locked database.
_LOCK_SECONDS = 5


@dataclass(frozen=True)
class DatabaseStatus:
    """A database's status, determined without changing it.

    `name` is its URL without the password. `revision` is its migration, None if it is empty;
    `newest` is the last of the migrations `known` to this version.
    """

    name: str
    revision: str | None
    newest: str
    known: frozenset[str]


def database_url(database: Path | str) -> URL:
    """Return the URL of a SQLite file, or parse a SQLAlchemy URL.

    Raises SettingsError if it is not a valid URL.
    """
    if isinstance(database, Path):
        return URL.create("sqlite", database=str(database))
    try:
        url = make_url(database)
        url.get_dialect()
    except (ArgumentError, ValueError) as error:
        # Without the value: there may be a password in it.
        raise SettingsError(
            "DATABASE_URL is not a usable SQLAlchemy URL, such as "
            "postgresql+psycopg://USER:PASSWORD@HOST/NAME or sqlite:///PATH. "
            "Leave it empty for a SQLite file in GUIDEBOT_HOME."
        ) from error
    return url


def migrations() -> Config:
    """Return Alembic's configuration."""
    config = Config()
    config.set_main_option("script_location", "bot:migrations")
    config.set_main_option("path_separator", "os")
    return config


def inspect_database(database: Path | str) -> DatabaseStatus:
    """Return a database's status, after a trial write that is rolled back.

    A missing SQLite file is not created. Raises GuidebotError if the database cannot be opened
    or written to.
    """
    url = database_url(database)
    name = url.render_as_string(hide_password=True)
    scripts = ScriptDirectory.from_config(migrations())
    known = frozenset(script.revision for script in scripts.walk_revisions())
    newest = scripts.get_current_head() or ""
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite and not (url.database and Path(url.database).exists()):
        return DatabaseStatus(name, None, newest, known)
    try:
        engine = create_engine(url, connect_args={"timeout": _LOCK_SECONDS} if sqlite else {})
        with engine.connect() as connection:
            revision = _revision(connection)
        engine.dispose()
    except (DatabaseError, ImportError) as error:
        raise GuidebotError(f"{name}: {getattr(error, 'orig', None) or error}") from error
    return DatabaseStatus(name, revision, newest, known)


def _revision(connection: Connection) -> str | None:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision:
        connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
    connection.rollback()
    return revision
