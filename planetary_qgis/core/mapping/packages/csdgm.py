"""FGDC metadata of a map.

Source: FGDC-STD-001-1998, Content Standard for Digital Geospatial Metadata, which asks for these
elements in this order.
"""

from __future__ import annotations

import math

from planetary_qgis.core.mapping.packages.csdgm_nodes import Node, node
from planetary_qgis.core.mapping.packages.csdgm_projections import projection_node
from planetary_qgis.core.mapping.packages.package_facts import (
    ColumnFacts,
    LayerFacts,
    PackageFacts,
)
from planetary_qgis.core.mapping.packages.wkt_facts import CrsFacts

UNKNOWN = "Unknown"
_NONE = "None"
_SDTS = {"point": "Entity point", "line": "String", "polygon": "G-polygon"}
_DEGREE_M = math.pi / 180.0


def csdgm(facts: PackageFacts) -> Node:
    """The metadata as a tree."""
    return node(
        "metadata",
        _identification(facts),
        _quality(facts),
        _organization(facts),
        _reference(facts) if facts.crs is not None else None,
        node("eainfo", [_entity(layer, facts) for layer in facts.layers]),
        _distribution(facts),
        _about_metadata(facts),
    )


def _identification(facts: PackageFacts) -> Node:
    said = facts.metadata
    return node(
        "idinfo",
        node("citation", _citation(facts)),
        node(
            "descript",
            node("abstract", said.abstract or f"A geologic map of {facts.body_title}."),
            node("purpose", said.purpose or UNKNOWN),
            node("supplinf", _supplement(facts)),
        ),
        node("timeperd", _single_date(facts), node("current", "publication date")),
        node("status", node("progress", said.progress), node("update", "None planned")),
        node("spdom", _bounding(facts)),
        _keywords(facts),
        node("accconst", _NONE),
        node("useconst", said.licence or UNKNOWN),
        node("ptcontac", _contact(facts)),
        node("datacred", said.authors) if said.authors else None,
        node("native", f"GeoPackage, QGIS project; {facts.made_with}"),
    )


def _citation(facts: PackageFacts) -> Node:
    said = facts.metadata
    return node(
        "citeinfo",
        [node("origin", name) for name in said.author_list or (said.organization or UNKNOWN,)],
        node("pubdate", facts.today.strftime("%Y%m%d")),
        node("title", facts.title),
        node("edition", said.version) if said.version else None,
        node("geoform", "vector digital data"),
        node("othercit", f"Scale 1:{facts.settings.scale:,.0f}"),
        node("onlink", said.doi_address) if said.doi else None,
    )


def _supplement(facts: PackageFacts) -> str:
    lines = [
        f"Geologic map of {facts.body_title} at the scale of 1:{facts.settings.scale:,.0f}.",
        "Longitudes are positive to the east, latitudes planetocentric.",
    ]
    return "\n".join((*lines, *facts.notes))


def _single_date(facts: PackageFacts) -> Node:
    return node("timeinfo", node("sngdate", node("caldate", facts.today.strftime("%Y%m%d"))))


def _bounding(facts: PackageFacts) -> Node:
    west, east, south, north = facts.bounds or (-180.0, 180.0, -90.0, 90.0)
    return node(
        "bounding",
        node("westbc", f"{max(-180.0, west):.6f}"),
        node("eastbc", f"{min(180.0, east):.6f}"),
        node("northbc", f"{min(90.0, north):.6f}"),
        node("southbc", f"{max(-90.0, south):.6f}"),
    )


def _keywords(facts: PackageFacts) -> Node:
    words = facts.metadata.keywords or ("geologic map", "planetary geology")
    return node(
        "keywords",
        node("theme", node("themekt", _NONE), [node("themekey", word) for word in words]),
        node(
            "theme",
            node("themekt", "ISO 19115 Topic Category"),
            node("themekey", "geoscientificInformation"),
        ),
        node("place", node("placekt", _NONE), node("placekey", facts.body_title)),
    )


def _contact(facts: PackageFacts) -> Node:
    """Whom to ask; the standard demands an address and a telephone, which no map here knows."""
    said = facts.metadata
    organization = node("cntorg", said.organization) if said.organization else None
    if said.contact or organization is None:
        person = node("cntper", said.contact or UNKNOWN)
        whom = node("cntperp", person, organization) if organization else node("cntperp", person)
    else:
        whom = node("cntorgp", organization)
    unknown = [node(tag, UNKNOWN) for tag in ("city", "state", "postal")]
    return node(
        "cntinfo",
        whom,
        node("cntaddr", node("addrtype", "mailing"), unknown),
        node("cntvoice", UNKNOWN),
        node("cntemail", said.email) if said.email else None,
    )


def _quality(facts: PackageFacts) -> Node:
    settings = facts.settings
    return node(
        "dataqual",
        node("attracc", node("attraccr", "Identified by the authors on the data sources named.")),
        node(
            "logic",
            "Units were built from contacts and a map boundary. What the checks of the map found "
            "is in the check report, where the package has one.",
        ),
        node("complete", f"Drawn for the scale of 1:{settings.scale:,.0f}."),
        node(
            "posacc",
            node(
                "horizpa",
                node(
                    "horizpar",
                    f"Lines that meet within {settings.closing_distance_m:g} m are taken to meet; "
                    f"vertices stand about {settings.vertex_spacing_m:g} m apart. Positions are "
                    "relative to the data sources.",
                ),
            ),
        ),
        node(
            "lineage",
            [_source(*each) for each in enumerate(facts.metadata.data_sources, start=1)],
            node(
                "procstep",
                node("procdesc", f"Mapped and packed with {facts.made_with}."),
                node("procdate", facts.today.strftime("%Y%m%d")),
            ),
        ),
    )


def _source(number: int, text: str) -> Node:
    unknown = node("timeinfo", node("sngdate", node("caldate", "Unknown")))
    return node(
        "srcinfo",
        node(
            "srccite",
            node(
                "citeinfo",
                *(node("origin", UNKNOWN), node("pubdate", "Unknown"), node("title", text)),
            ),
        ),
        node("typesrc", "digital data"),
        node("srctime", unknown, node("srccurr", "publication date")),
        node("srccitea", f"DAS{number}"),
        node("srccontr", "Data that the map was drawn on or compiled from."),
    )


def _organization(facts: PackageFacts) -> Node:
    terms = []
    for layer in facts.layers:
        if layer.geometry in _SDTS:
            count = node("ptvctcnt", layer.rows) if layer.rows else None
            terms.append(node("sdtsterm", node("sdtstype", _SDTS[layer.geometry]), [count]))
    vectors = node("ptvctinf", terms) if terms else None
    return node("spdoinfo", node("direct", "Vector"), vectors)


def _reference(facts: PackageFacts) -> Node:
    crs = facts.crs
    if crs is None:
        raise ValueError("a map without a CRS has no spatial reference")
    resolution = facts.settings.vertex_spacing_m
    if crs.is_geographic:
        degrees = f"{resolution / (_DEGREE_M * crs.semi_major_m):.3g}"
        system = node(
            "geograph",
            node("latres", degrees),
            node("longres", degrees),
            node("geogunit", "Decimal degrees"),
        )
    else:
        system = node(
            "planar",
            projection_node(crs),
            node(
                "planci",
                node("plance", "coordinate pair"),
                node(
                    "coordrep", node("absres", f"{resolution:g}"), node("ordres", f"{resolution:g}")
                ),
                node("plandu", "meters"),
            ),
        )
    return node("spref", node("horizsys", system, _geodetic(crs)))


def _geodetic(crs: CrsFacts) -> Node:
    # A sphere has no flattening; the denominator of its ratio is infinite, not 0.
    flattening = f"{crs.inverse_flattening:.12g}" if crs.inverse_flattening else "INF"
    return node(
        "geodetic",
        node("horizdn", crs.datum or crs.name),
        node("ellips", crs.ellipsoid or crs.datum),
        node("semiaxis", f"{crs.semi_major_m:.12g}"),
        node("denflat", flattening),
    )


def _entity(layer: LayerFacts, facts: PackageFacts) -> Node:
    shape = {"none": "table"}.get(layer.geometry, f"{layer.geometry}s")
    return node(
        "detailed",
        node(
            "enttyp",
            node("enttypl", layer.name),
            node("enttypd", f"{layer.title} ({shape}, {layer.rows})"),
            node("enttypds", facts.made_with),
        ),
        [_attribute(column, facts) for column in layer.columns],
    )


def _attribute(column: ColumnFacts, facts: PackageFacts) -> Node:
    return node(
        "attr",
        node("attrlabl", column.name),
        node("attrdef", column.title),
        node("attrdefs", facts.made_with),
        node("attrdomv", _domain(column, facts)),
    )


def _domain(column: ColumnFacts, facts: PackageFacts) -> list[Node]:
    if column.terms:
        return [
            node(
                "edom",
                node("edomv", code),
                node("edomvd", definition or label or code),
                node("edomvds", facts.made_with),
            )
            for code, label, definition in column.terms
        ]
    if column.numbers is not None:
        low, high = column.numbers
        return [node("rdom", node("rdommin", f"{low:.12g}"), node("rdommax", f"{high:.12g}"))]
    return [node("udom", "Free text")]


def _distribution(facts: PackageFacts) -> Node:
    address = facts.metadata.doi_address
    ways = None
    if address:
        place = node("networka", node("networkr", address))
        ways = node(
            "stdorder",
            node(
                "digform",
                node(
                    "digtinfo",
                    node("formname", "GeoPackage"),
                    node("formcont", "Layers, styles and a QGIS project"),
                ),
                node("digtopt", node("onlinopt", node("computer", place))),
            ),
            node("fees", "None"),
        )
    return node(
        "distinfo",
        node("distrib", _contact(facts)),
        node("distliab", "The map is given away as it is, without warranty."),
        ways,
    )


def _about_metadata(facts: PackageFacts) -> Node:
    return node(
        "metainfo",
        node("metd", facts.today.strftime("%Y%m%d")),
        node("metc", _contact(facts)),
        node("metstdn", "FGDC Content Standard for Digital Geospatial Metadata"),
        node("metstdv", "FGDC-STD-001-1998"),
    )
