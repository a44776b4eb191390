"""What stands where in the arrays of the step machine, and what its verbs and return codes are called.

Rows are blocks of a flat array: field f of row i stands at i * WIDTH + f. Entity 0 does not exist, so that 0 ends a list
and zeros are empty queues. numba freezes these numbers into the compiled machine and looks only at the date of
`machine.py`: whoever changes a number here must save that file too.
"""

from __future__ import annotations

# ---- verbs: field OP of a row of code -------------------------------------------------------------------------------
EXIT, DELAY, SERVE, SERVED, SEIZE, RELEASE, ARRIVE, SPAWN = range(8)
GOTO, BRANCH, IF, SHORTEST = range(8, 12)
STORE, PUT, TAKE, UNLOAD, PASS, GATE, UNTIL = range(12, 19)
WINDOW, SLOT, AT = range(19, 22)
WAITED, CAPACITY, SET, RECORD = range(22, 26)
VERBS = (
    "leave", "delay", "serve", "served", "seize", "release", "arrive", "spawn", "goto", "branch", "when", "shortest", "store", "put",
    "take", "unload", "wait", "gate", "until", "window", "slot", "at", "waited", "change", "set", "record",
)  # fmt: skip

# ---- code: int64 rows and float64 rows ------------------------------------------------------------------------------
CODE = 8
OP, A, B, C, D, X, Y, STREAM = range(CODE)
CODE_F = 2
F0, F1 = range(CODE_F)

# ---- entities -------------------------------------------------------------------------------------------------------
ENTITY = 16
PC, NEXT, KEY, NAME, LAP, PRIORITY, NEED, SIZE, UNITS, HEAD, TAIL, TIMED, HOLD_NEXT, HOLD_UNITS, PROGRAM, SERIAL = range(ENTITY)
"""KEY of its event, NAME the number of its stream; TIMED also counts what is left to spawn; NEXT of row 0 is who is ready first."""
TIMES = 4
BORN, SINCE, REMAIN, DUE = range(TIMES)
"""float64, attributes follow."""

# ---- places ---------------------------------------------------------------------------------------------------------
RESOURCE, STOCK, TANK, DOOR, CALENDAR, TALLY, KIND_OF_ENTITY = range(7)
PLACE = 16
KIND, LEVEL, CAP, QHEAD, QTAIL, QLEN, PHEAD, PTAIL, PLEN, CHEAD, CTAIL, HOLDERS, FLAGS, WATCH, HIST, BIRTHS = range(PLACE)
PREEMPTIBLE, PREEMPTIVE = 1, 2
PLACE_F = 16
AREA_LEVEL, AREA_QUEUE, LAST, WAITS, WAIT_SUM, WAIT_SQ, WAIT_MAX, AREA_CAP, LAST_CAP = range(9)
AREA_PUT, PUTS, PUT_SUM, QUEUE_MAX, LEAVERS, UNITS_IN, LEVEL_MAX = range(9, 16)

# ---- values a verb can ask for --------------------------------------------------------------------------------------
CONSTANT, UNITS_OF, SIZE_OF, ATTRIBUTE, NOW_OF, ELAPSED, AGE, QUEUE_OF, LEVEL_OF, FREE_OF, PRESENT, CAP_OF, PRIORITY_OF, SEEN = range(14)
LESS, AT_MOST, AT_LEAST, MORE, EQUAL, DIFFERENT = range(6)
ASSIGN, ADD, SCALE = range(3)
TO_PRIORITY, TO_SIZE = -1, -2
"""targets of SET that are no attribute."""

# ---- distributions: kind, count, then parameters --------------------------------------------------------------------
HEADER = 2
FIXED, EXPONENTIAL, LOGNORMAL, UNIFORM, ERLANG, WEIBULL, TRIANGULAR, PARETO, QUANTILES, CHOICE = range(10)

# ---- the machine's own registers ------------------------------------------------------------------------------------
REGISTERS = 32
HEAP, HOLE, SEQ, READY, FREE, CURRENT, EVENTS, STEPS, LIVE, PEAK, WIDTH = range(11)
"""READY is the last of those ready now; WIDTH of a row of entity times and attributes."""
FAULT_KIND, FAULT_ENTITY, FAULT_PLACE, TRACED, TRACING, FLIP, SPINS, STOP = range(12, 20)
REGISTERS_F = 2
NOW, _SPARE = range(REGISTERS_F)

# ---- what the machine comes back with -------------------------------------------------------------------------------
DONE, DRY, GROW, TRACE_FULL, PAUSE, FAULT = range(6)
NO_FAULT, LIVELOCK, CARGO_LOST, RELEASED_TOO_MUCH, TWO_HOLDS, BACKWARDS, TOO_LARGE = range(7)

# ---- keys in the event list: order, timer or not, entity -----------------------------------------------------------
ENTITY_BITS = 23
INDEX = (1 << ENTITY_BITS) - 1
TIMER = 1 << ENTITY_BITS
ORDER_BITS = ENTITY_BITS + 1

# ---- histograms: bin 0 is nothing at all, then 16 bins to every doubling from 2^-10 on ----------------------------
BINS = 512
PER_OCTAVE = 16
FIRST_OCTAVE = -10

TRACE = 4
"""int64 per row of the trace: program, number of the entity in it, row of code, units carried."""

SPIN_LIMIT = 2_000_000
"""jumps backwards without time passing until the machine calls it a livelock."""
