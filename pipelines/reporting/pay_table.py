"""The statutory gender pay figures as a table. How pay is measured is fixed in the catalogue and counted in dbt."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.reporting import plots
from pipelines.reporting.commentary import pay_sentence
from pipelines.reporting.figures import Figure, without_figure
from pipelines.reporting.marts import NO_DATA, Cell, Marts
from pipelines.reporting.words import count, decimal, per_cent


@dataclass(frozen=True)
class Pay:
    """The six statutory figures: gaps in pay and bonus, who is paid a bonus, and the share of ``group`` in each quarter of pay."""

    sentence: str
    figures: tuple[tuple[str, Figure], ...]
    group: str
    quarters: tuple[tuple[str, Figure], ...]


def pay(marts: Marts) -> Pay | None:
    """The figures as far as the marts hold them; ``None`` for a trust that counts no pay."""
    figures = marts.measures[marts.measures["kind"].eq("figure")]
    figures = figures.assign(bonus=figures["label"].str.contains("bonus", case=False)).sort_values(["bonus", "label"])
    if figures.empty:
        return None
    first = figures.iloc[0]
    characteristic, sides = str(first["characteristic"]), (str(first["group_code"]), str(first["against_code"]))
    labels = dict(marts.groups_of(characteristic)[["group_code", "label"]].to_numpy())
    rows, sentence = [], ""
    for population, measure, label, statistic in figures[["population", "measure", "label", "statistic"]].to_numpy():
        cell = marts.at_trust(population, measure, characteristic).get(sides[0], NO_DATA)
        rows.append((label, without_figure(cell.status) if cell.value is None else Figure(f"{decimal(cell.value * 100, 1)}%")))
        if cell.value is not None and not sentence:
            sentence = pay_sentence(cell.value, f"{statistic} pay", labels[sides[0]], labels[sides[1]])
    rows += _bonus_rates(marts, set(figures["population"]), characteristic, {code: labels[code] for code in sides})
    return Pay(sentence, tuple(rows), labels[sides[0]], _quarters(marts, sorted(set(figures["population"])), (characteristic, sides[0])))


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
