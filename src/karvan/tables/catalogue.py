"""Every table of a case, in the order in which a reader meets them. To add one: write its file, add its line."""

from __future__ import annotations

from types import MappingProxyType

from karvan.tables import (  # isort: skip
    calendars, claims, commodities, contradictions, cuts, demand, departures, edits, emission_factors, events, fleets,
    geometries, hub_factors, institutions, links, modes, names, nodes, observations, parameters, projects, promises, reports,
    resources, risks, routines, series, services, shocks, sources, systems, targets, tariffs, terminals, uses, zones,
)  # fmt: skip
from karvan.tables.schema import Schema

SCHEMAS: MappingProxyType[str, Schema] = MappingProxyType({
    module.SCHEMA.name: module.SCHEMA
    for module in (
        modes, commodities, nodes, zones, links, geometries, terminals, calendars, services, departures, fleets, resources, routines, uses, tariffs,
        emission_factors, hub_factors, demand, cuts, parameters, projects, reports, edits, shocks, targets, observations, promises,
        events, series, risks, institutions, systems, names, contradictions, claims, sources,
    )
})  # fmt: skip
