"""What every entry of the catalogue is, and the kinds of names it may hold. What entries say is declared in the modules beside this one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Urn = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
Period = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}(_[a-z]+)?$")]
Subject = Literal["pupil", "staff", "pupil_applicant", "staff_applicant", "governor", "incident", "register_entry", "pupil_answer"]
OF_PUPILS: tuple[Subject, ...] = ("pupil", "pupil_applicant", "pupil_answer")
Aim = Literal["eliminate", "advance", "foster"]
"""The three aims of section 149 of the Equality Act 2010."""
AreaLevel = Literal["trust", "phase", "academy"]
FieldType = Literal["upn", "staff_ref", "reference", "urn", "period", "date", "year_group", "code", "text", "flag", "integer", "number"]
"""``reference``: a number that only the file itself gives, of a person or of a case; it becomes a pseudonym."""


class Entry(BaseModel):
    """A catalogue entry: unknown keys are errors, so that a misspelt option is never silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)
