"""The corridors of tests/corridor, for those who compile them."""

from tests.corridor.conftest import corridor, middle

__all__ = ["corridor", "middle"]
