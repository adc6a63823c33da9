"""Filters: a class whose methods are the stages of a session."""

from typing import Callable, List, Optional, Tuple, Type

from wit_world.imports import types

from .errors import PluginError, ServerError, guarded
from .glue import Slot, lifecycle
from .outcome import Outcome

__all__ = ["Filter", "Outcome", "PluginError", "ServerError", "export"]

Answer = Optional[types.Outcome]


class Filter:
    """A filter: one value for each session. `__init__` takes nothing, reads the configuration and may
    raise a `PluginError`, which refuses it. Stages that are not named to `export` are never called. A
    stage that answers None has no opinion."""

    def on_connect(self) -> Answer:
        """A client connected; nothing was said yet."""

    def on_helo(self, name: str) -> Answer:
        """After EHLO, HELO or LHLO, with its argument."""

    def on_auth(self, user: str, mechanism: str, success: bool) -> Answer:
        """After an attempt to authenticate, on every protocol."""

    def on_mail(self, sender: str, params: List[types.Param]) -> Answer:
        """After MAIL: a transaction begins. The null reverse-path is empty."""

    def on_rcpt(self, recipient: str, params: List[types.Param]) -> Answer:
        """After RCPT, for a recipient that the server would accept."""

    def on_headers(self) -> Answer:
        """The header section is complete; the body cannot be read yet."""

    def on_message(self) -> Answer:
        """The whole message is here."""

    def on_disconnect(self) -> None:
        """The session is over."""


def hooks(slot: Slot) -> type:
    """The class `FilterHooks` that filters and learners export."""

    def asked(stage: Callable[[Filter], Answer]) -> types.Outcome:
        with guarded():
            answer = stage(slot.current())
            return Outcome.next() if answer is None else answer

    class FilterHooks:
        def on_connect(self) -> types.Outcome:
            return asked(lambda plugin: plugin.on_connect())

        def on_helo(self, name: str) -> types.Outcome:
            return asked(lambda plugin: plugin.on_helo(name))

        def on_auth(self, user: str, mechanism: str, success: bool) -> types.Outcome:
            return asked(lambda plugin: plugin.on_auth(user, mechanism, success))

        def on_mail(self, sender: str, params: List[types.Param]) -> types.Outcome:
            return asked(lambda plugin: plugin.on_mail(sender, params))

        def on_rcpt(self, recipient: str, params: List[types.Param]) -> types.Outcome:
            return asked(lambda plugin: plugin.on_rcpt(recipient, params))

        def on_headers(self) -> types.Outcome:
            return asked(lambda plugin: plugin.on_headers())

        def on_message(self) -> types.Outcome:
            return asked(lambda plugin: plugin.on_message())

        def on_disconnect(self) -> None:
            slot.current().on_disconnect()

    return FilterHooks


def export(
    plugin: Type[Filter], name: str, version: str, stages: List[str]
) -> Tuple[type, type]:
    """`Lifecycle, FilterHooks = export(MyFilter, "my-filter", "1.0.0", ["headers"])`"""
    slot = Slot(plugin)
    return lifecycle(slot, name, version, stages), hooks(slot)
