"""Filters that learn from what users do with their messages."""

from typing import List, Tuple, Type

from wit_world.exports.mailbox_hooks import Moved, Place

from .errors import PluginError, ServerError, guarded
from .filter import Filter, hooks
from .glue import Slot, lifecycle
from .outcome import Outcome

__all__ = ["Learner", "Moved", "Outcome", "Place", "PluginError", "ServerError", "export"]


class Learner(Filter):
    """A filter with one stage more, `moved`."""

    def on_moved(self, event: Moved) -> None:
        """A message went from one mailbox to another."""


def export(
    plugin: Type[Learner], name: str, version: str, stages: List[str]
) -> Tuple[type, type, type]:
    """`Lifecycle, FilterHooks, MailboxHooks = export(MyLearner, "my-learner", "1.0.0", ["moved"])`"""
    slot = Slot(plugin)

    class MailboxHooks:
        def on_moved(self, event: Moved) -> None:
            with guarded():
                slot.current().on_moved(event)

    return lifecycle(slot, name, version, stages), hooks(slot), MailboxHooks
