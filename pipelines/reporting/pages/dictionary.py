"""The data dictionary of one release: every published table and column, and everything the catalogue says of what is counted.

It is made from the catalogue, from what dbt's manifest says of its models and tests, and from the shape of the marts: no figure is in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from pipelines.catalogue.counting import ALL, publications
from pipelines.catalogue.entry import Subject
from pipelines.catalogue.model import Catalogue, Characteristic, Dataset, Measure, Population
from pipelines.catalogue.trust import Brand
from pipelines.reporting.pages.frame import VERDICT_WORDS, Context, render
from pipelines.reporting.readable import SYMBOL
from pipelines.reporting.verdicts import CANNOT_TELL, CLEAR, LIKELY, NOT_SHOWN, SIMILAR
from pipelines.reporting.words import academic_year, joined, upper_first

PUBLISHED, BEHIND = "marts", ("protection", "counts")
TYPES = {
    "varchar": "text",
    "bigint": "whole number",
    "integer": "whole number",
    "double": "number",
    "boolean": "true or false",
    "date": "day",
}
WHOM: dict[Subject, str] = {
    "pupil": "pupils",
    "pupil_answer": "pupils' answers",
    "pupil_applicant": "applicants for a place",
    "staff": "staff",
    "staff_applicant": "applicants for a post",
    "governor": "trustees and governors",
    "incident": "incidents",
    "register_entry": "entries of the register",
}
PEOPLE: tuple[Subject, ...] = ("pupil", "pupil_applicant", "staff", "staff_applicant", "governor")
KINDS = {"headcount": "number of people", "rate": "share of people", "mean": "average", "figure": "gap between two groups"}
UNITS = {
    "people": "people",
    "share": "a share from 0 to 1",
    "points": "points",
    "sessions": "sessions",
    "days": "days",
    "events": "events",
    "pay": "pounds",
    "percent_of_pay": "a share of the comparison group's pay, from 0 to 1",
}
AIMS = {
    "eliminate": "eliminate discrimination, harassment and victimisation",
    "advance": "advance equality of opportunity",
    "foster": "foster good relations",
}
LEVELS = {"trust": "the trust", "phase": "phases", "academy": "academies"}
CLASSES = {"identifier": "identifier", "special": "special category", "personal": "personal", "none": "not personal"}
RETURNED = "returned."
VERDICT_MEANINGS = {
    CLEAR: "The range excludes no gap, the gap is large enough to matter, and it stands after allowing for how many comparisons were made.",
    LIKELY: "The range excludes no gap, but one of the other two does not hold.",
    SIMILAR: "The whole range lies where a gap is too small to matter.",
    CANNOT_TELL: "Too few people, or a range too wide. It is not the same as similar.",
    NOT_SHOWN: "One side of the comparison is not shown.",
}


def dictionary_page(catalogue: Catalogue, manifest: Mapping[str, Any] | Path, marts: Path, brand: Brand, context: Context) -> str:
    """The page as text. ``manifest``: dbt's, or where it lies; ``marts``: the folder of the published Parquet files.

    ``ValueError`` where a published table or column is not described: nothing is published that the dictionary cannot explain.
    """
    content = json.loads(manifest.read_text("utf-8")) if isinstance(manifest, Path) else manifest
    models = {node["name"]: node for node in content["nodes"].values() if node["resource_type"] == "model"}
    by_measure = publications(catalogue)
    return render(
        "dictionary.html",
        brand,
        context,
        "Data dictionary",
        catalogue.trust.name,
        tables=[_table(path, models, content) for path in sorted(marts.glob("*.parquet"))],
        behind=_behind(models),
        before=sum(_room(node) not in (PUBLISHED, *BEHIND) for node in models.values()),
        measures=[_measure(item, catalogue, by_measure) for item in sorted(catalogue.measures.values(), key=_place)],
        characteristics=[_characteristic(item, catalogue, by_measure) for item in _by_title(catalogue.characteristics.values())],
        protected=_protected(catalogue),
        held_for=[WHOM[subject].capitalize() for subject in PEOPLE],
        never=sorted(catalogue.headings.never),
        dropped=sorted(catalogue.headings.dropped),
        populations=[_population(item, catalogue) for item in sorted(catalogue.populations.values(), key=lambda item: item.name)],
        datasets=[_dataset(item) for item in _by_title(catalogue.datasets.values())],
        symbols=_symbols(context),
        verdicts=[(VERDICT_WORDS[name], name, meaning) for name, meaning in VERDICT_MEANINGS.items()],
        codes=_codes(context),
    )


def _table(path: Path, models: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, Any]:
    """One published table: its columns as they lie in the file, described as the manifest does."""
    name = path.stem
    if name not in models or _room(models[name]) != PUBLISHED:
        raise ValueError(f"{name} is published, and dbt's manifest does not describe it")
    model, file = models[name], pq.ParquetFile(path)
    tests = _tests_on(model["unique_id"], manifest)
    values = {test["column_name"]: test["test_metadata"]["kwargs"]["values"] for test in tests if _kind(test) == "accepted_values"}
    grains = [test["test_metadata"]["kwargs"]["columns"] for test in tests if _kind(test) == "unique_grain"]
    return {
        "name": name,
        "is_dimension": name.startswith("dim_"),
        "grain": _grain(model["description"]),
        "rows": f"{file.metadata.num_rows:,}",
        "key": grains[0] if grains else [],
        "joins": sorted({_join(test) for test in tests if _kind(test) == "declared_in"}),
        "checked": sorted({_spoken(test["name"]) for test in tests if not _kind(test)}),
        "tried": sorted(_sentence(test) for test in manifest.get("unit_tests", {}).values() if test["model"] == name),
        "made_from": _parents(model),
        "before": sorted({above for parent in _parents(model) for above in _parents(models[parent]) if above not in _parents(model)}),
        "columns": [_column(name, column, model["columns"].get(column), values.get(column, ())) for column in file.schema_arrow.names],
    }


def _column(table: str, name: str, described: Mapping[str, Any] | None, values: Iterable[str]) -> dict[str, Any]:
    if not described or not described["description"]:
        raise ValueError(f"{table}.{name} is published, and dbt's manifest does not describe it")
    return {
        "name": name,
        "type": TYPES.get(str(described["data_type"]), str(described["data_type"])),
        "always": any(constraint["type"] == "not_null" for constraint in described["constraints"]),
        "description": " ".join(described["description"].split()),
        "values": [value or "(empty)" for value in values],
    }


def _room(model: Mapping[str, Any]) -> str:
    return str(model["fqn"][1])


def _parents(model: Mapping[str, Any]) -> list[str]:
    """The models that ``model`` reads."""
    return sorted(node.rsplit(".", 1)[1] for node in model["depends_on"]["nodes"] if node.startswith("model."))


def _tests_on(model: str, manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The tests attached to a model, and those in words of their own that read it."""
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    own = [node for node in nodes if node.get("attached_node") == model]
    return own + [node for node in nodes if not node.get("attached_node") and model in node["depends_on"]["nodes"]]


def _kind(test: Mapping[str, Any]) -> str:
    return str((test.get("test_metadata") or {}).get("name", ""))


def _join(test: Mapping[str, Any]) -> tuple[str, str, str]:
    """The columns of a table, the table that declares them, and its columns of the same meaning."""
    told = test["test_metadata"]["kwargs"]
    declaring = re.search(r"ref\('(\w+)'\)", told["to"])
    return ", ".join(told["columns"]), declaring[1] if declaring else str(told["to"]), ", ".join(told["to_columns"])


def _spoken(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _sentence(test: Mapping[str, Any]) -> str:
    return " ".join(str(test.get("description") or _spoken(test["name"])).split())


def _grain(description: str) -> str:
    return _capital(" ".join(description.split()).removeprefix("Grain: "))


def _behind(models: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The models between the counting and the published tables."""
    return [
        {"name": name, "room": room, "grain": _grain(models[name]["description"]), "reads": _parents(models[name])}
        for room in BEHIND
        for name in sorted(models)
        if _room(models[name]) == room
    ]


def _by_title(entries: Iterable[Any]) -> list[Any]:
    return sorted(entries, key=lambda entry: (entry.title.casefold(), entry.name))


def _place(measure: Measure) -> tuple[bool, int, str]:
    return not measure.number, measure.number, measure.name


def _measure(item: Measure, catalogue: Catalogue, published: pd.DataFrame) -> dict[str, Any]:
    of = [catalogue.populations[item.population]] if item.population else [one for one in catalogue.populations.values() if one.composition]
    silent = [fact.removeprefix(RETURNED) for fact in of[0].facts if fact.startswith(RETURNED)] if item.population else []
    facts: dict[str, str | list[str]] = {
        "Kind": _what(item),
        "Unit": _capital(UNITS[item.unit]),
        "Made of": _made_of(item),
        "Published by": _published_by(item, catalogue, published) or "Not counted: the trust's policy does not ask for it.",
        "Three years together": _three_years(item, catalogue),
        "Gaps": _gaps(item),
        "Where nothing was sent": f"The people of an academy that did not return {joined(silent)} are not counted: silence is not nought."
        if silent
        else "",
        "Also hidden": "A group of which everyone or no one reached it: that would say something of every member."
        if item.sensitive
        else "",
        "Aim of section 149": AIMS[item.aim].capitalize() if item.aim else "",
        "Does not exist for": "; ".join(f"{academic_year(period)}: {why}" for period, why in sorted(item.pauses.items())),
        "Defined anew from": "; ".join(f"{academic_year(period)}: {why}" for period, why in sorted(item.breaks.items())),
        "Source": item.source,
    }
    return {
        "name": item.name,
        "title": item.title,
        "number": item.number,
        "definition": item.definition,
        "populations": sorted((one.name, one.title) for one in of),
        "facts": {name: text for name, text in facts.items() if text},
    }


def _what(item: Measure) -> str:
    statistic = f" ({item.statistic} of each)" if item.kind == "figure" else ""
    better = f"; {item.better} is better" if item.better != "neither" else ""
    return f"{KINDS[item.kind].capitalize()}{statistic}{better}"


def _capital(words: str) -> str:
    return upper_first(words)


def _made_of(item: Measure) -> str:
    """Which facts of a person count, and what counts where there is none."""
    if not item.facts:
        return ""
    facts = joined(item.facts)
    if item.at_least is not None:
        told = f"{facts} of at least {_figure(item.at_least)}" + (" each" if len(item.facts) > 1 else "")
    elif item.weight:
        told = f"the average of {facts}, weighted by {item.weight}: one sum over another"
    elif item.kind == "figure":
        told = f"{item.statistic} {facts} of {item.group or 'each known group'} against that of {item.against}"
    else:
        told = f"the average of {facts}"
    per = f", for each {_figure(item.per)}" if item.per != 1 else ""
    missing = "" if item.missing_counts_as is None else f"; a person without it counts as {_figure(item.missing_counts_as)}"
    return f"{told}{per}{missing}"


def _published_by(item: Measure, catalogue: Catalogue, published: pd.DataFrame) -> list[str]:
    """By which characteristics a measure stands in the marts at each level, and within which others."""
    rows = published[published["measure"].eq(item.name)]
    told: dict[str, list[str]] = {}
    for level, words in LEVELS.items():
        here = rows[rows["area_level"].eq(level) & rows["cross_characteristic"].eq(ALL)]
        names = sorted(set(here["characteristic"]), key=lambda name: (name != ALL, name))
        if names:
            by = "everyone" if names == [ALL] else joined([_title(name, catalogue) for name in names])
            told.setdefault(by, []).append(words)
    crossed = rows[rows["cross_characteristic"].ne(ALL)]
    pairs = sorted(set(zip(crossed["characteristic"], crossed["cross_characteristic"], strict=True)))
    within = [f"{_title(one, catalogue)} within {_title(other, catalogue)}" for one, other in pairs]
    return [f"{_capital(joined(levels))}: {by}" for by, levels in told.items()] + within


def _title(characteristic: str, catalogue: Catalogue) -> str:
    return "everyone" if characteristic == ALL else catalogue.characteristics[characteristic].title


def _three_years(item: Measure, catalogue: Catalogue) -> str:
    by = joined(["everyone", *(_title(name, catalogue) for name in item.pooled)])
    return f"By {by}, across the trust, where a year alone has too few; a person counts once in each year." if item.pooled else ""


def _gaps(item: Measure) -> str:
    """From where a gap matters, and what is too small to be judged."""
    rules = item.matters
    if rules is None:
        return "Not judged."
    band = f"{_figure(rules.low)} to {_figure(rules.high)}"
    statistic = "standardised difference" if rules.statistic == "standardised" else rules.statistic
    limits = [f"of fewer than {rules.smallest_group} people"]
    limits += [f"with fewer than {_figure(rules.smallest_expected)} cases to be expected"] if rules.smallest_expected else []
    limits += [f"where the group of fewer than {rules.known_at_least:.0%} of people is known"] if rules.known_at_least else []
    return f"Judged by {statistic}; from {band} it is too small to matter. No group is judged {', or '.join(limits)}."


def _figure(number: float) -> str:
    return f"{number:g}".replace("-", "\N{MINUS SIGN}")


def _characteristic(item: Characteristic, catalogue: Catalogue, published: pd.DataFrame) -> dict[str, Any]:
    counted = published[published["characteristic"].eq(item.name) | published["cross_characteristic"].eq(item.name)]
    labels = {group.code: group.label for group in item.groups}
    facts = {
        "Speaks of": item.protected or "",
        "Why it is shown": item.context or ("" if item.protected else "Context: it is not a protected characteristic."),
        "Held for": "; ".join(f"{WHOM[subject]} ({field})" for subject, field in sorted(item.fields.items())),
        "Published of": joined([catalogue.populations[name].title for name in sorted(set(counted["population"]))]),
        "At": joined([words for level, words in LEVELS.items() if level in item.areas]),
        "Compared with": labels[item.comparator] if item.comparator else "Groups are not compared.",
        "Lies within": catalogue.characteristics[item.parent].title if item.parent else "",
        "Only where known": f"Published for a period where the group of at least {item.known_at_least:.0%} is known across the trust."
        if item.known_at_least
        else "",
    }
    parents = {group.code: group.label for group in catalogue.characteristics[item.parent].groups} if item.parent else {}
    groups = [
        {
            "code": group.code,
            "label": group.label,
            "members": "blanks and codes that are not known" if group.unknown else ", ".join(group.members or (group.code,)),
            "within": parents.get(group.within or "", ""),
        }
        for group in item.groups
    ]
    return {
        "name": item.name,
        "title": item.title,
        "is_protected": bool(item.protected),
        "facts": {name: text for name, text in facts.items() if text},
        "groups": groups,
        "finer": bool(parents),
    }


def _protected(catalogue: Catalogue) -> list[dict[str, Any]]:
    """For each protected characteristic, by which entries it is held of whom; where by none, it is not collected of them."""
    speaking = sorted((item for item in catalogue.characteristics.values() if item.protected), key=lambda item: str(item.protected))
    rows = []
    for protected, entries in groupby(speaking, key=lambda item: str(item.protected)):
        found = sorted(entries, key=lambda item: item.name)
        by = [[(item.name, item.title) for item in found if subject in item.fields] for subject in PEOPLE]
        rows.append({"name": _capital(protected), "by": by})
    return [row for row in rows if any(row["by"])]


def _population(item: Population, catalogue: Catalogue) -> dict[str, Any]:
    base = catalogue.populations[item.base] if item.base else None
    return {
        "name": item.name,
        "title": item.title,
        "of": WHOM[item.subject],
        "facts": item.facts,
        "base": (base.name, base.title) if base else (),
        "nested": item.nested,
        "at": joined([words for level, words in LEVELS.items() if level in item.areas]),
        "composition": item.composition,
    }


def _dataset(item: Dataset) -> dict[str, Any]:
    """What is asked for and why, fields of the same ground together."""

    def ground(field: Any) -> tuple[Any, ...]:
        kept = bool(field.store or field.derives) and field.retention_years
        return field.data_class, field.purpose, field.lawful_basis, field.special_basis or "", kept

    grounds: dict[tuple[Any, ...], list[str]] = {}
    for field in item.fields:
        words = f"{field.title}{', required' if field.required else ''}"
        if not field.store:
            worked_out = joined([one.name.replace("_", " ") for one in field.derives])
            words += f" (read for {worked_out}, then dropped)" if worked_out else " (read, then dropped)"
        grounds.setdefault(ground(field), []).append(words)
    rows = [
        {"fields": fields, "class": CLASSES[kind], "purpose": purpose, "basis": basis, "special": special, "years": _years(kept)}
        for (kind, purpose, basis, special, kept), fields in grounds.items()
    ]
    said = ["Every academy is expected to send it." if item.core else "", "It may say that there was nothing." if item.nil_return else ""]
    return {"name": item.name, "title": item.title, "grain": item.grain, "said": " ".join(filter(None, said)), "rows": rows}


def _years(number: int) -> str:
    return f"{number} year{'' if number == 1 else 's'}" if number else "not kept"


def _symbols(context: Context) -> list[tuple[str, str, str]]:
    """What stands for a figure in pages and workbooks, the status in the data, and what both mean."""
    few, small = context.few_below, context.threshold - 1
    meanings = {
        "c": "Hidden, so that nobody can be recognised. It may stand for any number, nought and large ones among them; which are small is never told.",
        "u": f"Shown, but it rests on fewer than {few} people: chance alone can move it far. It is not compared.",
        "x": "Not available: there are no data.",
        "z": "Does not apply.",
        "low": f"1 to {small} people, in a table whose counts are rounded to multiples of {context.rounding}."
        if context.rounding
        else f"1 to {small} people, in a table whose counts are rounded. No table of this release is.",
    }
    return [("a number", "shown", "The figure is shown."), *((SYMBOL[status], status, meaning) for status, meaning in meanings.items())]


def _codes(context: Context) -> list[tuple[str, str]]:
    """Codes that stand in many tables."""
    return [
        ("all", "As characteristic and group code: everyone. As cross characteristic and cross group code: not crossed."),
        (context.period, f"The academic year {context.year}. A term follows the year, as in {context.period}_autumn."),
        (f"{context.period}_pool", "The three academic years to this one, added up. dim_periods says which years it holds."),
        ("unknown", "The group of those who were not asked, did not say or refused."),
        ("(empty number)", "Not shown, or does not apply: status says which. It is never a nought."),
    ]
