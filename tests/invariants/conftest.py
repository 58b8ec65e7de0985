"""The same lab and people as in tests/contracts."""

from tests.contracts.conftest import (
    as_treasurer,
    campaign_terms,
    create_campaign,
    crowdfunding,
    entities,
    euro,
    lab,
    match_funding,
    on_a_short_way,
    people,
    registry,
    verify,
)

__all__ = [
    "as_treasurer",
    "campaign_terms",
    "create_campaign",
    "crowdfunding",
    "entities",
    "euro",
    "lab",
    "match_funding",
    "on_a_short_way",
    "people",
    "registry",
    "verify",
]
