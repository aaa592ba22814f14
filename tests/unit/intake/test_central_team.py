"""Those who work for the trust and for no academy stand under the trust's own code, in files of staff and in no file of pupils."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest
from made_up_exports import FIRST, MadeUpTrust, pupils, written

from expectations.landing import judge_landing
from pipelines.catalogue import CatalogueError
from pipelines.intake import receipts


@pytest.fixture
def trust(trust: MadeUpTrust) -> MadeUpTrust:
    """A trust with a central team."""
    academies = trust.home.trust / "academies.yml"
    academies.write_text("central: Central team\n" + academies.read_text("utf-8"), "utf-8")
    return trust


def staff(*urns: str) -> bytes:
    return written([{"Academy": urn, "Staff ref": f"P{number}", "Sex": "F", "Ethnicity": "WBRI"} for number, urn in enumerate(urns)])


def taken(trust: MadeUpTrust, content: bytes) -> tuple[str, Counter[str]]:
    trust.drop("trust", "staff.csv", content)
    (settled,) = trust.take_in(partial(judge_landing, code_sets=trust.catalogue.code_sets)).settled
    return settled.outcome, Counter(key.urn for key in settled.slices)


def test_the_central_team_has_a_place_of_its_own(trust: MadeUpTrust) -> None:
    assert taken(trust, staff(*[FIRST] * 9, *["SMALL"] * 4)) == (receipts.ACCEPTED, Counter([FIRST, "SMALL"]))
    assert Counter(row["academy_urn"] for row in trust.landed("staff")) == {FIRST: 9, "SMALL": 4}


def test_a_trust_without_one_sets_its_own_code_aside(trust: MadeUpTrust) -> None:
    academies = trust.home.trust / "academies.yml"
    academies.write_text(academies.read_text("utf-8").replace("central: Central team\n", ""), "utf-8")
    assert taken(trust, staff(*[FIRST] * 20, "SMALL")) == (receipts.WITH_FIXES, Counter([FIRST]))


def test_no_pupil_is_of_the_central_team(trust: MadeUpTrust) -> None:
    rows = pupils(range(30), URN=FIRST)
    rows[4] = {**rows[4], "URN": "SMALL"}
    trust.drop("trust", "pupils.csv", written(rows))
    (settled,) = trust.take_in().settled
    assert (settled.outcome, [key.urn for key in settled.slices]) == (receipts.WITH_FIXES, [FIRST])


def test_a_code_that_could_not_stand_for_a_urn_is_said(trust: MadeUpTrust) -> None:
    academies = trust.home.trust / "academies.yml"
    academies.write_text(academies.read_text("utf-8").replace("code: SMALL", "code: ../small"), "utf-8")
    with pytest.raises(CatalogueError, match="capital letters"):
        _ = trust.catalogue
