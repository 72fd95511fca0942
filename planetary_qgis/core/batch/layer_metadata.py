"""What QGIS shows as a layer's metadata, in the form in which GeoPackages keep it."""

from __future__ import annotations

from html import escape

from planetary_qgis.core.batch.records import Record

_FORM = """<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0">
<identifier>{title}</identifier>
<parentidentifier></parentidentifier>
<language>ENG</language>
<type>dataset</type>
<title>{title}</title>
<abstract>{abstract}</abstract>
{history}
</qgis>
"""


def qgis_metadata(title: str, record: Record) -> str:
    """A finished run's provenance and problems: a line of history each, as the plugin's layers."""
    facts = [f"{name}: {value}" for name, value in record.provenance.items()]
    notes = [f"Note: {sentence}" for sentence in record.problems.sentences()]
    short = [fact for fact in facts if len(fact) <= 200]
    return _FORM.format(
        title=escape(title),
        abstract=escape("\n".join(short)),
        history="\n".join(f"<history>{escape(line)}</history>" for line in [*facts, *notes]),
    )
