"""What the fields of a catalogue's entries may say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Callable
from urllib.parse import urlsplit

from planetary_qgis.core.bodies import find_body
from planetary_qgis.core.query import RANGED_COLUMNS

PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "ode": ("ihid", "iid", "pt"),
    "psa": ("instrument_host_name",),
    "registry": (),
    "stac": ("collection",),
    "opus": ("instrument", "surface_target"),
}
"""By service: the parameters that its data sets need."""
FURTHER_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "ode": ("geometry",),
    "psa": ("instrument_name", "processing_level", "dataproduct_type"),
    "registry": ("target", "instrument", "instrument_host", "processing_level", "collection"),
    "stac": (),
    "opus": (),
}
"""By service: those that they may have."""

_PLACEHOLDER = re.compile(r"{(.*?)}")
_ROW_NAMES = frozenset(
    f"{name}{case}" for name in ("volume", "file", "name", "stem") for case in ("", "_lower")
)


@dataclass(frozen=True)
class Rule:
    """What a field's value must be, as a test and in words."""

    holds: Callable[[Any], bool]
    words: str


@dataclass(frozen=True)
class Form:
    """The fields of one kind of entry.

    Attributes:
        defaults: For fields that must have a value but that the file may leave out.
    """

    fields: Mapping[str, Rule]
    required: tuple[str, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)


def is_pattern(value: Any) -> bool:
    """Whether it is a regular expression with one group."""
    try:
        return isinstance(value, str) and re.compile(value).groups == 1
    except re.error:
        return False


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.strip() == value != ""


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(each) for each in value) and value != []


def _is_url(value: Any) -> bool:
    if not _is_text(value) or re.search(r"[\s\\<>\"\x00-\x1f\x7f]", value):
        return False
    try:
        parts = urlsplit(value)
        return (
            parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
        )
    except ValueError:
        return False


def _is_url_with(*names: str) -> Callable[[Any], bool]:
    """Whether it is a URL, placeholders of these names and no others in its path."""

    def holds(value: Any) -> bool:
        if not isinstance(value, str) or not set(_PLACEHOLDER.findall(value)) <= set(names):
            return False
        bare = _PLACEHOLDER.sub("x", value)
        return _is_url(bare) and urlsplit(bare).hostname == urlsplit(value).hostname

    return holds


def _is_body(value: Any) -> bool:
    return _is_text(value) and find_body(value) is not None


def _maps(to: Callable[[Any], bool], only: tuple[str, ...] = ()) -> Callable[[Any], bool]:
    def holds(value: Any) -> bool:
        known = isinstance(value, dict) and (not only or set(value) <= set(only))
        return known and all(to(each) for each in value.values())

    return holds


def _is_number(value: Any, least: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= least


def _are_statuses(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, int) and 400 <= each <= 599 for each in value
    )


_TEXT = Rule(_is_text, "a text in double quotes that is not empty")
_TEXTS = Rule(_are_texts, 'a list of texts, such as ["MY-DATA-*"]')
_URL = Rule(_is_url, "an address that begins with https://")
_BODY = Rule(_is_body, "the NAIF name of a known body, such as MARS")
_ROW_URL = Rule(
    _is_url_with(*_ROW_NAMES),
    f"an address that begins with https://, with {', '.join(sorted(_ROW_NAMES))} in braces or none",
)
_DESCRIBED = dict.fromkeys(("title", "archive", "mission", "instrument", "verified"), _TEXT)


def dataset_form(roles: tuple[str, ...]) -> Form:
    """The fields of an index, with the roles that its columns may play."""
    fields = {
        **_DESCRIBED,
        "body": _BODY,
        "usual_body": _BODY,
        "data_set_ids": _TEXTS,
        "volume_ids": _TEXTS,
        "label_names": _TEXTS,
        "label_url": Rule(_is_url_with("newest"), "an address that begins with https://"),
        "volumes_url": _URL,
        "volume_pattern": Rule(is_pattern, "a regular expression with one group in parentheses"),
        "product_url": _ROW_URL,
        "product_label_url": _ROW_URL,
        "longitude_direction": Rule(lambda v: v in ("east", "west"), '"east" or "west"'),
        "latitude_kind": Rule(lambda v: v in ("ocentric", "ographic"), '"ocentric" or "ographic"'),
        "roles": Rule(
            _maps(_are_texts, roles),
            f"a table of lists of column names; the roles are {', '.join(roles)}",
        ),
        "units": Rule(
            _maps(lambda v: v in ("m", "km"), ("resolution",)), '{ resolution = "m" } or "km"'
        ),
    }
    return Form(
        fields,
        required=("title", "mission", "instrument"),
        defaults={"archive": "own catalogue", "verified": "Entered by the user."},
    )


SERVICE_FORM = Form(
    {
        **_DESCRIBED,
        "service": _TEXT,
        "body": _BODY,
        "parameters": Rule(
            lambda v: _maps(_is_text)(v) and v != {},
            'a table of texts that is not empty, such as { collection = "dtms" }',
        ),
        "ranges": Rule(
            lambda v: isinstance(v, list) and set(map(str, v)) <= set(RANGED_COLUMNS),
            f"a list of these columns or of some: {', '.join(RANGED_COLUMNS)}",
        ),
    },
    required=("title", "mission", "instrument", "body", "service", "parameters"),
)
ENDPOINT_FORM = Form(
    {
        "archive": _TEXT,
        "url": _URL,
        "speaks": Rule(lambda v: v in tuple(PARAMETERS), f"one of {', '.join(PARAMETERS)}"),
        "verified": _TEXT,
        "ranges": SERVICE_FORM.fields["ranges"],
    },
    required=("url",),
    defaults={"archive": "own catalogue", "verified": "Entered by the user."},
)
HOST_FORM = Form(
    {
        "gap_s": Rule(lambda v: _is_number(v, 0.0), "a number of seconds, 0 or more"),
        "at_once": Rule(
            lambda v: isinstance(v, int) and _is_number(v, 1), "a whole number, 1 or more"
        ),
        "back_off_s": Rule(lambda v: _is_number(v, 0.0), "a number of seconds, 0 or more"),
        "back_off_statuses": Rule(_are_statuses, "a list of HTTP statuses from 400 to 599"),
    },
    required=("gap_s", "at_once", "back_off_s", "back_off_statuses"),
)
