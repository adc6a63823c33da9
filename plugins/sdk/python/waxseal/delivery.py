"""Delivery plugins: where accepted messages go."""

from typing import List, Optional, Tuple, Type, Union

from wit_world.exports import delivery_hooks as wit
from wit_world.imports.types import Reply

from .errors import PluginError, ServerError, guarded
from .glue import Slot, lifecycle
from .outcome import octets

__all__ = ["Action", "Delivery", "PluginError", "Result", "ServerError", "export"]


class Action:
    """What can be done with a message."""

    as_planned = wit.Action_AsPlanned
    discard = wit.Action_Discard
    forward = wit.Action_Forward
    transport = wit.Action_Transport
    retry_after = wit.Action_RetryAfter

    @staticmethod
    def keep(
        mailbox: Optional[str] = None,
        address: Optional[str] = None,
        imap_flags: Optional[List[str]] = None,
    ) -> wit.Action:
        """Append to a mailbox; by default the one that the server would choose."""
        return wit.Action_Keep(wit.KeepIn(address, mailbox, imap_flags or []))

    @staticmethod
    def respond(recipient: str, message: Union[str, bytes], sender: str = "") -> wit.Action:
        """Send a message of the plugin's own, by default with the null reverse-path."""
        return wit.Action_Respond(wit.Response(sender, recipient, octets(message)))

    @staticmethod
    def bounce(code: int, enhanced: Optional[str], text: str) -> wit.Action:
        """Fail for good and report it."""
        return wit.Action_Bounce(Reply(code, enhanced, text))


class Result:
    """What came of a delivery."""

    @staticmethod
    def delivered(text: Optional[str] = None) -> wit.TransportResult:
        """Done; the text is for the trace."""
        return wit.TransportResult_Delivered(text)

    @staticmethod
    def permanent(code: int, enhanced: Optional[str], text: str) -> wit.TransportResult:
        """Failed for good; the code is 500 to 559."""
        return wit.TransportResult_Permanent(Reply(code, enhanced, text))

    @staticmethod
    def temporary(code: int, enhanced: Optional[str], text: str) -> wit.TransportResult:
        """Failed for now; the code is 400 to 459."""
        return wit.TransportResult_Temporary(Reply(code, enhanced, text))


class Delivery:
    """One value for each call."""

    def route(self, recipient: str) -> Optional[List[wit.Action]]:
        """Where the message goes for this recipient; nothing is no opinion."""

    def deliver(self, recipient: str, attempt: int) -> wit.TransportResult:
        """Takes the message to the recipient, where this plugin is the transport."""
        raise PluginError("no-transport", "this plugin routes, it takes no messages")


def export(
    plugin: Type[Delivery], name: str, version: str, stages: List[str]
) -> Tuple[type, type]:
    """`Lifecycle, DeliveryHooks = export(MyDelivery, "my-delivery", "1.0.0", ["route"])`"""
    slot = Slot(plugin)

    class DeliveryHooks:
        def route(self, recipient: str) -> List[wit.Action]:
            with guarded():
                return slot.current().route(recipient) or []

        def deliver(self, recipient: str, attempt: int) -> wit.TransportResult:
            with guarded():
                return slot.current().deliver(recipient, attempt)

    return lifecycle(slot, name, version, stages), DeliveryHooks
