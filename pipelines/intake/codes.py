"""Looking a cell up in a code set: by code, label, other spelling, or "K - SEN support". Nothing is guessed."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import lru_cache

from pipelines.catalogue.model import CodeSet, CodeValue

_CODE_AND_LABEL = re.compile(r"\s*(?: [-\u2013\u2014] ?|:|=)\s*")


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Lower case, letters and digits only: what is left when spelling habits are set aside. A per cent sign stays: a share is no count."""
    return "".join(character for character in text.lower() if character.isalnum() or character == "%")


@dataclass(frozen=True)
class Found:
    """What a cell means. ``code`` is ``None`` when its code ended without a successor; ``outdated``: a withdrawn code was used.
    ``in_words``: the cell gave a label or another spelling, not the code."""

    code: str | None
    outdated: bool = False
    in_words: bool = field(default=False, compare=False)


@dataclass
class Codes:
    """A code set, ready to be asked. A code wins over a label, a label over another spelling."""

    code_set: CodeSet
    _by_text: dict[str, CodeValue] = field(default_factory=dict)
    _by_code: dict[str, CodeValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for value in self.code_set.codes:
            self._by_code[value.code] = value
        for spellings in (lambda value: (value.code,), lambda value: (value.label,), lambda value: value.aliases):
            for value in self.code_set.codes:
                for spelling in spellings(value):
                    self._by_text.setdefault(_key(spelling), value)

    def find(self, text: str, starts: dt.date | None = None) -> Found | None:
        """The code that ``text`` stands for in a period that ``starts`` then; ``None`` when the set has no such code."""
        value = self._by_text.get(_key(text)) or self._code_beside_label(text)
        if value is None:
            return None
        ended = value.valid_to is not None and starts is not None and value.valid_to < starts
        in_words = plain(value.code) not in (plain(text), plain(_CODE_AND_LABEL.split(text, maxsplit=1)[0]))
        if value.forward_to is not None:
            return Found(self._by_code[value.forward_to].code, outdated=True, in_words=in_words)
        return Found(None if ended else value.code, outdated=ended, in_words=in_words)

    def _code_beside_label(self, text: str) -> CodeValue | None:
        """The code of a cell such as "K - SEN support", unless its label belongs to another code."""
        code, *label = _CODE_AND_LABEL.split(text, maxsplit=1)
        value = self._by_code.get(code.strip().upper()) or self._by_code.get(code.strip())
        if value is None or not label:
            return None
        other = self._by_text.get(_key(label[0]))
        return value if other is None or other is value else None


def _key(text: str) -> str:
    """Codes made of signs only are kept as they are, so that they do not all become the empty text."""
    return plain(text) or text.strip()
