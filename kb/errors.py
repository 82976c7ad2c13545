"""Errors written for people: what is wrong, where, and what to do.

GuidebotError
├── SettingsError        a setting is missing or invalid
├── ModelError           an embedding model, reranker or language model cannot be used
├── StoreError           the shared snapshot store cannot be used
└── SnapshotError        a snapshot cannot be used
    ├── NoSnapshotError       nothing has been published yet
    ├── DamagedSnapshotError  a file is missing, damaged or inconsistent
    └── EmbedderMismatchError it was made with a different embedding model
"""


class GuidebotError(Exception):
    """Base class of all errors whose message is written for people."""

    exit_code = 1


class SettingsError(GuidebotError):
    """A setting is missing or invalid."""

    exit_code = 2


class ModelError(GuidebotError):
    """An embedding model, reranker or language model cannot be used."""


class StoreError(GuidebotError):
    """The shared snapshot store cannot be reached, read or written."""


class SnapshotError(GuidebotError):
    """A snapshot cannot be used."""


class NoSnapshotError(SnapshotError):
    """Nothing has been published yet."""


class DamagedSnapshotError(SnapshotError):
    """A snapshot's file is missing, damaged, or inconsistent with the others."""


class EmbedderMismatchError(SnapshotError):
    """A snapshot was made with a different embedding model than the one in use."""
