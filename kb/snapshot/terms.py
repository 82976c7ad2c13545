"""The files of a snapshot's BM25 index over the terms of its problems.

BM25 is that of bm25s (https://github.com/xhluca/bm25s), which writes and reads the files; they are
checked before it opens them. kb.retrieval.lexical says what a term is.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import ConfigDict, TypeAdapter

from kb.model import Frozen
from kb.snapshot.vectors import open_table

if TYPE_CHECKING:
    import bm25s

_ARRAYS = ("data", "indices", "indptr")

_TERMS = TypeAdapter(dict[str, int], config=ConfigDict(strict=True))


class _Parameters(Frozen):
    """The parameters that bm25s writes, limited to those that need no further libraries."""

    k1: float
    b: float
    delta: float
    method: Literal["lucene"]
    idf_method: Literal["lucene"]
    dtype: Literal["float32"]
    int_dtype: Literal["int32"]
    num_docs: int
    version: str
    backend: Literal["numpy"]
    csc_backend: Literal["numpy"] = "numpy"
    auto_compile: bool = True


def term_files(name: str) -> tuple[str, ...]:
    """Return the names of an index's files."""
    arrays = (_array_file(name, array) for array in _ARRAYS)
    return (*arrays, _terms_file(name), _parameters_file(name))


def write_terms(documents: Iterable[Sequence[str]], folder: Path, name: str) -> None:
    """Write the index of documents, each given by its terms, into `folder`."""
    # Numbered by first occurrence, so that the same guides give the same files.
    numbers = {"": 0}
    rows = [
        # A document without terms gets the empty term, which no question has.
        [numbers.setdefault(term, len(numbers)) for term in each or [""]]
        for each in documents
    ]
    index = _bm25s().BM25()
    index.index((rows, numbers), show_progress=False)
    index.save(folder, show_progress=False, **_file_names(name))


def read_terms(folder: Path, name: str) -> bm25s.BM25:
    """Return the index that `write_terms` wrote, memory-mapped."""
    return _bm25s().BM25.load(folder, mmap=True, show_progress=False, **_file_names(name))


def check_terms(folder: Path, name: str, documents: int) -> None:
    """Raise ValueError unless an index's files are consistent and cover this many documents.

    Together the arrays are a sparse matrix in CSC format: `data` holds the scores of each term's
    documents, `indices` the documents, and `indptr` where each term starts.
    """
    parameters = _Parameters.model_validate_json((folder / _parameters_file(name)).read_bytes())
    terms = _TERMS.validate_json((folder / _terms_file(name)).read_bytes())
    data, indices, indptr = (open_table(folder / _array_file(name, array)) for array in _ARRAYS)
    sound = (
        parameters.num_docs == documents
        and data.dtype == np.float32
        and all(each.dtype.kind == "i" for each in (indices, indptr))
        and all(each.ndim == 1 for each in (data, indices, indptr))
        and len(data) == len(indices)
        and len(indptr) > 0
        and int(indptr[0]) == 0
        and int(indptr[-1]) == len(data)
        and bool((np.diff(indptr) >= 0).all())
        and bool(np.isfinite(data).all())
        and _within(indices, documents)
        and all(0 <= number < len(indptr) - 1 for number in terms.values())
    )
    if not sound:
        raise ValueError(
            f"the files {name}.* are not a consistent BM25 index of {documents} problems"
        )


def _within(numbers: np.ndarray[tuple[int, ...], np.dtype[np.int64]], below: int) -> bool:
    return not len(numbers) or bool(0 <= int(numbers.min()) and int(numbers.max()) < below)


def _bm25s() -> Any:
    import bm25s

    # bm25s sets its own logger to DEBUG when it is imported.
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return bm25s


def _file_names(name: str) -> dict[str, str]:
    return {
        **{f"{array}_name": _array_file(name, array) for array in _ARRAYS},
        "vocab_name": _terms_file(name),
        "params_name": _parameters_file(name),
        "nnoc_name": _array_file(name, "nonoccurrence"),
    }


def _array_file(name: str, array: str) -> str:
    return f"{name}.{array}.npy"


def _terms_file(name: str) -> str:
    return f"{name}.terms.json"


def _parameters_file(name: str) -> str:
    return f"{name}.bm25.json"
