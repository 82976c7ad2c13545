"""Sentence ends in plain text."""

from __future__ import annotations

import re

SENTENCE_END = re.compile(r"[。．.!?！？][)）」』\]\"']*$")
