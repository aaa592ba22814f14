"""What is counted, as typed entries, and the catalogue they make up. Loading and compiling it belong to the modules beside this one."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pipelines.catalogue.benchmarks import Benchmark
from pipelines.catalogue.entry import Aim, AreaLevel, Code, Entry, FieldType, Name, Period, Subject
from pipelines.catalogue.policy import DisclosurePolicy
from pipelines.catalogue.trust import Academy, Brand, Calendar, Mail, Objective, Retention, Trust, Watch


class CodeValue(Entry):
    """One code of a code set, with the other spellings that MIS exports use for it.

    ``marks``: what the code counts as where a model asks, such as a main registration or a suspension.
    """

    code: Code
    label: str
    aliases: tuple[str, ...] = ()
    marks: tuple[Name, ...] = ()
    forward_to: Code | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


class CodeSet(Entry):
    """A closed list of codes. ``forward_to`` maps a withdrawn code to the one that replaced it."""

    name: Name
    title: str
    source: str
    codes: tuple[CodeValue, ...]


class Derivation(Entry):
    """What is kept of a field that is itself dropped at the door, such as the age from a date of birth."""

    name: Name
    how: Literal["age_at_31_august", "birth_term", "year_only"]


class DataField(Entry):
    """One column of a dataset's contract.

    ``required``: the file is refused without the column. ``attribute``: a coded fact about the person, landed by name in the
    map column ``attributes``, and with ``column`` under its own name too. ``store: false``: read only for its derivations,
    then dropped. ``blank_allowed: false``: a row without a usable value is set aside. ``repeats``: a joined sub-report repeats the row
    once for each of its values, and the first by the dataset's ``rank`` counts.
    """

    name: Name
    title: str
    type: FieldType
    codes: Name | None = None
    required: bool = False
    blank_allowed: bool = True
    attribute: bool = False
    column: bool = False
    store: bool = True
    varied: bool = False
    repeats: bool = False
    derives: tuple[Derivation, ...] = ()
    headings: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    data_class: Literal["identifier", "special", "personal", "none"] = "personal"
    purpose: str
    lawful_basis: str
    special_basis: str | None = None
    retention_years: int


class Marks(Entry):
    """How session marks become totals. A register has a column of days and one of marks, or one of marks each for morning and afternoon,
    or a column for every session. ``totals``: each total's field, and the mark on the codes that it counts;
    ``missing`` is the one of sessions without a mark.
    """

    day: Name
    session: Name
    mark: Name
    morning: Name
    afternoon: Name
    term: Name
    totals: dict[Name, Name]
    missing: Name


class Dataset(Entry):
    """The contract of one kind of file. ``person`` names the identifier field, if its rows are about one person each; ``key`` what makes
    a row unique in one file. Where the key begins with a blank, or there is none, every row counts for itself. ``rank``: the field
    that says which of several rows of one key comes first.

    ``ignore``: headings that reports usually carry and that are dropped without remark. ``banded``: even the number of rows is
    protected, so that logs and lists say "fewer than 10" or "10 or more". ``nil_return``: a file may say that there were none.
    ``also``: further headings, by field, that a trust's own reports use. ``from_marks``: how session marks are added up, where they
    come instead of totals.
    """

    name: Name
    title: str
    grain: str
    subject: Subject | None = None
    person: Name | None = None
    key: tuple[Name, ...] = ()
    rank: Name | None = None
    replacement: Literal["cumulative", "slice"] = "cumulative"
    core: bool = False
    banded: bool = False
    nil_return: bool = False
    from_marks: Marks | None = None
    also: dict[str, Name] = {}
    ignore: tuple[str, ...] = ()
    fields: tuple[DataField, ...]

    @property
    def totals(self) -> tuple[DataField, ...]:
        """The fields, but for those that only a register of session marks has."""
        how = self.from_marks
        marks = {how.day, how.session, how.mark, how.morning, how.afternoon} if how else set()
        return tuple(field for field in self.fields if field.name not in marks)

    def field(self, name: str) -> DataField:
        """The field of that name; ``KeyError`` when the contract has none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"dataset {self.name} has no field {name}")


class Spread(Entry):
    """A report with a column for each result: by heading, what the row that it becomes says besides; ``into``: the field of its cells."""

    into: Name
    columns: dict[str, dict[Name, str]]


class Format(Entry):
    """One report of one MIS: how its headings and values become a dataset's fields. A new report costs one such file.

    ``records``: in XML the elements that are a row each, in JSON the key of their list; their other values are dropped without remark.
    ``within``: in XML the elements whose own values every record inside them has too. ``sums``: a number that the report gives in parts,
    by the headings of the parts. ``spreads``: results that stand side by side and become a row each.
    """

    name: Name
    system: str
    report: str
    dataset: Name
    recognise: tuple[str, ...]
    records: tuple[str, ...] = ()
    columns: dict[str, Name] = {}
    ignore: tuple[str, ...] = ()
    constants: dict[Name, str] = {}
    values: dict[Name, dict[str, str]] = {}
    scale: dict[Name, float] = {}
    sums: dict[Name, tuple[str, ...]] = {}
    spreads: tuple[Spread, ...] = ()
    within: tuple[str, ...] = ()


class Headings(Entry):
    """Headings of no contract that reports usually carry: ``dropped`` without a word, and by what they tell ``never`` to be collected."""

    dropped: tuple[str, ...]
    never: dict[str, tuple[str, ...]]


class Group(Entry):
    """One published group of a characteristic: the codes that belong to it and, in a hierarchy, the group it lies within."""

    code: Code
    label: str
    members: tuple[str, ...] = ()
    within: Code | None = None
    unknown: bool = False


class Characteristic(Entry):
    """A characteristic: where each subject's code comes from (``dataset.field``) and the groups that are published.

    ``populations`` limits it to some populations; empty means every population of its subjects. ``known_at_least``: the share of a
    population whose group must be known across the trust, or the characteristic is not published for it in that period.
    """

    name: Name
    title: str
    protected: str | None = None
    context: str | None = None
    fields: dict[Subject, str]
    populations: tuple[Name, ...] = ()
    parent: Name | None = None
    areas: tuple[AreaLevel, ...] = ("trust", "phase", "academy")
    comparator: Code | None = None
    known_at_least: float = 0
    groups: tuple[Group, ...]

    @property
    def unknown(self) -> Group:
        """The group that takes blanks and codes nobody mapped."""
        return next(group for group in self.groups if group.unknown)


class Population(Entry):
    """Who is counted: everyone of a subject who has all of its facts. A sub-population names its base, and is linked to it.

    ``nested``: nobody can belong without belonging to the base, and everyone knows it.
    ``composition``: its headcount by group is published; otherwise it is printed only as a denominator.
    """

    name: Name
    title: str
    subject: Subject
    facts: tuple[str, ...] = Field(min_length=1)
    base: Name | None = None
    nested: bool = False
    composition: bool = False
    areas: tuple[AreaLevel, ...] = ("trust", "phase", "academy")


class Matters(Entry):
    """When a gap is large enough to matter: the statistic, the band around no gap and the smallest group judged.

    ``known_at_least``: the share of people whose group must be known before any gap of theirs is judged.
    """

    statistic: Literal["difference", "ratio", "standardised"]
    low: float
    high: float
    smallest_group: int = 20
    smallest_expected: float = 0
    known_at_least: float = 0


class Measure(Entry):
    """A number the trust must show. ``kind`` fixes how it is computed from facts; the rest says what it means.

    rate: people whose every fact is at least ``at_least``, of the population. mean: the average of one fact, times ``per``, weighted by the
    fact ``weight`` where there is one (then it is a ratio of two sums, as DfE makes attendance rates).
    figure: how far ``group`` (or every known group) lies below ``against`` as a share of ``against`` (mean or median of one fact), trust
    level only, and within each group of ``across`` besides; only where ``known_at_least`` of the people have declared their group.
    headcount: the population itself, by group; declared once, for every population with ``composition``.
    ``characteristics``: by which it is published, all that apply where none is named; ``at_academies``: those of them that it is published
    by at academies, where it is by everyone in any case.
    ``pooled``: of them those that the trust's figure of the last three years together is published by, where one year has too few.
    ``optional``: counted only where the trust's policy names it. ``pauses``: periods that it does not exist for, and why; ``breaks``:
    periods from which it is defined anew, so that nothing before compares with them. ``aim``: of section 149, what it is evidence for.
    ``number``: its place in the list of measures that this trust's duty statement asks for, 0 for those beyond it.
    """

    name: Name
    number: int = 0
    title: str
    kind: Literal["headcount", "rate", "mean", "figure"]
    population: Name | None = None
    facts: tuple[str, ...] = ()
    at_least: float | None = None
    missing_counts_as: float | None = None
    weight: str | None = None
    per: float = 1
    statistic: Literal["mean", "median"] | None = None
    characteristic: Name | None = None
    group: Code | None = None
    against: Code | None = None
    across: Name | None = None
    known_at_least: float = 0
    optional: bool = False
    pauses: dict[Period, str] = {}
    breaks: dict[Period, str] = {}
    aim: Aim | None = None
    unit: Literal["people", "share", "points", "sessions", "days", "events", "pay", "percent_of_pay"]
    decimals: int = 1
    better: Literal["higher", "lower", "neither"] = "neither"
    sensitive: bool = False
    scale_min: float | None = None
    scale_max: float | None = None
    characteristics: tuple[Name, ...] = ()
    at_academies: tuple[Name, ...] | None = None
    pooled: tuple[Name, ...] = ()
    areas: tuple[AreaLevel, ...] = ("trust", "phase", "academy")
    matters: Matters | None = None
    definition: str
    source: str


class Phase(Entry):
    """A phase of education: the year groups taught in it."""

    code: Name
    title: str
    year_groups: tuple[str, ...]


class Cohort(Entry):
    """A year group whose pupils have a fact of their own, such as the end of key stage 2."""

    fact: str
    year_group: str


class Bar(Entry):
    """From which score a stage's expected, and its higher, standard is reached."""

    stage: Name
    reached: float
    higher: float | None = None


class Catalogue(Entry):
    """Everything declared, ours and the trust's laid over it. Made only by :func:`pipelines.catalogue.load`.

    ``objections``: pseudonyms of people whose special-category fields count as not known, because they objected. ``erased``: of people whose
    rows are left out of every file, because their data were erased.
    """

    trust: Trust
    calendar: Calendar
    policy: DisclosurePolicy
    brand: Brand
    mail: Mail | None = None
    watch: Watch = Watch()
    retention: Retention
    objections: frozenset[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]] = frozenset()
    erased: frozenset[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]] = frozenset()
    objectives: tuple[Objective, ...]
    phases: tuple[Phase, ...]
    cohorts: tuple[Cohort, ...]
    bars: tuple[Bar, ...]
    benchmarks: tuple[Benchmark, ...]
    headings: Headings
    code_sets: dict[str, CodeSet]
    datasets: dict[str, Dataset]
    formats: dict[str, Format]
    characteristics: dict[str, Characteristic]
    populations: dict[str, Population]
    measures: dict[str, Measure]
    fingerprints: dict[str, str]

    def academy(self, urn: str) -> Academy | None:
        """The academy with that URN, or ``None`` when the trust has none."""
        return next((academy for academy in self.trust.academies if academy.urn == urn), None)
