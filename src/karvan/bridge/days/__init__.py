"""A case as days: the flows of a year become consignments, trains and ships of the simulator.

`plan` says what is played and along which pieces, `routines` how things work by the day, `write` writes the model.
"""
