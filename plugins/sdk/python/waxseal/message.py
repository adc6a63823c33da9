"""The envelope and the message as they stand now, earlier plugins' edits included."""

from typing import Optional

from wit_world.imports import transaction as _transaction
from wit_world.imports.transaction import (
    all_headers,
    header_count,
    read_body,
    read_message,
    recipients,
    scores,
    sender,
    size,
    tags,
)

__all__ = [
    "all_headers",
    "header",
    "header_count",
    "header_octets",
    "read_body",
    "read_message",
    "recipients",
    "scores",
    "sender",
    "size",
    "tags",
]


def header(name: str) -> Optional[str]:
    """The text of the first field of that name, folds included."""
    value = _transaction.get_header(name)
    return None if value is None else value.decode("utf-8", "replace")


def header_octets(name: str) -> Optional[bytes]:
    """The octets of the first field of that name."""
    return _transaction.get_header(name)
