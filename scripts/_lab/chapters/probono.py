"""Help asked for, and what came of it. The offers of hours are in the chapters of credits."""

from scripts._lab.chapters.credit import ALKOURA, CLINIC, LISBON
from scripts._lab.help_stage import (
    Request,
    agree,
    carry_out,
    contest,
    deliver,
    in_redemption,
    request,
)
from scripts._lab.stage import Stage, redemption


def given(stage: Stage) -> None:
    """Help that was given burns credits: confirmed by who was helped, or, where that one is silent, by time."""
    cast = stage.cast
    statutes = Request("seville-statutes", cast.seville, CLINIC, 5, start=-37, deliver_by=-25)
    agree(stage, statutes, -40.5, -39)
    deliver(stage, -34, statutes, 4)
    in_redemption(stage, -32, "Seville confirms, one hour comes back:", cast.seville, statutes, "confirmHelp")
    website = Request("seville-website", cast.seville, ALKOURA, 2, start=-28, deliver_by=-12)
    agree(stage, website, -30, -29)
    deliver(stage, -24, website, 2)
    carry_out(stage, -9.5, website, "confirmHelp")


def not_given(stage: Stage) -> None:
    """Without help all credits come back: no answer, no, canceled, nobody came, or nothing was done in time."""
    cast = stage.cast
    export = Request("tunis-export", cast.tunis_new, ALKOURA, 3, start=-35, deliver_by=-20)
    request(stage, -38, export)
    carry_out(stage, -34.9, export, "expire")
    accounts = Request("lisbon-accounts", cast.lisbon, ALKOURA, 4, start=-34, deliver_by=-20)
    agree(stage, accounts, -37, -36)
    reason = stage.library.reason(accounts.name)
    in_redemption(stage, -33.9, "Lisbon waits in vain, a no-show:", cast.lisbon, accounts, "reportNoShow", reason)
    carry_out(stage, -19, accounts, "expire")
    court = Request("seville-court", cast.seville, CLINIC, 2, start=-18, deliver_by=-10)
    request(stage, -22, court)
    in_redemption(stage, -21, "Athens law clinic, which goes to no court, declines", cast.clinic, court, "declineHelp")
    choir = Request("lisbon-choir", cast.lisbon, CLINIC, 2, start=-12, deliver_by=-5)
    agree(stage, choir, -15, -14)
    in_redemption(stage, -13, "Lisbon needs it no more and cancels", cast.lisbon, choir, "cancelHelp")
    loan = Request("tunis-loan", cast.tunis_new, ALKOURA, 2, start=-15, deliver_by=-8)
    agree(stage, loan, -18, -17)
    carry_out(stage, -7.5, loan, "expire")


def contested(stage: Stage) -> None:
    """Six hours said, four given: both sign for four. Three hours said: the arbiter finds two."""
    cast = stage.cast
    lease = Request("tunis-lease", cast.tunis_new, CLINIC, 6, start=-30, deliver_by=-15)
    agree(stage, lease, -33, -32)
    deliver(stage, -26, lease, 6)
    contest(stage, -24, lease)
    title = "the law clinic and the Tunis union both sign for four hours of tunis-lease"
    stage.settle(-20, title, redemption(lease.name), 4, (cast.clinic, cast.tunis_new))
    label = Request("nablus-label", cast.nablus, LISBON, 3, start=-23, deliver_by=-12)
    agree(stage, label, -25, -24)
    deliver(stage, -20, label, 3)
    contest(stage, -18, label)
    ruling = 2, stage.library.reason("nablus-label-ruling")
    in_redemption(stage, -14, "Arbiter finds two hours of help in", cast.arbiter, label, "rule", *ruling)


def under_way(stage: Stage) -> None:
    """Help that waits for somebody today: for an answer, for its day, for the hours, for a word of who was helped."""
    cast = stage.cast
    request(stage, -2, Request("seville-archive", cast.seville, LISBON, 2, start=5, deliver_by=20))
    agree(stage, Request("nablus-contract", cast.nablus, CLINIC, 3, start=3, deliver_by=40), -6, -5)
    agree(stage, Request("lisbon-ledger", cast.lisbon, ALKOURA, 2, start=-3, deliver_by=15), -10, -9)
    grant = Request("tunis-grant", cast.tunis_new, LISBON, 2, start=-7, deliver_by=10)
    agree(stage, grant, -9, -8)
    deliver(stage, -2.5, grant, 2)


CHAPTERS = (given, not_given, contested, under_way)
