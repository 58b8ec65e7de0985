"""A line of the log
as text: level, logger and message, and behind them the facts that were noted and are not empty
as JSON: one object, with the time in UTC, the facts, and the traceback if there is one
from a logger that is to be quiet: only from a warning on
"""

import json
import logging
from collections.abc import Iterator

import pytest

from serving.logs import LogFormat, note, set_up

LOG = logging.getLogger("ours.part")


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Leave the handlers of other tests as they are."""
    before, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = before
    logging.root.setLevel(level)
    logging.getLogger("theirs").setLevel(logging.NOTSET)


def line(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the only line that was logged."""
    (told,) = capsys.readouterr().err.splitlines()
    return told


def test_log__as_json__is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(LogFormat.JSON)
    try:
        int("odd\nnumber")
    except ValueError:
        LOG.exception("it %s", "failed")

    told = json.loads(line(capsys))
    assert (told["level"], told["logger"], told["message"]) == ("ERROR", "ours.part", "it failed")
    assert "ValueError: invalid literal" in told["traceback"]
    assert told["time"].endswith("+00:00")


def test_note__as_json__has_its_facts_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(LogFormat.JSON)
    note(LOG, "mined", logging.WARNING, id="0x12", block_number=7, reason="")

    told = json.loads(line(capsys))
    assert told.pop("time")
    assert told == {
        "level": "WARNING",
        "logger": "ours.part",
        "message": "mined",
        "id": "0x12",
        "block_number": 7,
        "reason": "",
    }


def test_note__as_text__has_its_facts_behind_the_message(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(LogFormat.TEXT)
    note(LOG, "mined", id="0x12", block_number=0, reason="")

    assert line(capsys) == "INFO ours.part: mined id=0x12 block_number=0"


def test_log__as_text_without_facts__is_the_message_alone(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(LogFormat.TEXT)
    LOG.info("taking %s", "documents")

    assert line(capsys) == "INFO ours.part: taking documents"


@pytest.mark.parametrize("form", LogFormat)
def test_log__of_a_quiet_logger__tells_only_what_goes_wrong(
    capsys: pytest.CaptureFixture[str], form: LogFormat
) -> None:
    set_up(form, quiet=["theirs"])
    logging.getLogger("theirs.part").info("a step")
    logging.getLogger("theirs.part").warning("a fall")

    assert "a fall" in line(capsys)
