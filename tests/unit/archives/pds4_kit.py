"""PDS4 labels that tests write themselves, in the form of the archives' own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from planetary_qgis.core.archives.pds4.folder import open_pds4

NAMESPACES = " ".join(
    [
        'xmlns="http://pds.nasa.gov/pds4/pds/v1"',
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
        *(
            f'xmlns:{name}="http://pds.nasa.gov/pds4/{name}/v1"'
            for name in ("cart", "geom", "disp")
        ),
        'xmlns:isda="https://isda.issdc.gov.in/pds4/isda/v1"',
    ]
)


def product(
    lid: str = "urn:nasa:pds:camera:data:image_1",
    *,
    version: str = "1.0",
    target: str | None = "Mars",
    times: str = "",
    discipline: str = "",
    mission: str = "",
    files: Iterable[str] = (),
    root: str = "Product_Observational",
    more: str = "",
) -> str:
    named = (
        f"<Target_Identification><name>{target}</name><type>Planet</type></Target_Identification>"
    )
    areas = "".join(
        f"<File_Area_Observational><File><file_name>{name}</file_name></File>"
        "</File_Area_Observational>"
        for name in files
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{root} {NAMESPACES}>
  <Identification_Area>
    <logical_identifier>{lid}</logical_identifier>
    <version_id>{version}</version_id>
    <title>An image</title>
    <information_model_version>1.11.0.0</information_model_version>
    <product_class>{root}</product_class>
  </Identification_Area>
  <Observation_Area>
    <Time_Coordinates>{times}</Time_Coordinates>
    {named if target else ""}
    <Mission_Area>{mission}</Mission_Area>
    <Discipline_Area>{discipline}</Discipline_Area>
  </Observation_Area>
  {areas}{more}
</{root}>
"""


def bounds(
    west: float,
    east: float,
    south: float,
    north: float,
    *,
    direction: str | None = "Positive East",
    kind: str | None = "Planetocentric",
    model: str = "",
) -> str:
    edges = {"west": west, "east": east, "north": north, "south": south}
    said = "".join(
        f'<cart:{side}_bounding_coordinate unit="deg">{value!r}</cart:{side}_bounding_coordinate>'
        for side, value in edges.items()
    )
    kind = f"<cart:latitude_type>{kind}</cart:latitude_type>" if kind else ""
    direction = (
        f"<cart:longitude_direction>{direction}</cart:longitude_direction>" if direction else ""
    )
    return (
        f"<cart:Cartography><cart:Spatial_Domain><cart:Bounding_Coordinates>{said}"
        "</cart:Bounding_Coordinates></cart:Spatial_Domain><cart:Spatial_Reference_Information>"
        f"<cart:Geodetic_Model>{kind}{model}{direction}</cart:Geodetic_Model>"
        "</cart:Spatial_Reference_Information></cart:Cartography>"
    )


def vertices(
    points: Iterable[tuple[float, float]], *, system: str | None = "Planetocentric"
) -> str:
    """A geometry block whose footprint has these longitudes and latitudes."""
    said = "".join(
        f'<geom:Pixel_Intercept><geom:pixel_latitude unit="deg">{lat!r}</geom:pixel_latitude>'
        f'<geom:pixel_longitude unit="deg">{lon!r}</geom:pixel_longitude></geom:Pixel_Intercept>'
        for lon, lat in points
    )
    system = (
        f"<geom:coordinate_system_type>{system}</geom:coordinate_system_type>" if system else ""
    )
    return (
        "<geom:Geometry><geom:Geometry_Orbiter><geom:Orbiter_Identification>"
        f"<geom:Coordinate_System_Identification>{system}</geom:Coordinate_System_Identification>"
        "</geom:Orbiter_Identification><geom:Surface_Geometry><geom:Surface_Geometry_Specific>"
        f"<geom:Footprint_Vertices>{said}</geom:Footprint_Vertices>"
        "</geom:Surface_Geometry_Specific></geom:Surface_Geometry></geom:Geometry_Orbiter>"
        "</geom:Geometry>"
    )


def collection(
    lid: str, inventory: str, *, version: str = "1.0", records: int = 2, delimiter: str = "Comma"
) -> str:
    table = f"""<Collection><collection_type>Data</collection_type></Collection>
<File_Area_Inventory><File><file_name>{inventory}</file_name></File>
<Inventory><offset unit="byte">0</offset><records>{records}</records>
<field_delimiter>{delimiter}</field_delimiter><Record_Delimited>
<Field_Delimited><name>Member_Status</name><field_number>1</field_number></Field_Delimited>
<Field_Delimited><name>LIDVID_LID</name><field_number>2</field_number></Field_Delimited>
</Record_Delimited></Inventory></File_Area_Inventory>"""
    return product(lid, version=version, root="Product_Collection", more=table)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(path: Path, **options):
    """The answer, its whole table, and its geometries."""
    answer = open_pds4(path, **options)
    chunks = list(answer.chunks)
    table = pd.concat([chunk.table for chunk in chunks], ignore_index=True)
    return answer, table, np.concatenate([chunk.geometry for chunk in chunks])


def told(answer) -> str:
    return "\n".join(answer.report.sentences())
