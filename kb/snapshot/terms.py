"""The files of a snapshot's BM25 index (kb.retrieval.lexical), checked before bm25s opens them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import ConfigDict, TypeAdapter

from kb.model import Frozen
from kb.snapshot.vectors import open_table

ARRAYS = ("data", "indices", "indptr")

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


def array_file(name: str, array: str) -> str:
    """Return the name of the file with one of an index's arrays."""
    return f"{name}.{array}.npy"


def terms_file(name: str) -> str:
    """Return the name of the file with an index's terms."""
    return f"{name}.terms.json"


def parameters_file(name: str) -> str:
    """Return the name of the file with an index's parameters."""
    return f"{name}.bm25.json"


def term_files(name: str) -> tuple[str, ...]:
    """Return the names of an index's files."""
    arrays = (array_file(name, array) for array in ARRAYS)
    return (*arrays, terms_file(name), parameters_file(name))


def check_terms(folder: Path, name: str, documents: int) -> None:
    """Raise ValueError unless an index's files are consistent and cover so many documents.

    Together the arrays are a sparse matrix in CSC format: `data` holds the scores of each term's
    documents, `indices` the documents, and `indptr` where each term starts.
    """
    parameters = _Parameters.model_validate_json((folder / parameters_file(name)).read_bytes())
    terms = _TERMS.validate_json((folder / terms_file(name)).read_bytes())
    data, indices, indptr = (open_table(folder / array_file(name, array)) for array in ARRAYS)
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
