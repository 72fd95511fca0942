"""Products and answers in the form of the Orbital Data Explorer's own."""

from __future__ import annotations

import json
from typing import Any

from planetary_qgis.core.archives.catalog import Served

CTX = Served(
    key="ode.mars.mro.ctx.edr",
    title="MRO Context Camera, EDR",
    archive="PDS Geosciences Node, Orbital Data Explorer",
    mission="MARS RECONNAISSANCE ORBITER",
    instrument="CTX",
    body="MARS",
    service="ode",
    url="https://oderest.rsl.wustl.edu/live2",
    verified="",
    parameters={"ihid": "MRO", "iid": "CTX", "pt": "EDR"},
    ranges=("incidence_angle", "emission_angle", "phase_angle", "resolution", "solar_longitude"),
)

MERIDIANI: dict[str, Any] = {
    "pdsid": "P16_007361_1800_XN_00S000W",
    "ihid": "MRO",
    "iid": "CTX",
    "pt": "EDR",
    "Data_Set_Id": "MRO-M-CTX-2-EDR-L0-V1.0",
    "PDSVolume_Id": "MROX_0433",
    "Target_name": "MARS",
    "UTC_start_time": "2008-02-21T00:58:48.971",
    "UTC_stop_time": "2008-02-21T00:59:02.424",
    "Observation_time": "2008-02-21T00:58:55.697",
    "Start_orbit_number": "7361",
    "Center_latitude": "0.0198",
    "Center_longitude": "0",
    "Minimum_latitude": "-0.3657",
    "Maximum_latitude": "0.4052",
    "Westernmost_longitude": "0.18",
    "Easternmost_longitude": "359.82",
    "Emission_angle": "0.2",
    "Incidence_angle": "44.11",
    "Phase_angle": "43.91",
    "Map_scale": "5.34",
    "Solar_distance": "244340641.9",
    "Solar_longitude": "34.81",
    "Pole_state": "none",
    "Footprints_cross_meridian": "True",
    "Footprint_souce": "PDS Archive Index Table",
    "Footprint_C0_geometry": "POLYGON ((0.18 0.4052, 0.27 -0.3064, -0.18 -0.3657, -0.26 0.3558, "
    "0.18 0.4052))",
    "Footprint_geometry": "GEOMETRYCOLLECTION (POLYGON ((360 -0.342, 359.82 -0.3657, "
    "359.74 0.3558, 360 0.385, 360 -0.342)), POLYGON ((0.18 0.4052, 0.27 -0.3064, 0 -0.342, "
    "0.18 0.4052)))",
    "Footprint_GL_geometry": "POLYGON ((0.18 0.4052, 0.27 -0.3064, 359.82 -0.3657, "
    "359.74 0.3558, 0.18 0.4052))",
    "Footprint_NP_geometry": "MULTIPOLYGON EMPTY",
    "Footprint_SP_geometry": "MULTIPOLYGON EMPTY",
    "LabelURL": "https://pds-imaging.jpl.nasa.gov/data/mro/mars_reconnaissance_orbiter/ctx/"
    "mrox_0433/data/P16_007361_1800_XN_00S000W.IMG",
    "ProductURL": "https://ode.rsl.wustl.edu/mars/indexproductpage.aspx?product_idGeo=9083270",
    "Comment": "Meridiani Planum",
    "ODE_notes": {"ODE_note": ["NOTE: Product Type set by ODE", "NOTE: Index Record:"]},
    "Product_files": {
        "Product_file": [
            {
                "Description": "THUMBNAIL IMAGE",
                "FileName": "P16_007361_1800_XN_00S000W.IMG.JPEG_SMALL",
                "Type": "Browse",
                "URL": "https://pds-imaging.jpl.nasa.gov/t/P16_007361_1800_XN_00S000W.jpeg_small",
            },
            {
                "Description": "BROWSE IMAGE",
                "FileName": "P16_007361_1800_XN_00S000W.IMG.JPEG",
                "Type": "Browse",
                "URL": "https://pds-imaging.jpl.nasa.gov/b/P16_007361_1800_XN_00S000W.IMG.jpeg",
            },
            {
                "Description": "PRODUCT LABEL FILE",
                "FileName": "P16_007361_1800_XN_00S000W.LBL",
                "Type": "Product",
                "URL": "https://pds-imaging.jpl.nasa.gov/d/P16_007361_1800_XN_00S000W.LBL",
            },
            {
                "Description": "PRODUCT DATA FILE WITH LABEL",
                "FileName": "P16_007361_1800_XN_00S000W.IMG",
                "Type": "Product",
                "URL": "https://pds-imaging.jpl.nasa.gov/d/P16_007361_1800_XN_00S000W.IMG",
            },
        ]
    },
}
"""The CTX image whose index says 359.73 and 0.18 West of its upper and lower left corner."""


def product(**changes: Any) -> dict[str, Any]:
    """The sample with other values; None leaves a field out."""
    return {name: value for name, value in {**MERIDIANI, **changes}.items() if value is not None}


def answer(*products: Any, count: int | None = None, **changes: Any) -> bytes:
    """A whole answer; a single product is no list, none are a sentence, as ODE has it."""
    listed: Any = list(products) if len(products) != 1 else products[0]
    content: dict[str, Any] = {
        "Count": str(len(products) if count is None else count),
        "Products": {"Product": listed} if products else "No Products Found",
        "QuerySummary": {"query": "PRODUCT", "results": "FMPC"},
        "Status": "Success",
        **changes,
    }
    return json.dumps({"ODEResults": content}).encode()
