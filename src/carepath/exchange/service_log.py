"""Logs of the service: one JSON object on a line, made of names and numbers that are known to hold no patient.

No message of an exception is written, for it may repeat what was sent: only its type and where it was raised.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import traceback
from pathlib import Path

LOGGER = logging.getLogger("carepath.service")
#: The fields that a line may have beside time, level and event; anything else is left out.
FIELDS = frozenset(
    {
        "call",
        "route",
        "service",
        "status",
        "milliseconds",
        "bytes",
        "cards",
        "codes",
        "client",
        "reason",
        "error",
        "raised",
        "edition",
        "content_hash",
        "address",
        "at",
        "items",
    }
)
#: Loggers whose messages hold nothing of a call; of any other only the name is written.
_OURS = ("carepath.service", "uvicorn")


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; of another program's record its name, of an exception its type and place."""
        line: dict[str, object] = {
            "time": dt.datetime.fromtimestamp(record.created, tz=dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage() if record.name.startswith(_OURS) and not record.exc_info else record.name,
        }
        fields = getattr(record, "fields", {})
        line |= {name: fields[name] for name in sorted(FIELDS & set(fields)) if fields[name] is not None}
        if record.exc_info and record.exc_info[1] is not None:
            line |= where_raised(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True)


def log(event: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Writes a line.

    Args:
        event: what happened, in a word or two; never a text from outside.
        level: as ``logging`` has it.
        fields: names and numbers; those that ``FIELDS`` does not have are left out.
    """
    LOGGER.log(level, event, extra={"fields": fields})


def where_raised(error: BaseException) -> dict[str, object]:
    """The type of an error and the line that raised it, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return {"error": type(error).__name__, "raised": place}


def log_settings(level: str = "INFO") -> dict[str, object]:
    """Settings for ``logging.config.dictConfig``: everything as lines of JSON on standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "carepath.exchange.service_log.JsonLines"}},
        "handlers": {"json": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["json"], "level": "WARNING"},
        "loggers": {
            "carepath.service": {"handlers": ["json"], "level": level, "propagate": False},
            "uvicorn": {"handlers": ["json"], "level": "WARNING", "propagate": False},
        },
    }
