"""Credits: the programmes that issue them against promised hours, and who gave them to whom."""

from scripts._lab.help_stage import Hours, promise
from scripts._lab.stage import Stage, entity, hours, programme
from scripts._lab.wallets import Cast, Wallet

LISBON = Hours("lisbon", Cast.lisbon, 60, until=117)
ALKOURA = Hours("alkoura", Cast.alkoura, 40, until=118)
CLINIC = Hours("clinic", Cast.clinic, 24, until=100)
CLINIC_SUMMER = Hours("clinic-summer", Cast.clinic, 15, until=-16)
LISBON_AUTUMN = Hours("lisbon-autumn", Cast.lisbon, 25, until=150)


def programmes(stage: Stage) -> None:
    """Of three programmes two issue credits, which travel among verified accounts."""
    cast = stage.cast
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


def capacity(stage: Stage) -> None:
    """An issue is refused because too few hours are promised; after the law clinic's promise it is not.

    When the clinic's short offer is over, fewer hours are promised than there are credits. Nobody loses any; Lisbon's
    second promise makes room for new ones.
    """
    cast = stage.cast
    promises = {-83: LISBON, -82: ALKOURA, -49: CLINIC, -48.9: CLINIC_SUMMER, -3: LISBON_AUTUMN}
    for day, promised in promises.items():
        promise(stage, day, promised)
    oil = programme("sorting"), cast.nablus.address, hours("70"), stage.library.evidence("sorting-3")
    title = "Beitillu council issues 70 credits to Nablus soap works: 67.5 hours are left of those promised, refused"
    error = "InnovationCredit_AboveCapacity"
    stage.on(-57, title, lambda: stage.fail(cast.beitillu, error, "InnovationCredit", "issue", *oil))
    _issue(stage, -47.9, "sorting", cast.beitillu, cast.nablus, "70", "sorting-3")


CHAPTERS = (programmes, capacity)


def _open_programme(stage: Stage, day: float, name: str, issuer: str, cap: str) -> None:
    terms = entity(issuer), hours(cap), stage.at(day - 1), stage.at(day + 365), stage.library.purpose(name)
    title = f"Treasurer opens the programme {name}, {cap} hours"
    call = "InnovationCredit", "openProgramme", *terms
    stage.announced(day, 2, title, stage.cast.treasurer, *call, makes=programme(name))


def _issue(stage: Stage, day: float, name: str, issuer: Wallet, to: Wallet, amount: str, evidence: str) -> None:
    arguments = programme(name), to.address, hours(amount), stage.library.evidence(evidence)
    title = f"{issuer.name} issues {amount} credits to {to.name}"
    stage.act(day, title, issuer, "InnovationCredit", "issue", *arguments)


def _give(stage: Stage, day: float, giver: Wallet, to: Wallet, amount: str) -> None:
    title = f"{giver.name} gives {amount} credits to {to.name}"
    stage.act(day, title, giver, "InnovationCredit", "transfer", to.address, hours(amount))
