"""Figures among the server's metrics; `name` becomes `waxseal_plugin_<plugin>_<name>`."""

from wit_world.imports import metrics as _metrics


def count(name: str, by: int = 1, **labels: str) -> None:
    """Adds to a counter."""
    _metrics.counter_add(name, by, list(labels.items()))


def gauge(name: str, value: float, **labels: str) -> None:
    """Sets a gauge."""
    _metrics.gauge_set(name, value, list(labels.items()))


def observe(name: str, value: float, **labels: str) -> None:
    """Adds a value to a histogram."""
    _metrics.observe(name, value, list(labels.items()))
