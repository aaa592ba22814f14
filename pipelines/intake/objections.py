"""A person's written objection: their special-category fields count as not known from then on, in every file and every year."""

from __future__ import annotations

from pipelines.catalogue.model import Catalogue
from pipelines.home import Home, Keys
from pipelines.intake.people import also_known, key_of, listed


def record(home: Home, keys: Keys, catalogue: Catalogue, number: str, urn: str | None = None) -> bool:
    """Put a pupil (by UPN) or, with ``urn``, a member of staff of that academy on the stop list; whether they were not on it yet.

    Former and later numbers of the same pupil go with it. Nothing but pseudonyms is kept.
    :class:`HomeError` for a number that is none, and for an academy that is not the trust's.
    """
    who = also_known(home, keys, key_of(keys, catalogue, number, urn))
    if who <= catalogue.objections:
        return False
    listed(home, "objections", catalogue.objections | who)
    return True
