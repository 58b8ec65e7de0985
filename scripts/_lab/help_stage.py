"""What the chapters of pro-bono help are written in: offers, requests, and the usual acts on them."""

from dataclasses import dataclass

from scripts._lab.stage import CREDIT, Stage, offer, redemption
from scripts._lab.wallets import Wallet

WEEK = 7 * 24 * 60 * 60


@dataclass(frozen=True)
class Hours:
    """Hours to be promised until a week on or before the day `until` begins."""

    name: str
    provider: Wallet
    hours: int
    until: float


@dataclass(frozen=True)
class Request:
    """Help to be asked for; the need is named after it. Days are as in `Scene`."""

    name: str
    beneficiary: Wallet
    of: Hours
    hours: int
    start: float
    deliver_by: float


def promise(stage: Stage, day: float, promised: Hours) -> None:
    """Puts an offer on stage."""
    terms = promised.hours, stage.at(promised.until) // WEEK * WEEK, stage.library.offer(promised.name)
    title = f"{promised.provider.name} promises {promised.hours} hours of help"
    stage.act(day, title, promised.provider, "ProBono", "offerHours", *terms, makes=offer(promised.name))


def request(stage: Stage, day: float, asked: Request) -> None:
    """Puts a request on stage."""
    times, need = (stage.at(asked.start), stage.at(asked.deliver_by)), stage.library.need(asked.name)
    terms = offer(asked.of.name), asked.hours * CREDIT, *times, need
    title = f"{asked.beneficiary.name} asks {asked.of.provider.name} for {asked.hours} hours: {asked.name}"
    stage.act(day, title, asked.beneficiary, "ProBono", "requestHelp", *terms, makes=redemption(asked.name))


def accept(stage: Stage, day: float, asked: Request) -> None:
    """Puts the acceptance of a request on stage."""
    in_redemption(stage, day, f"{asked.of.provider.name} accepts", asked.of.provider, asked, "acceptHelp")


def agree(stage: Stage, asked: Request, requested: float, accepted: float) -> None:
    """Puts a request and its acceptance on stage."""
    request(stage, requested, asked)
    accept(stage, accepted, asked)


def deliver(stage: Stage, day: float, asked: Request, hours: int) -> None:
    """Puts a delivery on stage; its evidence is named after the request."""
    said = hours, stage.library.need(asked.name), stage.library.evidence(asked.name)
    what = f"{asked.of.provider.name} says that {hours} hours were given for"
    in_redemption(stage, day, what, asked.of.provider, asked, "deliverHelp", *said)


def contest(stage: Stage, day: float, asked: Request) -> None:
    """Puts the beneficiary's contest of a delivery on stage; the reason is named after the request."""
    reason = stage.library.reason(asked.name)
    in_redemption(stage, day, f"{asked.beneficiary.name} contests", asked.beneficiary, asked, "contest", reason)


def carry_out(stage: Stage, day: float, asked: Request, function: str) -> None:
    """Puts what time has decided on stage; anyone may call it."""
    what = "time confirms" if function == "confirmHelp" else "time ends"
    in_redemption(stage, day, what, stage.cast.relayer, asked, function)


def in_redemption(
    stage: Stage, day: float, what: str, wallet: Wallet, asked: Request, function: str, *arguments: object
) -> None:
    """Puts an act on a redemption on stage."""
    stage.act(day, f"{what} {asked.name}", wallet, "ProBono", function, redemption(asked.name), *arguments)
