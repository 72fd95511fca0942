"""What was found in a package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from planetary_qgis.core.mapping.findings import Finding, Severity
from planetary_qgis.core.mapping.packages.unpacking import PackageKind

_EXAMPLES = 3
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


@dataclass(frozen=True)
class PackageReport:
    """The findings of a validation.

    Attributes:
        findings: The worst first; `layer` is the layer, or the file, that each is about.
        looked_at: What was checked, a line each.
    """

    path: Path
    kind: PackageKind
    findings: tuple[Finding, ...]
    looked_at: tuple[str, ...]

    @property
    def is_valid(self) -> bool:
        """Whether there is no error; warnings and notes there may be."""
        return self.count(Severity.ERROR) == 0

    def count(self, severity: Severity) -> int:
        return sum(each.severity is severity for each in self.findings)

    def sentence(self) -> str:
        """The result in a line."""
        counts = Counter(each.severity for each in self.findings)
        listed = ", ".join(
            f"{counts[each]} {each.value}{'' if counts[each] == 1 else 's'}" for each in Severity
        )
        return (
            f"{'The package is valid' if self.is_valid else 'The package is not valid'}: {listed}."
        )

    def html(self) -> str:
        """The report as a page."""
        rows = "\n".join(_row(each) for each in self.findings)
        looked = "\n".join(f"<li>{escape(line)}</li>" for line in self.looked_at)
        return _PAGE.format(
            path=escape(str(self.path)),
            sentence=escape(self.sentence()),
            rows=rows or '<tr><td colspan="4">Nothing is wrong.</td></tr>',
            looked=looked,
        )


@dataclass
class Notebook:
    """Gathers findings while a package is looked at."""

    findings: list[Finding] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)

    def error(self, check: str, where: str, message: str, hint: str = "") -> None:
        self._add(check, Severity.ERROR, where, message, hint)

    def warn(self, check: str, where: str, message: str, hint: str = "") -> None:
        self._add(check, Severity.WARNING, where, message, hint)

    def note(self, check: str, where: str, message: str, hint: str = "") -> None:
        self._add(check, Severity.NOTE, where, message, hint)

    def in_order(self) -> tuple[Finding, ...]:
        """The worst first, otherwise as found."""
        return tuple(sorted(self.findings, key=lambda each: _ORDER[each.severity]))

    def _add(self, check: str, severity: Severity, where: str, message: str, hint: str) -> None:
        self.findings.append(Finding(check, severity, where, (), None, message, hint))


def examples(values: Sequence[object]) -> str:
    """The first few of many values, as “a”, “b”, …"""
    shown = ", ".join(f"“{str(value)[:60]}”" for value in values[:_EXAMPLES])
    return shown + (", …" if len(values) > _EXAMPLES else "")


def _row(finding: Finding) -> str:
    cells = (finding.severity.value, finding.layer, finding.message, finding.hint)
    listed = "".join(f"<td>{escape(text)}</td>" for text in cells)
    return f'<tr class="{finding.severity.value}">{listed}</tr>'


_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Map package: validation</title>
<style>
body {{ font-family: sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ border: 1px solid #999; padding: 0.3em 0.6em; text-align: left; vertical-align: top }}
.error td:first-child {{ color: #a00 }} .warning td:first-child {{ color: #850 }}
</style></head>
<body><h1>Map package: validation</h1>
<p>{path}</p><p><strong>{sentence}</strong></p>
<table><tr><th>Severity</th><th>Where</th><th>What</th><th>What to do</th></tr>
{rows}
</table>
<h2>Looked at</h2><ul>
{looked}
</ul></body></html>
"""
