"""A corridor of four towns, small enough to read: a railway, a sea crossing, a lorry road, a planned line and a cable."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from karvan.corridor.corridor import Corridor
from karvan.files import cases, folder
from karvan.tables.catalogue import SCHEMAS

CASE = """\
[case]
name = "four_towns"
title = "Four towns"
as_of = 2026-06-30
first_year = 2026
horizon = 2028
licence = "CC BY 4.0; coordinates from GeoNames (CC BY 4.0)"
"""
TABLES = {
    "sources": "source_id,publisher,title\nsurvey,Office of Ways,=1+1\n",
    "modes": "mode_id,name,layer,speed,time_cv\nrail_1520,rail,freight,40,0.2\nsea,ship,freight,24,\nroad,lorry,freight,30,\n"
             "fibre,cable,fibre,700000000,\n",
    "commodities": "commodity_id,name,group,value_of_time,theta,reserve\nbox,boxes,dry,0.1,0.05,100\n",
    "nodes": "node_id,name,country,kind,x_coord,y_coord,unlocode\na,Almaty,KZ,city,76.9,43.2,\nb,Aktau,KZ,port,51.2,43.6,KZAAU\n"
             "c,Bakı,AZ,port,49.9,40.4,\nd,Tbilisi,GE,city,44.8,41.7,\n",
    "zones": "zone_id,name,node_id,country\nsteppe,Steppe,a,KZ\ncoast,Coast,d,GE\ncoast_2,Hills,d,GE\n",
    "links": "link_id,name,from_node,to_node,mode_id,directed,length,speed,time,capacity,capacity_unit,tracks,exists,note\n"
             "ab,steppe line,a,b,rail_1520,false,2600,,,5e6,t/yr,1,true,\n"
             "bc,crossing,b,c,sea,false,250 nmi,unknown,20,200000,TEU/yr,,true,\n"
             "cd,,c,d,rail_1520,true,550,35,,,,2,true,\n"
             "ad,the long way,a,d,road,false,3900,,,,,,true,\n"
             "bd,=planned,b,d,rail_1520,false,900,,,,,,false,\n"
             "bc_fibre,,b,c,fibre,false,380,,,,,,true,\n",
    "geometries": "link_id,line,kind,basis,source_id\n"
                  'bc,"LINESTRING (51.2 43.6, 50.75 41.5, 49.9 40.4)",alignment,computed,survey\n'
                  'cd,"LINESTRING (49.9 40.4, 46.36 40.68, 44.8 41.7)",schematic,,\n',
    "terminals": "terminal_id,name,node_id,kind,from_mode,to_mode,time,capacity,capacity_unit\n"
                 "b_berth,berths,b,berth,rail_1520,sea,12,3e6,t/yr\nc_berth,berths,c,berth,sea,rail_1520,12,,\n",
    "uses": "use_id,unit,commodity_id,use\nbox_teu,TEU,box,0.08\n",
    "demand": "demand_id,origin,destination,commodity_id,year,amount\nd1,steppe,coast,box,2026,1000\n",
    "cuts": "cut_id,name,links\nsea,the sea,bc\n",
    "targets": "target_id,name,metric,subject,measure_basis,unit,value,due,promised_on,article,party\n"
               "million,A million,freight_volume,cut:sea,traffic,t,1e6,2027,1899-05,3,Ministry\n"
               "some_day,Some day,freight_volume,cut:sea,traffic,t,,,,,Ministry\n",
}  # fmt: skip


Put = Callable[[Path, dict[str, str]], Path]


@pytest.fixture
def put() -> Put:
    """Write files into a folder that may be new, and give it back."""

    def put(place: Path, texts: dict[str, str]) -> Path:
        for name, text in texts.items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return place

    return put


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """The folder of the corridor, as `folder.write` writes it."""
    faults: list[Any] = []
    tables = {name: folder.parse_table(f"{name}.csv", SCHEMAS[name], text, faults) for name, text in TABLES.items()}
    assert faults == []
    folder.write(tmp_path / "four_towns", tables, CASE)
    return tmp_path / "four_towns"


@pytest.fixture
def corridor(case: Path) -> Corridor:
    return cases.load(str(case))
