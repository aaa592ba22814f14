"""Every sentence a report can say, numbered. Choosing which to say belongs to ``findings``; none may name a cause."""

from __future__ import annotations

import pandas as pd

from pipelines.reporting.words import count, joined, per_cent, points, times, upper_first, value_in_words

SENTENCES = {
    1: "Across the trust, the gaps with most people behind them are: {topics}.",
    2: "Across the trust, no comparison shows a clear gap.",
    3: "{group}: {times} as likely as {comparator}, {value} against {comparator_value}.",
    4: "{group}: {value}, against {comparator_value} for {comparator}, a gap of {points}.",
    5: "{group}: an average of {value}, against {comparator_value} for {comparator}.",
    6: "At equal rates this would be {people} fewer {whom}.",
    7: "At equal rates this would be {people} more {whom}.",
    8: "To list them inside an academy, filter the MIS: {characteristic} is {group}; then “{measure}”.",
    9: "{measure}: {group} and {comparator} are similar, {value} and {comparator_value}.",
    10: "{characteristic} is known for {share} of {whom}.",
    11: "No comparison can yet be called similar, and no characteristic is known for most people: the records come first.",
    12: "Clear gaps: {groups}.",
    13: "No clear gap that the figures can show.",
    14: "Not listed: {groups} more comparisons, of which similar {similar}, cannot tell {cannot_tell}, not shown {not_shown}.",
    15: "{what}: all {academies} academies.",
    16: "{what}: {present} of {academies} academies. None from {missing}.",
    17: "{group}: {statistic} {share} lower than {comparator}.",
    18: "{group}: {statistic} {share} higher than {comparator}.",
    19: "{group} and {comparator}: {statistic} the same.",
    20: "Of {comparisons} comparisons, {clear} show a clear gap and {similar} are similar; {untold} cannot be told or are not shown.",
    21: "No clear and no likely gap that the figures can show: {measures}.",
    22: "{gaps} more of these gaps are hidden to protect people, or have nobody on one side.",
    23: "Clear or likely gaps also in (how many): {measures}. All are in the workbook.",
    24: "Ask how {code} gets to its line: {title}. Owner: {owner}.",
    25: "Ask for a review of “{measure}” (group: {group}), to be brought to the next meeting.",
    26: "Agree how more people come to tell us their {characteristic}: it is not known for {share} of {whom}.",
    27: "Ask {academies} for the missing figures: {what}.",
    28: "Nothing in these figures asks for a decision.",
    29: "{academy}: {value} of {people} {whom}, {side} the range that chance explains.",
    30: "Ask what has changed there, and what help it needs.",
    31: "Ask what it does that others could learn from.",
    32: "No academy lies outside the range that chance explains. To rank them would mislead.",
    33: "{incidents} incidents were recorded, {rate} for each 100 pupils on roll, whoever was harmed. Against the year before: {change}.",
    34: "The number of incidents is hidden to protect people.",
    35: "None was recorded at {academies}. At the trust’s rate a year without any would be rarer than 1 in 100.",
    36: "{measures} measures and {objectives} objectives, {comparisons} comparisons of groups.",
    37: "Clear gaps: {clear}. Likely: {likely}. Similar: {similar}. Cannot be told or not shown: {untold}.",
    38: "Most clear gaps in {topics}.",
    39: "{status}: {codes}.",
    40: "{what}: {now}.",
    41: "{what}: {now}, down from {before} in {since}.",
    42: "{what}: {now}, up from {before} in {since}.",
    43: "{what}: {now}, as in {since}.",
    44: "{what}: {now}; in {since} it was {before}.",
    45: "{what}: the figure of this year is hidden to protect people.",
    46: "{what}: there is no figure for this year.",
    47: "Planned for this year: {planned}. Target for {by}: {target}.",
    48: "Target for {by}: {target}.",
    49: "The figure of {since}, where the plan starts, is not shown.",
    50: "{geography}: {planned}.",
    51: "There is no figure for {geography} to hold it against.",
    52: "{whose} objectives: {counts}.",
    53: "Not measured: {reason}",
    54: "Chance alone can move the figure of this year between {low} and {high}.",
    55: "Not shown: {years}.",
    56: "Figures: {years}.",
    57: "The line is the rate of {area}, {value}. Beyond the inner lines: none of {academies}.",
    58: "The line is the rate of {area}, {value}. Beyond the inner lines: {outside}. Inside them: {inside}.",
    59: "By chance alone about 1 academy in 20 lies beyond the inner lines. Here it is {beyond} of {academies}: {names}.",
    60: "What was tried before a suspension, and for whom did it help?",
    61: "Do the same rules lead to the same outcome for every group?",
    62: "What did we try last year, and did it help?",
    63: "Which reasons for absence are within the academy’s control?",
    64: "Do families of these pupils know whom to call?",
    65: "Which groups are too small here to judge, and how do we hear from them?",
    66: "What do pupils and families of these groups tell us themselves?",
    67: "No gap here is clear. Of {comparisons} comparisons {hidden} cannot be shown, so look at the trust’s figures as well.",
    68: "Here the gaps with most people behind them are: {topics}.",
    69: "{group} and {comparator} fare alike.",
    70: "To list them inside an academy, filter the MIS: {characteristic} is {group}; then those without “{measure}”.",
    71: "We do not know the {characteristic} of {share} of staff.",
    72: "Three years together ({years}) show what this year alone does not.",
    73: "{verdict} in {measure}: {group} {value}, {comparator} {comparator_value}, {gap} (range {range}).",
    74: "{gaps} more such gaps are in the workbook.",
    75: "{geography}, {year} ({source})",
    76: "{incidents} of them were not prejudice-based.",
    77: "{resolved} of {incidents}, {share}, were resolved within ten school days.",
    78: "How many were resolved within ten school days?",
    79: "No comparison can yet be called similar, and how much is known of people is not all shown, to protect them.",
    80: "Across the trust, the clear gap to look at first is: {topics}.",
    81: "Across the trust, the clear gaps to look at first are: {topics}.",
    82: "Here the clear gap to look at first is: {topics}.",
    83: "Here the clear gaps to look at first are: {topics}.",
}


def say(number: int, **parts: str) -> str:
    """Sentence ``number`` with its ``parts`` put in; ``KeyError`` when one is missing."""
    sentence = SENTENCES[number].format(**parts)
    return upper_first(sentence)


def gap_sentence(gap: pd.Series) -> str:
    """What one shown comparison says (sentences 3 to 5). Needs ``kind``, ``statistic``, ``gap``, ``value``, ``comparator_value``,
    ``unit``, ``decimals`` and the labels ``group`` and ``comparator``; the comparison group is always named."""
    sides = {"group": gap["group"], "comparator": gap["comparator"]}
    if gap["kind"] == "mean":
        averages = {name: value_in_words(gap[name], "mean", gap["unit"], gap["decimals"]) for name in ("value", "comparator_value")}
        return say(5, **sides, **averages)
    rates = {name: per_cent(gap[name]) for name in ("value", "comparator_value")}
    if gap["statistic"] == "ratio":
        return say(3, **sides, **rates, times=times(gap["gap"]))
    return say(4, **sides, **rates, points=points(gap["value"] - gap["comparator_value"]))


def people_sentence(gap: pd.Series) -> str:
    """How many people stand behind a gap (sentences 6 and 7), or nothing where that does not apply."""
    if pd.isna(gap["people_behind"]):
        return ""
    fewer = gap["value"] > gap["comparator_value"]
    return say(6 if fewer else 7, people=count(int(gap["people_behind"])), whom=gap["whom"])


def mis_sentence(gap: pd.Series) -> str:
    """How an academy lists the pupils behind a gap in its own system (sentences 8 and 70): those who did not, where more would be better.

    Nothing for an average, which no pupil stands behind, and for whoever is no pupil on roll.
    """
    if gap["kind"] != "rate" or gap["subject"] != "pupil":
        return ""
    return say(70 if gap["better"] == "higher" else 8, characteristic=gap["characteristic_label"], group=gap["group"], measure=gap["label"])


def similar_sentence(gap: pd.Series) -> str:
    """Two groups that fare alike (sentence 9)."""
    values = {name: value_in_words(gap[name], gap["kind"], gap["unit"], gap["decimals"]) for name in ("value", "comparator_value")}
    return say(9, measure=gap["label"], group=gap["group"], comparator=gap["comparator"], **values)


def pay_sentence(share: float, statistic: str, group: str, comparator: str) -> str:
    """How far one group's pay lies below another's (sentences 17 to 19); ``share`` of the other's pay, positive where it is lower."""
    number = 19 if round(share, 3) == 0 else 17 if share > 0 else 18
    return say(number, group=group, comparator=comparator, statistic=statistic, share=f"{abs(share) * 100:.1f}%")


def coverage_sentence(what: str, academies: int, missing: list[str]) -> str:
    """Which academies a figure rests on (sentences 15 and 16): a missing one is named, never dropped."""
    if not missing:
        return say(15, what=what, academies=str(academies))
    present = str(academies - len(missing))
    return say(16, what=what, academies=str(academies), present=present, missing=joined(missing))
