"""Every check of a corridor: one test makes exactly that fault in the tiny case and asks for its place and its way out."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from pathlib import Path

import pytest

from karvan.corridor import checks
from karvan.tables.faults import Fault, InvalidData
from tests.corridor import tiny
from tests.verdict import small

Texts = dict[str, str]


def _faults(place: Path, content: Texts) -> tuple[Fault, ...]:
    with pytest.raises(InvalidData) as caught:
        tiny.load(place, content)
    assert all(fault.expected and fault.remedy for fault in caught.value.faults)
    return caught.value.faults


def change(table: str, row: str, /, **cells: str) -> Callable[[Texts], Texts]:
    return lambda content: tiny.changed(content, table, row, **cells)


def add(table: str, /, **cells: str) -> Callable[[Texts], Texts]:
    return lambda content: tiny.added(content, table, **cells)


def both(*steps: Callable[[Texts], Texts]) -> Callable[[Texts], Texts]:
    return lambda content: reduce(lambda texts, step: step(texts), steps, content)


def without(table: str, row: str) -> Callable[[Texts], Texts]:
    def apply(content: Texts) -> Texts:
        lines = tiny.rows(content[f"{table}.csv"])
        return {**content, f"{table}.csv": tiny.unrows([line for line in lines if line[: row.count(",") + 1] != row.split(",")])}

    return apply


def report(kind: str, /, **cells: str) -> Callable[[Texts], Texts]:
    """One report of the branch, on the last day of May 2026 unless another is given."""
    return lambda content: tiny.added(content, "reports", **{"report_id": "told", "project_id": "new_branch", "reported_on": "2026-05", "kind": kind,
                                                             "known_since": "2026-05"} | cells)  # fmt: skip


def delayed(alpha: str, beta: str, capacity: str) -> Callable[[Texts], Texts]:
    """The branch with the parameters of a delay function."""

    def apply(content: Texts) -> Texts:
        header, *rows = tiny.rows(content["links.csv"])
        rows = [[*row, *((alpha, beta, capacity) if row[0] == "branch" else ("", "", ""))] for row in rows]
        return {**content, "links.csv": tiny.unrows([[*header, "delay_alpha", "delay_beta", "delay_capacity"], *rows])}

    return apply


def routine(*rows: tuple[str, ...]) -> Callable[[Texts], Texts]:
    """Routines of these subjects, quantities, values and months."""
    return both(*(add("routines", routine_id=f"r{i}", subject=row[0], quantity=row[1], value=row[2], month=row[3] if len(row) > 3 else "")
                  for i, row in enumerate(rows)))  # fmt: skip


def year(subject: str, quantity: str, *values: str) -> tuple[tuple[str, ...], ...]:
    """One row a month; the last value holds for the months that are left."""
    return tuple((subject, quantity, values[min(i, len(values) - 1)], str(i + 1)) for i in range(12))


THIRD = tiny.added(tiny.texts(), "projects", project_id="third", name="A third", kind="rail", status="study", known_since="2025")
LAST = "last"  # the row that was added

CASES = [
    # check, how the fault is made, file, row (by its key), column, found, the way out
    ("keys_are_unique", change("nodes", "city", node_id="gate"), "nodes", LAST, "node_id", "gate", "Line 3 has it too: rename one"),
    ("keys_are_unique", add("calendars", calendar_id="sea", month="3", open_share="1"), "calendars", LAST, "calendar_id/month", "sea/3",
     "Line 4 has it too"),
    ("references_exist", change("links", "branch", to_node="citi"), "links", "branch", "to_node", "citi", "Nearest: city"),
    ("references_exist", change("links", "ferry_line", commodities="box;oli"), "links", "ferry_line", "commodities", "oli", "Nearest: oil"),
    ("references_exist", change("projects", "new_branch", system="rail"), "projects", "new_branch", "system", "rail", "Add it to systems.csv"),
    ("references_exist", change("projects", "new_branch", after="second_trak"), "projects", "new_branch", "after", "second_trak",
     "Nearest: second_track"),
    ("references_exist", change("nodes", "city", source_id="nowhere"), "nodes", "city", "source_id", "nowhere", "Nearest: atlas"),
    ("links_lead_somewhere", change("links", "branch", to_node="steppe"), "links", "branch", "to_node", "steppe", "Correct one end"),
    ("links_lead_somewhere", change("modes", "rail_1435", speed=""), "links", "china_gate", "speed", "nothing", "Fill in speed"),
    ("places_are_known", change("nodes", "city", x_coord=""), "nodes", "city", "x_coord", "nothing", "Fill it in"),
    ("places_are_known", change("nodes", "gate", y_coord="unknown"), "nodes", "gate", "y_coord", "unknown", "Fill it in"),
    ("delays_are_whole", delayed("0.15", "", "100"), "links", "branch", "delay_beta", "nothing", "Fill in both"),
    ("delays_are_whole", delayed("", "4", "100"), "links", "branch", "delay_alpha", "nothing", "Fill in both"),
    ("delays_are_whole", delayed("0.15", "4", ""), "links", "branch", "delay_capacity", "nothing", "set delay_alpha to 0"),
    ("geometries_follow_links", change("geometries", "ferry_line", line="LINESTRING (51.2 43.6)"), "geometries", "ferry_line", "line",
     "fewer than two points", "longitude first"),
    ("geometries_follow_links", change("geometries", "ferry_line", line="LINESTRING (43.6 51.2, 39.9 49.4)"), "geometries", "ferry_line", "line",
     "43.6 51.2 to 39.9 49.4", "Correct the line"),
    ("geometries_follow_links", change("geometries", "ferry_line", line="LINESTRING (49.4 39.9, 51.2 43.6)"), "geometries", "ferry_line", "line",
     "49.4 39.9 to 51.2 43.6", "Turn it round"),
    ("services_of_fleets_come_back", change("services", "sea_ferry", round_trip=""), "services", "sea_ferry", "round_trip", "nothing", "empty fleet_id"),
    ("amounts_are_sensible", change("links", "steppe_port", capacity="1e-300"), "links", "steppe_port", "capacity", "1e-300", "its unit"),
    ("amounts_are_sensible", change("terminals", "west_berth", capacity="1e300"), "terminals", "west_berth", "capacity", "1e+300", "its unit"),
    ("amounts_are_sensible", change("uses", "oil_wagon", use="1e-300"), "uses", "oil_wagon", "use", "1e-300", "its unit"),
    ("ranges_are_in_order", change("claims", "sea_length_rival", low="500"), "claims", "sea_length_rival", "low", "500 .. 480 .. nothing", "in order"),
    ("ranges_are_in_order", change("observations", "sea_2025", high="899"), "observations", "sea_2025", "low", "850 .. 900 .. 899", "in order"),
    ("ranges_are_in_order", change("shocks", "storm", rate_low="3"), "shocks", "storm", "rate_low", "3 .. 2 .. 4", "in order"),
    ("ranges_are_in_order", change("shocks", "storm", duration_high="1"), "shocks", "storm", "duration_low", "2 .. 5 .. 1", "in order"),
    ("ranges_are_in_order", add("risks", risk_id="ice", name="Ice", probability_low="0.5", probability_high="0.1"), "risks", LAST,
     "probability_low", "0.5 .. 0.1", "in order"),
    ("claims_agree_with_cells", change("claims", "sea_length_rival", table="lines"), "claims", "sea_length_rival", "table", "lines", "Nearest: links"),
    ("claims_agree_with_cells", change("claims", "sea_length_rival", row="ferry"), "claims", "sea_length_rival", "row", "ferry",
     "Nearest: ferry_line"),
    ("claims_agree_with_cells", change("claims", "summer", row="sea/13"), "claims", "summer", "row", "sea/13", "Nearest: sea/"),
    ("claims_agree_with_cells", change("claims", "sea_length_rival", column="name"), "claims", "sea_length_rival", "column", "name", "Nearest"),
    ("claims_agree_with_cells", change("claims", "sea_length_rival", role="used", likely="463"), "claims", "sea_length_rival", "role", "used",
     "Line 3 is used too: make one a rival"),
    ("claims_agree_with_cells", change("claims", "sea_length", unit="t"), "claims", "sea_length", "unit", "t", "cannot be turned into"),
    ("claims_agree_with_cells", change("links", "ferry_line", length="251 nmi"), "claims", "sea_length", "likely", "463",
     "The cell must hold the likely value"),
    ("claims_agree_with_cells", change("links", "gate_steppe", capacity="47"), "claims", "track_now", "likely", "46", "must hold the likely value"),
    ("resource_members_exist", change("resources", "aktau", members="west_birth"), "resources", "aktau", "members", "west_birth",
     "Nearest: west_berth"),
    ("resource_members_exist", add("services", service_id="west_berth", name="Ferry", link_id="ferry_line"), "resources", "aktau", "members", "west_berth", "Rename"),
    ("capacities_can_be_used", change("links", "port_city", capacity_unit="t"), "links", "port_city", "capacity_unit", "t", "Write t/yr"),
    ("capacities_can_be_used", change("links", "port_city", capacity_unit="ship/yr"), "links", "port_city", "capacity_unit", "ship/yr", "Write t/yr"),
    ("capacities_can_be_used", change("links", "ferry_line", capacity_unit="bananas"), "links", "ferry_line", "capacity_unit", "bananas",
     "Write t/yr"),
    ("capacities_can_be_used", change("links", "port_city", capacity_unit="train/yr"), "links", "port_city", "capacity_unit", "train/yr",
     "Say how many train a tonne takes"),
    ("capacities_can_be_used", change("fleets", "ferries", payload_unit="kt"), "fleets", "ferries", "payload_unit", "kt", "load of a unit"),
    ("tariffs_price_something", change("tariffs", "rail_price", id="rail"), "tariffs", "rail_price", "id", "rail", "Nearest: rail_1"),
    ("tariffs_price_something", change("tariffs", "rail_price", commodity_id="boxes"), "tariffs", "rail_price", "commodity_id", "boxes",
     "Nearest: box"),
    ("cargo_has_one_name", add("commodities", commodity_id="dry", name="Dry", group="dry", value_of_time="1", theta="1", reserve="1"), "commodities", LAST,
     "commodity_id", "dry", "Rename the commodity"),
    ("emission_factors_add_up", add("emission_factors", factor_id="rail", mode_id="rail_1520", well_to_tank="0.01", tank_to_wheel="0.02",
                                    factor="0.04"), "emission_factors", LAST, "factor", "0.01 + 0.02 against 0.04", "Correct one of the three"),
    ("emission_factors_add_up", add("emission_factors", factor_id="rail", mode_id="rail_1520", tank_to_wheel="0.02", factor="0.02"),
     "emission_factors", LAST, "factor", "nothing + 0.02", "leave out both parts"),
    ("emission_factors_add_up", add("emission_factors", factor_id="rail", mode_id="rail_1520", energy="diesel", share="0.6", factor="0.03"),
     "emission_factors", LAST, "share", "0.6 in all for rail_1520 *", "add the carrier"),
    ("emission_factors_add_up", add("emission_factors", factor_id="rail", mode_id="rail_1520", commodity_id="boxes", factor="0.03"),
     "emission_factors", LAST, "commodity_id", "boxes", "Nearest: box"),
    ("emission_factors_add_up", add("hub_factors", factor_id="crane", kind="crane", well_to_tank="0.3", tank_to_wheel="1.2", factor="1.4"),
     "hub_factors", LAST, "factor", "0.3 + 1.2 against 1.4", "Correct one of the three"),
    ("departures_run_both_ways", both(change("links", "ferry_line", directed="true"), add("departures", departure_id="back", service_id="sea_ferry",
                                                                                         direction="reverse", weekday="monday", hour="8")),
     "departures", LAST, "direction", "reverse", "take out the row"),
    ("departures_run_both_ways", both(*(add("departures", departure_id=key, service_id="sea_ferry", weekday="monday", hour="8") for key in "ab")),
     "departures", LAST, "hour", "8", "Take out one"),
    ("routines_fit", routine(("see", "spell", "24")), "routines", LAST, "subject", "see", "Nearest: sea"),
    ("routines_fit", routine(("west_port", "ban_above", "700"), ("west_port", "ban_below", "300")), "routines", "r0", "subject", "west_port", "Nearest: west_berth"),
    ("routines_fit", routine(("boxes", "pace", "1")), "routines", LAST, "subject", "boxes", "Nearest: box"),
    ("routines_fit", routine(("*", "nominal", "100")), "routines", LAST, "subject", "*", "Nearest: ferries"),
    ("routines_fit", routine(("west_berth", "slots", "100")), "routines", LAST, "subject", "west_berth", "Nearest"),
    ("routines_fit", routine(("*", "inspected", "10")), "routines", LAST, "value", "10", "0.7 for 70 %"),
    ("routines_fit", routine(("ferries", "nominal", "0")), "routines", LAST, "value", "0", "take out the row"),
    ("routines_fit", routine(("ferries", "repair", "1e9")), "routines", LAST, "value", "1", "What is gone for longer"),
    ("routines_fit", routine(("west_berth", "closes", "25")), "routines", LAST, "value", "25", "half past ten"),
    ("routines_fit", routine(("sea", "spell", "24"), ("sea", "spell", "36")), "routines", LAST, "month", "nothing", "Line 2 has it too"),
    ("routines_fit", routine(*year("sea", "spell", "36")[:11]), "routines", "r0", "month", "spell of sea without 12", "each missing month"),
    ("routines_fit", routine(*year("sea", "spell", "36"), ("sea", "spell", "36")), "routines", LAST, "month", "nothing", "without a month, or the others"),
    ("routines_fit", routine(*year("box", "pace", "2", "1")), "routines", "r0", "value", "1.083 in the mean", "Divide each"),
    ("routines_fit", routine(("rail_1520", "minimum", "0.9"), ("*", "full", "0.8")), "routines", "r0", "value", "0.9 and 0.8", "in order"),
    ("routines_fit", routine(("west_berth", "opens", "20"), ("west_berth", "closes", "6")), "routines", LAST, "value", "20 to 6", "in order"),
    ("routines_fit", routine(("west_berth", "ban_below", "800"), ("west_berth", "ban_above", "700")), "routines", "r0", "value", "800 and 700", "in order"),
    ("routines_fit", routine(("west_berth", "ban_least", "7"), ("west_berth", "ban_above", "700")), "routines", "r0", "quantity", "ban_least", "loading stops"),
    ("routines_fit", routine(("west_berth", "breaks", "400")), "routines", LAST, "quantity", "breaks", "Add a row for repair"),
    ("ranges_are_in_order", add("routines", routine_id="s", subject="sea", quantity="spell", value="24", low="30"), "routines", LAST, "low", "30 .. 24", "in order"),
    ("demand_leaves_its_zone", add("demand", demand_id="round", origin="cn", destination="cn", commodity_id="box", year="2025", amount="5"), "demand", LAST,
     "destination", "cn", "Leave out what stays"),
    ("calendars_are_whole", without("calendars", "sea,5"), "calendars", "sea", "month", "sea without 5", "each missing month"),
    ("projects_have_an_order", change("projects", "second_track", after="new_branch"), "projects", None, "after", "after", "Take out one"),
    ("projects_have_an_order", change("projects", "new_branch", after="new_branch"), "projects", "new_branch", "after", "after", "Take out one"),
    ("projects_are_consistent", change("projects", "new_branch", status="delivered"), "projects", "new_branch", "delivered", "nothing",
     "Fill in or empty"),
    ("projects_are_consistent", change("projects", "new_branch", promised_on="2026-11"), "projects", "new_branch", "promised_on", "2026-11-30",
     "move as_of"),
    ("projects_are_consistent", change("projects", "new_branch", promised_on=""), "projects", "new_branch", "promised_on", "nothing", "Fill it in"),
    ("projects_are_consistent", change("projects", "second_track", delivered="2026-07-01"), "projects", "second_track", "delivered", "2026-07-01",
     "move as_of"),
    ("reports_are_whole", report("cost", unit="USD"), "reports", LAST, "value", "nothing", "Fill it in"),
    ("reports_are_whole", report("cost", value="5"), "reports", LAST, "unit", "nothing", "USD"),
    ("reports_are_whole", report("progress", value="70"), "reports", LAST, "value", "70", "0.7 for 70 %"),
    ("reports_are_whole", report("status", state="begun"), "reports", LAST, "state", "begun", "Nearest"),
    ("reports_are_whole", report("funding"), "reports", LAST, "state", "nothing", "state or value"),
    ("reports_are_whole", report("funding", state="a loan", reported_on="2026-07-01"), "reports", LAST, "reported_on", "2026-07-01", "move as_of"),
    ("reports_are_whole", lambda content: tiny.added(report("status", state="construction")(content), "reports", report_id="again",
                                                     project_id="new_branch", reported_on="2026-05", kind="status", state="construction"),
     "reports", LAST, "role", "used", "make one a rival"),
    ("projects_hold_their_latest_report", report("progress", value="0.4"), "projects", "new_branch", "progress", "0.3", "Bring the two together"),
    ("projects_hold_their_latest_report", report("progress", value="0.3", reported_on="2026-06-01"), "projects", "new_branch", "progress_on",
     "2026-05-31", "make the report a rival"),
    ("projects_hold_their_latest_report", report("status", state="funded"), "projects", "new_branch", "status", "construction", "Bring the two"),
    ("projects_hold_their_latest_report", report("cost", value="5", unit="USD"), "projects", "new_branch", "cost", "nothing", "Bring the two"),
    ("running_shocks_end_after_they_began", change("shocks", "storm", active_since="2026-07-01", active_until="2026-08"), "shocks", "storm",
     "active_since", "2026-07-01", "until it has begun"),
    ("running_shocks_end_after_they_began", change("shocks", "storm", active_since="2026-06-01"), "shocks", "storm", "active_until", "nothing",
     "Fill it in"),
    ("running_shocks_end_after_they_began", change("shocks", "storm", active_since="2026-06-01", active_until="2026-05"), "shocks", "storm",
     "active_until", "2026-05-31", "in order"),
    ("edits_resolve", change("edits", "branch_opens", table="claims"), "edits", "branch_opens", "table", "claims", "Nearest"),
    ("edits_resolve", change("edits", "branch_opens", id="brunch"), "edits", "branch_opens", "id", "brunch", "Nearest: branch"),
    ("edits_resolve", change("edits", "branch_opens", column="exist"), "edits", "branch_opens", "column", "exist", "Nearest: exists"),
    ("edits_resolve", change("edits", "branch_opens", column="link_id"), "edits", "branch_opens", "column", "link_id", "Nearest"),
    ("edits_resolve", change("edits", "branch_opens", op="add"), "edits", "branch_opens", "op", "add", "Use set"),
    ("edits_resolve", change("edits", "branch_opens", value="maybe"), "edits", "branch_opens", "value", "maybe", "true or false"),
    ("edits_resolve", change("edits", "branch_opens", column="calendar_id", value="see"), "edits", "branch_opens", "value", "see", "Nearest: sea"),
    ("edits_resolve", change("edits", "branch_opens", column="commodities", value="box;oi"), "edits", "branch_opens", "value", "box;oi",
     "Nearest: oil"),
    ("edits_resolve", change("edits", "branch_opens", column="capacity_unit", value="teus"), "edits", "branch_opens", "value", "teus", "t/yr"),
    ("edits_resolve", change("edits", "branch_opens", column="tracks", value="1.5"), "edits", "branch_opens", "value", "1.5", "Round"),
    ("edits_resolve", change("edits", "branch_opens", column="length", value="-5"), "edits", "branch_opens", "value", "-5", "sign"),
    ("edits_resolve", change("edits", "branch_carries", value="much"), "edits", "branch_carries", "unit", "Mt/yr", "no number"),
    ("edits_resolve", change("edits", "branch_carries", unit="km"), "edits", "branch_carries", "unit", "km", "cannot be turned into"),
    ("edits_resolve", change("edits", "branch_carries", value="3 kt/yr"), "edits", "branch_carries", "unit", "Mt/yr", "stands in the cell"),
    ("edits_resolve", change("edits", "branch_carries", id="ferry_line"), "edits", "branch_carries", "op", "add", "Use set"),
    ("edits_resolve", change("edits", "branch_carries", id="ferry_line", op="set"), "edits", "branch_carries", "unit", "Mt/yr", "no capacity_unit"),
    ("edits_resolve", change("edits", "branch_carries", low="3.5"), "edits", "branch_carries", "low", "3.5e+06 .. 3e+06 .. 4e+06", "in order"),
    ("edits_resolve", change("edits", "storm_takes", value="1e999"), "edits", "storm_takes", "value", "1e999", "Correct"),
    ("edits_resolve", change("edits", "storm_at_sea", value="-1", low="", high=""), "edits", "storm_at_sea", "value", "-1", "Write the factor"),
    ("edits_resolve", change("edits", "storm_at_sea", value="5 km", low="", high=""), "edits", "storm_at_sea", "value", "5 km", "share"),
    ("edits_resolve", change("edits", "storm_takes", table="parameters", id="level_trend", column="value", value="1 m"), "edits", "storm_takes",
     "value", "1 m", "Take out the unit"),
    ("edits_resolve", change("edits", "port_closed", was="open"), "edits", "port_closed", "was", "open", "Correct"),
    ("edits_resolve", change("edits", "port_closed", until="2024-02-09"), "edits", "port_closed", "until", "2024-02-09", "from before until"),
    ("edits_have_a_cause", change("edits", "branch_opens", cause="weather"), "edits", "branch_opens", "cause", "weather", "Name the cause"),
    ("edits_have_a_cause", change("edits", "branch_opens", cause="history:"), "edits", "branch_opens", "cause", "history:", "Name the cause"),
    ("edits_have_a_cause", change("edits", "branch_opens", cause="project:new_brunch"), "edits", "branch_opens", "cause", "project:new_brunch",
     "Nearest: new_branch"),
    ("edits_have_a_cause", change("edits", "storm_takes", op="set", value="1"), "edits", "storm_takes", "op", "set", "factor or a sum"),
    ("edits_have_a_cause", change("edits", "branch_opens", cause="history"), "edits", "branch_opens", "from", "nothing", "Fill it in"),
    ("edits_have_a_cause", change("edits", "branch_opens", from_="2028"), "edits", "branch_opens", "from", "2028-01-01", "empty it"),
    ("edits_have_a_cause", change("edits", "track_capacity", from_=""), "edits", "track_capacity", "from", "nothing", "Fill it in with"),
    ("edits_do_not_fight", add("edits", edit_id="again", cause="project:new_branch", table="links", id="branch", column="exists", op="set",
                               value="false"), "edits", LAST, "value", "branch_opens and again", "Use add or scale"),
    ("edits_do_not_fight", change("edits", "branch_carries", cause="project:third", column="exists", op="set", value="false", low="", high="", unit=""),
     "edits", "branch_carries", "value", "branch_opens and branch_carries", "Use add or scale"),
    ("edits_do_not_fight", add("edits", edit_id="again", cause="history", table="links", id="port_city", column="exists", op="set", value="false",
                               from_="2024-03-31", until="2024-05", was="true"), "edits", LAST, "value", "port_closed and again", "until"),
    ("past_leads_to_today", change("edits", "ferries_came_1", was=""), "edits", "ferries_came_1", "was", "nothing", "Fill in was"),
    ("past_leads_to_today", change("edits", "ferries_came_2", op="add", value="1"), "edits", "ferries_came_2", "op", "add",
     "Write the value it led to"),
    ("past_leads_to_today", change("edits", "ferries_came_2", was="3"), "edits", "ferries_came_2", "was", "3", "ferries_came_1 left that value"),
    ("past_leads_to_today", change("fleets", "ferries", number="6"), "edits", "ferries_came_2", "value", "5", "Correct the edit or the table"),
    ("past_leads_to_today", change("links", "port_city", exists="false"), "edits", "port_closed", "was", "true", "Correct the edit or the table"),
    ("past_leads_to_today", add("edits", edit_id="pause", cause="history", table="fleets", id="ferries", column="number", op="set", value="1",
                                from_="2024-01", until="2024-02", was="3"), "edits", LAST, "was", "3", "the day before"),
    ("nothing_is_known_too_early", change("observations", "sea_2025", known_since="2026-07"), "observations", "sea_2025", "known_since",
     "2026-07-31", "move as_of"),
    ("units_are_units", change("series", "sea_level", unit="metro"), "series", "sea_level", "unit", "metro", "Use t, TEU"),
    ("units_are_units", change("targets", "five_mt", unit="Mtt"), "targets", "five_mt", "unit", "Mtt", "Use t, TEU"),
    ("targets_say_what_they_need", change("targets", "five_mt", unit=""), "targets", "five_mt", "unit", "nothing", "Fill it in"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "make", "table", "row", "column", "found", "remedy"), CASES, ids=[f"{case[0]}-{i}" for i, case in enumerate(CASES)])
def test_a_fault_is_named_with_its_place_and_the_way_out(
    tmp_path: Path, check: str, make: Callable[[Texts], Texts], table: str, row: str | None, column: str, found: str, remedy: str
) -> None:
    content = make(THIRD)
    faults = [fault for fault in _faults(tmp_path, content) if fault.file == f"{table}.csv" and fault.column == column]
    assert faults, f"{check} said nothing of {table}.{column}"
    fault = faults[0]
    if row is not None:
        assert fault.row == (len(tiny.rows(content[f"{table}.csv"])) if row == LAST else tiny.line_of(content, table, row))
    assert found in fault.found
    assert remedy in fault.remedy
    assert str(fault).startswith(f"{table}.csv, line {fault.row}, column {column}: found ")


def test_every_check_has_its_fault() -> None:
    alone = {checks.needed_tables_are_filled.__name__}
    assert {case[0] for case in CASES} | alone == {check.__name__ for check in checks.CHECKS}


@pytest.mark.parametrize("table", checks.FILLED)
def test_a_needed_table_without_rows_is_a_fault_of_the_table(tmp_path: Path, table: str) -> None:
    content = tiny.texts()
    faults = _faults(tmp_path, {**content, f"{table}.csv": content[f"{table}.csv"].splitlines()[0] + "\n"})
    found = [fault for fault in faults if fault.file == f"{table}.csv" and fault.row == 2 and not fault.column]
    assert len(found) == 1
    assert str(found[0]).startswith(f"{table}.csv, line 2: found nothing, expected at least one row below the header. Fill the table: ")


def test_a_capacity_of_zero_and_one_in_large_units_are_sensible(tmp_path: Path) -> None:
    content = tiny.changed(tiny.texts(), "links", "steppe_port", capacity="0")
    tiny.load(tmp_path, tiny.changed(content, "terminals", "west_berth", capacity="0.0005", capacity_unit="Mt/yr"))


def test_routines_that_fit_are_taken(tmp_path: Path) -> None:
    """Every quantity once, at each kind of subject that may have it, with a year of months whose paces are a mean year."""
    rows = (*year("sea", "spell", "48", "24"), *year("box", "pace", "1.5", "0.5", "1"), *year("oil", "pace", "1.04", "0.96", "1"), ("sea_ferry", "pace", "1"),
            ("*", "full", "1"), ("rail_1520", "minimum", "1"), ("sea_ferry", "linger", "0"), ("ferries", "nominal", "40"), ("ferries", "repair", "300"),
            ("west_berth", "breaks", "400"), ("west_berth", "repair", "8"), ("west_berth", "ban_above", "700"), ("west_berth", "ban_below", "700"),
            ("west_berth", "ban_least", "7"), ("west_berth", "handling", "6"), ("west_berth", "opens", "6"), ("*", "closes", "24"), ("*", "inspected", "0.1"),
            ("*", "inspection", "24"), ("dry", "lot", "40"), ("*", "priority", "2"), ("box", "priority", "1"))  # fmt: skip
    corridor = tiny.load(tmp_path, routine(*rows)(tiny.texts()))
    assert len(corridor["routines"]) == len(rows)


def test_one_fault_brings_no_others(tmp_path: Path) -> None:
    """Most single mistakes give a single fault; those that contradict two rows name both."""
    content = tiny.changed(tiny.texts(), "links", "branch", to_node="citi")
    assert len(_faults(tmp_path, content)) == 1


def test_faults_between_tables_come_together(tmp_path: Path) -> None:
    content = tiny.texts()
    content = tiny.changed(content, "links", "branch", to_node="citi")
    content = tiny.changed(content, "claims", "summer", likely="70")
    content = tiny.changed(content, "projects", "new_branch", after="new_branch")
    content = tiny.changed(content, "edits", "ferries_came_1", was="")
    content["case.toml"] = content["case.toml"].replace("horizon = 2030", "horizon = 20300").replace("name =", "nmae =", 1)
    found = [(fault.file, fault.column) for fault in _faults(tmp_path, content)]
    assert found == [
        ("case.toml", "horizon"), ("case.toml", "name"), ("case.toml", "nmae"), ("claims.csv", "likely"), ("edits.csv", "was"),
        ("links.csv", "to_node"), ("projects.csv", "after"),
    ]  # fmt: skip


def test_the_hash_names_the_content(tmp_path: Path) -> None:
    first = tiny.load(tmp_path / "one")
    assert tiny.load(tmp_path / "two").hash == first.hash
    assert tiny.load(tmp_path / "three", tiny.changed(tiny.texts(), "nodes", "gate", x_coord="80.4")).hash != first.hash
    assert tiny.load(tmp_path / "four", tiny.changed(tiny.texts(), "links", "port_city", time_sd="unknown")).hash != first.hash
    content = tiny.texts()
    content["case.toml"] = content["case.toml"].replace("2030", "2031")
    assert tiny.load(tmp_path / "five", content).hash != first.hash


@pytest.mark.parametrize(
    ("unit", "base"),
    [("t/yr", "t"), ("Mt/yr", "t"), ("t", "t"), ("kTEU/yr", "TEU"), ("FEU/d", "TEU"), ("wagon/d", "wagon"), ("train/d", "train"), ("USD", None)],
)
def test_the_unit_that_a_tonne_is_turned_into(unit: str, base: str | None) -> None:
    assert checks.usage_unit(unit) == base


def test_a_column_that_came_later_does_not_make_fits_stale_while_it_is_empty() -> None:
    uses = "use_id,unit,commodity_id,use{}\nteu,TEU,box,0.1{}"
    plain, empty = small.corridor(uses=uses.format("", "")), small.corridor(uses=uses.format(",return_share", ","))
    filled = small.corridor(uses=uses.format(",return_share", ",0.5"))
    assert plain.hash == empty.hash != filled.hash
