"""How QGIS first shows a batch run's layer: translucent, and played by time.

The form is that of QGIS's own QML (3.22 on), reduced to what differs from its defaults.
"""

from __future__ import annotations

from html import escape

_START, _STOP = "start_time", "stop_time"
_COLOUR = "86,180,233"  # sky blue of Okabe & Ito 2008, seen over grey rasters by colour-blind too
_FORM = """<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology|Temporal">
<temporal enabled="1" mode="4" limitMode="1" startExpression="{start}" endExpression="{stop}"
 startField="" endField="" fixedDuration="0" durationUnit="min" durationField="" accumulate="0">
<fixedRange><start></start><end></end></fixedRange>
</temporal>
<renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" forceraster="0">
<symbols>
<symbol type="fill" name="0" alpha="1" clip_to_extent="1" force_rhr="0">
<layer class="SimpleFill" enabled="1" locked="0" pass="0">
<Option type="Map">
<Option type="QString" name="color" value="{colour},45"/>
<Option type="QString" name="outline_color" value="{colour},255"/>
<Option type="QString" name="outline_width" value="0.3"/>
<Option type="QString" name="joinstyle" value="round"/>
</Option>
<prop k="color" v="{colour},45"/>
<prop k="outline_color" v="{colour},255"/>
<prop k="outline_width" v="0.3"/>
<prop k="joinstyle" v="round"/>
</layer>
</symbol>
</symbols>
</renderer-v2>
<layerGeometryType>2</layerGeometryType>
</qgis>
"""


def footprint_style() -> str:
    """QML: each footprint shows from its start to its stop; what has no stop, at its start."""
    return _FORM.format(
        colour=_COLOUR,
        start=escape(f'"{_START}"'),
        stop=escape(f'coalesce("{_STOP}", "{_START}")'),
    )
