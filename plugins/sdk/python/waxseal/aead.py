"""Authenticated encryption by the server (storage plugins and holders). Granted as `aead_keys`."""

from wit_world.imports import aead as _aead

from .errors import asking


def seal(key: str, context: str, nonce: bytes, associated: bytes, plain: bytes) -> bytes:
    """Seals at most 1 MiB; the nonce has 24 octets."""
    with asking("aead"):
        return _aead.seal(key, context, nonce, associated, plain)


def open(key: str, context: str, nonce: bytes, associated: bytes, sealed: bytes) -> bytes:  # noqa: A001
    """Opens what `seal` made."""
    with asking("aead"):
        return _aead.open(key, context, nonce, associated, sealed)
