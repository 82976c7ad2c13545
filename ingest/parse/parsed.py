"""What comes of a source: its guide, and how it was read."""

from __future__ import annotations

from ingest.remark import Remark
from kb.model import Frozen, Guide


class Parsed(Frozen):
    """A guide, and what is to be said of how its source was read, by line."""

    guide: Guide
    remarks: tuple[Remark, ...]
