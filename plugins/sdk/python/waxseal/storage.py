"""Storage plugins: octets on their way to the disk and back. See `waxseal.blob`."""

from typing import List, Tuple, Type

from wit_world.imports.types import BlobMeta

from .errors import PluginError, ServerError, guarded
from .glue import Slot, lifecycle

__all__ = ["BlobMeta", "PluginError", "ServerError", "Storage", "export"]

Attributes = List[Tuple[str, str]]


class Storage:
    """One value for each call."""

    def encode(self, meta: BlobMeta) -> Attributes:
        """Reads the blob and writes it as it shall rest; answers what is kept beside it."""
        raise NotImplementedError

    def decode(self, meta: BlobMeta) -> None:
        """Reads what `encode` wrote and writes the blob."""
        raise NotImplementedError


def export(plugin: Type[Storage], name: str, version: str) -> Tuple[type, type]:
    """`Lifecycle, StorageHooks = export(MyStorage, "my-storage", "1.0.0")`"""
    slot = Slot(plugin)

    class StorageHooks:
        def encode(self, meta: BlobMeta) -> Attributes:
            with guarded():
                return slot.current().encode(meta)

        def decode(self, meta: BlobMeta) -> None:
            with guarded():
                slot.current().decode(meta)

    return lifecycle(slot, name, version, []), StorageHooks
