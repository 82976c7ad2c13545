"""Where sentences of plain text end."""

from __future__ import annotations

import re

SENTENCE_END = re.compile(r"[。．.!?！？][)）」』\]\"']*$")
