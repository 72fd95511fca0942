"""Whether a catalogue's entries can be used: every field known and of the right kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Callable

from planetary_qgis.core.archives.catalog_files import Content
from planetary_qgis.core.archives.catalog_rules import (
    ENDPOINT_FORM,
    FURTHER_PARAMETERS,
    HOST_FORM,
    PARAMETERS,
    SERVICE_FORM,
    Form,
    dataset_form,
)
from planetary_qgis.core.errors import PlanetaryError

KINDS = ("datasets", "endpoints", "services", "hosts")
_KEY = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
_ENDPOINT_KEY = re.compile(r"[a-z0-9_]+")
_SHOWN = 80


@dataclass(frozen=True)
class Problem:
    """What is wrong with an entry, and what to do about it."""

    entry: str
    what: str
    hint: str

    def __str__(self) -> str:
        return f"{self.entry}: {self.what} {self.hint}"


def require_right(problems: list[Problem], path: Path) -> None:
    """Nothing where there are no problems.

    Raises:
        PlanetaryError: There is one; the details name all.
    """
    if problems:
        first = problems[0]
        raise PlanetaryError(
            f"In the catalogue {path}, {first.entry}: {first.what}",
            details="\n".join(map(str, problems)),
            hint=first.hint,
        )


def problems_of_shape(content: Content) -> list[Problem]:
    """What keeps a user's own content from being laid over the catalogue that ships."""
    problems = []
    for kind, entries in content.items():
        if kind not in KINDS:
            problems.append(Problem(f"[{kind}]", *_unknown(kind, KINDS, "kind of entry")))
        elif not isinstance(entries, dict):
            problems.append(_no_table(kind, entries))
        else:
            problems += [
                _no_table(f'{kind}."{key}"', entry)
                for key, entry in entries.items()
                if not isinstance(entry, dict)
            ]
    return problems


def problems_of(content: Content, roles: tuple[str, ...]) -> list[Problem]:
    """What is wrong with a whole catalogue, the one that ships and a user's own in one."""
    forms = {
        "datasets": dataset_form(roles),
        "endpoints": ENDPOINT_FORM,
        "services": SERVICE_FORM,
        "hosts": HOST_FORM,
    }
    endpoints = content.get("endpoints", {})
    further: dict[str, Callable[[str, str, Content], Iterator[Problem]]] = {
        "datasets": _of_dataset,
        "services": partial(_of_service, endpoints=endpoints),
        "endpoints": _of_endpoint,
    }
    problems = []
    for kind, form in forms.items():
        for key, entry in content.get(kind, {}).items():
            found = list(_of_fields(_named(kind, key), entry, form))
            if not found and kind in further:
                found = list(further[kind](_named(kind, key), key, entry))
            problems += found
    return problems


def _of_fields(name: str, entry: Content, form: Form) -> Iterator[Problem]:
    for field, value in entry.items():
        rule = form.fields.get(field)
        if rule is None:
            yield Problem(name, *_unknown(field, tuple(form.fields), "field"))
        elif not rule.holds(value):
            yield Problem(name, f"{field} is {_shown(value)}.", f"Write {rule.words}.")
    for field in form.required:
        if field not in entry:
            yield Problem(name, f"it has no {field}.", f"Write {form.fields[field].words}.")


def _of_dataset(name: str, key: str, entry: Content) -> Iterator[Problem]:
    yield from _of_key(name, key, _KEY, "my.index")
    if ("body" in entry) == ("usual_body" in entry):
        yield Problem(
            name,
            "it needs either body or usual_body.",
            "Write body where all rows are about one body, else usual_body.",
        )
    newest = "{newest}" in entry.get("label_url", "")
    if {newest} != {"volumes_url" in entry, "volume_pattern" in entry}:
        yield Problem(
            name,
            "{newest} in label_url, volumes_url and volume_pattern go together.",
            "Write all three or none of them.",
        )


def _of_service(name: str, key: str, entry: Content, endpoints: Content) -> Iterator[Problem]:
    yield from _of_key(name, key, _KEY, f"{entry['service']}.my.data")
    endpoint = endpoints.get(entry["service"])
    if endpoint is None:
        yield Problem(name, *_unknown(entry["service"], tuple(endpoints), "service"))
        return
    language = endpoint.get("speaks", entry["service"])
    needed = PARAMETERS.get(language, ())
    known = (*needed, *FURTHER_PARAMETERS.get(language, ()))
    for parameter in needed:
        if parameter not in entry["parameters"]:
            hint = f"A data set of {language} needs {', '.join(needed)}."
            yield Problem(name, f"its parameters lack {parameter}.", hint)
    for parameter in entry["parameters"]:
        if parameter not in known:
            yield Problem(name, *_unknown(parameter, known, f"parameter of {language}"))


def _of_endpoint(name: str, key: str, entry: Content) -> Iterator[Problem]:
    yield from _of_key(name, key, _ENDPOINT_KEY, "my_archive")
    if entry.get("speaks", key) not in PARAMETERS:
        yield Problem(
            name,
            "nothing says which service's language it speaks.",
            f"Write speaks = one of {', '.join(PARAMETERS)}.",
        )


def _of_key(name: str, key: str, form: re.Pattern[str], example: str) -> Iterator[Problem]:
    if not form.fullmatch(key):
        yield Problem(
            name,
            f"“{key}” cannot be its name.",
            f"Use small letters, digits and underscores, as in {example}.",
        )


def _unknown(name: str, known: tuple[str, ...], what: str) -> tuple[str, str]:
    near = get_close_matches(name, known, 1)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
    return f"“{name}” is not a known {what}.", hint


def _no_table(name: str, value: object) -> Problem:
    return Problem(
        f"[{name}]",
        f"it is {_shown(value)} where a table of fields is needed.",
        'Begin an entry with a line such as [datasets."my.index"].',
    )


def _named(kind: str, key: str) -> str:
    return f'[{kind}."{key}"]'


def _shown(value: object) -> str:
    text = repr(value) if not isinstance(value, str) else f"“{value}”"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
