"""Each numbered sentence, word for word; and none of them may judge before the figures or name a cause."""

from __future__ import annotations

import re

import pandas as pd
import pyphen
import pytest

from pipelines.reporting import commentary

GAP = {
    "group": "SEN support", "comparator": "No SEN", "label": "Suspended once", "whom": "pupils", "unit": "points", "decimals": 1,
    "kind": "rate", "statistic": "ratio", "value": 0.13, "comparator_value": 0.045, "gap": 2.89, "people_behind": 1123,
    "characteristic_label": "SEN provision", "better": "lower", "subject": "pupil",
}  # fmt: skip


def gap(**changes: object) -> pd.Series:
    return pd.Series({**GAP, **changes})


SAID = {
    1: (
        commentary.say(1, topics="absence (Disadvantaged)"),
        "Across the trust, the gaps with most people behind them are: absence (Disadvantaged).",
    ),
    2: (commentary.say(2), "Across the trust, no comparison shows a clear gap."),
    3: (commentary.gap_sentence(gap()), "SEN support: 2.9 times as likely as No SEN, 13% against 5%."),
    4: (
        commentary.gap_sentence(gap(statistic="difference", gap=-0.203, value=0.48, comparator_value=0.683)),
        "SEN support: 48%, against 68% for No SEN, a gap of 20 percentage points.",
    ),
    5: (
        commentary.gap_sentence(gap(kind="mean", statistic="standardised", value=98.25, comparator_value=104.04)),
        "SEN support: an average of 98.2, against 104.0 for No SEN.",
    ),
    6: (commentary.people_sentence(gap()), "At equal rates this would be 1,123 fewer pupils."),
    7: (commentary.people_sentence(gap(value=0.01)), "At equal rates this would be 1,123 more pupils."),
    8: (
        commentary.mis_sentence(gap()),
        "To list them inside an academy, filter the MIS: SEN provision is SEN support; then “Suspended once”.",
    ),
    9: (
        commentary.similar_sentence(gap(group="Female", comparator="Male", value=0.19, comparator_value=0.192)),
        "Suspended once: Female and Male are similar, 19% and 19%.",
    ),
    10: (commentary.say(10, characteristic="Ethnicity", share="97%", whom="pupils"), "Ethnicity is known for 97% of pupils."),
    11: (
        commentary.say(11),
        "No comparison can yet be called similar, and no characteristic is known for most people: the records come first.",
    ),
    12: (commentary.say(12, groups="SEN support"), "Clear gaps: SEN support."),
    13: (commentary.say(13), "No clear gap that the figures can show."),
    14: (
        commentary.say(14, groups="9", similar="1", cannot_tell="3", not_shown="5"),
        "Not listed: 9 more comparisons, of which similar 1, cannot tell 3, not shown 5.",
    ),
    15: (commentary.coverage_sentence("Pupils", 7, []), "Pupils: all 7 academies."),
    16: (commentary.coverage_sentence("Staff", 7, ["Apple", "Zebra"]), "Staff: 5 of 7 academies. None from Apple and Zebra."),
    17: (commentary.pay_sentence(0.1234, "mean pay", "Female", "Male"), "Female: mean pay 12.3% lower than Male."),
    18: (commentary.pay_sentence(-0.02, "median pay", "Female", "Male"), "Female: median pay 2.0% higher than Male."),
    19: (commentary.pay_sentence(0.0004, "mean pay", "Female", "Male"), "Female and Male: mean pay the same."),
    20: (
        commentary.say(20, comparisons="30", clear="3", similar="5", untold="22"),
        "Of 30 comparisons, 3 show a clear gap and 5 are similar; 22 cannot be told or are not shown.",
    ),
    21: (
        commentary.say(21, measures="enrichment and lateness"),
        "No clear and no likely gap that the figures can show: enrichment and lateness.",
    ),
    22: (commentary.say(22, gaps="12"), "12 more of these gaps are hidden to protect people, or have nobody on one side."),
    23: (
        commentary.say(23, measures="lateness (2)"),
        "Clear or likely gaps also in (how many): lateness (2). All are in the workbook.",
    ),
    24: (
        commentary.say(24, owner="Director of People", code="O2", title="less lateness"),
        "Ask how O2 gets to its line: less lateness. Owner: Director of People.",
    ),
    25: (
        commentary.say(25, measure="suspended once", group="SEN support"),
        "Ask for a review of “suspended once” (group: SEN support), to be brought to the next meeting.",
    ),
    26: (
        commentary.say(26, characteristic="religion", share="23%", whom="staff"),
        "Agree how more people come to tell us their religion: it is not known for 23% of staff.",
    ),
    27: (commentary.say(27, academies="Apple and Zebra", what="staff"), "Ask Apple and Zebra for the missing figures: staff."),
    28: (commentary.say(28), "Nothing in these figures asks for a decision."),
    29: (
        commentary.say(29, academy="Apple", value="41%", people="298", whom="pupils", side="above"),
        "Apple: 41% of 298 pupils, above the range that chance explains.",
    ),
    30: (commentary.say(30), "Ask what has changed there, and what help it needs."),
    31: (commentary.say(31), "Ask what it does that others could learn from."),
    32: (commentary.say(32), "No academy lies outside the range that chance explains. To rank them would mislead."),
    33: (
        commentary.say(33, incidents="160", rate="2.1", change="no clear change"),
        "160 incidents were recorded, 2.1 for each 100 pupils on roll, whoever was harmed. Against the year before: no clear change.",
    ),
    34: (commentary.say(34), "The number of incidents is hidden to protect people."),
    35: (
        commentary.say(35, academies="Apple"),
        "None was recorded at Apple. At the trust’s rate a year without any would be rarer than 1 in 100.",
    ),
    36: (
        commentary.say(36, measures="14", objectives="3", comparisons="200"),
        "14 measures and 3 objectives, 200 comparisons of groups.",
    ),
    37: (
        commentary.say(37, clear="5", likely="2", similar="20", untold="173"),
        "Clear gaps: 5. Likely: 2. Similar: 20. Cannot be told or not shown: 173.",
    ),
    38: (commentary.say(38, topics="lateness"), "Most clear gaps in lateness."),
    39: (commentary.say(39, status="On track", codes="O1 and O2"), "On track: O1 and O2."),
    40: (commentary.say(40, what="Lateness", now="3%"), "Lateness: 3%."),
    41: (commentary.say(41, what="Lateness", now="3%", before="5%", since="2023 to 2024"), "Lateness: 3%, down from 5% in 2023 to 2024."),
    42: (commentary.say(42, what="Lateness", now="5%", before="3%", since="2023 to 2024"), "Lateness: 5%, up from 3% in 2023 to 2024."),
    43: (commentary.say(43, what="Lateness", now="3%", since="2023 to 2024"), "Lateness: 3%, as in 2023 to 2024."),
    44: (
        commentary.say(44, what="Score, Male", now="3 points lower than Female", before="7 points lower", since="2023 to 2024"),
        "Score, Male: 3 points lower than Female; in 2023 to 2024 it was 7 points lower.",
    ),
    45: (commentary.say(45, what="Lateness"), "Lateness: the figure of this year is hidden to protect people."),
    46: (commentary.say(46, what="Lateness"), "Lateness: there is no figure for this year."),
    47: (
        commentary.say(47, planned="4%", by="2026 to 2027", target="2%"),
        "Planned for this year: 4%. Target for 2026 to 2027: 2%.",
    ),
    48: (commentary.say(48, by="2026 to 2027", target="2%"), "Target for 2026 to 2027: 2%."),
    49: (commentary.say(49, since="2023 to 2024"), "The figure of 2023 to 2024, where the plan starts, is not shown."),
    50: (commentary.say(50, geography="England, 2024 to 2025 (DfE)", planned="93.2%"), "England, 2024 to 2025 (DfE): 93.2%."),
    51: (commentary.say(51, geography="England"), "There is no figure for England to hold it against."),
    52: (commentary.say(52, whose="Trust", counts="2 on track and 1 off track"), "Trust objectives: 2 on track and 1 off track."),
    53: (commentary.say(53, reason="One child could be known."), "Not measured: One child could be known."),
    54: (commentary.say(54, low="3.1", high="4.6 times"), "Chance alone can move the figure of this year between 3.1 and 4.6 times."),
    55: (commentary.say(55, years="2024 to 2025 [c]"), "Not shown: 2024 to 2025 [c]."),
    56: (commentary.say(56, years="2023 to 2024 5%; 2025 to 2026 3%"), "Figures: 2023 to 2024 5%; 2025 to 2026 3%."),
    57: (
        commentary.say(57, area="Whole trust", value="12%", academies="8"),
        "The line is the rate of Whole trust, 12%. Beyond the inner lines: none of 8.",
    ),
    58: (
        commentary.say(58, area="Whole trust", value="12%", outside="Apple, 41% of 298 pupils, above", inside="7"),
        "The line is the rate of Whole trust, 12%. Beyond the inner lines: Apple, 41% of 298 pupils, above. Inside them: 7.",
    ),
    59: (
        commentary.say(59, beyond="1", academies="15", names="Apple (68%, above)"),
        "By chance alone about 1 academy in 20 lies beyond the inner lines. Here it is 1 of 15: Apple (68%, above).",
    ),
    60: (commentary.say(60), "What was tried before a suspension, and for whom did it help?"),
    61: (commentary.say(61), "Do the same rules lead to the same outcome for every group?"),
    62: (commentary.say(62), "What did we try last year, and did it help?"),
    63: (commentary.say(63), "Which reasons for absence are within the academy’s control?"),
    64: (commentary.say(64), "Do families of these pupils know whom to call?"),
    65: (commentary.say(65), "Which groups are too small here to judge, and how do we hear from them?"),
    66: (commentary.say(66), "What do pupils and families of these groups tell us themselves?"),
    67: (
        commentary.say(67, comparisons="23", hidden="18"),
        "No gap here is clear. Of 23 comparisons 18 cannot be shown, so look at the trust’s figures as well.",
    ),
    68: (
        commentary.say(68, topics="absence (Disadvantaged)"),
        "Here the gaps with most people behind them are: absence (Disadvantaged).",
    ),
    69: (commentary.say(69, group="Female", comparator="Male"), "Female and Male fare alike."),
    70: (
        commentary.mis_sentence(gap(label="Clubs", better="higher")),
        "To list them inside an academy, filter the MIS: SEN provision is SEN support; then those without “Clubs”.",
    ),
    71: (commentary.say(71, characteristic="religion", share="9%"), "We do not know the religion of 9% of staff."),
    72: (commentary.say(72, years="2023 to 2026"), "Three years together (2023 to 2026) show what this year alone does not."),
    73: (
        commentary.say(
            73,
            verdict="Clear gap",
            measure="absence",
            group="Black",
            value="10%",
            comparator="White",
            comparator_value="5%",
            gap="1.9 times",
            range="1.2 to 2.9",
        ),
        "Clear gap in absence: Black 10%, White 5%, 1.9 times (range 1.2 to 2.9).",
    ),
    74: (commentary.say(74, gaps="4"), "4 more such gaps are in the workbook."),
    75: (commentary.say(75, geography="England", year="2024 to 2025", source="DfE"), "England, 2024 to 2025 (DfE)"),
    76: (commentary.say(76, incidents="45"), "45 of them were not prejudice-based."),
    77: (
        commentary.say(77, resolved="132", incidents="160", share="83%"),
        "132 of 160, 83%, were resolved within ten school days.",
    ),
    78: (commentary.say(78), "How many were resolved within ten school days?"),
    79: (
        commentary.say(79),
        "No comparison can yet be called similar, and how much is known of people is not all shown, to protect them.",
    ),
    80: (
        commentary.say(80, topics="absence (Disadvantaged)"),
        "Across the trust, the clear gap to look at first is: absence (Disadvantaged).",
    ),
    81: (commentary.say(81, topics="score (Male)"), "Across the trust, the clear gaps to look at first are: score (Male)."),
    82: (commentary.say(82, topics="absence (Disadvantaged)"), "Here the clear gap to look at first is: absence (Disadvantaged)."),
    83: (commentary.say(83, topics="score (Male)"), "Here the clear gaps to look at first are: score (Male)."),
}


def test_an_average_share_is_a_per_cent() -> None:
    attended = gap(kind="mean", statistic="standardised", value=0.9011, comparator_value=0.9357, unit="share", decimals=4)
    assert commentary.gap_sentence(attended) == "SEN support: an average of 90.1%, against 93.6% for No SEN."


@pytest.mark.parametrize("number", sorted(SAID))
def test_the_sentence_of_each_number(number: int) -> None:
    said, expected = SAID[number]
    assert said == expected


def test_every_sentence_has_its_test() -> None:
    assert sorted(SAID) == sorted(commentary.SENTENCES)


def test_no_sentence_names_a_cause_or_says_more_likely() -> None:
    everything = " ".join(commentary.SENTENCES.values()).lower()
    for word in ("because", "due to", "caused", "leads to", "result of", "more likely", "% more", "significant"):
        assert word not in everything


def test_every_sentence_about_a_gap_names_the_comparison_group() -> None:
    for number in (3, 4, 5, 9, 17, 18, 19, 73):
        assert "{comparator}" in commentary.SENTENCES[number]


def test_a_parent_governor_can_read_them() -> None:
    """Flesch-Kincaid grade (Kincaid and others, 1975) of all sentences as they are said: at most that of a reader of fourteen."""
    syllables = pyphen.Pyphen(lang="en_GB")
    said = [re.findall(r"[A-Za-z’]+", sentence) for _, text in SAID.values() for sentence in re.split(r"(?<=[.?!]) ", text)]
    words = [word for sentence in said for word in sentence]
    spoken = sum(len(syllables.positions(word)) + 1 for word in words)
    assert 0.39 * len(words) / len(said) + 11.8 * spoken / len(words) - 15.59 < 9


def test_a_missing_part_is_an_error_and_not_a_hole() -> None:
    with pytest.raises(KeyError):
        commentary.say(12)


def test_averages_have_no_people_behind_them() -> None:
    assert commentary.people_sentence(gap(people_behind=pd.NA)) == ""


@pytest.mark.parametrize("changes", [{"kind": "mean"}, {"subject": "pupil_answer"}, {"subject": "staff_applicant"}])
def test_nobody_is_listed_behind_an_average_an_answer_or_an_application(changes: dict[str, object]) -> None:
    assert commentary.mis_sentence(gap(**changes)) == ""
