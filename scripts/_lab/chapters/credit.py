"""Hours of help that are promised, and the credits issued against them."""

from scripts._lab.stage import Stage, entity, hours, programme
from scripts._lab.wallets import Wallet

WEEK = 7 * 24 * 60 * 60


def programmes(stage: Stage) -> None:
    """Two providers promise hours; of three programmes two issue credits, which travel among verified accounts."""
    cast = stage.cast
    _offer_hours(stage, -83, "lisbon", cast.lisbon, 60)
    _offer_hours(stage, -82, "alkoura", cast.alkoura, 40)
    _open_programme(stage, -85, "sorting", "beitillu", "500")
    _open_programme(stage, -84.9, "mentoring", "alkoura", "200")
    _open_programme(stage, -84.8, "bread", "bakery", "20")
    _issue(stage, -60, "sorting", cast.beitillu, cast.yusra, "12.5", "sorting-1")
    _issue(stage, -59, "sorting", cast.beitillu, cast.lisbon, "20", "sorting-2")
    _issue(stage, -44, "mentoring", cast.alkoura, cast.tunis_new, "15", "mentoring-1")
    _issue(stage, -43, "mentoring", cast.alkoura, cast.seville, "7.25", "mentoring-2")
    _give(stage, -41, cast.yusra, cast.seville, "2.5")
    _give(stage, -39, cast.tunis_new, cast.clinic, "3")
    _give(stage, -38, cast.lisbon, cast.tiago, "4")


CHAPTERS = (programmes,)


def _open_programme(stage: Stage, day: float, name: str, issuer: str, cap: str) -> None:
    terms = entity(issuer), hours(cap), stage.at(day - 1), stage.at(day + 365), stage.library.purpose(name)
    title = f"Treasurer opens the programme {name}, {cap} hours"
    call = "InnovationCredit", "openProgramme", *terms
    stage.announced(day, 2, title, stage.cast.treasurer, *call, makes=programme(name))


def _issue(stage: Stage, day: float, name: str, issuer: Wallet, to: Wallet, amount: str, evidence: str) -> None:
    arguments = programme(name), to.address, hours(amount), stage.library.evidence(evidence)
    title = f"{issuer.name} issues {amount} credits to {to.name}"
    stage.act(day, title, issuer, "InnovationCredit", "issue", *arguments)


def _offer_hours(stage: Stage, day: float, name: str, provider: Wallet, amount: int) -> None:
    """What they offer is in their profile."""
    terms = amount, stage.at(day + 200) // WEEK * WEEK, stage.library.profile(name)
    title = f"{provider.name} promises {amount} hours of help"
    stage.act(day, title, provider, "ProBono", "offerHours", *terms)


def _give(stage: Stage, day: float, giver: Wallet, to: Wallet, amount: str) -> None:
    title = f"{giver.name} gives {amount} credits to {to.name}"
    stage.act(day, title, giver, "InnovationCredit", "transfer", to.address, hours(amount))
