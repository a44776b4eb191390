"""The files of the General Modeling Network Specification (GMNS 0.96) that karvan writes and reads.

Fields called karvan_… are ours: GMNS lets everybody add fields, and other programs pass over them. `demand` is no
part of GMNS itself; networks published as GMNS Plus carry it. Lengths and speeds are in the units of config.csv.
"""

from __future__ import annotations

from karvan.tables.geometries import SCHEMA as GEOMETRIES
from karvan.tables.modes import SCHEMA as MODES
from karvan.tables.schema import Schema, boolean, choice, ident, integer, number, text

VERSION = "0.96"
WGS_84 = "EPSG:4326"

CONFIG = Schema("config", "one row: units, coordinates, name of the data", (), (
    text("dataset_name", "name of the network"),
    text("short_length", "unit of widths"),
    text("long_length", "unit of the length of links"),
    text("speed", "unit of free_speed"),
    text("crs", "coordinate system"),
    text("geometry_field_format", "how geometry is written"),
    text("currency", "unit of tolls"),
    text("version_number", "version of GMNS"),
    text("id_type", "string or integer"),
))
NODE = Schema("node", "ends of links", ("node_id",), (
    ident("node_id", "key", required=True),
    text("name", "what people read"),
    number("x_coord", "longitude", minimum=-180, maximum=180, required=True),
    number("y_coord", "latitude", minimum=-90, maximum=90, required=True),
    text("node_type", "what it is"),
    ident("zone_id", "the zone it stands for"),
    text("karvan_country", "ISO 3166 code of two letters"),
    text("karvan_unlocode", "UN/LOCODE"),
), required=True)
LINK = Schema("link", "ways between two nodes", ("link_id",), (
    ident("link_id", "key", required=True),
    text("name", "what people read"),
    ident("from_node_id", "where it begins", required=True),
    ident("to_node_id", "where it ends", required=True),
    boolean("directed", "true when it can be used only from from_node_id to to_node_id", True),
    text("geometry", "line on the map, WKT"),
    number("length", "along the way, in long_length of config.csv", minimum=0),
    text("facility_type", "kind of way"),
    number("capacity", "vehicles per hour and lane; not karvan's", minimum=0),
    number("free_speed", "speed without traffic, in speed of config.csv", minimum=1e-6),
    number("lanes", "lanes in the direction of travel", minimum=0),
    text("allowed_uses", "what may use it, a list"),
    number("toll", "price of a passage, in currency of config.csv"),
    number("karvan_time", "running time in h", minimum=0),
    number("karvan_time_sd", "its standard deviation in h", minimum=0),
    number("karvan_capacity", "what can pass in one direction in a year", minimum=0),
    text("karvan_capacity_unit", "unit of karvan_capacity"),
    integer("karvan_tracks", "tracks of a railway", minimum=1),
    choice("karvan_line", "what the geometry is", *GEOMETRIES["kind"].choices),
), required=True)
ZONE = Schema("zone", "where trips begin and end", ("zone_id",), (
    ident("zone_id", "key", required=True),
    text("name", "what people read"),
    ident("karvan_node_id", "where its cargo enters and leaves"),
    text("karvan_country", "ISO 3166 code of two letters"),
))
USE = Schema("use_definition", "what may use a link", ("use",), (
    ident("use", "key", required=True),
    number("persons_per_vehicle", "required by GMNS", minimum=0),
    number("pce", "required by GMNS: passenger car equivalent", minimum=0),
    text("description", "what it is"),
    text("karvan_name", "name of the mode"),
    choice("karvan_layer", "layer of the mode; present: the use is a mode of karvan", *MODES["layer"].choices),
    number("karvan_speed", "speed of the mode in km/h", minimum=0),
    number("karvan_time_cv", "standard deviation of its running time over the mean", minimum=0, maximum=5),
))
DEMAND = Schema("demand", "trips from zone to zone", (), (
    ident("o_zone_id", "zone where they begin", required=True),
    ident("d_zone_id", "zone where they end", required=True),
    number("volume", "how many", minimum=0, required=True),
))  # fmt: skip
