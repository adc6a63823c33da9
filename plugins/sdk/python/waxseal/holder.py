"""Plugins that keep blobs themselves. See `waxseal.blob`."""

from typing import Tuple, Type

from wit_world.imports.types import BlobMeta

from .errors import PluginError, ServerError, guarded
from .glue import Slot, lifecycle

__all__ = ["BlobMeta", "Holder", "PluginError", "ServerError", "export"]


class Holder:
    """One value for each call."""

    def put(self, meta: BlobMeta) -> str:
        """Reads the blob and keeps it; answers its key. When it answers, the blob must be safe."""
        raise NotImplementedError

    def get(self, key: str) -> None:
        """Writes the blob of a key."""
        raise NotImplementedError

    def delete(self, key: str) -> None:
        """Forgets a key; no harm where it is unknown."""
        raise NotImplementedError


def export(plugin: Type[Holder], name: str, version: str) -> Tuple[type, type]:
    """`Lifecycle, StorageBackend = export(MyHolder, "my-holder", "1.0.0")`"""
    slot = Slot(plugin)

    class StorageBackend:
        def put(self, meta: BlobMeta) -> str:
            with guarded():
                return slot.current().put(meta)

        def get(self, key: str) -> None:
            with guarded():
                slot.current().get(key)

        def delete(self, key: str) -> None:
            with guarded():
                slot.current().delete(key)

    return lifecycle(slot, name, version, []), StorageBackend
