"""The MIME parts of the message, parsed by the server; at the message stage only."""

from wit_world.imports.mime import (
    Part,
    decoded_size,
    find,
    parts,
    read_part,
    sha256,
    text,
    truncated,
    urls,
)

__all__ = [
    "Part",
    "decoded_size",
    "find",
    "parts",
    "read_part",
    "sha256",
    "text",
    "truncated",
    "urls",
]
