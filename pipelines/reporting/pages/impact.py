"""The page of an equality impact assessment: what was chosen, what the figures show, what will be done. Freezing belongs to release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.catalogue.trust import Brand
from pipelines.reporting.commentary import gap_sentence
from pipelines.reporting.gaps import RULES
from pipelines.reporting.pages.frame import Context, render
from pipelines.reporting.readable import Labels
from pipelines.reporting.verdicts import CANNOT_TELL, CLEAR, LIKELY, NOT_SHOWN, SIMILAR
from pipelines.reporting.words import SYMBOLS, academic_year, value_in_words

ORDER = (CLEAR, LIKELY, SIMILAR, CANNOT_TELL, NOT_SHOWN)


def impact_page(cells: pd.DataFrame, gaps: pd.DataFrame, marts: Path, brand: Brand, context: Context, said: dict[str, Any]) -> str:
    """The page as text. ``cells``, ``gaps``: the chosen rows of the marts in ``marts``. ``said``: choice, assessment and release as plain values."""
    labels = Labels(marts)
    measures = pd.read_parquet(marts / "dim_measures.parquet").drop_duplicates("measure").set_index("measure")
    counts = gaps["verdict"].value_counts()
    shown = {
        "told": [(verdict, int(counts.get(verdict, 0))) for verdict in ORDER],
        "measures": [(measures.loc[name, "label"], measures.loc[name, "definition"]) for name in said["measures"]],
        "characteristics": [labels.characteristic[name] for name in said["characteristics"]],
        "places": _places(gaps, cells, labels, measures),
        "mitigations": [
            {
                **item,
                "measure": labels.measure.get(item["measure"], item["measure"]),
                "group": labels.group.get((item["characteristic"], item["group"]), item["group"]),
            }
            for item in said["mitigations"]
        ],
    }
    title = f"Equality impact assessment: {said['decision']}"
    return render("impact.html", brand, context, title, labels.trust, **(said | shown))


def _places(gaps: pd.DataFrame, cells: pd.DataFrame, labels: Labels, measures: pd.DataFrame) -> list[dict[str, Any]]:
    """Each area and period, newest first: the comparisons with what can be said of each, and everyone's figure of each measure."""
    out = []
    both = pd.concat([table[["period", "area_level", "area_code"]] for table in (cells, gaps)]).drop_duplicates()
    for period, level, code in sorted(
        both.itertuples(index=False, name=None), key=lambda place: (place[0], place[1] == "trust"), reverse=True
    ):
        here = gaps[gaps["period"].eq(period) & gaps["area_level"].eq(level) & gaps["area_code"].eq(code)]
        everyone = cells[
            cells["period"].eq(period) & cells["area_level"].eq(level) & cells["area_code"].eq(code) & cells["characteristic"].eq("all")
        ]
        ranked = here.assign(place=here["verdict"].map(ORDER.index)).sort_values(["measure", "place", "characteristic", "group_code"])
        out.append(
            {
                "area": labels.area[level, code],
                "period": academic_year(period),
                "everyone": [(measures.loc[row["measure"], "label"], _figure(row, measures)) for _, row in everyone.iterrows()],
                "rows": [_row(row, labels, measures) for _, row in ranked.iterrows()],
            }
        )
    return out


def _figure(cell: pd.Series, measures: pd.DataFrame) -> str:
    if cell["status"] not in ("shown", "u"):
        return SYMBOLS[cell["status"]]
    kind, unit, decimals = measures.loc[cell["measure"], ["kind", "unit", "decimals"]]
    return value_in_words(cell["value"], kind, unit, int(decimals))


def _row(gap: pd.Series, labels: Labels, measures: pd.DataFrame) -> dict[str, str]:
    group, comparator = (labels.group[gap["characteristic"], gap[name]] for name in ("group_code", "comparator_code"))
    rules = measures.loc[gap["measure"], ["kind", "unit", "decimals", *[name for name in RULES if name in measures]]]
    worded = gap.to_dict() | rules.to_dict() | {"group": group, "comparator": comparator}
    sentence = (
        "Hidden to protect people." if gap["verdict"] == NOT_SHOWN else gap_sentence(pd.Series(worded)) if pd.notna(gap["gap"]) else ""
    )
    return {"measure": measures.loc[gap["measure"], "label"], "group": group, "sentence": sentence, "verdict": str(gap["verdict"])}
