"""A snapshot's FAISS index and arrays: their shapes and values are checked when they are read.

Only this module writes and reads FAISS indexes.
"""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import faiss

# The header of a flat FAISS index (faiss/impl/index_write.cpp): kind, dimension, number of vectors,
# two unused numbers, whether it is trained, the metric, and how many numbers follow. Checked first,
# because FAISS allocates memory for however many vectors a file claims to have.
_HEAD = struct.Struct("<4siqqqBiQ")
_KIND = b"IxFI"
_INNER_PRODUCT = 0

MAX_VALUE = 1.01
"""The largest absolute value in an L2-normalised vector, with room for the rounding of float16."""
# Rows checked at a time, to bound memory.
_BATCH_ROWS = 16_384


def write_index(path: Path, vectors: NDArray[np.float32], dimension: int) -> None:
    """Write the inner-product index of `vectors`, shape (rows, dimension): row i is vector i.

    Raises OSError if the disk is full.
    """
    import faiss

    index = faiss.IndexFlatIP(dimension)
    index.add(np.ascontiguousarray(vectors, np.float32))
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        # FAISS reports a full disk as a RuntimeError.
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error


def read_index(path: Path, rows: int, dimension: int) -> faiss.Index:
    """Return the FAISS index in a file.

    Raises ValueError unless it holds `rows` unit vectors of that dimension, RuntimeError if FAISS
    cannot read it, and OSError.
    """
    import faiss

    with path.open("rb") as file:
        head = file.read(_HEAD.size)
    numbers = rows * dimension
    expected = (_KIND, dimension, rows, 1, _INNER_PRODUCT, numbers)
    kind, width, count, _, _, trained, metric, claimed = (
        _HEAD.unpack(head) if len(head) == _HEAD.size else (b"",) + (0,) * 7
    )
    if (kind, width, count, trained, metric, claimed) != expected:
        raise ValueError(
            f"{path.name} claims {count} vectors of {width} dimensions, kind {kind!r}; "
            f"expected {rows} of {dimension}, kind {_KIND!r}"
        )
    size = _HEAD.size + numbers * np.dtype(np.float32).itemsize
    if (found := path.stat().st_size) != size:
        raise ValueError(f"{path.name} has {found} bytes; its vectors take {size}")
    index = faiss.read_index(str(path))
    if rows:
        _check_numbers(path, index.reconstruct_n(0, rows))
    return index


def read_unit_vectors(path: Path, rows: int | None, dimension: int) -> NDArray[np.float16]:
    """Return a memory-mapped array of unit vectors, shape (rows, dimension).

    If `rows` is None, any number is accepted. Raises ValueError if the shape or values are wrong.
    """
    table: NDArray[np.float16] = _table(path, np.float16, (rows, dimension))
    _check_numbers(path, table)
    return table


def read_numbers(path: Path, rows: int, below: int) -> NDArray[np.int32]:
    """Return a memory-mapped array, shape (rows,), of numbers in [0, below); else ValueError."""
    table: NDArray[np.int32] = _table(path, np.int32, (rows,))
    if rows and not 0 <= int(table.min()) <= int(table.max()) < below:
        raise ValueError(f"{path.name} has numbers outside 0 to {below - 1}")
    return table


def read_background(path: Path, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return a memory-mapped array of means and deviations.

    Raises ValueError if its shape is wrong, a number is not finite, or a deviation not positive.
    """
    table: NDArray[np.float32] = _table(path, np.float32, shape)
    if not np.isfinite(table).all() or not (table[..., 1] > 0).all():
        raise ValueError(f"{path.name} has numbers that cannot be means and deviations")
    return table


def open_table(path: Path) -> NDArray[Any]:
    """Return the array in a file, memory-mapped; raises ValueError if there is none."""
    try:
        # Not np.load, which would also open a ZIP archive and return something else.
        table: NDArray[Any] = np.lib.format.open_memmap(path, mode="r")
    except OSError:
        raise
    except Exception as error:
        # NumPy evaluates the header as a Python literal, which fails in many ways.
        raise ValueError(f"{path.name} is not a NumPy array: {error}") from error
    return table


def _table(path: Path, dtype: Any, shape: tuple[int | None, ...]) -> NDArray[Any]:
    table = open_table(path)
    same = len(table.shape) == len(shape) and all(
        wanted in (None, found) for wanted, found in zip(shape, table.shape, strict=True)
    )
    if table.dtype != np.dtype(dtype) or not same:
        wanted = ", ".join("any" if each is None else str(each) for each in shape)
        raise ValueError(
            f"{path.name} is an array of {table.dtype} {table.shape}; "
            f"expected {np.dtype(dtype)} ({wanted})"
        )
    return table


def _check_numbers(path: Path, table: NDArray[Any]) -> None:
    for start in range(0, len(table), _BATCH_ROWS):
        part = np.asarray(table[start : start + _BATCH_ROWS])
        # Not `>`, so that nan is rejected too.
        if part.size and not float(np.abs(part).max()) <= MAX_VALUE:
            raise ValueError(f"{path.name} has numbers too large for unit vectors")
