"""What goes wrong: in the plugin, and at the server."""

from contextlib import contextmanager
from typing import Iterator, Optional

from componentize_py_types import Err
from wit_world.imports import log
from wit_world.imports.types import PluginError as WitError


class PluginError(Exception):
    """The plugin could not do its work; the administrator's policy answers for it.

    `code` is a short name for counting, for example `no-database`; `retryable` says whether trying
    again may help.
    """

    def __init__(self, code: str, message: str, retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = retryable


class ServerError(Exception):
    """The server did not do what was asked of it; uncaught, it becomes a plugin error.

    `kind` is what the interface calls it, for example `denied`.
    """

    def __init__(self, service: str, kind: str, detail: Optional[str] = None) -> None:
        super().__init__(f"{service}: {kind}" + ("" if detail is None else f": {detail}"))
        self.service = service
        self.kind = kind


def _dashed(name: str) -> str:
    """`TooLarge` as `too-large`."""
    return "".join("-" + c.lower() if c.isupper() else c for c in name).lstrip("-")


@contextmanager
def asking(service: str) -> Iterator[None]:
    """Turns the errors that a call to the server raises into `ServerError`."""
    try:
        yield
    except Err as error:
        kind = _dashed(type(error.value).__name__.removeprefix("Error_"))
        raise ServerError(service, kind, getattr(error.value, "value", None)) from None


def _described(error: BaseException) -> WitError:
    if isinstance(error, PluginError):
        return WitError(error.code, error.message, error.retryable)
    # The place, without the lines of the source, which the component does not hold.
    trace = error.__traceback__
    place = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f" at {code.co_filename}:{trace.tb_lineno} ({code.co_name})"
        trace = trace.tb_next
    log.write(log.Level.ERROR, f"{type(error).__name__}: {error}{place}", [])
    if isinstance(error, ServerError):
        retryable = error.kind not in ("denied", "too-large")
        return WitError(f"{error.service}-{error.kind}", str(error), retryable)
    return WitError("exception", f"{type(error).__name__}: {error}", False)


@contextmanager
def guarded() -> Iterator[None]:
    """Whatever a stage raises becomes a plugin error; what nobody meant to raise is logged."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - a trap would say nothing of its cause
        raise Err(_described(error)) from None
