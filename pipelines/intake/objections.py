"""A person's written objection: their special-category fields count as not known from then on, in every file and every year."""

from __future__ import annotations

import yaml

from pipelines.catalogue.model import Catalogue
from pipelines.home import Home, HomeError, Keys
from pipelines.home.vault import write_whole
from pipelines.intake import values
from pipelines.intake.mapping import pseudonym

FILE = "objections.yml"
HEAD = "# Pseudonyms of people who objected in writing. Their special-category fields count as not known. Written by: equality object\n"


def record(home: Home, keys: Keys, catalogue: Catalogue, number: str, urn: str | None = None) -> bool:
    """Put a pupil (by UPN) or, with ``urn``, a member of staff of that academy on the stop list; whether they were not on it yet.

    Nothing but the pseudonym is kept. :class:`HomeError` for a number that is none, and for an academy that is not the trust's.
    """
    dataset = catalogue.datasets["staff" if urn else "pupils"]
    item = dataset.field(str(dataset.person))
    read = values.reference(number) if urn else values.upn(number)
    if read is None:
        raise HomeError(f"That is no {item.title.lower()}. Nothing was changed.")
    if urn and catalogue.academy(urn) is None:
        raise HomeError(f"The trust has no academy {urn}. Nothing was changed.")
    key = pseudonym(keys, dataset, item, read, urn or "")
    if key in catalogue.objections:
        return False
    listed = yaml.safe_dump({"objections": sorted({*catalogue.objections, key})})
    write_whole(home.trust / FILE, (HEAD + listed).encode())
    return True
