"""How a process writes its log: lines for people, or one JSON object a line for programs."""

import json
import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum


class LogFormat(StrEnum):
    """Forms of the log."""

    TEXT = "text"
    JSON = "json"


class JsonFormatter(logging.Formatter):
    """One JSON object for each record: time, level, logger, message, noted facts, and the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = {"time": at, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        fields |= getattr(record, "facts", {})
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps(fields)


class TextFormatter(logging.Formatter):
    """One line for people, with the noted facts behind the message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        facts = getattr(record, "facts", {})
        return " ".join([super().format(record), *(f"{name}={value}" for name, value in facts.items() if value != "")])


def set_up(form: LogFormat, quiet: Iterable[str] = ()) -> None:
    """Log to standard error in the wanted form.

    Args:
        form: Of each line.
        quiet: Names of loggers that tell too much; only what goes wrong there is logged.
    """
    handler = logging.StreamHandler()
    text = TextFormatter("%(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonFormatter() if form is LogFormat.JSON else text)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in quiet:
        logging.getLogger(name).setLevel(logging.WARNING)


def note(log: logging.Logger, message: str, level: int = logging.INFO, **facts: object) -> None:
    """Log a message with the facts that a program would search for."""
    log.log(level, message, extra={"facts": facts})
