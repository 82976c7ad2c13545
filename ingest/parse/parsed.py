"""A parsed source."""

from __future__ import annotations

from ingest.remark import Remark
from kb.model import Frozen, Guide


class Parsed(Frozen):
    """A guide, with remarks on how its source was parsed, by line."""

    guide: Guide
    remarks: tuple[Remark, ...]
