"""Between what a component exports and the classes that authors write."""

from typing import Any, List, Optional

from wit_world.exports.lifecycle import About

from .errors import PluginError, guarded


class Slot:
    """Where the one value lives that lasts as long as the instance."""

    def __init__(self, plugin: type) -> None:
        self.plugin = plugin
        self.value: Optional[Any] = None

    def current(self) -> Any:
        if self.value is None:
            raise PluginError("not-configured", "a stage came before configure")
        return self.value


def lifecycle(slot: Slot, name: str, version: str, stages: List[str]) -> type:
    """The class `Lifecycle` that every component exports."""

    class Lifecycle:
        def describe(self) -> About:
            return About(name, version, stages)

        def configure(self) -> None:
            with guarded():
                slot.value = slot.plugin()

    return Lifecycle
