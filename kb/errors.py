"""Errors that a person is told about: what is wrong, where, and what to do.

GuidebotError
├── SettingsError        a setting is missing or has a bad value
├── ModelError           the embedding model, or the language model, cannot be had
├── StoreError           the store of shared snapshots cannot be used
└── SnapshotError        a snapshot cannot be used
    ├── NoSnapshotError      nothing was published yet
    ├── DamagedSnapshotError a file is missing or does not match its checksum
    └── EmbedderMismatchError it was made with another embedding model
"""


class GuidebotError(Exception):
    """The base of all errors whose text is written for people."""

    exit_code = 1


class SettingsError(GuidebotError):
    """A setting is missing or has a bad value."""

    exit_code = 2


class ModelError(GuidebotError):
    """The embedding model cannot be loaded or unpacked, or the language model not be used."""


class StoreError(GuidebotError):
    """The store that snapshots are shared through cannot be reached, read or written to."""


class SnapshotError(GuidebotError):
    """A snapshot cannot be used."""


class NoSnapshotError(SnapshotError):
    """Nothing was published yet."""


class DamagedSnapshotError(SnapshotError):
    """A snapshot's file is missing or does not match its checksum."""


class EmbedderMismatchError(SnapshotError):
    """A snapshot was made with another embedding model than the one in use."""
