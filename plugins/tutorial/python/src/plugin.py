"""subject-guard: judges messages by words in their subject and text. See ../../README.md."""

import re
from typing import Callable, List, Optional, TypeVar

from waxseal import config, kv, log, message, metrics, mime
from waxseal.filter import Filter, Outcome, PluginError, ServerError, export

DAY = 86400
"""How long a refused subject is remembered, in seconds."""
ENOUGH = 3
"""From so many words on, subject and text together, a message is quarantined."""
MOST_STRIKES = 1000

T = TypeVar("T")


def lower(text: str) -> str:
    """Makes ASCII letters small and leaves all others, as the server compares."""
    return "".join(c.lower() if c.isascii() else c for c in text)


def configured(key: str) -> List[str]:
    """The words of a value of the configuration, between commas."""
    words = (config.get(key) or "").split(",")
    return [word.strip(" ") for word in words if word.strip(" ")]


def number(text: Optional[str]) -> Optional[int]:
    """A number as decimal text."""
    if text is None or not re.fullmatch("[0-9]{1,4}", text) or int(text) > MOST_STRIKES:
        return None
    return int(text)


class SubjectGuard(Filter):
    def __init__(self) -> None:
        self.reject = configured("reject")
        self.quarantine = configured("quarantine")
        self.tag = configured("tag")
        self.body = configured("body")
        if not (self.reject or self.quarantine or self.tag or self.body):
            raise PluginError("no-words", "set at least one of reject, quarantine, tag and body")
        strikes = number(config.get("strikes") or "0")
        if strikes is None:
            raise PluginError("bad-strikes", "strikes must be a number from 0 to 1000")
        self.strikes = strikes
        self.subject_words = 0

    def remember(self, sender: str, work: Callable[[str], T]) -> Optional[T]:
        """Runs what counts a sender's refusals, where somebody counts. Without memory work goes on."""
        if self.strikes == 0 or not sender:
            return None
        try:
            return work(lower(f"strikes:{sender}"))
        except ServerError as error:
            log.warn("refusals are not remembered", error=error.kind)
            return None

    def on_mail(self, sender, params):
        self.subject_words = 0
        refused = number(self.remember(sender, kv.get_text))
        if refused is None or refused < self.strikes:
            return None
        metrics.count("refused", stage="mail")
        return Outcome.reject(550, "5.7.1", "too many refused subjects")

    def refuse(self, word: str) -> Outcome:
        sender = message.sender()
        self.remember(sender, lambda key: kv.incr(key, 1, DAY))
        log.info("subject refused", word=word, sender=sender)
        metrics.count("refused", stage="headers")
        return Outcome.reject(550, "5.7.1", f'the subject holds "{word}"')

    def on_headers(self):
        subject = message.header("Subject")
        if subject is None:
            return None
        subject = lower(subject)

        def held(words: List[str]) -> List[str]:
            return [word for word in words if lower(word) in subject]

        for word in held(self.reject):
            return self.refuse(word)
        bad, odd = held(self.quarantine), held(self.tag)
        outcome = Outcome.next()
        if bad:
            outcome = Outcome.quarantine("the subject holds " + ", ".join(bad))
        for word in bad:
            outcome.score("SUBJECT_WORD", 3.0, word)
        for word in odd:
            outcome.score("SUBJECT_WORD", 1.0, word)
        self.subject_words = len(bad) + len(odd)
        if self.subject_words:
            metrics.count("words", self.subject_words, place="subject")
            outcome.tag("subject-guard").insert_header(0, "X-Subject-Guard", ", ".join(bad + odd))
        return outcome

    def on_message(self):
        if not self.body:
            return None
        # The server searches; a loop over octets would be slow here.
        texts = [part for part in mime.parts() if part.content_type.startswith("text/")]
        found = [mime.find(part.index, self.body) for part in texts]
        words = [w for i, w in enumerate(self.body) if any(held[i] for held in found)]
        if not words:
            return None
        metrics.count("words", len(words), place="text")
        together = self.subject_words + len(words)
        outcome = Outcome.next()
        if together >= ENOUGH:
            outcome = Outcome.quarantine(f"{together} words found")
        for word in words:
            outcome.score("BODY_WORD", 1.0, word)
        return outcome


Lifecycle, FilterHooks = export(
    SubjectGuard, "subject-guard", "1.0.0", ["mail", "headers", "message"]
)
