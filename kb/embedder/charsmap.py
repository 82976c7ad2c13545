"""Writes a character map in SentencePiece's precompiled form.

The form is a u32 size, a double-array trie of that many bytes over the keys' UTF-8 bytes, and the
replacements, each terminated by a zero byte; a key's value in the trie is the offset of its
replacement. The trie's units are those of darts-clone (https://github.com/s-yata/darts-clone):
bits 0-7 are the label, bit 8 is set if a key ends here, bits 10-30 are the offset (XOR) to the
children, and a leaf has bit 31 set and holds the value.
"""

from __future__ import annotations

import struct

_LEAF = 1 << 31
_HAS_LEAF = 1 << 8
_BLOCK = 256


def precompiled_charsmap(replacements: dict[str, str]) -> bytes:
    """Return a map from characters to replacements in the form `normalizers.Precompiled` reads.

    Keys are single characters other than NUL; replacements may be empty, but contain no NUL.
    """
    strings = bytearray()
    values: dict[bytes, int] = {}
    for key, replacement in replacements.items():
        values[key.encode("utf-8")] = len(strings)
        strings += replacement.encode("utf-8") + b"\0"
    units = _double_array(_trie(values))
    trie = struct.pack(f"<{len(units)}I", *units)
    return struct.pack("<I", len(trie)) + trie + bytes(strings)


class _Node:
    """A trie node: its children by label, and the value of the key that ends here."""

    def __init__(self) -> None:
        self.children: dict[int, _Node] = {}
        self.value: int | None = None

    def labels(self) -> list[int]:
        return ([0] if self.value is not None else []) + sorted(self.children)


def _trie(values: dict[bytes, int]) -> _Node:
    root = _Node()
    for key, value in values.items():
        node = root
        for byte in key:
            node = node.children.setdefault(byte, _Node())
        node.value = value
    return root


def _double_array(root: _Node) -> list[int]:
    units: list[int] = [0]
    positions = {0}
    bases: set[int] = set()
    pending = [(0, 0, root)]
    start = 1
    while pending:
        position, label, node = pending.pop()
        labels = node.labels()
        base = start
        # Bases are unique, so that the label alone tells whose child a unit is.
        while base in bases or any((base ^ each) in positions for each in labels):
            base += 1
        start = base + 1
        bases.add(base)
        positions.update(base ^ each for each in labels)
        size = (base // _BLOCK + 1) * _BLOCK
        units.extend([0] * (size - len(units)))
        if node.value is not None:
            units[base] = _LEAF | node.value
        leaf = _HAS_LEAF if node.value is not None else 0
        units[position] = label | leaf | (position ^ base) << 10
        pending.extend((base ^ each, each, child) for each, child in node.children.items())
    return units
