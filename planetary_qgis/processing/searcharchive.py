"""What archives have of an area, a time, a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsMessageLog,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExpression,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.processing.algorithm import OUTPUT, ArchiveAlgorithm

if TYPE_CHECKING:
    from planetary_qgis.core.query import Query

ARCHIVE, BODY, EXTENT, START, STOP = "ARCHIVE", "BODY", "EXTENT", "START", "STOP"
PRODUCT_ID, FILTER, LIMIT = "PRODUCT_ID", "FILTER", "LIMIT"


class SearchArchive(ArchiveAlgorithm):
    """planetary:searcharchive"""

    def name(self) -> str:
        return "searcharchive"

    def displayName(self) -> str:
        return self.tr("Search archives")

    def tags(self) -> list[str]:
        return ["pds", "ode", "psa", "opus", "stac", "usgs", "pds4", "images", "footprints"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Asks archives which products they have, and gives one layer of footprints.\n\n"
            "Archive: one or several keys of the catalogue. Services (ode.…, psa.…, registry.…, "
            "stac.…, opus.…) are asked over the network; indexes (mro.ctx.edr and the like) are "
            "searched in the store where they are imported, else read from the cache of "
            "downloads, else downloaded. Several archives must be about the same body; a product "
            "that several of them have comes once.\n\n"
            "Body: its NAIF name, for indexes about several bodies; else it follows from the "
            "archive.\n\n"
            "Area: products whose footprint touches it, in any coordinate system of the same "
            "body. Over the antimeridian let the east bound exceed 180, as 170, 190. Products "
            "without a footprint are found only if no area is given.\n\n"
            "Start, stop: products taken within these UTC times, even if only in part; written as "
            "2007-01-02T22:55:54.959 or by day of year, 2007-002T22:55.\n\n"
            "Product ids: names with the wildcards * and ?, parted by blanks or commas.\n\n"
            "Filter: an expression on the columns of the answer, such as "
            '"incidence_angle" < 60 AND "resolution" < 10.\n\n'
            "Limit: no more than so many products; 0 is no limit. Archives answer page by page "
            "and ask for patience between pages, so a limit saves time.\n\n"
            "The layer's metadata tell the search, the requests and what the archive is known for."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        keys = _known_keys()
        archives = QgsProcessingParameterEnum(
            ARCHIVE, self.tr("Archive"), keys, allowMultiple=True, usesStaticStrings=True
        )
        self.addParameter(archives)
        body = self.tr("Body (empty: the archive's)")
        self.addParameter(QgsProcessingParameterString(BODY, body, optional=True))
        self.addParameter(QgsProcessingParameterExtent(EXTENT, self.tr("Area"), optional=True))
        texts = (
            (START, self.tr("Start (UTC)")),
            (STOP, self.tr("Stop (UTC)")),
            (PRODUCT_ID, self.tr("Product ids (* and ? are wildcards)")),
        )
        for name, title in texts:
            self.addParameter(QgsProcessingParameterString(name, title, optional=True))
        self.addParameter(
            QgsProcessingParameterExpression(FILTER, self.tr("Filter"), optional=True)
        )
        self.addParameter(
            QgsProcessingParameterNumber(
                LIMIT, self.tr("Limit (0: none)"), defaultValue=1000, minValue=0
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                OUTPUT, self.tr("Found products"), QgsProcessing.SourceType.TypeVectorAnyGeometry
            )
        )

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.core.archive_search import ArchiveSearch
        from planetary_qgis.qgis_bridge.archives import answer_of_all
        from planetary_qgis.qgis_bridge.places import (
            known_sources,
            places_in_use,
            use_own_catalog,
        )

        use_own_catalog()
        keys = self.parameterAsEnumStrings(parameters, ARCHIVE, context)
        places = places_in_use()
        sources = known_sources(keys, places)
        query = self._query(sources, parameters, context)
        answer = answer_of_all(ArchiveSearch(query, tuple(keys)), sources, places, feedback)
        title = ", ".join(source.title for source in sources)
        return self.hand_over(answer, title, parameters, context, feedback)

    def _query(
        self, sources: list[Any], parameters: dict[str, Any], context: QgsProcessingContext
    ) -> Query:
        from planetary_qgis.core.query import Query
        from planetary_qgis.qgis_bridge.places import body_of_sources

        body = body_of_sources(sources, self.parameterAsString(parameters, BODY, context).strip())
        return Query(
            body=body,
            area=self._area(body, parameters, context),
            start=self.parameterAsString(parameters, START, context).strip(),
            stop=self.parameterAsString(parameters, STOP, context).strip(),
            product_id=self.parameterAsString(parameters, PRODUCT_ID, context).strip(),
            expression=self.parameterAsExpression(parameters, FILTER, context).strip(),
            limit=self.parameterAsInt(parameters, LIMIT, context) or None,
        )

    def _area(self, body: str, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        if parameters.get(EXTENT) is None:
            return ""
        from planetary_qgis.core.bodies import body as known_body
        from planetary_qgis.qgis_bridge.areas import area_of_view
        from planetary_qgis.qgis_bridge.crs import crs_of

        degrees = crs_of(known_body(body))
        crs = self.parameterAsExtentCrs(parameters, EXTENT, context)
        extent = self.parameterAsExtent(parameters, EXTENT, context)
        # An extent that names no CRS is in degrees of the body.
        return area_of_view(extent, crs if crs.isValid() else degrees, degrees)


def _known_keys() -> list[str]:
    """Keys of all that can be searched; a broken catalogue of the user's leaves the shipped one."""
    from planetary_qgis.core.archives import catalog
    from planetary_qgis.qgis_bridge.places import use_own_catalog

    try:
        use_own_catalog()
    except PlanetaryError as error:
        QgsMessageLog.logMessage(str(error), "Planetary QGIS", Qgis.MessageLevel.Warning)
    return [entry.key for entry in (*catalog.services(), *catalog.datasets())]
