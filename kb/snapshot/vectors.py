"""A snapshot's vectors, read only after they were found to be what the manifest says."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import faiss

# How FAISS writes a flat index (faiss/impl/index_write.cpp): its kind, dimension, number of
# vectors, two numbers that mean nothing, whether it is trained, the metric, and how many numbers
# follow. Read here first, as FAISS makes room for whatever number of vectors a file claims.
_HEAD = struct.Struct("<4siqqqBiQ")
_KIND = b"IxFI"
_INNER_PRODUCT = 0

# Vectors are L2-normalised, but float16 has eleven bits for a number.
_LARGEST = 1.01
_LOOKED_AT = 16_384


def read_index(path: Path, rows: int, dimension: int) -> faiss.Index:
    """Return the FAISS index in a file; raises ValueError unless it has these rows of unit length.

    RuntimeError, if FAISS cannot read it all the same.
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
            f"{path.name} says it has {count} vectors of {width} numbers, kind {kind!r}; "
            f"expected {rows} of {dimension}, kind {_KIND!r}"
        )
    size = _HEAD.size + numbers * np.dtype(np.float32).itemsize
    if (found := path.stat().st_size) != size:
        raise ValueError(f"{path.name} has {found} bytes, and not the {size} of its vectors")
    index = faiss.read_index(str(path))
    if rows:
        _check_numbers(path, index.reconstruct_n(0, rows))
    return index


def read_unit_vectors(path: Path, rows: int | None, dimension: int) -> NDArray[np.float16]:
    """Return a table of vectors that stays on disk; raises ValueError as `read_index` does.

    Without `rows`, there may be any number of them.
    """
    table: NDArray[np.float16] = _table(path, np.float16, (rows, dimension))
    _check_numbers(path, table)
    return table


def read_numbers(path: Path, rows: int, below: int) -> NDArray[np.int32]:
    """Return a table of `rows` numbers from 0 and below some other; raises ValueError if not."""
    table: NDArray[np.int32] = _table(path, np.int32, (rows,))
    if rows and not 0 <= int(table.min()) <= int(table.max()) < below:
        raise ValueError(f"{path.name} has numbers that are not from 0 to {below - 1}")
    return table


def read_background(path: Path, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return a table of means and deviations; raises ValueError if it has not that shape.

    So, if one is not finite, or a deviation is not above zero.
    """
    table: NDArray[np.float32] = _table(path, np.float32, shape)
    if not np.isfinite(table).all() or not (table[..., 1] > 0).all():
        raise ValueError(f"{path.name} has numbers that are no means and deviations")
    return table


def open_table(path: Path) -> NDArray[Any]:
    """Return the table in a file, which stays on disk; raises ValueError if there is none."""
    try:
        # np.load would take a ZIP archive, too, and return something else.
        table: NDArray[Any] = np.lib.format.open_memmap(path, mode="r")
    except OSError:
        raise
    except Exception as error:
        # The head of the file is read as Python is, and fails in as many ways.
        raise ValueError(f"{path.name} is not a table of numpy's: {error}") from error
    return table


def _table(path: Path, dtype: Any, shape: tuple[int | None, ...]) -> NDArray[Any]:
    table = open_table(path)
    same = len(table.shape) == len(shape) and all(
        wanted in (None, found) for wanted, found in zip(shape, table.shape, strict=True)
    )
    if table.dtype != np.dtype(dtype) or not same:
        wanted = ", ".join("any" if each is None else str(each) for each in shape)
        raise ValueError(
            f"{path.name} is a table of {table.dtype} {table.shape}; "
            f"expected {np.dtype(dtype)} ({wanted})"
        )
    return table


def _check_numbers(path: Path, table: NDArray[Any]) -> None:
    for start in range(0, len(table), _LOOKED_AT):
        part = np.asarray(table[start : start + _LOOKED_AT])
        # What is not a number is not below anything either.
        if part.size and not float(np.abs(part).max()) <= _LARGEST:
            raise ValueError(f"{path.name} has numbers that no vector of length 1 has")
