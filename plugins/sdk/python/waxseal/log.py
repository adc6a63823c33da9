"""Lines in the server's log; plugin and session are named by the server."""

from wit_world.imports import log as _log
from wit_world.imports.log import Level


def write(level: Level, message: str, **fields: str) -> None:
    """Writes a line with fields."""
    _log.write(level, message, [(key, str(value)) for key, value in fields.items()])


def trace(message: str, **fields: str) -> None:
    """Every step."""
    write(Level.TRACE, message, **fields)


def debug(message: str, **fields: str) -> None:
    """For authors."""
    write(Level.DEBUG, message, **fields)


def info(message: str, **fields: str) -> None:
    """Worth knowing."""
    write(Level.INFO, message, **fields)


def warn(message: str, **fields: str) -> None:
    """Something is wrong, work goes on."""
    write(Level.WARN, message, **fields)


def error(message: str, **fields: str) -> None:
    """Something failed."""
    write(Level.ERROR, message, **fields)
