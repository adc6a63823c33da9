"""What a filter answers: one verdict, with edits and scores beside it."""

from typing import Optional, Union

from wit_world.imports import types

Text = Union[str, bytes]


def octets(text: Text) -> bytes:
    """A text as UTF-8; octets are left as they are."""
    return text.encode("utf-8", "replace") if isinstance(text, str) else text


class Outcome(types.Outcome):
    """Begins with a verdict, as in `Outcome.next().tag("seen").score("ODD", 1.5)`; each method answers
    the outcome itself."""

    def __init__(self, verdict: types.Verdict) -> None:
        super().__init__(verdict, [], [])

    @classmethod
    def next(cls) -> "Outcome":
        """No opinion; the next filter is asked."""
        return cls(types.Verdict_Next())

    @classmethod
    def accept(cls) -> "Outcome":
        """Fine: no later filter is asked at this stage."""
        return cls(types.Verdict_Accept())

    @classmethod
    def reject(cls, code: int, enhanced: Optional[str], text: str) -> "Outcome":
        """Refuse for good; the code is 500 to 559."""
        return cls(types.Verdict_Reject(types.Reply(code, enhanced, text)))

    @classmethod
    def defer(cls, code: int, enhanced: Optional[str], text: str) -> "Outcome":
        """Refuse for now; the code is 400 to 459."""
        return cls(types.Verdict_Defer(types.Reply(code, enhanced, text)))

    @classmethod
    def discard(cls) -> "Outcome":
        """Answer that the message was accepted, and forget it."""
        return cls(types.Verdict_Discard())

    @classmethod
    def quarantine(cls, why: str) -> "Outcome":
        """Accept into the Junk mailbox."""
        return cls(types.Verdict_Quarantine(why))

    @classmethod
    def hold(cls, why: str) -> "Outcome":
        """Accept and hold until an administrator releases the message."""
        return cls(types.Verdict_Hold(why))

    def add_header(self, name: str, value: Text) -> "Outcome":
        """Puts a field at the end of the header section."""
        return self.edit(types.Edit_AddHeader(types.Header(name, octets(value))))

    def insert_header(self, position: int, name: str, value: Text) -> "Outcome":
        """Puts a field before the one at this position; 0 is the top."""
        return self.edit(types.Edit_InsertHeader((position, types.Header(name, octets(value)))))

    def replace_header(self, name: str, number: int, value: Text) -> "Outcome":
        """Replaces the value of the field with this name and number (from 0)."""
        return self.edit(types.Edit_ReplaceHeader((name, number, octets(value))))

    def remove_header(self, name: str) -> "Outcome":
        """Removes all fields of this name."""
        return self.edit(types.Edit_RemoveHeader(name))

    def add_recipient(self, address: str) -> "Outcome":
        """Adds a recipient."""
        return self.edit(types.Edit_AddRecipient(address))

    def remove_recipient(self, address: str) -> "Outcome":
        """Removes a recipient."""
        return self.edit(types.Edit_RemoveRecipient(address))

    def set_sender(self, address: str) -> "Outcome":
        """Replaces the reverse-path; empty for the null reverse-path."""
        return self.edit(types.Edit_SetSender(address))

    def tag(self, tag: str) -> "Outcome":
        """Labels the message."""
        return self.edit(types.Edit_AddTag(tag))

    def edit(self, edit: types.Edit) -> "Outcome":
        """Adds any edit."""
        self.edits.append(edit)
        return self

    def score(self, symbol: str, points: float, note: Optional[str] = None) -> "Outcome":
        """A weight; positive speaks against the message."""
        self.scores.append(types.Score(symbol, points, note))
        return self
