"""Questions to the DNS. Granted as `dns = true`."""

from typing import List

from wit_world.imports import dns as _dns
from wit_world.imports.dns import Answer, Kind

from .errors import ServerError, asking

__all__ = ["Answer", "Kind", "lookup", "resolve"]


def resolve(name: str, kind: Kind) -> Answer:
    """Asks; raises `ServerError`, for example of the kind `nxdomain`."""
    with asking("dns"):
        return _dns.resolve(name, kind)


def lookup(name: str, kind: Kind) -> List[str]:
    """The values only; empty where there is no such name or record."""
    try:
        return resolve(name, kind).values
    except ServerError as error:
        if error.kind in ("nxdomain", "no-data"):
            return []
        raise
