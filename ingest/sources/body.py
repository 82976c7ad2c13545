"""Reads HTTP response bodies, decompressing them within a size limit."""

from __future__ import annotations

import zlib

import httpx

PACKED = "gzip"
"""The accepted content encoding: Python decompresses it in pieces, within a limit."""

_GZIP = zlib.MAX_WBITS | 16


class BodyError(Exception):
    """A response body cannot be used. The message completes a sentence about its URL."""


def read_body(response: httpx.Response, most: int) -> bytes:
    """Return the body of a streamed response.

    Raises BodyError if its content encoding was not offered or is corrupt, or if it has more than
    `most` bytes, compressed or decompressed; no more than that is ever held in memory.
    """
    packed = response.headers.get("content-encoding", "").strip().lower()
    if packed not in ("", "identity", PACKED, f"x-{PACKED}"):
        raise BodyError(f"has the content encoding {packed}, which was not requested")
    unpack = zlib.decompressobj(_GZIP) if packed.endswith(PACKED) else None
    data, read = bytearray(), 0
    for part in response.iter_raw():
        read += len(part)
        try:
            data += unpack.decompress(part, most + 1 - len(data)) if unpack else part
        except zlib.error as error:
            raise BodyError(f"cannot be decompressed: {error}") from error
        if max(read, len(data)) > most:
            raise BodyError(f"is larger than {most // 1_000_000} MB")
    if unpack and read and not unpack.eof:
        raise BodyError("cannot be decompressed: it is truncated")
    return bytes(data)
