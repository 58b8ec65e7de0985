"""How pages get on with a relay that is busy, silent or says no: module web/wallet/gasless.js against a relay of words.

├── giving: a refusal is said at once; an act of the account under way is told apart, with its id; no answer is asked
│   again with growing pauses, and in the end nobody says that nothing was sent
├── waiting for another act: not at all if it is over or unknown; else told once a question, with bounded pauses
└── the carrier: a relay that is away for a while is waited for
"""

from typing import Any, Final

import pytest

from relay.problems import REQUEST_WAITING, WRONG_NONCE
from tests.web.running import run

ID: Final = "0x" + "a" * 64
OTHER: Final = "0x" + "b" * 64
ACCEPTED: Final = {"status": 202, "body": {"id": ID, "state": "accepted", "tx_hash": None}}
SENT: Final = {"status": 200, "body": {"id": ID, "state": "sent", "tx_hash": "0x77"}}
MINED: Final = {"status": 200, "body": {"id": ID, "state": "mined", "tx_hash": "0x77"}}
REFUSED: Final = {"status": 200, "body": {"id": ID, "state": "refused", "tx_hash": None, "reason": "it expired"}}
UNKNOWN: Final = {"status": 404, "body": {"type": "/problems/unknown-request", "title": "There is no such request"}}
QUOTA: Final = {"status": 429, "body": {"type": "/problems/quota-used", "detail": "40 requests were made today"}}
POOR: Final = {"status": 503, "body": {"type": "/problems/out-of-balance", "detail": "the relay is out of ether"}}
BUSY: Final = {"status": 409, "body": {"type": REQUEST_WAITING.path, "detail": "wait", "id": OTHER}}
PASSED: Final = {"status": 409, "body": {"type": WRONG_NONCE.path, "detail": "nonce", "nonce": "4"}}
AWAY: Final = None
PROXY: Final = {"status": 502, "body": None}

SCRIPT = """
import { carrierOf, isDone, lastOf, relayed } from "./web/wallet/gasless.js";
import { readFileSync } from "node:fs";
const { step, answers } = JSON.parse(readFileSync(0, "utf8"));
const [asked, pauses, kept] = [[], [], new Map()];
let told = 0;
globalThis.localStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
globalThis.setTimeout = (then, pause) => (pauses.push(pause), queueMicrotask(then));
globalThis.fetch = async (url, options) => {
  asked.push(`${options?.method ?? "GET"} ${url}`);
  const answer = answers.length > 1 ? answers.shift() : answers[0];
  if (!answer) throw new TypeError("fetch failed");
  const json = async () => answer.body ?? JSON.parse("<html>");
  return { ok: answer.status < 300, status: answer.status, json };
};
const relay = { url: "https://relay.example.org", forwarder: "0x0" };
const steps = {
  give: () => relayed(relay, { from: "0xAB", data: "0x" }),
  wait: () => isDone(relay, "BB", () => told++),
  carrier: () => carrierOf(relay, "AA"),
};
const result = await steps[step]().catch((error) => ({
  error: error.constructor.name.replace(/^_/, ""), other: error.other, detail: error.message,
}));
console.log(JSON.stringify({ result, asked, pauses, told, last: lastOf("0xab") }));
"""


def play(step: str, *answers: dict[str, Any] | None) -> dict[str, Any]:
    """Take a step against these answers of the relay; the last one again and again."""
    done: dict[str, Any] = run(SCRIPT, {"step": step, "answers": answers})
    return done


@pytest.mark.parametrize(
    ("answer", "error", "detail"),
    [(QUOTA, "RelayRefused", "40 requests were made today"), (POOR, "RelayDown", "relay down")],
)
def test_give__refused__is_said_at_once(answer: dict[str, Any], error: str, detail: str) -> None:
    done = play("give", answer)

    assert (done["result"]["error"], done["result"]["detail"]) == (error, detail)
    assert (len(done["asked"]), done["pauses"], done["last"]) == (1, [], None)


@pytest.mark.parametrize(("answer", "other"), [(BUSY, OTHER), (PASSED, None)])
def test_give__while_another_act_is_under_way__names_it(answer: dict[str, Any], other: str | None) -> None:
    done = play("give", answer)

    assert done["result"]["error"] == "RelayBusy"
    assert done["result"]["other"] == other
    assert (len(done["asked"]), done["last"]) == (1, None)


@pytest.mark.parametrize("silence", [AWAY, PROXY], ids=["away", "proxy"])
def test_give__never_answered__does_not_say_that_nothing_was_sent(silence: dict[str, Any] | None) -> None:
    done = play("give", silence)

    assert done["result"]["error"] == "RelaySilent"
    assert done["pauses"] == sorted(done["pauses"])
    assert 20_000 < sum(done["pauses"]) < 60_000


def test_give__answered_late__is_one_request() -> None:
    done = play("give", AWAY, PROXY, ACCEPTED)

    assert done["result"] == done["last"] == ID
    assert done["asked"] == ["POST https://relay.example.org/relay"] * 3


@pytest.mark.parametrize("answer", [MINED, REFUSED, UNKNOWN])
def test_wait__for_what_is_over_or_unknown__is_not_told(answer: dict[str, Any]) -> None:
    done = play("wait", answer)

    assert (done["result"], done["told"], done["pauses"]) == (True, 0, [])


def test_wait__for_what_is_under_way__asks_until_it_is_over() -> None:
    done = play("wait", ACCEPTED, SENT, SENT, MINED)

    assert (done["result"], done["told"]) == (True, 3)
    assert done["asked"] == ["GET https://relay.example.org/relay/BB"] * 4
    assert done["pauses"] == sorted(done["pauses"])


def test_wait__too_long__ends() -> None:
    done = play("wait", SENT)

    assert done["result"] is False
    assert 60_000 < sum(done["pauses"]) < 120_000


def test_wait__with_a_relay_that_went_away__says_so() -> None:
    assert play("wait", SENT, AWAY)["result"]["error"] == "RelayDown"


def test_carrier__refused_after_all__is_said() -> None:
    done = play("carrier", ACCEPTED, REFUSED)

    assert (done["result"]["error"], done["result"]["detail"]) == ("RelayRefused", "it expired")


def test_carrier__of_a_relay_that_is_away_for_a_while__is_waited_for() -> None:
    assert play("carrier", ACCEPTED, AWAY, AWAY, SENT)["result"] == "0x77"
    assert play("carrier", ACCEPTED, AWAY)["result"]["error"] == "RelaySilent"
