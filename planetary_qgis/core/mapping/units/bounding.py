"""Which contacts bound units."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.mapping.map_content import LayerContent
from planetary_qgis.core.mapping.map_layers import CONTACT_CERTAINTY, CONTACT_TYPE
from planetary_qgis.core.mapping.vocabularies import vocabularies

Bounding = Callable[[LayerContent], NDArray[np.bool_]]
"""Says of (n,) contacts which bound units."""

_BOUNDS_NOTHING = re.compile(r"\b(internal|concealed)\b", re.IGNORECASE)


def bounding_contacts(contacts: LayerContent) -> NDArray[np.bool_]:
    """(n,) all but concealed contacts, which lie under other units, and internal ones.

    Source: FGDC-STD-013-2006: internal contacts part a unit, which stays the same on both sides.
    """
    labels = {term.code: term.label for term in vocabularies().get("contact_type", ())}
    kinds, certainties = contacts.column(CONTACT_TYPE), contacts.column(CONTACT_CERTAINTY)
    pairs = list(zip(map(str, kinds), map(str, certainties)))
    bounds = {
        (kind, certainty): not any(
            _BOUNDS_NOTHING.search(word) for word in (kind, labels.get(kind, ""), certainty)
        )
        for kind, certainty in set(pairs)
    }
    return np.array([bounds[pair] for pair in pairs], dtype=bool)


def every_contact(contacts: LayerContent) -> NDArray[np.bool_]:
    """(n,) all of them."""
    return np.ones(len(contacts.ids), dtype=bool)
