"""Days of trains, ships and queues: discrete-event simulation by one compiled step machine.

A model is written with `Model` (places, programs of verbs), built into arrays, and run by `simulate` (one replication) or
`experiment` (many, with intervals); `compare` sets two experiments side by side.
"""

from karvan.engines.simulate.experiment import Experiment, experiment
from karvan.engines.simulate.model import Model, ModelError
from karvan.engines.simulate.pairs import Comparison, compare
from karvan.engines.simulate.run import At, Outcome, replicate, simulate
from karvan.engines.simulate.tables import Tables
from karvan.engines.simulate.values import AGE, CLOCK, SIZE, UNITS, Attribute, Place, Value

__all__ = [
    "AGE",
    "CLOCK",
    "SIZE",
    "UNITS",
    "At",
    "Attribute",
    "Comparison",
    "Experiment",
    "Model",
    "ModelError",
    "Outcome",
    "Place",
    "Tables",
    "Value",
    "compare",
    "experiment",
    "replicate",
    "simulate",
]
