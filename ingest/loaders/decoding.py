"""A file's bytes as text."""

from __future__ import annotations

from pathlib import Path

from ingest.errors import SourceError


def decode(path: Path, data: bytes) -> str:
    """Return the text of a UTF-8 file, with or without a byte-order mark.

    Raises SourceError if it is in another encoding, is not text, or is empty.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(
            path,
            f"line {line}: byte 0x{data[error.start]:02x} is not UTF-8. "
            "Save the file in the encoding UTF-8 and ingest it again.",
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SourceError(path, f"line {line}: holds a NUL character, so it is not a text file")
    if not text.strip():
        raise SourceError(path, "the guide is empty: the file holds no text")
    return text.replace("\r\n", "\n").replace("\r", "\n")
