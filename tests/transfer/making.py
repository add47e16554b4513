"""Files of messages, as another community would hand them over."""
import gzip
import json
from pathlib import Path
from typing import Any

START = 1_700_000_000


def message(id: int, **changes: Any) -> dict[str, Any]:
    """One message; a later id is a minute later."""
    return {
        "group": "Routing",
        "topic": "Prefix lists",
        "id": id,
        "author": "Ada",
        "ts": START + 60 * id,
        "html": f"<p>Message <strong>{id}</strong></p>",
    } | changes


def written(path: Path, *lines: dict[str, Any] | bytes, packed: bool = False) -> Path:
    """Write messages, and lines that are not, to ``path``."""
    rows = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    data = b"".join(row + b"\n" for row in rows)
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


def unseen(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""
