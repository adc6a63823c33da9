"""What the administrator wrote under `[plugin.config]`, and secrets."""

import json
from typing import Any, Optional

from wit_world.imports import config as _config


def get(key: str) -> Optional[str]:
    """A value at the top: text as it is, anything else as JSON."""
    return _config.get(key)


def table() -> Any:
    """The whole table."""
    return json.loads(_config.raw_json())


def secret(name: str) -> Optional[str]:
    """A secret that was granted."""
    return _config.secret(name)
