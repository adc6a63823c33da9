"""The plugin's own keys and values. Granted as `kv_bytes`; all functions raise `ServerError`, for
example of the kind `denied`."""

from typing import List, Optional, Tuple

from wit_world.imports import kv as _kv

from .errors import asking
from .outcome import Text, octets


def get(key: str) -> Optional[bytes]:
    """The value of a key; None where there is none."""
    with asking("kv"):
        return _kv.get(key)


def get_text(key: str) -> Optional[str]:
    """The value as text."""
    value = get(key)
    return None if value is None else value.decode("utf-8", "replace")


def get_many(keys: List[str]) -> List[Optional[bytes]]:
    """The values of up to 1,000 keys."""
    with asking("kv"):
        return _kv.get_many(keys)


def set(key: str, value: Text, ttl_seconds: Optional[int] = None) -> None:  # noqa: A001
    """Sets a value."""
    with asking("kv"):
        _kv.set(key, octets(value), ttl_seconds)


def delete(key: str) -> None:
    """Removes a key; no harm where there is none."""
    with asking("kv"):
        _kv.delete(key)


def incr(key: str, by: int = 1, ttl_seconds: Optional[int] = None) -> int:
    """Adds to a number and answers the sum."""
    with asking("kv"):
        return _kv.incr(key, by, ttl_seconds)


def incr_many(changes: List[Tuple[str, int]]) -> List[int]:
    """The same for up to 1,000 keys without a time."""
    with asking("kv"):
        return _kv.incr_many(changes)
