"""How a unit's symbol is written on a map: in plain Unicode, without a font of its own.

Geologic fonts put special letters in the place of other characters, so that a label is garbage
where the font is missing. Here a unit's symbol stays what a mapper types, and the label has
subscripts and letters with strokes as Unicode knows them.
"""

from __future__ import annotations

import re
import unicodedata

_SUBSCRIPTS = dict(
    zip(
        "0123456789+-aehijklmnoprstuvx",
        "₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ",
    )
)
_MARKED = re.compile(r"_\{([^}]*)\}|_(\w)")
_TRAILING_DIGITS = re.compile(r"(?<=[A-Za-zĐ-ɏ])\d+[a-z]?$")
_STROKED = {"/N": "N\u0335", "/C": "\u023b", "/P": "\u2c63", "/T": "\u0166", "/A": "\u023a"}
"""Letters that are marked by a stroke through them."""


def unit_label(unit: str) -> str:
    """The label of a unit.

    Numbers at the end go below: "Hp1" is Hp₁, "Hp1a" Hp₁ₐ. What follows an underscore does too:
    "I_e" is Iₑ, "A_{12}m" A₁₂m. A slash before a capital letter is a stroke through it. What
    Unicode has no subscript for stays as it is. Labels are left as they are.
    """
    text = unicodedata.normalize("NFC", unit.strip())
    for typed, letter in _STROKED.items():
        text = text.replace(typed, letter)
    text = _MARKED.sub(lambda found: _below(found.group(1) or found.group(2) or ""), text)
    return _TRAILING_DIGITS.sub(lambda found: _below(found.group()), text)


def plain_unit(label: str) -> str:
    """The unit's symbol as a mapper types it, from a label: Hp₁ is "Hp1"."""
    typed = {letter: typed for typed, letter in _STROKED.items()}
    text = label.strip()
    for letter, stroke in typed.items():
        text = text.replace(letter, stroke)
    upward = {ord(below): above for above, below in _SUBSCRIPTS.items()}
    return text.translate(upward)


def _below(text: str) -> str:
    """Text as subscripts, all of it or none."""
    if not all(each in _SUBSCRIPTS for each in text):
        return text
    return "".join(_SUBSCRIPTS[each] for each in text)
