"""The JSON of a suppression problem (`csp-linked-1`), checked entry by entry and turned into columns. Sums are checked elsewhere.

Whatever is wrong is one sentence that names the cells, never a value.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from pipelines.disclosure import naming
from pipelines.disclosure.linked import Floats, Ids, Mask

FORMAT = "csp-linked-1"
POLICY_KEYS = {"primary", "need_hi", "need_width", "lower_bound", "zeros_suppressible"}
COLUMNS = ("id", "value", "primary", "published", "suppressible", "cost")
LARGEST = 1e15
"""Largest number that may stand in a problem: beyond it neighbouring whole numbers are one and the same to the arithmetic."""


class BadProblem(ValueError):
    """A problem or pattern that cannot be trusted; the message is a sentence for a person."""


@dataclass(frozen=True)
class Document:
    """A problem as its file gives it. names: each cell in words. row, column, coefficient: entries of equations = constant."""

    name: str
    names: Sequence[str]
    ids: Ids
    value: Floats
    primary: Mask
    published: Mask
    suppressible: Mask
    cost: Floats
    equations: sp.csr_matrix
    constant: Floats
    need_hi: float
    need_width: float
    lower_bound: float
    zeros_suppressible: bool


class Names(Sequence[str]):
    """The cells in words, made only when asked for."""

    def __init__(self, cells: list[list[Any]], columns: list[str]) -> None:
        self._cells = cells
        self._key, self._table, self._labels = (columns.index(name) if name in columns else None for name in ("id", "table", "labels"))

    def __len__(self) -> int:
        return len(self._cells)

    def __getitem__(self, at: Any) -> Any:
        key, table, labels = (None if place is None else self._cells[at][place] for place in (self._key, self._table, self._labels))
        return naming.cell(-1 if key is None else key, table, labels)


def read_json(path: Path) -> Any:
    """The JSON in a file, gzipped or not. Raises BadProblem."""
    try:
        raw = path.read_bytes()
        return json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    except (OSError, ValueError, EOFError, zlib.error, RecursionError, MemoryError) as error:
        raise BadProblem(f"{naming.printable(path.name)} is not a readable JSON file ({type(error).__name__}).") from error


def check(document: Any) -> Document:
    """A Document from the decoded JSON. Raises BadProblem for anything that the format does not have."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BadProblem(f"This is not a problem in the format {FORMAT}.")
    policy = _policy(document.get("policy"))
    columns, cells = document.get("columns"), document.get("cells")
    if not isinstance(columns, list) or not all(isinstance(name, str) for name in columns) or not set(COLUMNS) <= set(columns):
        raise BadProblem(f"The problem is incomplete: its columns must be names, {', '.join(COLUMNS)} among them.")
    if len(set(columns)) < len(columns):
        raise BadProblem("The problem names a column twice.")
    if not isinstance(cells, list) or not cells:
        raise BadProblem("The problem is incomplete: it lists no cells.")
    odd = [at for at, row in enumerate(cells, start=1) if not isinstance(row, list) or len(row) != len(columns)]
    if odd:
        raise BadProblem(f"The problem is incomplete: a cell is a list of {len(columns)} entries, unlike row {_rows(odd)} of its cells.")
    column = {name: [row[at] for row in cells] for at, name in enumerate(columns)}
    odd = [at for at, key in enumerate(column["id"], start=1) if not _whole(key) or abs(key) > LARGEST]
    if odd:
        raise BadProblem(f"An id must be a whole number of at most fifteen digits, unlike that of row {_rows(odd)} of the cells.")
    names = Names(cells, columns)

    def refuse(name: str, fits: Callable[[Any], bool], wanted: str) -> None:
        wrong = [names[at] for at, entry in enumerate(column[name]) if not fits(entry)]
        if wrong:
            raise BadProblem(f"The {name} of a cell must be {wanted}; it is not in {naming.listed(wrong)}.")

    wrong = [names[at] for at, entry in enumerate(column["value"]) if _number(entry) and entry < 0]
    if wrong:
        raise BadProblem(f"The problem holds a count that is negative: {naming.listed(wrong)}.")
    refuse("value", _number, "a number from 0 to a million thousand millions")
    refuse("cost", lambda entry: _number(entry) and entry >= 0, "a number from 0 to a million thousand millions")
    for name in ("primary", "published", "suppressible"):
        refuse(name, lambda entry: isinstance(entry, bool | int) and entry in (0, 1), "0 or 1")
    ids = np.array(column["id"], dtype=np.int64)
    seen, times = np.unique(ids, return_counts=True)
    if len(seen) < len(ids):
        shared = np.isin(ids, seen[times > 1])
        raise BadProblem(f"Two cells of the problem share an id: {naming.listed(names[at] for at in np.flatnonzero(shared))}.")
    equations, constant = _equations(document, {int(key): place for place, key in enumerate(ids)}, names)
    return Document(
        name=naming.printable(document.get("name", "")),
        names=names,
        ids=ids,
        value=np.array(column["value"], dtype=float),
        primary=np.array(column["primary"], dtype=bool),
        published=np.array(column["published"], dtype=bool),
        suppressible=np.array(column["suppressible"], dtype=bool),
        cost=np.array(column["cost"], dtype=float),
        equations=equations,
        constant=constant,
        need_hi=float(policy["need_hi"]),
        need_width=float(policy["need_width"]),
        lower_bound=float(policy["lower_bound"]),
        zeros_suppressible=bool(policy["zeros_suppressible"]),
    )


def _policy(policy: Any) -> dict[str, Any]:
    if not isinstance(policy, dict) or set(policy) != POLICY_KEYS:
        raise BadProblem("The problem's policy is unknown: it must give " + ", ".join(sorted(POLICY_KEYS)) + ", and nothing else.")
    if not all(_number(policy[name]) and policy[name] >= 0 for name in ("need_hi", "need_width")):
        raise BadProblem("The problem's policy is unknown: need_hi and need_width must be numbers that are not negative.")
    for name in ("lower_bound", "zeros_suppressible"):
        if not isinstance(policy[name], bool | int) or policy[name] not in (0, 1):
            raise BadProblem(f"The problem's policy is unknown: {name} must be 0 or 1.")
    return policy


def _whole(entry: Any) -> bool:
    return isinstance(entry, int) and not isinstance(entry, bool)


def _number(entry: Any) -> bool:
    return isinstance(entry, int | float) and not isinstance(entry, bool) and -LARGEST <= entry <= LARGEST


def _rows(numbers: list[int]) -> str:
    return naming.listed([str(number) for number in numbers])


def _equations(document: dict[str, Any], place: dict[int, int], names: Names) -> tuple[sp.csr_matrix, Floats]:
    """Totals equal to their parts, then the general equations."""
    relations, general = document.get("relations"), document.get("equations", [])
    if not isinstance(relations, list) or not isinstance(general, list):
        raise BadProblem("The problem is incomplete: its relations, and equations where it has any, must be lists.")
    ids: list[list[Any]] = []
    coefficients: list[list[float]] = []
    constant: list[float] = []
    for number, relation in enumerate(relations, start=1):
        if not isinstance(relation, list) or len(relation) != 2 or not isinstance(relation[1], list) or not relation[1]:
            raise BadProblem(f"Relation {number} of the problem is not a total and a list of its parts.")
        ids.append([relation[0], *relation[1]])
        coefficients.append([1.0] + [-1.0] * len(relation[1]))
        constant.append(0.0)
    for number, equation in enumerate(general, start=1):
        if not isinstance(equation, dict) or not {"ids", "coefs", "rhs"} <= set(equation):
            raise BadProblem(f"Equation {number} of the problem does not give ids, coefs and rhs.")
        keys, factors, right = equation["ids"], equation["coefs"], equation["rhs"]
        if not isinstance(keys, list) or not isinstance(factors, list) or len(keys) != len(factors) or not keys:
            raise BadProblem(f"Equation {number} of the problem does not give one coefficient for each cell.")
        if not all(_number(factor) for factor in [*factors, right]):
            raise BadProblem(f"Equation {number} of the problem holds something that is no number.")
        ids.append(keys)
        coefficients.append([float(factor) for factor in factors])
        constant.append(float(right))
    _known(ids, place, names)
    lengths = [len(keys) for keys in ids]
    row, column = np.repeat(np.arange(len(ids)), lengths), np.array([place[key] for keys in ids for key in keys], dtype=np.int64)
    entries = np.array([factor for factors in coefficients for factor in factors], dtype=float)
    matrix = sp.csr_matrix((entries, (row, column)), shape=(len(ids), len(place)))
    _no_circle(matrix[: len(relations)], names)
    return matrix, np.array(constant)


def _known(ids: list[list[Any]], place: dict[int, int], names: Names) -> None:
    """Every cell that an equation names is listed, and named by it once."""
    unknown = [naming.printable(key) for keys in ids for key in keys if not _whole(key) or key not in place]
    if unknown:
        raise BadProblem(f"A relation names a cell that the problem does not list: {naming.listed(unknown)}.")
    twice = [key for keys in ids if len(set(keys)) < len(keys) for key in keys if keys.count(key) > 1]
    if twice:
        raise BadProblem(f"A relation names a cell twice: {naming.listed(names[place[key]] for key in twice)}.")


def _no_circle(relations: sp.csr_matrix, names: Names) -> None:
    """No cell is a part of itself, however many relations lie between."""
    entries = relations.tocoo()
    totals = np.full(relations.shape[0], -1)
    totals[entries.row[entries.data > 0]] = entries.col[entries.data > 0]
    parts = entries.data < 0
    graph = sp.csr_matrix((np.ones(parts.sum()), (totals[entries.row[parts]], entries.col[parts])), shape=(relations.shape[1],) * 2)
    _, label = connected_components(graph, directed=True, connection="strong")
    circle = np.flatnonzero(np.bincount(label)[label] > 1)
    if len(circle):
        raise BadProblem(f"The relations go in a circle, so that a cell is part of itself: {naming.listed(names[at] for at in circle)}.")
