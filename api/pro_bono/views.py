"""What an answer says about offers, redemptions and attestations, made of rows."""

from typing import Any

from api.case_acts import CaseAct, CaseActName, EscrowGates
from api.case_schemas import party
from api.pro_bono import acts, schemas
from api.pro_bono.queries import FoundOffer, FoundRedemption
from api.records import document_path, event_path, last_event, values_of
from indexer.store import cases
from indexer.store.models import Attestation


def offer_acts(found: FoundOffer, gates: EscrowGates, now: int) -> list[CaseAct]:
    """Return the acts on an offer."""
    return acts.of_offer(found.offer, found.provider, gates, now)


def offer_values(found: FoundOffer, gates: EscrowGates, now: int) -> dict[str, Any]:
    """Return what `schemas.Offer` takes."""
    row = found.offer
    requests = [act for act in offer_acts(found, gates, now) if act.name is CaseActName.REQUEST_HELP]
    computed = {
        "open": any(act.is_legal_at(now) for act in requests),
        "provider": party(found.provider),
        "hours_offered": row.offered,
        "hours_reserved": row.reserved,
        "hours_given": row.confirmed,
        "hours_free": cases.free_hours(row) if now < row.until else 0,
        "hours_open": cases.open_hours(row, now),
        "request_count": row.requests,
        "last_event": last_event(row),
        "links": schemas.OfferLinks(
            self=f"/v1/offers/{row.offer_id}",
            details=document_path(row.details_hash) or "",
            redemptions=f"/v1/redemptions?offer={row.offer_id}",
            events=f"/v1/events?offer={row.offer_id}",
            offering=event_path(row.offered_event_key),
        ),
    }
    return values_of(row) | computed


def redemption_acts(found: FoundRedemption, gates: EscrowGates, now: int) -> list[CaseAct]:
    """Return the acts on a redemption."""
    parties = acts.Parties(found.provider, found.beneficiary)
    return acts.of_redemption(found.redemption, found.offer, parties, gates, now)


def redemption_values(found: FoundRedemption, now: int) -> dict[str, Any]:
    """Return what `schemas.Redemption` takes."""
    row = found.redemption
    computed = {
        "state": cases.redemption_state_at(row, now),
        "state_ends_at": cases.redemption_ends_at(row, now),
        "ended": row.ended_at is not None,
        "provider": party(found.provider),
        "beneficiary": party(found.beneficiary),
        "last_event": last_event(row),
        "links": schemas.RedemptionLinks(
            self=f"/v1/redemptions/{row.redemption_id}",
            offer=f"/v1/offers/{row.offer_id}",
            need=document_path(row.need_hash) or "",
            evidence=document_path(row.evidence_hash),
            report=document_path(row.report_reason),
            contest=document_path(row.contest_reason),
            ruling=document_path(row.ruling_reason),
            attestation=f"/v1/attestations/{row.redemption_id}" if row.hours_given else None,
            events=f"/v1/events?redemption={row.redemption_id}",
            request=event_path(row.requested_event_key),
        ),
    }
    return values_of(row) | computed


def attestation_values(row: Attestation) -> dict[str, Any]:
    """Return what `schemas.Attestation` takes."""
    computed = {
        "last_event": last_event(row),
        "links": schemas.AttestationLinks(
            self=f"/v1/attestations/{row.redemption_id}",
            redemption=f"/v1/redemptions/{row.redemption_id}",
            provider=f"/v1/entities/{row.provider}",
            beneficiary=f"/v1/entities/{row.beneficiary}",
            need=document_path(row.need_hash),
            evidence=document_path(row.evidence_hash),
            event=event_path(row.attested_event_key),
        ),
    }
    return values_of(row) | computed
