"""The client and its session."""

from wit_world.imports.session import current

__all__ = ["current"]
