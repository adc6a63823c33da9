"""Texts that a plugin leaves at a message for its own later stages."""

from wit_world.imports.notes import get, set  # noqa: A004

__all__ = ["get", "set"]
