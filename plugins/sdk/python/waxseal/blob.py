"""The blob of the running call (storage plugins and holders)."""

from typing import Iterator

from wit_world.imports import blob_io

PIECE = 65536


def read(max_octets: int = PIECE) -> bytes:
    """The next octets; empty at the end."""
    return blob_io.read(max_octets)


def write(octets: bytes) -> None:
    """Gives octets out."""
    blob_io.write(octets)


def pieces(max_octets: int = PIECE) -> Iterator[bytes]:
    """All octets in pieces."""
    while piece := read(max_octets):
        yield piece
