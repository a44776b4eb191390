"""User equilibrium and system optimum of whole cases: what a sheet of paper says, with classes, tolls, bans and what cannot go."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from karvan.corridor.corridor import Corridor
from karvan.files import cases, tntp
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.faults import InvalidData, UsageError
from karvan.verbs.assign import assign
from karvan.verbs.check import check
from karvan.verdict import wardrop
from karvan.verdict.wardrop import SYSTEM_OPTIMUM, Balanced, Options
from tests.files import nets


def case(folder: Path, net: str, reading: tntp.Reading | None = None, **trips: str) -> Path:
    sources = nets.write(folder / "source", net=net, **trips)
    tntp.import_files(sources, folder / "case", reading or tntp.Reading())
    return folder / "case"


def edit(place: Path, table: str, where: dict[str, str], **cells: str) -> None:
    """Set cells of the rows of a table that have these cells."""
    path = place / f"{table}.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    for row in rows:
        if all(row[name] == value for name, value in where.items()):
            row.update(cells)
    out = io.StringIO()
    writer = csv.DictWriter(out, [*rows[0], *(name for name in cells if name not in rows[0])], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")


def solved(place: Path | Corridor, options: Options | None = None) -> Balanced:
    corridor = place if isinstance(place, Corridor) else cases.load(str(place))
    return wardrop.assign(corridor, corridor.settings.first_year, options or Options(gap=1e-12))


def flows(found: Balanced) -> dict[tuple[str, str], float]:
    """Link and class -> flow from where the link begins to where it ends."""
    return {(row["id"], row["commodity"]): row["amount"] for row in found.flows() if row["direction"] == "forward"}


def test_braess_with_its_bridge_and_together(tmp_path: Path) -> None:
    place = case(tmp_path, nets.net(2, 4, nets.BRAESS), trips=nets.trips(2, {(1, 2): 6}))
    alone, together = solved(place), solved(place, Options(SYSTEM_OPTIMUM, 1e-12))
    assert alone.converged
    assert together.converged
    # with the bridge all three ways take 92: 4 on the steep roads, 2 on the others; the bridge stays empty when all are served best
    assert [row["amount"] for row in alone.flows()] == pytest.approx([4, 2, 2, 4, 2], abs=1e-6)
    assert alone.certificate.total_cost == pytest.approx(6 * 92, rel=1e-9)
    assert alone.certificate.objective == pytest.approx(4 * 4 * 10 / 2 * 2 + 2 * (2 * 50 + 2 * 2 / 2) + 2 * 10 + 2 * 2 / 2, rel=1e-9)
    assert [row["amount"] for row in together.flows()] == pytest.approx([3, 3, 3, 3, 0], abs=1e-6)
    assert together.certificate.total_cost == pytest.approx(6 * 83, rel=1e-9)
    assert together.certificate.objective == pytest.approx(6 * 83, rel=1e-9)


@pytest.mark.parametrize("through", [True, False])
def test_a_zone_is_passed_through_or_not(tmp_path: Path, through: bool) -> None:
    place = case(tmp_path, nets.net(3, 4, nets.THREE_ZONES, first_through=1 if through else 4), trips=nets.trips(3, {(1, 2): 1, (1, 3): 2}))
    found = flows(solved(place))
    short = 1.0 if through else 0.0
    assert found["3_2", "vehicles"] == pytest.approx(short, abs=1e-9)
    assert found["4_2", "vehicles"] == pytest.approx(1 - short, abs=1e-9)
    assert found["1_3", "vehicles"] == pytest.approx(2 + short)


def test_cars_and_trucks_a_toll_and_a_ban(tmp_path: Path) -> None:
    """Street 10 + x, closed to trucks; motorway 20 + x and 5 USD; bypass 40. An hour is worth 30 USD to cars and 60 to trucks:
    the toll is worth 10 minutes to cars and 5 to trucks. 40 cars: 30 fill the street up to 40 minutes, 10 take the bypass; the
    motorway, at 40 minutes for trucks, is too dear for them. 18 trucks: 15 on the motorway (20 + 15 + 5), 3 on the bypass."""
    place = case(tmp_path, nets.net(2, 2, nets.CITY), tntp.Reading(toll_factor=2.0), cars=nets.trips(2, {(1, 2): 40}), trucks=nets.trips(2, {(1, 2): 18}))
    edit(place, "commodities", {"commodity_id": "trucks"}, value_of_time="60")
    edit(place, "links", {"link_id": "1_2"}, commodities="cars")
    found = solved(place)
    assert found.converged
    got = flows(found)
    want = {("1_2", "cars"): 30, ("1_2_2", "cars"): 0, ("1_2_3", "cars"): 10, ("1_2_2", "trucks"): 15, ("1_2_3", "trucks"): 3}
    assert set(got) == set(want)
    for key, amount in want.items():
        assert got[key] == pytest.approx(amount, abs=1e-9), key
    assert found.certificate.objective == pytest.approx(10 * 30 + 30**2 / 2 + 20 * 15 + 15**2 / 2 + 5 * 15 + 40 * 13)
    cars, trucks = found.document()["classes"]
    assert (cars["total_cost"], trucks["total_cost"]) == (pytest.approx(40 * 40), pytest.approx(40 * 18))
    assert trucks["total_time"] == pytest.approx(15 * 35 + 3 * 40)


def test_who_cannot_go_and_who_stays_is_said(tmp_path: Path) -> None:
    links = [(1, 2, 1, 1, 0.15, 4), (2, 1, 1, 1, 0.15, 4), (1, 3, 1, 1, 0.15, 4)]
    place = case(tmp_path, nets.net(4, 4, links), trips=nets.trips(4, {(1, 2): 3, (3, 1): 2, (1, 4): 1, (2, 2): 7, (4, 4): 1, (2, 3): 5}))
    found = solved(place)
    document = found.document()
    assert document["converged"]
    assert document["unreachable"] == [{"origin": "1", "destination": "4", "commodity": "vehicles", "amount": 1.0},
                                       {"origin": "3", "destination": "1", "commodity": "vehicles", "amount": 2.0}]  # fmt: skip
    assert document["unreachable_demand"] == 3
    assert document["intrazonal"] == 8
    assert document["assigned"] == 8
    assert document["demand"] == 19
    assert flows(found)["1_3", "vehicles"] == pytest.approx(5)


def test_a_ban_that_leaves_no_way_is_said(tmp_path: Path) -> None:
    place = case(tmp_path, nets.net(2, 2, nets.CITY[:1]), cars=nets.trips(2, {(1, 2): 4}), trucks=nets.trips(2, {(1, 2): 1}))
    edit(place, "links", {"link_id": "1_2"}, commodities="cars")
    found = solved(place)
    assert found.wanted.lost == (("1", "2", "trucks", 1.0),)
    assert flows(found) == {("1_2", "cars"): 4}
    assert found.converged


def test_awkward_links(tmp_path: Path) -> None:
    """No time, no capacity, a power of 0 and below 1, two links alike."""
    links = [(1, 3, 0, 0, 0.15, 4), (3, 4, 5, 2, 0.5, 0), (3, 4, 5, 2, 0.5, 0), (4, 2, 4, 1, 1, 0.5), (4, 2, 4, 1, 1, 0.5), (3, 2, 0, 9, 0, 0)]
    found = solved(case(tmp_path, nets.net(2, 4, links), trips=nets.trips(2, {(1, 2): 8})))
    assert found.converged
    got = flows(found)
    assert got["3_4", "vehicles"] + got["3_4_2", "vehicles"] == pytest.approx(8)
    assert got["4_2", "vehicles"] == pytest.approx(4, rel=1e-6)
    times = {row["id"]: row["time"] for row in found.flows()}
    assert (times["1_3"], times["3_4"]) == (pytest.approx(0), pytest.approx(3))
    assert times["4_2"] == pytest.approx(2, rel=1e-6)


def test_nobody_who_goes_is_an_answer(tmp_path: Path) -> None:
    found = solved(case(tmp_path, nets.net(2, 2, nets.CITY), trips=nets.trips(2, {(1, 1): 4})))
    document = found.document()
    assert document["converged"]
    assert (document["objective"], document["assigned"], document["intrazonal"]) == (0, 0, 4)


def test_too_few_iterations_are_not_called_converged(tmp_path: Path) -> None:
    place = case(tmp_path, nets.net(2, 4, nets.BRAESS), trips=nets.trips(2, {(1, 2): 6}))
    found = solved(place, Options(gap=1e-12, iterations=1))
    assert not found.converged
    assert not found.certificate.passed
    assert found.document()["relative_gap"] > 1e-6


FREIGHT = {
    "case.toml": '[case]\nname = "f"\ntitle = "Rail and road"\nas_of = 2026-01-01\nfirst_year = 2026\nhorizon = 2028\n',
    "modes.csv": "mode_id,name,speed\nrail,rail,50\nroad,road,60\n",
    "commodities.csv": "commodity_id,name,group,value_of_time\nbox,boxes,dry,2\nore,ore,dry,0.5\n",
    "nodes.csv": "node_id,name,country,kind\na,A,XX,city\nb,B,XX,yard\nc,C,XX,city\n",
    "zones.csv": "zone_id,name,node_id\na,A,a\nc,C,c\n",
    "links.csv": "link_id,from_node,to_node,mode_id,length,delay_alpha,delay_beta,delay_capacity\nab,a,b,rail,500,1,1,100000\nbc,b,c,road,60,,,\nac,a,c,road,900,,,\n",
    "terminals.csv": "terminal_id,name,node_id,kind,from_mode,to_mode,time\nb_yard,yard,b,yard,rail,road,2\n",
    "tariffs.csv": "tariff_id,applies_to,id,price,price_per_km\nrail,mode,rail,,0.01\nroad,mode,road,,0.02\n",
    "demand.csv": "demand_id,origin,destination,commodity_id,year,amount,growth\n1,a,c,box,2025,100000,growth\n2,a,c,ore,2025,10000,\n",
    "parameters.csv": "parameter_id,meaning,value,unit\ngrowth,growth a year,0.1,1/yr\n",
    "sources.csv": "source_id,publisher\n", "targets.csv": ",".join(SCHEMAS["targets"].header) + "\n",
}  # fmt: skip


def freight(tmp_path: Path, **changed: str) -> Path:
    for name, text in {**FREIGHT, **{f"{table}.csv": text for table, text in changed.items()}}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_freight_over_two_modes(tmp_path: Path) -> None:
    """By rail 10 (1 + x / 100000) h and 5 USD/t, 2 h in the yard, 1 h and 1.2 USD/t by road; all the way by road 15 h and 18 USD/t.
    To boxes (2 USD/h) money is 3.1 h by rail and 9 h by road: rail as long as 16.1 + x / 10000 < 24, x < 79,000 t, less the ore,
    to which rail is better by 23.6 h at any flow there is."""
    corridor = cases.load(str(freight(tmp_path)))
    found = wardrop.assign(corridor, 2026, Options(gap=1e-12))
    assert found.converged
    got = flows(found)
    assert got["ab", "ore"] == pytest.approx(10000)
    assert got["ab", "box"] == pytest.approx(69000)
    assert got["b_yard", "box"] == pytest.approx(69000)
    assert got["ac", "box"] == pytest.approx(100000 * np.exp(0.1) - 69000)
    rows = {(row["id"], row["commodity"], row["direction"]): row for row in found.flows()}
    assert rows["ab", "box", "forward"]["cost"] == pytest.approx(17.9 + 2.5)
    assert rows["ab", "ore", "forward"]["cost"] == pytest.approx(17.9 + 10)
    assert rows["ab", "box", "reverse"]["amount"] == 0


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"commodities": FREIGHT["commodities.csv"].replace("dry,2", "dry,0")}, ("commodities.csv", "value_of_time")),
        ({"tariffs": FREIGHT["tariffs.csv"] + "gift,mode,rail,-9,\n"}, ("tariffs.csv", "price")),
        ({"links": FREIGHT["links.csv"].replace("1,1,100000", "1,1,")}, ("links.csv", "delay_capacity")),
        ({"links": FREIGHT["links.csv"].replace("1,1,100000", "1,,100000")}, ("links.csv", "delay_beta")),
        ({"nodes": FREIGHT["nodes.csv"].replace("kind", "kind,x_coord,y_coord").replace("XX,city", "XX,city,1,2").replace("XX,yard", "XX,yard,,")}, ("nodes.csv", "x_coord")),
    ],
)
def test_what_has_no_meaning_is_refused(tmp_path: Path, changed: dict[str, str], fault: tuple[str, str]) -> None:
    with pytest.raises(InvalidData) as caught:
        solved(freight(tmp_path, **changed))
    assert fault in {(each.file, each.column) for each in caught.value.faults}


def test_hard_capacities_are_refused_in_one_sentence(tmp_path: Path) -> None:
    links = FREIGHT["links.csv"].replace("delay_capacity\n", "delay_capacity,capacity,capacity_unit\n").replace("1,1,100000", "1,1,100000,5000,t/yr").replace(",,,", ",,,,,")
    with pytest.raises(UsageError, match=r"no hard capacities, and this case has 2 \(links\): use --rule logit"):
        solved(freight(tmp_path, links=links))


def test_a_case_without_logit_is_checked_and_says_what_logit_lacks(tmp_path: Path) -> None:
    place = str(freight(tmp_path))
    assert check(place).document()["valid"]
    with pytest.raises(InvalidData) as caught:
        assign(place, None, None, (), None)
    assert {(fault.file, fault.column) for fault in caught.value.faults} == {("commodities.csv", "theta"), ("commodities.csv", "reserve")}


def test_questions_out_of_range(tmp_path: Path) -> None:
    place = str(freight(tmp_path))
    for said, more in (("--gap", {"gap": 0.0}), ("--gap", {"gap": float("nan")}), ("--iterations", {"iterations": 0}), ("--year", {"year": 2040})):
        with pytest.raises(UsageError, match=said):
            assign(place, **{"year": None, "scenario": None, "set": (), "compare": None, "rule": "user-equilibrium", **more})


def test_a_scenario_changes_the_network_and_stands_beside_it(tmp_path: Path) -> None:
    place = case(tmp_path, nets.net(2, 4, nets.BRAESS), trips=nets.trips(2, {(1, 2): 6}))
    closed = tmp_path / "closed.toml"
    closed.write_text('name = "bridge closed"\n[[edits]]\ntable = "links"\nid = "3_4"\ncolumn = "exists"\nop = "set"\nvalue = false\n', encoding="utf-8")
    found = assign(str(place), None, closed, (), "base", rule="user-equilibrium", gap=1e-12)
    assert isinstance(found, Balanced)
    document = found.document()
    assert document["total_cost"] == pytest.approx(6 * 83, rel=1e-9)
    assert document["compare"]["total_cost"] == pytest.approx(6 * 92, rel=1e-9)
    assert document["manifest"]["options"]["scenario"] == "bridge closed"
    wider = tmp_path / "wider.toml"
    wider.write_text('name = "wider"\n[[edits]]\ntable = "links"\nid = "3_2"\ncolumn = "delay_capacity"\nop = "scale"\nvalue = 4\n', encoding="utf-8")
    other = assign(str(place), None, wider, (), None, rule="user-equilibrium", gap=1e-12).document()
    assert other["total_cost"] < 6 * 92
    more = tmp_path / "more.toml"
    more.write_text('name = "more"\n[demand]\nfactor = 2\n', encoding="utf-8")
    assert assign(str(place), None, more, (), None, rule="user-equilibrium").document()["assigned"] == pytest.approx(12)
