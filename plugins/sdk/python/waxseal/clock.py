"""Time. `time` and `datetime.now` of Python know none."""

from datetime import datetime, timezone

from wit_world.imports.clock import monotonic_millis, unix_millis

__all__ = ["monotonic_millis", "now", "unix_millis"]


def now() -> datetime:
    """Now, in UTC."""
    return datetime.fromtimestamp(unix_millis() / 1000, timezone.utc)
