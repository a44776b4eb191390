"""How the engines compile their inner loops: numba, cached on disk, without losing the types mypy checks.

A cached function is not rebuilt when a function *of another file* that it calls has changed, so a compiled function
here only calls compiled functions of its own file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])
_UNLOCKED: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
_INSIDE: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def compiled(function: Function) -> Function:
    """The same function as machine code, built at its first call and kept on disk (IEEE arithmetic, one thread)."""
    return cast(Function, numba.njit(cache=True)(function))


def compiled_reordered(function: Function) -> Function:
    """As `compiled`, but sums may be reordered so that they run in SIMD lanes (same bytes per CPU family only)."""
    return cast(Function, numba.njit(cache=True, fastmath={"reassoc", "contract"})(function))


def compiled_unlocked(function: Function) -> Function:
    """As `compiled`, for functions that make no array: other threads run meanwhile, and dividing by zero gives inf or nan.

    Without numba's memory manager (`_nrt`) arrays are passed on without counting references, which in small functions called a
    hundred million times a second costs more than the work.
    """
    return cast(Function, numba.njit(**_UNLOCKED)(function))


def called(function: Function) -> Function:
    """As `compiled_unlocked`, for functions that only compiled ones call: no way in from Python is built, which takes long."""
    return cast(Function, numba.njit(**_UNLOCKED, **_INSIDE)(function))


def inlined(function: Function) -> Function:
    """As `called`, but written into every caller: for a few lines that are called in one or two hot places."""
    return cast(Function, numba.njit(**_UNLOCKED, **_INSIDE, forceinline=True)(function))
