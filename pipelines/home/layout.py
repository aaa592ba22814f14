"""Bringing a home that an earlier version made to this version's layout. The ledger does so for itself; a later layout is refused by ``paths``."""

from __future__ import annotations

import json

from pipelines.home import lock
from pipelines.home.keys import changing, make_years
from pipelines.home.paths import LAYOUT, Home
from pipelines.home.signing import make_signing_key
from pipelines.home.whole import write_whole


def bring_up_to_date(home: Home) -> None:
    """Do what each layout adds to the one before it, the number last, so that a kill in between is made good by the next call.

    In a home of this layout a signing key is made only after its owner has put a lost one's public half aside.
    """
    if home.layout < LAYOUT or any(home.keys.glob("*.pub")):
        make_signing_key(home)
    if home.layout < LAYOUT:
        with lock.held(home):
            make_years(home)
            if changing(home):
                return  # what is stored is under two keys until that change is ended
            from pipelines.home.rotation import under_years  # brings DuckDB with it, which most verbs do without

            under_years(home)
            write_whole(home.layout_file, json.dumps({"layout": LAYOUT}).encode() + b"\n")
