"""Numbers as a board reads them: whole per cents, "times as likely", true minus signs. Sentences belong to ``commentary``."""

from __future__ import annotations

from collections.abc import Sequence

MINUS = "\N{MINUS SIGN}"
SYMBOLS = {"c": "[c]", "x": "[x]", "z": "[z]", "low": "[low]"}


def per_cent(share: float) -> str:
    """A share from 0 to 1 as a whole per cent; a share that is neither none nor all never reads as 0% or 100%."""
    if 0 < share < 0.005:
        return "under 1%"
    if 0.995 <= share < 1:
        return "over 99%"
    return f"{_half_up(share * 100):.0f}%"


def points(difference: float) -> str:
    """A difference of shares as whole percentage points, without its sign."""
    size = abs(difference) * 100
    if 0 < size < 0.5:
        return "under 1 percentage point"
    return f"{_half_up(size):.0f} percentage point{'' if _half_up(size) == 1 else 's'}"


def ratio(number: float, more: int = 0) -> str:
    """A ratio: two decimals below 1, where a tenth would hide the difference; none from 10; ``more`` of them where asked."""
    decimals = 2 if number < 0.995 else 1 if number < 9.95 else 0
    return f"{number:.{decimals + more}f}"


def times(number: float) -> str:
    """A ratio as "2.9 times"."""
    return f"{ratio(number)} times"


def signed(number: float, decimals: int = 0) -> str:
    """A number with its sign, the minus being a minus and not a hyphen; a rounded zero has none."""
    text = f"{_half_up(number * 10**decimals) / 10**decimals:.{decimals}f}"
    sign = "" if float(text) == 0 else MINUS if number < 0 else "+"
    return f"{sign}{text}"


def decimal(number: float, decimals: int) -> str:
    """A number in its unit at the measure's published precision; a rounded zero has no sign."""
    text = f"{number:,.{decimals}f}"
    return (text.removeprefix("-") if float(text.replace(",", "")) == 0 else text).replace("-", MINUS)


def value_in_words(number: float, kind: str, unit: str, decimals: int) -> str:
    """A rate as a whole per cent, an average share as a per cent with its decimal, any other average at its published precision."""
    if kind == "rate":
        return per_cent(number)
    return f"{decimal(number * 100, 1)}%" if unit == "share" else decimal(number, decimals)


def difference_in_words(number: float, unit: str, decimals: int, more: int = 0) -> str:
    """A difference of two averages with its sign and unit: shares differ by percentage points; ``more`` decimals where asked."""
    text, unit = (signed(number * 100, 1 + more), "points") if unit == "share" else (signed(number, decimals + more), unit)
    return f"{text} {unit.removesuffix('s') if text.strip(f'+{MINUS}') == '1' else unit}"


def count(people: int) -> str:
    """A count with its thousands apart."""
    return f"{people:,}"


def joined(words: Sequence[str]) -> str:
    """Words as spoken: "A, B and C"; with semicolons throughout where a word has a comma of its own."""
    if len(words) < 2:
        return "".join(words)
    comma, last = ("; ", "; and ") if any("," in word for word in words) else (", ", " and ")
    return comma.join(words[:-1]) + last + words[-1]


def within_sentence(label: str) -> str:
    """A label as it stands inside a sentence: "Suspended once" becomes "suspended once", "SEN support" and "KS2" stay."""
    return label if len(label) > 1 and label[1].isupper() else label[:1].lower() + label[1:]


def upper_first(text: str) -> str:
    """Words as the beginning of a sentence: names and abbreviations further on stay as they are."""
    return text[:1].upper() + text[1:]


def academic_year(period: str) -> str:
    """``2025-26`` as "2025 to 2026", ``2025-26_autumn`` as "2025 to 2026, autumn", ``2025-26_pool`` as "2023 to 2026, three years together"."""
    years, _, part = period.partition("_")
    first = int(years[:4])
    if part == "pool":
        return f"{first - 2} to {first + 1}, three years together"
    return f"{first} to {first + 1}" + (f", {part.replace('_', ' ')}" if part else "")


def _half_up(number: float) -> int:
    """To the nearest whole number, halves away from zero; the tenth decimal absorbs what binary fractions add."""
    return int(round(abs(number), 10) + 0.5)
