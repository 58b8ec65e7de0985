"""Tables of the mirror: one per event, the read models, the indexer's progress and its operation.

Revision: 0001, after nothing. Made on 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

from indexer.store.columns import Uint256

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply it."""
    create_event_tables()
    create_read_models()
    create_progress()
    create_operations()


def downgrade() -> None:
    """Undo it."""
    for table in reversed(TABLES):
        op.drop_table(table)


def create_event_table(name: str, *arguments: sa.Column[object]) -> None:
    """Create the table of one event: where it stands, then its arguments."""
    op.create_table(
        name,
        sa.Column("event_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("block_time", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(66), nullable=False),
        sa.Column("tx_hash", sa.String(66), nullable=False),
        sa.Column("contract", sa.String(42), nullable=False),
        *arguments,
        sa.PrimaryKeyConstraint("event_key", name=f"pk_{name}"),
    )


def create_read_model(name: str, key: list[str], *columns: sa.Column[object]) -> None:
    """Create one read model: its columns, then which event changed a row last."""
    op.create_table(
        name,
        *columns,
        sa.Column("last_event_key", sa.BigInteger(), nullable=False),
        sa.Column("last_tx_hash", sa.String(66), nullable=False),
        sa.Column("last_log_index", sa.BigInteger(), nullable=False),
        sa.Column("last_block_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"),
    )


def create_event_tables() -> None:
    """Create one table for each event of each contract."""
    create_event_table(
        "entity_registry_account_changed",
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("old_account", sa.String(42), nullable=False),
        sa.Column("new_account", sa.String(42), nullable=False),
    )
    create_event_table(
        "entity_registry_account_proposed",
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("proposed_account", sa.String(42), nullable=False),
    )
    create_event_table(
        "entity_registry_authority_updated",
        sa.Column("authority", sa.String(42), nullable=False),
    )
    create_event_table(
        "entity_registry_entity_refused",
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(66), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "entity_registry_entity_registered",
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("kinds", sa.BigInteger(), nullable=False),
        sa.Column("profile_hash", sa.String(66), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "entity_registry_entity_revoked",
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(66), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "entity_registry_entity_suspended",
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("old_suspended_until", sa.BigInteger(), nullable=False),
        sa.Column("suspended_until", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(66), nullable=False),
    )
    create_event_table(
        "entity_registry_entity_verified",
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("kinds", sa.BigInteger(), nullable=False),
        sa.Column("verified_until", sa.BigInteger(), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "entity_registry_entry_paused",
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    create_event_table("entity_registry_entry_resumed")
    create_event_table(
        "entity_registry_profile_updated",
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("profile_hash", sa.String(66), nullable=False),
    )
    create_event_table(
        "entity_registry_recovery_started",
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("new_account", sa.String(42), nullable=False),
        sa.Column("finishable_at", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "entity_registry_recovery_vetoed",
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("new_account", sa.String(42), nullable=False),
        sa.Column("barred_until", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "innovation_credit_approval",
        sa.Column("owner", sa.String(42), nullable=False),
        sa.Column("spender", sa.String(42), nullable=False),
        sa.Column("value", Uint256(), nullable=False),
    )
    create_event_table(
        "innovation_credit_authority_updated",
        sa.Column("authority", sa.String(42), nullable=False),
    )
    create_event_table(
        "innovation_credit_credit_issued",
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("to", sa.String(42), nullable=False),
        sa.Column("issuer", sa.BigInteger(), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.Column("issued", Uint256(), nullable=False),
        sa.Column("evidence_hash", sa.String(66), nullable=False),
    )
    create_event_table("innovation_credit_eip712_domain_changed")
    create_event_table(
        "innovation_credit_entry_paused",
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    create_event_table("innovation_credit_entry_resumed")
    create_event_table(
        "innovation_credit_programme_closed",
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("issued", Uint256(), nullable=False),
    )
    create_event_table(
        "innovation_credit_programme_opened",
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("issuer", sa.BigInteger(), nullable=False),
        sa.Column("cap", Uint256(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("purpose_hash", sa.String(66), nullable=False),
    )
    create_event_table(
        "innovation_credit_transfer",
        sa.Column("from", sa.String(42), nullable=False),
        sa.Column("to", sa.String(42), nullable=False),
        sa.Column("value", Uint256(), nullable=False),
    )
    create_event_table(
        "crowdfunding_authority_updated",
        sa.Column("authority", sa.String(42), nullable=False),
    )
    create_event_table(
        "crowdfunding_campaign_approved",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("reviewer", sa.String(42), nullable=False),
        sa.Column("old_phase", sa.BigInteger(), nullable=False),
        sa.Column("new_phase", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "crowdfunding_campaign_canceled",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("old_phase", sa.BigInteger(), nullable=False),
        sa.Column("new_phase", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "crowdfunding_campaign_completed",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("old_phase", sa.BigInteger(), nullable=False),
        sa.Column("new_phase", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "crowdfunding_campaign_rejected",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("reviewer", sa.String(42), nullable=False),
        sa.Column("reason", sa.String(66), nullable=False),
        sa.Column("old_phase", sa.BigInteger(), nullable=False),
        sa.Column("new_phase", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "crowdfunding_campaign_submitted",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("organizer", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("terms_payout_account", sa.String(42), nullable=False),
        sa.Column("terms_currency", sa.String(42), nullable=False),
        sa.Column("terms_goal", Uint256(), nullable=False),
        sa.Column("terms_stretch_goal", Uint256(), nullable=False),
        sa.Column("terms_min_pledge", Uint256(), nullable=False),
        sa.Column("terms_opens_at", sa.BigInteger(), nullable=False),
        sa.Column("terms_deadline", sa.BigInteger(), nullable=False),
        sa.Column("terms_extension", sa.BigInteger(), nullable=False),
        sa.Column("terms_withdrawal_cutoff", sa.BigInteger(), nullable=False),
        sa.Column("terms_objection_window", sa.BigInteger(), nullable=False),
        sa.Column("terms_ruling_window", sa.BigInteger(), nullable=False),
        sa.Column("terms_territory", sa.String(18), nullable=False),
        sa.Column("terms_themes", sa.BigInteger(), nullable=False),
        sa.Column("terms_description_hash", sa.String(66), nullable=False),
        sa.Column("milestone_count", sa.BigInteger(), nullable=False),
        sa.Column("old_phase", sa.BigInteger(), nullable=False),
        sa.Column("new_phase", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "crowdfunding_campaign_terminated",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("rest_pledged", Uint256(), nullable=False),
        sa.Column("rest_unreleased", Uint256(), nullable=False),
        sa.Column("old_phase", sa.BigInteger(), nullable=False),
        sa.Column("new_phase", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "crowdfunding_currency_delisted",
        sa.Column("currency", sa.String(42), nullable=False),
    )
    create_event_table(
        "crowdfunding_currency_listed",
        sa.Column("currency", sa.String(42), nullable=False),
        sa.Column("decimals", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "crowdfunding_entry_paused",
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    create_event_table("crowdfunding_entry_resumed")
    create_event_table(
        "crowdfunding_funds_collected",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("payout_account", sa.String(42), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.Column("collected", Uint256(), nullable=False),
    )
    create_event_table(
        "crowdfunding_member_counted",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("backer", sa.String(42), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("members", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "crowdfunding_milestone_claimed",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("milestone", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("evidence_hash", sa.String(66), nullable=False),
        sa.Column("window_ends_at", sa.BigInteger(), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "crowdfunding_milestone_objected",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("milestone", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("objectors", sa.BigInteger(), nullable=False),
        sa.Column("objected_amount", Uint256(), nullable=False),
        sa.Column("objected_pools", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "crowdfunding_milestone_planned",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("milestone", sa.BigInteger(), nullable=False),
        sa.Column("share_bps", sa.BigInteger(), nullable=False),
        sa.Column("due_date", sa.BigInteger(), nullable=False),
        sa.Column("document_hash", sa.String(66), nullable=False),
    )
    create_event_table(
        "crowdfunding_milestone_released",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("milestone", sa.BigInteger(), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.Column("released", Uint256(), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "crowdfunding_milestone_ruled",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("milestone", sa.BigInteger(), nullable=False),
        sa.Column("arbiter", sa.String(42), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(66), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "crowdfunding_payout_account_changed",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("old_account", sa.String(42), nullable=False),
        sa.Column("new_account", sa.String(42), nullable=False),
    )
    create_event_table(
        "crowdfunding_pledge_made",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("backer", sa.String(42), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.Column("pledged", Uint256(), nullable=False),
        sa.Column("raised", Uint256(), nullable=False),
    )
    create_event_table(
        "crowdfunding_pledge_refunded",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("backer", sa.String(42), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.Column("refunded", Uint256(), nullable=False),
    )
    create_event_table(
        "crowdfunding_pledge_withdrawn",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("backer", sa.String(42), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.Column("raised", Uint256(), nullable=False),
        sa.Column("members", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "crowdfunding_stretch_goal_reached",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("raised", Uint256(), nullable=False),
        sa.Column("old_phase", sa.BigInteger(), nullable=False),
        sa.Column("new_phase", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "crowdfunding_update_posted",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("document_hash", sa.String(66), nullable=False),
    )
    create_event_table(
        "match_funding_authority_updated",
        sa.Column("authority", sa.String(42), nullable=False),
    )
    create_event_table(
        "match_funding_campaign_enrolled",
        sa.Column("pool_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("reserved", Uint256(), nullable=False),
    )
    create_event_table(
        "match_funding_entry_paused",
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    create_event_table("match_funding_entry_resumed")
    create_event_table(
        "match_funding_match_reclaimed",
        sa.Column("pool_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.Column("reclaimed", Uint256(), nullable=False),
    )
    create_event_table(
        "match_funding_match_released",
        sa.Column("pool_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("payout_account", sa.String(42), nullable=False),
        sa.Column("milestones", sa.BigInteger(), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.Column("paid", Uint256(), nullable=False),
    )
    create_event_table(
        "match_funding_match_reserved",
        sa.Column("pool_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("backer", sa.String(42), nullable=False),
        sa.Column("pledged", Uint256(), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.Column("reserved", Uint256(), nullable=False),
    )
    create_event_table(
        "match_funding_match_returned",
        sa.Column("pool_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("backer", sa.String(42), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.Column("reserved", Uint256(), nullable=False),
    )
    create_event_table(
        "match_funding_pool_funded",
        sa.Column("pool_id", sa.BigInteger(), nullable=False),
        sa.Column("funder", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.Column("funded_by_account", Uint256(), nullable=False),
        sa.Column("funded", Uint256(), nullable=False),
    )
    create_event_table(
        "match_funding_pool_opened",
        sa.Column("pool_id", sa.BigInteger(), nullable=False),
        sa.Column("manager", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("terms_currency", sa.String(42), nullable=False),
        sa.Column("terms_opens_at", sa.BigInteger(), nullable=False),
        sa.Column("terms_ends_at", sa.BigInteger(), nullable=False),
        sa.Column("terms_rule", sa.BigInteger(), nullable=False),
        sa.Column("terms_max_first_tranche_bps", sa.BigInteger(), nullable=False),
        sa.Column("terms_campaign_cap", Uint256(), nullable=False),
        sa.Column("terms_ratio_bps", sa.BigInteger(), nullable=False),
        sa.Column("terms_members_only", sa.Boolean(), nullable=False),
        sa.Column("terms_member_cap", Uint256(), nullable=False),
        sa.Column("terms_min_raised", Uint256(), nullable=False),
        sa.Column("terms_min_member_pledge", Uint256(), nullable=False),
        sa.Column("terms_min_members", sa.BigInteger(), nullable=False),
        sa.Column("terms_agreement_hash", sa.String(66), nullable=False),
    )
    create_event_table(
        "match_funding_pool_requested",
        sa.Column("pool_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
    )
    create_event_table(
        "match_funding_qualifying_members_changed",
        sa.Column("pool_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("old_members", sa.BigInteger(), nullable=False),
        sa.Column("new_members", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "match_funding_reservation_settled",
        sa.Column("pool_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("freed", Uint256(), nullable=False),
        sa.Column("reserved", Uint256(), nullable=False),
    )
    create_event_table(
        "marketplace_authority_updated",
        sa.Column("authority", sa.String(42), nullable=False),
    )
    create_event_table(
        "marketplace_eip712_domain_changed",
    )
    create_event_table(
        "marketplace_entry_paused",
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "marketplace_entry_resumed",
    )
    create_event_table(
        "marketplace_listed",
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("seller", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("terms_currency", sa.String(42), nullable=False),
        sa.Column("terms_price", Uint256(), nullable=False),
        sa.Column("terms_credit_price", Uint256(), nullable=False),
        sa.Column("terms_stock", sa.BigInteger(), nullable=False),
        sa.Column("terms_delivery_modes", sa.BigInteger(), nullable=False),
        sa.Column("terms_accept_window", sa.BigInteger(), nullable=False),
        sa.Column("terms_deliver_window", sa.BigInteger(), nullable=False),
        sa.Column("terms_confirm_window", sa.BigInteger(), nullable=False),
        sa.Column("terms_payout_account", sa.String(42), nullable=False),
        sa.Column("terms_description_hash", sa.String(66), nullable=False),
        sa.Column("terms_hash", sa.String(66), nullable=False),
    )
    create_event_table(
        "marketplace_listing_changed",
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "marketplace_order_accepted",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("window_ends_at", sa.BigInteger(), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "marketplace_order_disputed",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("reason", sa.String(66), nullable=False),
        sa.Column("window_ends_at", sa.BigInteger(), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "marketplace_order_ended",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("seller_bps", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "marketplace_order_handed_over",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("evidence_hash", sa.String(66), nullable=False),
        sa.Column("window_ends_at", sa.BigInteger(), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "marketplace_order_placed",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer", sa.String(42), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("money", Uint256(), nullable=False),
        sa.Column("credits", Uint256(), nullable=False),
        sa.Column("delivery_mode", sa.BigInteger(), nullable=False),
        sa.Column("address_hash", sa.String(66), nullable=False),
    )
    create_event_table(
        "marketplace_order_ruled",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("arbiter", sa.String(42), nullable=False),
        sa.Column("seller_bps", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(66), nullable=False),
    )
    create_event_table(
        "marketplace_part_paid",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver", sa.String(42), nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
    )
    create_event_table(
        "marketplace_price_updated",
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("price", Uint256(), nullable=False),
        sa.Column("credit_price", Uint256(), nullable=False),
        sa.Column("terms_hash", sa.String(66), nullable=False),
    )
    create_event_table(
        "marketplace_seller_payout_changed",
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("old_account", sa.String(42), nullable=False),
        sa.Column("new_account", sa.String(42), nullable=False),
    )
    create_event_table(
        "marketplace_settlements_voided",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("nonce", Uint256(), nullable=False),
    )
    create_event_table(
        "pro_bono_authority_updated",
        sa.Column("authority", sa.String(42), nullable=False),
    )
    create_event_table(
        "pro_bono_credits_returned",
        sa.Column("redemption_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("hours_returned", sa.BigInteger(), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "pro_bono_eip712_domain_changed",
    )
    create_event_table(
        "pro_bono_entry_paused",
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "pro_bono_entry_resumed",
    )
    create_event_table(
        "pro_bono_help_accepted",
        sa.Column("redemption_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("hours_reserved", sa.BigInteger(), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "pro_bono_help_attested",
        sa.Column("redemption_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.BigInteger(), nullable=False),
        sa.Column("beneficiary", sa.BigInteger(), nullable=False),
        sa.Column("hours_delivered", sa.BigInteger(), nullable=False),
        sa.Column("hours_returned", sa.BigInteger(), nullable=False),
        sa.Column("need_hash", sa.String(66), nullable=False),
        sa.Column("evidence_hash", sa.String(66), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "pro_bono_help_contested",
        sa.Column("redemption_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("reason", sa.String(66), nullable=False),
        sa.Column("window_ends_at", sa.BigInteger(), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "pro_bono_help_delivered",
        sa.Column("redemption_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("hours_delivered", sa.BigInteger(), nullable=False),
        sa.Column("need_hash", sa.String(66), nullable=False),
        sa.Column("evidence_hash", sa.String(66), nullable=False),
        sa.Column("window_ends_at", sa.BigInteger(), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "pro_bono_help_requested",
        sa.Column("redemption_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("beneficiary", sa.BigInteger(), nullable=False),
        sa.Column("payer", sa.String(42), nullable=False),
        sa.Column("hours_requested", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("deliver_by", sa.BigInteger(), nullable=False),
        sa.Column("need_hash", sa.String(66), nullable=False),
    )
    create_event_table(
        "pro_bono_help_ruled",
        sa.Column("redemption_id", sa.BigInteger(), nullable=False),
        sa.Column("arbiter", sa.String(42), nullable=False),
        sa.Column("hours_delivered", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(66), nullable=False),
    )
    create_event_table(
        "pro_bono_hours_offered",
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("hours_offered", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("details_hash", sa.String(66), nullable=False),
    )
    create_event_table(
        "pro_bono_no_show_reported",
        sa.Column("redemption_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("reporter", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(66), nullable=False),
        sa.Column("window_ends_at", sa.BigInteger(), nullable=False),
        sa.Column("old_state", sa.BigInteger(), nullable=False),
        sa.Column("new_state", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "pro_bono_offer_closed",
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("hours_removed", sa.BigInteger(), nullable=False),
        sa.Column("hours_reserved", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "pro_bono_settlements_voided",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("nonce", Uint256(), nullable=False),
    )
    create_event_table(
        "access_manager_operation_canceled",
        sa.Column("operation_id", sa.String(66), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "access_manager_operation_executed",
        sa.Column("operation_id", sa.String(66), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "access_manager_operation_scheduled",
        sa.Column("operation_id", sa.String(66), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        sa.Column("schedule", sa.BigInteger(), nullable=False),
        sa.Column("caller", sa.String(42), nullable=False),
        sa.Column("target", sa.String(42), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
    )
    create_event_table(
        "access_manager_role_admin_changed",
        sa.Column("role_id", Uint256(), nullable=False),
        sa.Column("admin", Uint256(), nullable=False),
    )
    create_event_table(
        "access_manager_role_grant_delay_changed",
        sa.Column("role_id", Uint256(), nullable=False),
        sa.Column("delay", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "access_manager_role_granted",
        sa.Column("role_id", Uint256(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("delay", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("new_member", sa.Boolean(), nullable=False),
    )
    create_event_table(
        "access_manager_role_guardian_changed",
        sa.Column("role_id", Uint256(), nullable=False),
        sa.Column("guardian", Uint256(), nullable=False),
    )
    create_event_table(
        "access_manager_role_label",
        sa.Column("role_id", Uint256(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
    )
    create_event_table(
        "access_manager_role_revoked",
        sa.Column("role_id", Uint256(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
    )
    create_event_table(
        "access_manager_target_admin_delay_updated",
        sa.Column("target", sa.String(42), nullable=False),
        sa.Column("delay", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
    )
    create_event_table(
        "access_manager_target_closed",
        sa.Column("target", sa.String(42), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
    )
    create_event_table(
        "access_manager_target_function_role_updated",
        sa.Column("target", sa.String(42), nullable=False),
        sa.Column("selector", sa.String(10), nullable=False),
        sa.Column("role_id", Uint256(), nullable=False),
    )
    create_event_table("erc2771_forwarder_eip712_domain_changed")
    create_event_table(
        "erc2771_forwarder_executed_forward_request",
        sa.Column("signer", sa.String(42), nullable=False),
        sa.Column("nonce", Uint256(), nullable=False),
        sa.Column("success", sa.Boolean(), nullable=False),
    )


def create_read_models() -> None:
    """Create the tables derived from events."""
    create_read_model(
        "entities",
        ["entity_id"],
        sa.Column("entity_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("kinds", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("profile_hash", sa.String(66), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("registered_event_key", sa.BigInteger(), nullable=False),
        sa.Column("verified_at", sa.BigInteger(), nullable=True),
        sa.Column("verified_until", sa.BigInteger(), nullable=False),
        sa.Column("suspended_until", sa.BigInteger(), nullable=False),
        sa.Column("refused_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(66), nullable=True),
        sa.Column("proposed_account", sa.String(42), nullable=True),
        sa.Column("recovery_account", sa.String(42), nullable=True),
        sa.Column("recovery_finishable_at", sa.BigInteger(), nullable=True),
        sa.Column("recovery_barred_until", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_entities_account", "entities", ["account"])
    create_read_model(
        "entity_accounts",
        ["entity_id", "since_event_key"],
        sa.Column("entity_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since_event_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_entity_accounts_account", "entity_accounts", ["account"])
    create_read_model(
        "programmes",
        ["programme_id"],
        sa.Column("programme_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("issuer", sa.BigInteger(), nullable=False),
        sa.Column("cap", Uint256(), nullable=False),
        sa.Column("issued", Uint256(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("purpose_hash", sa.String(66), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_event_key", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_programmes_issuer", "programmes", ["issuer"])
    create_read_model(
        "credit_balances",
        ["account"],
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("balance", Uint256(), nullable=False),
        sa.Column("received", Uint256(), nullable=False),
        sa.Column("sent", Uint256(), nullable=False),
        sa.Column("first_event_key", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_credit_balances_balance", "credit_balances", ["balance"])
    create_read_model(
        "credit_totals",
        ["id"],
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("issued", Uint256(), nullable=False),
        sa.Column("redeemed", Uint256(), nullable=False),
        sa.Column("supply", Uint256(), nullable=False),
        sa.Column("holders", sa.BigInteger(), nullable=False),
        sa.Column("transfers", sa.BigInteger(), nullable=False),
    )
    create_read_model(
        "currencies",
        ["currency"],
        sa.Column("currency", sa.String(42), nullable=False),
        sa.Column("decimals", sa.BigInteger(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("listed_at", sa.BigInteger(), nullable=False),
        sa.Column("delisted_at", sa.BigInteger(), nullable=True),
    )
    create_read_model(
        "campaigns",
        ["campaign_id"],
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organizer", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("payout_account", sa.String(42), nullable=False),
        sa.Column("currency", sa.String(42), nullable=False),
        sa.Column("goal", Uint256(), nullable=False),
        sa.Column("stretch_goal", Uint256(), nullable=False),
        sa.Column("min_pledge", Uint256(), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("extension", sa.BigInteger(), nullable=False),
        sa.Column("withdrawal_cutoff", sa.BigInteger(), nullable=False),
        sa.Column("objection_window", sa.BigInteger(), nullable=False),
        sa.Column("ruling_window", sa.BigInteger(), nullable=False),
        sa.Column("territory", sa.String(18), nullable=True),
        sa.Column("themes", sa.BigInteger(), nullable=False),
        sa.Column("description_hash", sa.String(66), nullable=False),
        sa.Column("milestone_count", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=False),
        sa.Column("submitted_event_key", sa.BigInteger(), nullable=False),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.Column("rejected_at", sa.BigInteger(), nullable=True),
        sa.Column("canceled_at", sa.BigInteger(), nullable=True),
        sa.Column("completed_at", sa.BigInteger(), nullable=True),
        sa.Column("terminated_at", sa.BigInteger(), nullable=True),
        sa.Column("terminated_by", sa.String(42), nullable=True),
        sa.Column("reviewer", sa.String(42), nullable=True),
        sa.Column("reason", sa.String(66), nullable=True),
        sa.Column("stretch_goal_reached_at", sa.BigInteger(), nullable=True),
        sa.Column("raised", Uint256(), nullable=False),
        sa.Column("released", Uint256(), nullable=False),
        sa.Column("collected", Uint256(), nullable=False),
        sa.Column("refunded", Uint256(), nullable=False),
        sa.Column("rest_pledged", Uint256(), nullable=False),
        sa.Column("backers", sa.BigInteger(), nullable=False),
        sa.Column("members", sa.BigInteger(), nullable=False),
        sa.Column("pools", sa.BigInteger(), nullable=False),
        sa.Column("current_milestone", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_campaigns_currency", "campaigns", ["currency"])
    op.create_index("ix_campaigns_last_event_key", "campaigns", ["last_event_key"])
    op.create_index("ix_campaigns_organizer", "campaigns", ["organizer"])
    op.create_index("ix_campaigns_territory", "campaigns", ["territory"])
    create_read_model(
        "milestones",
        ["campaign_id", "milestone"],
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("milestone", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("share_bps", sa.BigInteger(), nullable=False),
        sa.Column("due_date", sa.BigInteger(), nullable=False),
        sa.Column("document_hash", sa.String(66), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("window_ends_at", sa.BigInteger(), nullable=True),
        sa.Column("evidence_hash", sa.String(66), nullable=True),
        sa.Column("objectors", sa.BigInteger(), nullable=False),
        sa.Column("objected_amount", Uint256(), nullable=False),
        sa.Column("objected_pools", sa.BigInteger(), nullable=False),
        sa.Column("ruling", sa.String(32), nullable=True),
        sa.Column("ruled_at", sa.BigInteger(), nullable=True),
        sa.Column("ruled_by", sa.String(42), nullable=True),
        sa.Column("reason", sa.String(66), nullable=True),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("tranche", Uint256(), nullable=True),
    )
    create_read_model(
        "pledges",
        ["campaign_id", "backer"],
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("backer", sa.String(42), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.Boolean(), nullable=False),
        sa.Column("refunded_amount", Uint256(), nullable=False),
        sa.Column("refunded_at", sa.BigInteger(), nullable=True),
        sa.Column("pledged_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("first_event_key", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_pledges_backer", "pledges", ["backer"])
    op.create_index("ix_pledges_campaign_id_first_event_key", "pledges", ["campaign_id", "first_event_key"])
    create_read_model(
        "objections",
        ["campaign_id", "milestone", "attempt", "account"],
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("milestone", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("pools", sa.BigInteger(), nullable=False),
        sa.Column("objected_at", sa.BigInteger(), nullable=False),
        sa.Column("objected_event_key", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_objections_campaign_id_objected_event_key", "objections", ["campaign_id", "objected_event_key"])
    create_read_model(
        "updates",
        ["campaign_id", "posted_event_key"],
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("posted_event_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document_hash", sa.String(66), nullable=False),
        sa.Column("posted_at", sa.BigInteger(), nullable=False),
    )
    create_read_model(
        "pools",
        ["pool_id"],
        sa.Column("pool_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("manager", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("currency", sa.String(42), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("max_first_tranche_bps", sa.BigInteger(), nullable=False),
        sa.Column("campaign_cap", Uint256(), nullable=False),
        sa.Column("ratio_bps", sa.BigInteger(), nullable=False),
        sa.Column("members_only", sa.Boolean(), nullable=False),
        sa.Column("member_cap", Uint256(), nullable=False),
        sa.Column("min_raised", Uint256(), nullable=False),
        sa.Column("min_member_pledge", Uint256(), nullable=False),
        sa.Column("min_members", sa.BigInteger(), nullable=False),
        sa.Column("agreement_hash", sa.String(66), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_event_key", sa.BigInteger(), nullable=False),
        sa.Column("first_funder", sa.String(42), nullable=True),
        sa.Column("funded", Uint256(), nullable=False),
        sa.Column("reserved", Uint256(), nullable=False),
        sa.Column("paid", Uint256(), nullable=False),
        sa.Column("reclaimed", Uint256(), nullable=False),
        sa.Column("finished", Uint256(), nullable=False),
        sa.Column("open_reservations", sa.BigInteger(), nullable=False),
        sa.Column("campaigns", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_pools_currency", "pools", ["currency"])
    op.create_index("ix_pools_manager", "pools", ["manager"])
    create_read_model(
        "funders",
        ["pool_id", "entity_id"],
        sa.Column("pool_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("funded", Uint256(), nullable=False),
    )
    create_read_model(
        "fundings",
        ["pool_id", "account"],
        sa.Column("pool_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("funder", sa.BigInteger(), nullable=False),
        sa.Column("funded", Uint256(), nullable=False),
        sa.Column("reclaimed", Uint256(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("funded_at", sa.BigInteger(), nullable=False),
        sa.Column("reclaimed_at", sa.BigInteger(), nullable=True),
        sa.Column("first_event_key", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_fundings_account", "fundings", ["account"])
    create_read_model(
        "reservations",
        ["campaign_id", "pool_id"],
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pool_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("requested_by", sa.String(42), nullable=False),
        sa.Column("requested_event_key", sa.BigInteger(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=True),
        sa.Column("enrolled_by", sa.String(42), nullable=True),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("reserved", Uint256(), nullable=False),
        sa.Column("freed", Uint256(), nullable=False),
        sa.Column("paid", Uint256(), nullable=False),
        sa.Column("qualifying_members", sa.BigInteger(), nullable=False),
        sa.Column("backers", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_reservations_pool_id", "reservations", ["pool_id"])
    create_read_model(
        "matches",
        ["pool_id", "campaign_id", "backer"],
        sa.Column("pool_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("backer", sa.String(42), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("first_event_key", sa.BigInteger(), nullable=False),
        sa.Column("called_at", sa.BigInteger(), nullable=False),
        sa.Column("returned_at", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_matches_backer", "matches", ["backer"])
    op.create_index("ix_matches_campaign_id_first_event_key", "matches", ["campaign_id", "first_event_key"])
    create_read_model(
        "match_releases",
        ["pool_id", "campaign_id", "released_event_key"],
        sa.Column("pool_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("released_event_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("payout_account", sa.String(42), nullable=False),
        sa.Column("milestones", sa.BigInteger(), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=False),
    )
    create_read_model(
        "listings",
        ["listing_id"],
        sa.Column("listing_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seller", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("currency", sa.String(42), nullable=True),
        sa.Column("price", Uint256(), nullable=False),
        sa.Column("credit_price", Uint256(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.Column("delivery_modes", sa.BigInteger(), nullable=False),
        sa.Column("accept_window", sa.BigInteger(), nullable=False),
        sa.Column("deliver_window", sa.BigInteger(), nullable=False),
        sa.Column("confirm_window", sa.BigInteger(), nullable=False),
        sa.Column("payout_account", sa.String(42), nullable=False),
        sa.Column("description_hash", sa.String(66), nullable=False),
        sa.Column("terms_hash", sa.String(66), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("listed_at", sa.BigInteger(), nullable=False),
        sa.Column("listed_event_key", sa.BigInteger(), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_listings_currency", "listings", ["currency"])
    op.create_index("ix_listings_seller", "listings", ["seller"])
    create_read_model(
        "orders",
        ["order_id"],
        sa.Column("order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("seller", sa.BigInteger(), nullable=False),
        sa.Column("buyer", sa.String(42), nullable=False),
        sa.Column("currency", sa.String(42), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("money", Uint256(), nullable=False),
        sa.Column("credits", Uint256(), nullable=False),
        sa.Column("delivery_mode", sa.BigInteger(), nullable=False),
        sa.Column("address_hash", sa.String(66), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("placed_event_key", sa.BigInteger(), nullable=False),
        sa.Column("placed_tx_hash", sa.String(66), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("handed_over_at", sa.BigInteger(), nullable=True),
        sa.Column("evidence_hash", sa.String(66), nullable=True),
        sa.Column("disputed_at", sa.BigInteger(), nullable=True),
        sa.Column("dispute_reason", sa.String(66), nullable=True),
        sa.Column("window_ends_at", sa.BigInteger(), nullable=True),
        sa.Column("arbiter", sa.String(42), nullable=True),
        sa.Column("ruling_reason", sa.String(66), nullable=True),
        sa.Column("seller_bps", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(42), nullable=True),
        sa.Column("paid_parts", sa.BigInteger(), nullable=False),
        sa.Column("settlement_nonce", Uint256(), nullable=False),
    )
    op.create_index("ix_orders_buyer", "orders", ["buyer"])
    op.create_index("ix_orders_listing_id", "orders", ["listing_id"])
    op.create_index("ix_orders_placed_tx_hash", "orders", ["placed_tx_hash"])
    op.create_index("ix_orders_seller", "orders", ["seller"])
    create_read_model(
        "order_payments",
        ["order_id", "part"],
        sa.Column("order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("receiver", sa.String(42), nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.Column("paid_at", sa.BigInteger(), nullable=False),
        sa.Column("paid_event_key", sa.BigInteger(), nullable=False),
    )
    create_read_model(
        "money_escrows",
        ["currency"],
        sa.Column("currency", sa.String(42), nullable=False),
        sa.Column("held", Uint256(), nullable=False),
        sa.Column("paid_in", Uint256(), nullable=False),
        sa.Column("paid_out", Uint256(), nullable=False),
    )
    create_read_model(
        "credit_escrows",
        ["contract_name"],
        sa.Column("contract_name", sa.String(32), nullable=False),
        sa.Column("held", Uint256(), nullable=False),
        sa.Column("paid_in", Uint256(), nullable=False),
        sa.Column("paid_out", Uint256(), nullable=False),
        sa.Column("redeemed", Uint256(), nullable=False),
    )
    create_read_model(
        "offers",
        ["offer_id"],
        sa.Column("offer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("offered", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("confirmed", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("details_hash", sa.String(66), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.String(42), nullable=True),
        sa.Column("offered_at", sa.BigInteger(), nullable=False),
        sa.Column("offered_event_key", sa.BigInteger(), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_offers_provider", "offers", ["provider"])
    create_read_model(
        "capacity_weeks",
        ["until"],
        sa.Column("until", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
    )
    create_read_model(
        "redemptions",
        ["redemption_id"],
        sa.Column("redemption_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_until", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.BigInteger(), nullable=False),
        sa.Column("beneficiary", sa.BigInteger(), nullable=False),
        sa.Column("payer", sa.String(42), nullable=False),
        sa.Column("hours_requested", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("deliver_by", sa.BigInteger(), nullable=False),
        sa.Column("need_hash", sa.String(66), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("requested_event_key", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("hours_delivered", sa.BigInteger(), nullable=False),
        sa.Column("evidence_hash", sa.String(66), nullable=True),
        sa.Column("reported_at", sa.BigInteger(), nullable=True),
        sa.Column("reporter", sa.BigInteger(), nullable=True),
        sa.Column("report_reason", sa.String(66), nullable=True),
        sa.Column("contested_at", sa.BigInteger(), nullable=True),
        sa.Column("contest_reason", sa.String(66), nullable=True),
        sa.Column("window_ends_at", sa.BigInteger(), nullable=True),
        sa.Column("arbiter", sa.String(42), nullable=True),
        sa.Column("ruling_reason", sa.String(66), nullable=True),
        sa.Column("hours_given", sa.BigInteger(), nullable=False),
        sa.Column("hours_returned", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(42), nullable=True),
        sa.Column("settlement_nonce", Uint256(), nullable=False),
    )
    op.create_index("ix_redemptions_beneficiary", "redemptions", ["beneficiary"])
    op.create_index("ix_redemptions_offer_id", "redemptions", ["offer_id"])
    op.create_index("ix_redemptions_payer", "redemptions", ["payer"])
    op.create_index("ix_redemptions_provider", "redemptions", ["provider"])
    create_read_model(
        "attestations",
        ["redemption_id"],
        sa.Column("redemption_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider", sa.BigInteger(), nullable=False),
        sa.Column("beneficiary", sa.BigInteger(), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("hours_returned", sa.BigInteger(), nullable=False),
        sa.Column("need_hash", sa.String(66), nullable=True),
        sa.Column("evidence_hash", sa.String(66), nullable=True),
        sa.Column("attested_at", sa.BigInteger(), nullable=False),
        sa.Column("attested_event_key", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_attestations_beneficiary", "attestations", ["beneficiary"])
    op.create_index("ix_attestations_provider", "attestations", ["provider"])
    create_read_model(
        "entity_hours",
        ["entity_id"],
        sa.Column("entity_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("given", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
    )
    create_read_model(
        "roles",
        ["role_id"],
        sa.Column("role_id", Uint256(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("admin", Uint256(), nullable=False),
        sa.Column("guardian", Uint256(), nullable=False),
        sa.Column("grant_delay", sa.BigInteger(), nullable=False),
        sa.Column("grant_delay_since", sa.BigInteger(), nullable=False),
        sa.Column("previous_grant_delay", sa.BigInteger(), nullable=False),
    )
    create_read_model(
        "role_members",
        ["role_id", "account"],
        sa.Column("role_id", Uint256(), nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("delay", sa.BigInteger(), nullable=False),
        sa.Column("delay_since", sa.BigInteger(), nullable=False),
        sa.Column("previous_delay", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_role_members_account", "role_members", ["account"])
    create_read_model(
        "role_targets",
        ["target", "selector"],
        sa.Column("target", sa.String(42), nullable=False),
        sa.Column("selector", sa.String(10), nullable=False),
        sa.Column("role_id", Uint256(), nullable=False),
    )
    create_read_model(
        "targets",
        ["target"],
        sa.Column("target", sa.String(42), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("admin_delay", sa.BigInteger(), nullable=False),
        sa.Column("admin_delay_since", sa.BigInteger(), nullable=False),
        sa.Column("previous_admin_delay", sa.BigInteger(), nullable=False),
    )
    create_read_model(
        "operations",
        ["operation_id", "nonce"],
        sa.Column("operation_id", sa.String(66), nullable=False),
        sa.Column("nonce", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("caller", sa.String(42), nullable=False),
        sa.Column("target", sa.String(42), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("scheduled_at", sa.BigInteger(), nullable=False),
        sa.Column("executable_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
    )
    create_read_model(
        "lab_pauses",
        ["contract_name"],
        sa.Column("contract_name", sa.String(32), nullable=False),
        sa.Column("contract", sa.String(42), nullable=False),
        sa.Column("paused_at", sa.BigInteger(), nullable=False),
        sa.Column("paused_until", sa.BigInteger(), nullable=False),
        sa.Column("resumed_at", sa.BigInteger(), nullable=True),
    )
    create_read_model(
        "journals",
        ["contract_name"],
        sa.Column("contract_name", sa.String(32), nullable=False),
        sa.Column("contract", sa.String(42), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(54), nullable=False),
    )


def create_progress() -> None:
    """Create the tables of the indexer's own progress."""
    op.create_table(
        "blocks",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(66), nullable=False),
        sa.Column("parent_hash", sa.String(66), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_blocks"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("genesis_hash", sa.String(66), nullable=False),
        sa.Column("config_digest", sa.String(66), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(66), nullable=False),
        sa.Column("block_time", sa.BigInteger(), nullable=False),
        sa.Column("head_number", sa.BigInteger(), nullable=False),
        sa.Column("safe_number", sa.BigInteger(), nullable=False),
        sa.Column("finalized_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_checkpoint"),
    )
    op.create_table(
        "undo",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("table_name", sa.String(32), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("row", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("block_number", "table_name", "row_key", name="pk_undo"),
    )
    op.create_table(
        "quarantine",
        sa.Column("event_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("block_time", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(66), nullable=False),
        sa.Column("tx_hash", sa.String(66), nullable=False),
        sa.Column("contract", sa.String(42), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_key", name="pk_quarantine"),
    )


def create_operations() -> None:
    """Create the tables of one lab's operation."""
    op.create_table(
        "ops_reconciliations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(66), nullable=False),
        sa.Column("compared", sa.BigInteger(), nullable=False),
        sa.Column("differences", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ops_reconciliations"),
    )
    op.create_table(
        "ops_differences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reconciliation_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("field", sa.String(32), nullable=False),
        sa.Column("mirror", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ops_differences"),
    )
    op.create_table(
        "ops_currency_metadata",
        sa.Column("currency", sa.String(42), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("decimals", sa.BigInteger(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("currency", name="pk_ops_currency_metadata"),
    )
    op.create_table(
        "ops_indexer_status",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("activity", sa.String(32), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_error_at", sa.BigInteger(), nullable=True),
        sa.Column("reorgs", sa.BigInteger(), nullable=False),
        sa.Column("refetches", sa.BigInteger(), nullable=False),
        sa.Column("gaps", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ops_indexer_status"),
    )


TABLES = (
    "entity_registry_account_changed",
    "entity_registry_account_proposed",
    "entity_registry_authority_updated",
    "entity_registry_entity_refused",
    "entity_registry_entity_registered",
    "entity_registry_entity_revoked",
    "entity_registry_entity_suspended",
    "entity_registry_entity_verified",
    "entity_registry_entry_paused",
    "entity_registry_entry_resumed",
    "entity_registry_profile_updated",
    "entity_registry_recovery_started",
    "entity_registry_recovery_vetoed",
    "innovation_credit_approval",
    "innovation_credit_authority_updated",
    "innovation_credit_credit_issued",
    "innovation_credit_eip712_domain_changed",
    "innovation_credit_entry_paused",
    "innovation_credit_entry_resumed",
    "innovation_credit_programme_closed",
    "innovation_credit_programme_opened",
    "innovation_credit_transfer",
    "crowdfunding_authority_updated",
    "crowdfunding_campaign_approved",
    "crowdfunding_campaign_canceled",
    "crowdfunding_campaign_completed",
    "crowdfunding_campaign_rejected",
    "crowdfunding_campaign_submitted",
    "crowdfunding_campaign_terminated",
    "crowdfunding_currency_delisted",
    "crowdfunding_currency_listed",
    "crowdfunding_entry_paused",
    "crowdfunding_entry_resumed",
    "crowdfunding_funds_collected",
    "crowdfunding_member_counted",
    "crowdfunding_milestone_claimed",
    "crowdfunding_milestone_objected",
    "crowdfunding_milestone_planned",
    "crowdfunding_milestone_released",
    "crowdfunding_milestone_ruled",
    "crowdfunding_payout_account_changed",
    "crowdfunding_pledge_made",
    "crowdfunding_pledge_refunded",
    "crowdfunding_pledge_withdrawn",
    "crowdfunding_stretch_goal_reached",
    "crowdfunding_update_posted",
    "match_funding_authority_updated",
    "match_funding_campaign_enrolled",
    "match_funding_entry_paused",
    "match_funding_entry_resumed",
    "match_funding_match_reclaimed",
    "match_funding_match_released",
    "match_funding_match_reserved",
    "match_funding_match_returned",
    "match_funding_pool_funded",
    "match_funding_pool_opened",
    "match_funding_pool_requested",
    "match_funding_qualifying_members_changed",
    "match_funding_reservation_settled",
    "marketplace_authority_updated",
    "marketplace_eip712_domain_changed",
    "marketplace_entry_paused",
    "marketplace_entry_resumed",
    "marketplace_listed",
    "marketplace_listing_changed",
    "marketplace_order_accepted",
    "marketplace_order_disputed",
    "marketplace_order_ended",
    "marketplace_order_handed_over",
    "marketplace_order_placed",
    "marketplace_order_ruled",
    "marketplace_part_paid",
    "marketplace_price_updated",
    "marketplace_seller_payout_changed",
    "marketplace_settlements_voided",
    "pro_bono_authority_updated",
    "pro_bono_credits_returned",
    "pro_bono_eip712_domain_changed",
    "pro_bono_entry_paused",
    "pro_bono_entry_resumed",
    "pro_bono_help_accepted",
    "pro_bono_help_attested",
    "pro_bono_help_contested",
    "pro_bono_help_delivered",
    "pro_bono_help_requested",
    "pro_bono_help_ruled",
    "pro_bono_hours_offered",
    "pro_bono_no_show_reported",
    "pro_bono_offer_closed",
    "pro_bono_settlements_voided",
    "access_manager_operation_canceled",
    "access_manager_operation_executed",
    "access_manager_operation_scheduled",
    "access_manager_role_admin_changed",
    "access_manager_role_grant_delay_changed",
    "access_manager_role_granted",
    "access_manager_role_guardian_changed",
    "access_manager_role_label",
    "access_manager_role_revoked",
    "access_manager_target_admin_delay_updated",
    "access_manager_target_closed",
    "access_manager_target_function_role_updated",
    "erc2771_forwarder_eip712_domain_changed",
    "erc2771_forwarder_executed_forward_request",
    "entities",
    "entity_accounts",
    "programmes",
    "credit_balances",
    "credit_totals",
    "currencies",
    "campaigns",
    "milestones",
    "pledges",
    "objections",
    "updates",
    "pools",
    "funders",
    "fundings",
    "reservations",
    "matches",
    "match_releases",
    "listings",
    "orders",
    "order_payments",
    "money_escrows",
    "credit_escrows",
    "offers",
    "capacity_weeks",
    "redemptions",
    "attestations",
    "entity_hours",
    "roles",
    "role_members",
    "role_targets",
    "targets",
    "operations",
    "lab_pauses",
    "journals",
    "blocks",
    "checkpoint",
    "undo",
    "quarantine",
    "ops_reconciliations",
    "ops_differences",
    "ops_currency_metadata",
    "ops_indexer_status",
)
