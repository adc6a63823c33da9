"""Requests over HTTP and HTTPS. Granted as `http = ["https://api.example.com/v1/"]`."""

import json
from typing import Any, Dict, Optional, Union

from wit_world.imports import http as _http

from .errors import asking
from .outcome import octets


class Response:
    """A response; names of fields are in lower case."""

    def __init__(self, response: _http.Response) -> None:
        self.status: int = response.status
        self.headers: Dict[str, str] = dict(response.headers)
        self.body: bytes = response.body

    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def send(
    method: str,
    url: str,
    headers: Optional[Dict[str, str]] = None,
    body: Union[str, bytes, Any] = b"",
    timeout_ms: int = 0,
) -> Response:
    """Sends a request and waits for the whole response. What is neither text nor octets is sent as
    JSON. Raises `ServerError`."""
    fields = dict(headers or {})
    if not isinstance(body, (str, bytes)):
        body = json.dumps(body)
        fields.setdefault("content-type", "application/json")
    request = _http.Request(method, url, list(fields.items()), octets(body), timeout_ms)
    with asking("http"):
        return Response(_http.send(request))
