"""A corridor small enough to know by heart: seven ways between six nodes, a border, a ferry, and a past to undo.

    china --rail_1435-- gate --rail_1520-- steppe --rail_1520-- west_port ~~ferry~~ east_port --rail_1520-- city
                                              \\_____________ planned branch ______________________________/

`write` makes a case folder of the texts; whoever wants a fault changes a text first:

    texts = tiny.texts()
    texts["links.csv"] = texts["links.csv"].replace("700", "-700")
    tiny.write(tmp_path, texts)
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from karvan.corridor.corridor import Corridor
from karvan.files import cases

CASE = """\
[case]
name = "tiny"
title = "Six nodes and a sea"
as_of = 2026-06-30
first_year = 2026
horizon = 2030
licence = "CC0"
headline = "sea"

[level]
series = "sea_level"

[calibration]
fit = [2025]

[[calibration.measures]]
metric = "freight_volume"
subject = "cut:sea"

[[calibration.free]]
name = "reluctance at sea"
table = "tariffs"
column = "price"
ids = ["ferry_price"]
"""

TABLES = {
    "modes": """
        mode_id,name,speed,time_cv
        rail_1435,Railway of 1435 mm,50,0.2
        rail_1520,Railway of 1520 mm,40,0.2
        ferry,Ferry,20 knot,0.3""",
    "commodities": """
        commodity_id,name,group,value_of_time,theta,reserve,tonnes_per_teu
        box,Containers,dry,1.5,0.05,300,12
        oil,Crude oil,oil,0.1,0.2,100,""",
    "nodes": """
        node_id,name,country,kind,x_coord,y_coord,unlocode,source_id
        china,China,CN,city,108.9,34.3,,atlas
        gate,The Gate,KZ,border,80.3,44.2,,atlas
        steppe,Steppe,KZ,junction,72.0,47.0,,atlas
        west_port,Aktau,KZ,port,51.2,43.6,KZAAU,atlas
        east_port,Alat,AZ,port,49.4,39.9,AZALT,atlas
        city,Bakı,AZ,city,49.9,40.4,,atlas""",
    "zones": """
        zone_id,name,node_id,country
        cn,China,china,CN
        kz,Kazakhstan,steppe,KZ
        az,Azerbaijan,city,AZ""",
    "links": """
        link_id,name,from_node,to_node,mode_id,directed,length,speed,time,time_sd,capacity,capacity_unit,commodities,calendar_id,tracks,exists,basis,source_id,note
        china_gate,,china,gate,rail_1435,false,3000,,,,5e6,t/yr,,,2,true,measured,atlas,
        gate_china,,gate,china,rail_1435,true,3000,,,,,,box,,,true,estimate,,a second track for boxes only
        gate_steppe,,gate,steppe,rail_1520,,1200,45,,,46,wagon/d,,,1,,reported,atlas,"quoted, with a comma"
        steppe_port,,steppe,west_port,rail_1520,,1900,,,6,4e6,t/yr,,,1,,,,
        ferry_line,,west_port,east_port,ferry,,250 nmi,,20,unknown,,,box;oil,sea,,,,,
        port_city,,east_port,city,rail_1520,,70,35,,,3000000,t/yr,,,2,true,,,
        branch,Planned branch,steppe,city,rail_1520,,2500,,,,0,t/yr,,,1,false,announced,,""",
    "geometries": """
        link_id,line,kind,basis
        gate_steppe,"LINESTRING (80.3 44.2, 78 46.5, 72 47)",schematic,estimate
        ferry_line,"LINESTRING (51.2 43.6, 50.8 41, 49.4 39.9)",alignment,computed""",
    "terminals": """
        terminal_id,name,node_id,kind,from_mode,to_mode,from_node,servers,time,time_sd,capacity,capacity_unit
        gate_change,Change of gauge,gate,gauge_change,rail_1435,rail_1520,,4,1 d,6,200000,TEU/yr
        gate_check,Border check,gate,border,rail_1435,rail_1435,china,2,5,2,,
        west_berth,Berth of Aktau,west_port,berth,rail_1520,ferry,,2,12,8,2e6,t/yr
        east_berth,Berth of Alat,east_port,berth,rail_1520,ferry,,3,12,8,2500000,t/yr""",
    "calendars": """
        calendar_id,month,open_share
        sea,1,0.7
        sea,2,0.7
        sea,3,0.8
        sea,4,0.9
        sea,5,1
        sea,6,1
        sea,7,1
        sea,8,1
        sea,9,0.95
        sea,10,0.9
        sea,11,80 %
        sea,12,0.7""",
    "services": """
        service_id,name,link_id,fleet_id,round_trip,frequency
        sea_ferry,Ferry of the sea,ferry_line,ferries,4 d,180""",
    "fleets": """
        fleet_id,name,number,payload,payload_unit,availability,payload_loss,level_reference
        ferries,Ferries,5,4000,t,0.8,0.1,-29""",
    "resources": """
        resource_id,name,kind,capacity,capacity_unit,members,direction
        aktau,Port of Aktau,port,1800000,t/yr,west_berth;sea_ferry,both""",
    "uses": """
        use_id,unit,commodity_id,use
        box_teu,TEU,box,0.0833333
        box_wagon,wagon,box,0.02
        oil_wagon,wagon,oil,0.0166667""",
    "tariffs": """
        tariff_id,applies_to,id,commodity_id,kind,price,price_per_km
        rail_price,mode,rail_1520,*,price,,0.02
        ferry_price,service,sea_ferry,box,perceived,10,""",
    "demand": """
        demand_id,origin,destination,commodity_id,year,amount,growth
        cn_az_box_2025,cn,az,box,2025,500 kt,growth_box
        cn_az_box_2026,cn,az,box,2026,600000,growth_box
        kz_az_oil_2025,kz,az,oil,2025,400000,
        kz_az_oil_2026,kz,az,oil,2026,0,""",
    "cuts": """
        cut_id,name,links
        sea,The sea,ferry_line""",
    "parameters": """
        parameter_id,meaning,value,unit
        growth_box,growth of boxes a year,0.05,share
        level_trend,trend of the sea,-0.2,m/yr""",
    "projects": """
        project_id,name,kind,countries,status,started,first_promised,promised,promised_on,delivered,progress,progress_on,after,known_since
        second_track,Second track,rail,KZ,delivered,2022,2024,2025,2023-05,2025-09-30,,,,2022
        new_branch,New branch,rail,KZ;AZ,construction,2024,2027,2028-06,2026-02,,0.3,2026-05,second_track,2024-03""",
    "edits": """
        edit_id,cause,table,id,column,op,value,low,high,unit,from,until,was,known_since
        track_capacity,project:second_track,links,gate_steppe,capacity,set,46,,,,2025-09-30,,12,2022
        track_count,project:second_track,links,gate_steppe,tracks,set,1,,,,2025-09-30,,1,2022
        branch_opens,project:new_branch,links,branch,exists,set,true,,,,,,,2024-03
        branch_carries,project:new_branch,links,branch,capacity,add,3,2,4,Mt/yr,,,,2024-03
        ferries_came_1,history,fleets,ferries,number,set,4,,,,2023-04-01,,3,2023-04
        ferries_came_2,history,fleets,ferries,number,set,5,,,,2025-01-01,,4,2025-01
        port_closed,history,links,port_city,exists,set,false,,,,2024-02-10,2024-03-31,true,2024-02
        storm_at_sea,shock:storm,resources,aktau,capacity,scale,0.5,0.3,0.7,,,,,
        storm_takes,shock:storm,fleets,ferries,number,add,-1,,,,,,,""",
    "shocks": """
        shock_id,name,kind,rate,rate_low,rate_high,duration,duration_low,duration_high
        storm,A storm,weather,2,1,4,5,2,10""",
    "targets": """
        target_id,name,metric,subject,direction,commodity,measure_basis,period,unit,op,value,due,sustained,party,promised_on,article,project_id,known_since
        five_mt,Five million tonnes over the sea,freight_volume,cut:sea,both,all,traffic,yearly,t/yr,>=,5000000,2028,true,Ministry,2024-05,1,,2024-05
        branch_open,The branch opens,completion_date,project:new_branch,both,all,date,,date,>=,1,2028-06,false,Railway,2026-02,2,new_branch,2026-02""",
    "observations": """
        observation_id,metric,subject,direction,commodity,measure_basis,period,unit,value,low,high,scope,role,known_since,basis,source_id
        sea_2024,freight_volume,cut:sea,both,all,traffic,2024,t,800000,,,ministry,used,2025-02,reported,atlas
        sea_2025,freight_volume,cut:sea,both,all,traffic,2025,kt,900,850,950,ministry,used,2026-01,reported,atlas
        sea_2025_ports,freight_volume,cut:sea,both,all,traffic,2025,t,870000,,,ports,rival,2026-03,reported,atlas""",
    "promises": """
        promise_id,name,project_id,group,kind,party,promised_on,promised,amount,unit,delivered,unfinished_on,outcome,known_since
        track_2024,Second track by 2024,second_track,track,rail,Railway,2022,2024,,,2025-09-30,,,2022
        branch_2027,Branch by 2027,new_branch,branch,rail,Railway,2024-03,2027,,,,2026-06-30,,2024-03
        volume_2025,A million tonnes in 2025,,sea,volume,Ministry,2023-01,2025,1,Mt/yr,,,0.9,2023-01""",
    "series": """
        series_id,period,value,unit,known_since
        sea_level,2024,-29.2,m,2025-01
        sea_level,2025,-29.4,m,2026-01""",
    "claims": """
        claim_id,table,row,column,low,likely,high,unit,shape,draw,role,known_since,basis,source_id
        track_now,links,gate_steppe,capacity,40,46,50,,pert,,used,2025-10,reported,atlas
        sea_length,links,ferry_line,length,240,250,270,nmi,triangular,,used,2020,measured,atlas
        sea_length_rival,links,ferry_line,length,,480,,km,pert,,rival,2020,reported,atlas
        summer,calendars,sea/3,open_share,70,80,90,%,pert,,used,2020,estimate,""",
    "names": """
        node_id,language,name
        west_port,ru,Актау
        china,fr,Chine""",
    "sources": """
        source_id,publisher,title,date
        atlas,Office of Maps,Atlas of the corridor,2024""",
}


def texts() -> dict[str, str]:
    """File name -> content of a valid case: case.toml and every table."""
    tables = {f"{name}.csv": "\n".join(line.strip() for line in text.strip().splitlines()) + "\n" for name, text in TABLES.items()}
    return {"case.toml": CASE, **tables}


def write(folder: Path, content: dict[str, str] | None = None) -> Path:
    """The folder, with these files in it (the valid case without them)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (texts() if content is None else content).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


def load(folder: Path, content: dict[str, str] | None = None) -> Corridor:
    """The corridor of these files, written into `folder`."""
    return cases.load(str(write(folder, content)))


def rows(text: str) -> list[list[str]]:
    """The cells of a CSV text, header included."""
    return list(csv.reader(io.StringIO(text)))


def unrows(cells: list[list[str]]) -> str:
    """The inverse of `rows`."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(cells)
    return out.getvalue()


def changed(content: dict[str, str], table: str, key: str, /, **cells: str) -> dict[str, str]:
    """A copy of the texts in which the row that begins with `key` has these cells; columns that are missing are added."""
    header, *body = rows(content[f"{table}.csv"])
    names = [name.removesuffix("_") for name in cells]
    for name in names:
        if name not in header:
            header.append(name)
    body = [row + [""] * (len(header) - len(row)) for row in body]
    chosen = [row for row in body if row[0] == key]
    assert chosen, f"{table} has no row {key}"
    for row in chosen:
        for name, cell in zip(names, cells.values(), strict=True):
            row[header.index(name)] = cell
    return {**content, f"{table}.csv": unrows([header, *body])}


def added(content: dict[str, str], table: str, /, **cells: str) -> dict[str, str]:
    """A copy of the texts with one more row of `table`; it stands on the last line of its file."""
    header, *body = rows(content.get(f"{table}.csv", ""))  or [[]]
    names = {name.removesuffix("_"): cell for name, cell in cells.items()}
    header += [name for name in names if name not in header]
    body = [row + [""] * (len(header) - len(row)) for row in body]
    return {**content, f"{table}.csv": unrows([header, *body, [names.get(name, "") for name in header]])}


def line_of(content: dict[str, str], table: str, key: str) -> int:
    """The line on which the row that begins with `key` stands."""
    return next(i for i, row in enumerate(rows(content[f"{table}.csv"]), start=1) if row and row[0] == key)
