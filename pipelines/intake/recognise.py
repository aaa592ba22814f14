"""Which dataset a file is, and which of its columns holds which field, from the headings alone. Values are not looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from pipelines.catalogue.model import Catalogue, DataField, Dataset, Format
from pipelines.intake.codes import plain
from pipelines.intake.problems import Refused, problem
from pipelines.intake.returns import Elements

LEAST_SHARE_OF_REQUIRED = 0.5
ALIKE = 0.75
"""Ratio of matching letters from which two headings are a near miss (difflib)."""


@dataclass(frozen=True)
class Recognised:
    """A file's dataset and the position of each field's column.

    ``spare``: columns that hold a field already read from a better one. ``unexpected``: headings that no contract names.
    ``twins``: fields whose heading stands there twice, with both positions. ``missing``: titles of required fields without a column.
    ``near``: by field, the heading nobody named that is spelt most like one of a missing field's. ``sums``: positions of the parts of
    a number. ``never``: headings, by what they tell, that should not have been exported for us.
    """

    dataset: Dataset
    format: Format | None
    columns: dict[str, int]
    spare: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    twins: dict[str, tuple[int, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    near: dict[str, str] = field(default_factory=dict)
    sums: dict[str, tuple[int, ...]] = field(default_factory=dict)
    never: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def described(self) -> str:
        """The report's name for people."""
        return f"{self.format.system}: {self.format.report}" if self.format else self.dataset.title

    @property
    def reason(self) -> str:
        """Why it is taken for that, and so how sure it is."""
        if self.format:
            return f"all {len(self.format.recognise)} headings that mark this report"
        needed = [item.name for item in self.dataset.fields if item.required]
        found = sum(name in self.columns for name in needed)
        return f"{found} of {len(needed)} needed headings" if found == len(needed) or not self.dataset.from_marks else "its days and marks"


def known_headings(catalogue: Catalogue) -> frozenset[str]:
    """Every heading, in plain form, that some dataset or format names."""
    ours = [heading for dataset in catalogue.datasets.values() for heading in _dataset_headings(dataset)]
    theirs = [heading for format_ in catalogue.formats.values() for heading in _format_headings(format_)]
    anybodys = (*catalogue.headings.dropped, *(heading for found in catalogue.headings.never.values() for heading in found))
    return frozenset(plain(heading) for heading in (*ours, *theirs, *anybodys))


def record_elements(catalogue: Catalogue) -> Elements:
    """The XML elements, or the keys of JSON lists, that are rows of some return, and those whose values belong to every row inside."""
    formats = catalogue.formats.values()
    return Elements(
        frozenset(element for format_ in formats for element in format_.records),
        frozenset(element for format_ in formats for element in format_.within),
    )


def recognise(headings: tuple[str, ...], name: str, catalogue: Catalogue) -> Recognised:
    """The dataset and columns of a file with these ``headings``; ``name`` breaks a tie between two datasets.

    A format counts when all its ``recognise`` headings are there, the one with the most first; otherwise the datasets' own
    headings do. Raises :class:`Refused` when nothing fits.
    """
    positions = _positions(headings)
    format_ = _format(positions, catalogue)
    dataset = catalogue.datasets[format_.dataset] if format_ else _dataset(positions, name, catalogue)
    columns: dict[str, int] = {}
    spare: list[str] = []
    of_format = (*format_.ignore, *_parts(format_)) if format_ else ()
    asked_for = {plain(heading) for heading in (*dataset.ignore, *of_format, *catalogue.headings.dropped)}
    for heading, owner in _owners(dataset, format_):
        for position in positions.get(heading, ())[:1]:
            if owner not in columns:
                columns[owner] = position
            elif position != columns[owner]:
                spare.append(headings[position])
            asked_for.add(heading)
    sums = {
        name: tuple(positions[plain(heading)][0] for heading in parts if plain(heading) in positions)
        for name, parts in (format_.sums.items() if format_ else ())
    }
    never = {
        what: tuple(headings[positions[plain(heading)][0]] for heading in never if plain(heading) in positions.keys() - asked_for)
        for what, never in catalogue.headings.never.items()
    }
    asked_for |= {plain(heading) for found in never.values() for heading in found}
    unexpected = tuple(headings[at[0]] for heading, at in positions.items() if heading not in asked_for)
    how = dataset.from_marks
    marked = how is not None and any(names <= columns.keys() for names in ways_of_marks(dataset))
    given = columns.keys() | {name for name, parts in sums.items() if parts} | (format_.constants.keys() if format_ else set())
    given |= set(how.totals) if how and marked else set()
    given |= set(spread_fields(format_)) if format_ else set()
    missing = [item for item in dataset.fields if item.required and item.name not in given]
    return Recognised(
        dataset,
        format_,
        columns,
        tuple(dict.fromkeys(spare)),
        () if format_ and format_.records else unexpected,
        {name: positions[plain(headings[at])] for name, at in columns.items() if len(positions[plain(headings[at])]) > 1},
        tuple(item.title for item in missing),
        {item.name: near for item in missing if (near := _nearest(item, unexpected))},
        {name: parts for name, parts in sums.items() if parts and name not in columns},
        {what: found for what, found in never.items() if found},
    )


def _positions(headings: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for position, heading in enumerate(headings):
        if plain(heading):
            found[plain(heading)] = (*found.get(plain(heading), ()), position)
    return found


def _format(positions: dict[str, tuple[int, ...]], catalogue: Catalogue) -> Format | None:
    fitting = [item for item in catalogue.formats.values() if all(plain(heading) in positions for heading in item.recognise)]
    return max(fitting, key=lambda item: (len(item.recognise), item.name), default=None)


def _dataset(positions: dict[str, tuple[int, ...]], name: str, catalogue: Catalogue) -> Dataset:
    """The dataset with the largest share of its required columns present, then the most columns, then the one the name mentions."""

    def fit(dataset: Dataset) -> tuple[float, int, bool]:
        present = {item.name for item in dataset.fields if any(plain(heading) in positions for heading in item.headings)}
        present |= {name for heading, name in dataset.also.items() if plain(heading) in positions}
        required = {item.name for item in dataset.fields if item.required}
        share = max(len(present & wanted) / len(wanted) for wanted in (required, *ways_of_marks(dataset)))
        return share, len(present), plain(dataset.name) in plain(name)

    best = max(catalogue.datasets.values(), key=fit)
    if fit(best)[0] < LEAST_SHARE_OF_REQUIRED:
        raise Refused(problem("unrecognised"))
    return best


def _parts(format_: Format) -> tuple[str, ...]:
    """Headings of columns that are read together with others."""
    spread = (heading for one in format_.spreads for heading in one.columns)
    return (*spread, *(heading for parts in format_.sums.values() for heading in parts))


def spread_fields(format_: Format) -> list[str]:
    """The fields that a report with results side by side fills: what is said of each result, and the results."""
    said = [name for one in format_.spreads for fields in one.columns.values() for name in fields]
    return list(dict.fromkeys([*said, *(one.into for one in format_.spreads)]))


def ways_of_marks(dataset: Dataset) -> tuple[set[str], ...]:
    """The fields that a register has instead of totals: a mark a row, or one each for morning and afternoon."""
    how, person = dataset.from_marks, str(dataset.person)
    return ({person, how.day, how.mark}, {person, how.day, how.morning, how.afternoon}) if how else ()


def _nearest(item: DataField, unexpected: Iterable[str]) -> str | None:
    """The heading that is a slip of the keyboard, or a word, away from one that the field is known by."""
    spelt = {plain(heading): heading for heading in unexpected}
    for known in item.headings:
        if close := get_close_matches(plain(known), spelt, n=1, cutoff=ALIKE):
            return spelt[close[0]]
    return None


def _owners(dataset: Dataset, format_: Format | None) -> list[tuple[str, str]]:
    """``(plain heading, field)``, the best heading of each field first: the format's, then the contract's in its own order."""
    ignored = {plain(heading) for heading in format_.ignore} if format_ else set()
    theirs = [(plain(heading), name) for heading, name in format_.columns.items()] if format_ else []
    named = {heading for heading, _ in theirs} | ignored
    ours = [(plain(heading), item.name) for item in dataset.fields for heading in item.headings]
    ours += [(plain(heading), name) for heading, name in dataset.also.items()]
    return theirs + [(heading, name) for heading, name in ours if heading not in named]


def _dataset_headings(dataset: Dataset) -> Iterable[str]:
    yield from (*dataset.ignore, *dataset.also)
    for item in dataset.fields:
        yield from item.headings


def _format_headings(format_: Format) -> Iterable[str]:
    yield from (*format_.recognise, *format_.columns, *format_.ignore, *_parts(format_))
