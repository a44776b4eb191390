"""One box from Xi'an to Istanbul, four ways beside each other: days, money, emissions, and where it changes hands."""

import karvan as kv

case = kv.load()
ways = case.route("Xi'an", "Istanbul", best=4)

print(f"{'days P10-P50-P90':18}{'USD/TEU':>8}{'kg CO2e/t':>11}{'km':>8}  via")
for way in ways.rows:
    days = "-".join(f"{way[name]:.0f}" for name in ("days_p10", "days_p50", "days_p90"))
    print(f"{days:18}{way['money_per_teu']:8.0f}{way['co2']:11.0f}{way['length']:8.0f}  {way['via']}")

slowest = max(ways.rows[0]["legs"], key=lambda leg: leg["hours"])
print(f"Longest step of the first way: {slowest['name']}, {slowest['hours']:.0f} h.")
