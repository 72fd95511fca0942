"""Tables as layers: style, time, map tips, names of fields and where it all came from."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsDateTimeRange,
    QgsFeatureRequest,
    QgsFillSymbol,
    QgsLayerMetadata,
    QgsLineSymbol,
    QgsMarkerSymbol,
    QgsSingleSymbolRenderer,
    QgsSymbol,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDateTime, Qt
from qgis.PyQt.QtXml import QDomDocument

from planetary_qgis.about import about
from planetary_qgis.core.archive_search import (
    PROVENANCE_NAME,
    ArchiveSearch,
    search_from_json,
)
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.qgis_bridge.compat import as_utc, box_3d
from planetary_qgis.qgis_bridge.crs import is_hollow
from planetary_qgis.qgis_bridge.journals import write_ahead
from planetary_qgis.qgis_bridge.map_tips import NAME_FIELD, START_FIELD, STOP_FIELD, map_tip

if TYPE_CHECKING:
    from planetary_qgis.core.geopackages.table_content import RowTimes
    from planetary_qgis.core.products import Answer

_ALIASES = {
    "center_lon_e": "Centre longitude (° east)",
    "center_lat": "Centre latitude (° planetocentric)",
    "incidence_angle": "Incidence angle (°)",
    "emission_angle": "Emission angle (°)",
    "phase_angle": "Phase angle (°)",
    "resolution": "Resolution (m/pixel)",
    "solar_longitude": "Solar longitude (°)",
    "local_time": "Local time (h)",
    "subsolar_azimuth": "Subsolar azimuth (° from north)",
    "subspacecraft_azimuth": "Subspacecraft azimuth (° from north)",
    "start_time": "Start (UTC)",
    "stop_time": "Stop (UTC)",
}
# Okabe & Ito 2008: told apart by colour-blind readers, and seen over grey rasters.
_COLOURS = ("230,159,0", "86,180,233", "0,158,115", "240,228,66", "213,94,0", "204,121,167")
_FILL_ALPHA = 45
_HISTORY_LINE_LENGTH = 4000
_HISTORY_SEPARATOR = ": "
_NOTE = "Note"
_STYLE_NAME_LENGTH = 30


@dataclass(frozen=True)
class Dress:
    """What a layer says of itself.

    Attributes:
        title: Its name in the layer tree.
        provenance: Facts about where it came from, by name.
        notes: Sentences about what went wrong on the way.
        times: From when to when its rows last, where that is known; else the layer is asked.
    """

    title: str
    provenance: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    times: RowTimes | None = None

    @classmethod
    def of(cls, answer: Answer, title: str) -> Dress:
        """The dress of an answer whose chunks were read."""
        return cls(title, dict(answer.provenance), tuple(answer.report.sentences()))


def open_table(path: Path, table: str) -> QgsVectorLayer:
    """A layer on a table of a GeoPackage, dressed as the file says.

    Raises:
        PlanetaryError: The file or the table is not there.
    """
    style = geopackage.default_style(path, table) if Path(path).is_file() else ""
    options = QgsVectorLayer.LayerOptions()
    options.loadDefaultStyle = not style  # reading a map's styles twice takes half a second
    with write_ahead(Path(path)):
        layer = _layer_on(path, table, options)
    if not layer.isValid():
        raise PlanetaryError(
            f"The table “{table}” of {path} cannot be opened.",
            details=layer.source(),
            hint="Import the index again, or choose another file.",
        )
    if layer.metadata().title():
        layer.setName(layer.metadata().title())
    _wear(layer, style)
    return layer


def _layer_on(path: Path, table: str, options: QgsVectorLayer.LayerOptions) -> QgsVectorLayer:
    layer = QgsVectorLayer(f"{path}|layername={table}", table, "ogr", options)
    if is_hollow(layer.crs()):
        QgsCoordinateReferenceSystem.invalidateCache()
        layer = QgsVectorLayer(f"{path}|layername={table}", table, "ogr", options)
    return layer


def _wear(layer: QgsVectorLayer, style: str) -> None:
    """Wear the style that a file keeps, time settings included.

    QGIS 3.22 forgets the time settings of the style that it loads with a layer, and finds no style
    at all while one layer on the table is open without a filter and another one with.
    """
    document = QDomDocument()
    if document.setContent(style):
        layer.importNamedStyle(document)


def dress(layer: QgsVectorLayer, how: Dress) -> None:
    """Give a layer its name, style, time settings, map tip and metadata."""
    layer.setName(how.title)
    layer.setRenderer(plain_renderer(layer, how.title))
    names = layer.fields().names()
    for name, alias in _ALIASES.items():
        if name in names:
            layer.setFieldAlias(names.index(name), alias)
    if NAME_FIELD in names:
        layer.setDisplayExpression(f'"{NAME_FIELD}"')
    layer.setMapTipTemplate(map_tip(names))
    if START_FIELD in names:
        _play_by_time(layer, how.times)
    layer.setMetadata(_metadata(layer, how))


def plain_renderer(layer: QgsVectorLayer, title: str) -> QgsSingleSymbolRenderer:
    """One colour for all features: the same title always gets the same."""
    colour = _COLOURS[zlib.crc32(title.encode()) % len(_COLOURS)]
    return QgsSingleSymbolRenderer(symbol_of(layer, colour, _FILL_ALPHA))


def symbol_of(layer: QgsVectorLayer, colour: str, fill_alpha: int) -> QgsSymbol:
    """The layer's polygons, lines or points in a colour ("230,159,0"); polygons translucent."""
    if layer.geometryType() == QgsWkbTypes.GeometryType.PolygonGeometry:
        # Translucent, so that the fills of many footprints add up to a picture of density.
        return QgsFillSymbol.createSimple(
            {
                "color": f"{colour},{fill_alpha}",
                "outline_color": f"{colour},255",
                # A pixel of an ordinary screen: Qt draws what is wider at a third of the speed.
                "outline_width": "0.25",
                "joinstyle": "bevel",
            }
        )
    if layer.geometryType() == QgsWkbTypes.GeometryType.LineGeometry:
        return QgsLineSymbol.createSimple(
            {"line_color": f"{colour},255", "line_width": "0.7", "capstyle": "round"}
        )
    return QgsMarkerSymbol.createSimple(
        {"color": f"{colour},160", "outline_color": "40,40,40,255", "size": "2"}
    )


def keep_dress(path: Path, table: str, how: Dress) -> None:
    """Dress a table of a GeoPackage and store that in the file, for whoever opens it."""
    # QGIS asks in a message box before it replaces a style, and this may not be the main thread.
    geopackage.forget_styles(path, table)
    layer = open_table(path, table)
    dress(layer, how)
    name = how.title[:_STYLE_NAME_LENGTH]
    problem = layer.saveStyleToDatabase(name, "Planetary QGIS", True, "")
    # Some versions answer with the message alone, others with what else they give back.
    message = problem if isinstance(problem, str) else str(problem[-1] or "")
    if message:
        raise PlanetaryError(
            f"The style of “{how.title}” cannot be stored in its file.",
            details=message,
            hint="Check that the file is writable.",
        )
    message, stored = layer.saveDefaultMetadata()
    if not stored:
        raise PlanetaryError(
            f"The metadata of “{how.title}” cannot be stored in its file.",
            details=message,
            hint="Check that the file is writable.",
        )


def facts_of(layer: QgsVectorLayer) -> dict[str, str]:
    """The provenance that a layer's history tells, by name."""
    return facts_in(layer.metadata())


def facts_in(metadata: QgsLayerMetadata) -> dict[str, str]:
    """The same of metadata that are read without their layer."""
    lines = (entry.partition(_HISTORY_SEPARATOR) for entry in metadata.history())
    return {name: value for name, is_fact, value in lines if is_fact and name != _NOTE}


def recorded_search(layer: QgsVectorLayer) -> ArchiveSearch | None:
    """The search that found a layer; None where it tells of none that can be read."""
    text = facts_of(layer).get(PROVENANCE_NAME)
    try:
        return search_from_json(text) if text else None
    except PlanetaryError:
        return None


def add_facts(layer: QgsVectorLayer, facts: dict[str, str]) -> None:
    """Let a layer's metadata tell more of where it came from."""
    metadata = layer.metadata()
    metadata.setHistory([*_history(facts), *metadata.history()])
    layer.setMetadata(metadata)


def time_range(layer: QgsVectorLayer) -> QgsDateTimeRange | None:
    """From the first start to the last stop, where there are any."""
    names = layer.fields().names()
    if START_FIELD not in names:
        return None
    first = layer.minimumValue(names.index(START_FIELD))
    last = layer.maximumValue(names.index(START_FIELD))
    if STOP_FIELD in names:
        stop = layer.maximumValue(names.index(STOP_FIELD))
        last = max(last, stop) if _is_time(last) and _is_time(stop) else last
    return QgsDateTimeRange(as_utc(first), as_utc(last)) if _is_time(first) else None


def _range_of(times: RowTimes) -> QgsDateTimeRange | None:
    if times.first is None or times.last is None:
        return None
    ends = (times.first, times.last)
    return QgsDateTimeRange(*(QDateTime.fromMSecsSinceEpoch(end, Qt.TimeSpec.UTC) for end in ends))


def _play_by_time(layer: QgsVectorLayer, times: RowTimes | None) -> None:
    """Let the temporal controller show each feature from its start to its stop."""
    properties = layer.temporalProperties()
    modes = Qgis.VectorTemporalMode
    if STOP_FIELD not in layer.fields().names():
        properties.setMode(modes.FeatureDateTimeInstantFromField)
        properties.setStartField(START_FIELD)
    elif times.has_instants if times else _has_instants(layer):
        # A field without value would mean “to the end of time”.
        properties.setMode(modes.FeatureDateTimeStartAndEndFromExpressions)
        properties.setStartExpression(f'"{START_FIELD}"')
        properties.setEndExpression(f'coalesce("{STOP_FIELD}", "{START_FIELD}")')
    else:
        properties.setMode(modes.FeatureDateTimeStartAndEndFromFields)
        properties.setStartField(START_FIELD)
        properties.setEndField(STOP_FIELD)
    # Else an image taken at the very end of a time step, or in no time at all, never shows.
    properties.setLimitMode(Qgis.VectorTemporalLimitMode.IncludeBeginIncludeEnd)
    properties.setIsActive(True)


def _has_instants(layer: QgsVectorLayer) -> bool:
    """Whether some feature has a start but no stop."""
    request = QgsFeatureRequest()
    request.setFilterExpression(f'"{STOP_FIELD}" IS NULL AND "{START_FIELD}" IS NOT NULL')
    request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    request.setLimit(1)
    return any(True for _ in layer.getFeatures(request))


def _metadata(layer: QgsVectorLayer, how: Dress) -> QgsLayerMetadata:
    metadata = QgsLayerMetadata()
    metadata.setIdentifier(how.title)
    metadata.setTitle(how.title)
    metadata.setType("dataset")
    metadata.setLanguage("ENG")
    metadata.setCrs(layer.crs())
    metadata.setExtent(_extent(layer, how.times))
    metadata.setAbstract(_abstract(how))
    metadata.setKeywords({"gmd:topicCategory": ["Geoscientific Information"]})
    notes = [f"{_NOTE}{_HISTORY_SEPARATOR}{note}" for note in how.notes]
    metadata.setHistory(_history(how.provenance) + notes)
    metadata.setLinks(
        [
            QgsLayerMetadata.Link(name, "WWW:LINK", value)
            for name, value in how.provenance.items()
            if value.startswith(("http://", "https://"))
        ]
    )
    return metadata


def _history(facts: dict[str, str]) -> list[str]:
    """A line a fact; only what has to be read back may be long."""
    lines = ((name, f"{name}{_HISTORY_SEPARATOR}{value}") for name, value in facts.items())
    return [
        line if name == PROVENANCE_NAME else line[:_HISTORY_LINE_LENGTH] for name, line in lines
    ]


def _abstract(how: Dress) -> str:
    facts = [f"{name}: {value}" for name, value in how.provenance.items() if len(value) <= 200]
    return "\n".join(
        [
            f"Made by {about().name} {about().version}. "
            "Longitudes are east-positive, latitudes planetocentric.",
            *facts,
        ]
    )


def _extent(layer: QgsVectorLayer, known: RowTimes | None) -> QgsLayerMetadata.Extent:
    extent = QgsLayerMetadata.Extent()
    if not layer.extent().isNull():
        spatial = QgsLayerMetadata.SpatialExtent()
        spatial.extentCrs = layer.crs()
        spatial.bounds = box_3d(layer.extent())
        extent.setSpatialExtents([spatial])
    times = _range_of(known) if known else time_range(layer)
    if times:
        extent.setTemporalExtents([times])
    return extent


def _is_time(value: object) -> bool:
    return isinstance(value, QDateTime) and value.isValid()
