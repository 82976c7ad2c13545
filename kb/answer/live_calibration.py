"""The calibration in use, re-read when `guidebot calibrate` writes a new one."""

from __future__ import annotations

import logging
from pathlib import Path

from kb.answer.decide import SHIPPED, Calibration, read_calibration
from kb.errors import GuidebotError

logger = logging.getLogger(__name__)


class LiveCalibration:
    """The calibration in a file, or the shipped one while there is no file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._calibration = SHIPPED
        self._modified: int | None = None

    def get(self) -> Calibration:
        """Return the calibration; an unreadable file is logged once, and the last one kept."""
        try:
            modified = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            modified = None
        if modified != self._modified:
            self._modified = modified
            try:
                self._calibration = read_calibration(self._path)
            except GuidebotError as error:
                logger.error("Keeping the previous calibration: %s", error)
        return self._calibration
