"""What a web server answers, unpacked as far as there is room for it."""

from __future__ import annotations

import zlib

import httpx

PACKED = "gzip"
"""How servers may pack what they send: Python unpacks this piece by piece, within a bound."""

_GZIP = zlib.MAX_WBITS | 16


class BodyError(Exception):
    """A body cannot be taken. Its text says why, as what follows its address."""


def read_body(response: httpx.Response, most: int) -> bytes:
    """Return the body of a response that is being streamed.

    Raises BodyError if it is packed otherwise than was offered, wrongly, or if there are more
    than `most` bytes of it, packed or unpacked; no more than these are ever held.
    """
    packed = response.headers.get("content-encoding", "").strip().lower()
    if packed not in ("", "identity", PACKED, f"x-{PACKED}"):
        raise BodyError(f"is packed as {packed}, which was not asked for")
    unpack = zlib.decompressobj(_GZIP) if packed.endswith(PACKED) else None
    data, read = bytearray(), 0
    for part in response.iter_raw():
        read += len(part)
        try:
            data += unpack.decompress(part, most + 1 - len(data)) if unpack else part
        except zlib.error as error:
            raise BodyError(f"cannot be unpacked: {error}") from error
        if max(read, len(data)) > most:
            raise BodyError(f"is larger than {most // 1_000_000} MB")
    if unpack and read and not unpack.eof:
        raise BodyError("cannot be unpacked: it ends too early")
    return bytes(data)
