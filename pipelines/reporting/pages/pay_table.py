"""The statutory gender pay figures as a table. How pay is measured is fixed in the catalogue and counted in dbt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from pipelines.reporting.commentary import pay_sentence, say
from pipelines.reporting.marts import ALL, NO_DATA, Cell, Marts, cell_of
from pipelines.reporting.pages import plots
from pipelines.reporting.pages.figures import Figure, without_figure
from pipelines.reporting.words import count, decimal, per_cent


@dataclass(frozen=True)
class Pay:
    """The six statutory figures: gaps in pay and bonus, who is paid a bonus, and the share of ``group`` in each quarter of pay.

    ``beside``: the gaps that no law asks for, within one grade or of other characteristics, as far as they are shown; ``beside_hidden`` how many
    more there are.
    """

    sentence: str
    figures: tuple[tuple[str, Figure], ...]
    group: str
    quarters: tuple[tuple[str, Figure], ...]
    beside: tuple[tuple[str, Figure], ...]
    beside_hidden: str

    @property
    def widest(self) -> tuple[tuple[str, Figure], ...]:
        """``beside``, the widest gap first, whichever side it favours."""
        return tuple(sorted(self.beside, key=lambda row: -abs(row[1].size)))


def pay(marts: Marts) -> Pay | None:
    """The figures as far as the marts hold them; ``None`` for a trust that counts no pay."""
    every = marts.measures[marts.measures["kind"].eq("figure")]
    figures = every[every["group_code"].ne("")]
    figures = figures.assign(bonus=figures["label"].str.contains("bonus", case=False)).sort_values(["bonus", "label"])
    if figures.empty:
        return None
    first = figures.iloc[0]
    characteristic, sides = str(first["characteristic"]), (str(first["group_code"]), str(first["against_code"]))
    labels = dict(marts.groups_of(characteristic)[["group_code", "label"]].to_numpy())
    rows, sentence = [], ""
    for population, measure, label, statistic in figures[["population", "measure", "label", "statistic"]].to_numpy():
        cell = marts.at_trust(population, measure, characteristic).get(sides[0], NO_DATA)
        rows.append((label, _gap(cell)))
        if cell.value is not None and not sentence:
            sentence = pay_sentence(cell.value, f"{statistic} pay", labels[sides[0]], labels[sides[1]])
    rows += _bonus_rates(marts, set(figures["population"]), characteristic, {code: labels[code] for code in sides})
    quarters = _quarters(marts, sorted(set(figures["population"])), (characteristic, sides[0]))
    beside = tuple(_beside(marts, every))
    shown = tuple((label, figure) for label, figure in beside if not figure.hidden)
    hidden = say(22, gaps=str(len(beside) - len(shown))) if len(beside) > len(shown) else ""
    return Pay(sentence, tuple(rows), labels[sides[0]], quarters, shown, hidden)


def _gap(cell: Cell) -> Figure:
    """A gap with the range that chance allows."""
    if cell.value is None:
        return without_figure(cell.status)
    ends = "" if cell.low is None or cell.high is None else f"{decimal(cell.low * 100, 1)} to {decimal(cell.high * 100, 1)}%"
    return Figure(f"{decimal(cell.value * 100, 1)}%", ends, size=cell.value)


def _beside(marts: Marts, figures: pd.DataFrame) -> Iterator[tuple[str, Figure]]:
    """Gaps within one group of another characteristic, and gaps of every group of a characteristic."""
    for _, figure in figures.sort_values("label").iterrows():
        key = marts.cells["population"].eq(figure["population"]) & marts.cells["measure"].eq(figure["measure"])
        rows = marts.cells[key & (marts.cells["cross_characteristic"].ne(ALL) | (figure["group_code"] == ""))]
        labels = marts.groups.set_index(["characteristic", "group_code"])["label"]
        order = rows.merge(marts.groups, left_on=["cross_characteristic", "cross_group_code"], right_on=["characteristic", "group_code"])
        for row in order.sort_values(["group_code_x", "order"]).to_dict("records"):
            group = "" if figure["group_code"] else f", {labels[row['characteristic_x'], row['group_code_x']]}"
            within = "" if row["cross_characteristic"] == ALL else f": {row['label']}"
            yield f"{figure['label']}{group}{within}", _gap(cell_of(row))


def _bonus_rates(marts: Marts, paid: set[str], characteristic: str, sides: dict[str, str]) -> list[tuple[str, Figure]]:
    """The rates of the populations that the paid are part of, such as who is paid a bonus, for each side."""
    bases = set(marts.populations.loc[marts.populations["population"].isin(paid), "base"])
    rates = marts.measures[marts.measures["kind"].eq("rate") & marts.measures["population"].isin(bases)]
    rows = []
    for population, measure, label in rates[["population", "measure", "label"]].to_numpy():
        cells = marts.at_trust(population, measure, characteristic)
        for code, side in sides.items():
            cell = cells.get(code, NO_DATA)
            rows.append((f"{label}: {side}", without_figure(cell.status) if cell.value is None else Figure(per_cent(cell.value))))
    return rows


def _quarters(marts: Marts, populations: list[str], group: tuple[str, str]) -> tuple[tuple[str, Figure], ...]:
    """The share of ``group`` (characteristic and code) in each part of the paid that is crossed with it, highest part first."""
    rows = []
    for population in populations:
        for name in marts.characteristics["characteristic"]:
            parts, wholes = marts.at_trust(population, "headcount", name, group), marts.at_trust(population, "headcount", name)
            known = marts.groups_of(name)[~marts.groups_of(name)["is_unknown"].astype(bool)]
            for code, label in known[["group_code", "label"]].to_numpy()[::-1] if parts else ():
                rows.append((label, _share(parts.get(code, NO_DATA), wholes.get(code, NO_DATA), label)))
    return tuple(rows)


def _share(part: Cell, whole: Cell, label: str) -> Figure:
    if part.numerator is None or not whole.numerator:
        return without_figure("z" if whole.numerator == 0 else whole.status if part.shown else part.status)
    share = part.numerator / whole.numerator
    bar = plots.share_bar(share, f"{label}: {per_cent(share)}")
    return Figure(f"{share * 100:.1f}%", f"of {count(whole.numerator)}", bar)
