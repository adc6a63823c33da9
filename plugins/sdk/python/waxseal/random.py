"""Randomness fit for cryptography, which `random` and `secrets` of Python are not here."""

from wit_world.imports.random import bytes  # noqa: A004

__all__ = ["bytes"]
