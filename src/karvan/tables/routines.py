"""Routines: how a terminal, service, fleet, calendar or commodity works by the day, one figure a row."""

from __future__ import annotations

from karvan.tables.provenance import PROVENANCE
from karvan.tables.schema import Schema, choice, ident, integer, number

UNITS = {
    "spell": "h", "inspected": "share", "inspection": "h", "opens": "h", "closes": "h", "slots": "", "handling": "", "lot": "t", "full": "share",
    "minimum": "share", "linger": "h", "patience": "h", "ban_above": "", "ban_below": "", "ban_least": "d", "breaks": "h", "repair": "h", "pace": "share",
    "priority": "1", "nominal": "",
}  # fmt: skip
"""the unit of every quantity; empty: that of the capacity or payload of its subject (handling: per hour)."""

SCHEMA = Schema("routines", "how a thing works by the day, which the tables of years do not show; read by `simulate`", ("routine_id",), (
    ident("routine_id", "key", required=True),
    ident("subject", "a terminal, service, link, fleet, resource, calendar, commodity or cargo type, mode, or * for all to which the quantity belongs; the narrowest row holds", required=True),
    choice("quantity",
           "spell: mean length of a closure of a calendar (h). inspected, inspection: share of arrivals that a border looks into, and how long that "
           "takes (h). opens, closes: hours of the day between which a terminal works. slots: units that a yard holds. handling: units an hour "
           "at one server of a terminal. lot: tonnes that travel together. full: load that a train or ship waits for, minimum: load with which "
           "it leaves after the time linger (shares of a train or payload; h). patience: hours after which the next free ship takes what lies for a "
           "service, however little. ban_above, ban_below, ban_least: a railway stops loading to a "
           "terminal when more units than this wait there, until no more than that do, and for so many days at least. breaks, repair: mean hours "
           "of work until something is broken, and until it is mended. pace: how much of a commodity, or for a service, comes in a month against a "
           "mean month. priority: who is served first at a terminal, smaller numbers before larger. nominal: payload as built",
           *UNITS, required=True),
    integer("month", "1 to 12, where it differs by month; empty: every month", minimum=1, maximum=12),
    number("value", "the figure", minimum=0, required=True),
    number("low", "5th percentile of value", minimum=0),
    number("high", "95th percentile of value", minimum=0),
    *PROVENANCE,
))  # fmt: skip
