"""Each numbered sentence, word for word; and none of them may judge before the figures or name a cause."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.reporting import commentary

GAP = {
    "group": "SEN support", "comparator": "No SEN", "label": "Suspended once", "whom": "pupils", "unit": "points", "decimals": 1,
    "kind": "rate", "statistic": "ratio", "value": 0.13, "comparator_value": 0.045, "gap": 2.89, "people_behind": 1123,
}  # fmt: skip


def gap(**changes: object) -> pd.Series:
    return pd.Series({**GAP, **changes})


SAID = {
    1: (
        commentary.say(1, topics="absence (Disadvantaged)"),
        "Across the trust, the gaps with most people behind them are in absence (Disadvantaged).",
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
        commentary.say(8, characteristic="SEN provision", group="SEN support", measure="Suspended once"),
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
        commentary.say(14, characteristic="Ethnicity", groups="9", similar="1", cannot_tell="3", not_shown="5"),
        "Ethnicity: 9 more not listed. Similar: 1. Cannot tell: 3. Not shown: 5.",
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
    for number in (3, 4, 5, 9, 17, 18, 19):
        assert "{comparator}" in commentary.SENTENCES[number]


def test_a_missing_part_is_an_error_and_not_a_hole() -> None:
    with pytest.raises(KeyError):
        commentary.say(12)


def test_averages_have_no_people_behind_them() -> None:
    assert commentary.people_sentence(gap(people_behind=pd.NA)) == ""
