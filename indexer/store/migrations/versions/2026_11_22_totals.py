"""Totals of final blocks, and indexes by which the events of one subject are found.

Revision: 0004, after 0003. Made on 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

from indexer.store.columns import Uint256

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SUBJECTS = (
    ("innovation_credit_credit_issued", "to"),
    ("innovation_credit_transfer", "from"),
    ("innovation_credit_transfer", "to"),
    ("crowdfunding_campaign_approved", "campaign_id"),
    ("crowdfunding_campaign_canceled", "campaign_id"),
    ("crowdfunding_campaign_completed", "campaign_id"),
    ("crowdfunding_campaign_rejected", "campaign_id"),
    ("crowdfunding_campaign_submitted", "campaign_id"),
    ("crowdfunding_campaign_terminated", "campaign_id"),
    ("crowdfunding_funds_collected", "campaign_id"),
    ("crowdfunding_member_counted", "campaign_id"),
    ("crowdfunding_milestone_claimed", "campaign_id"),
    ("crowdfunding_milestone_objected", "campaign_id"),
    ("crowdfunding_milestone_planned", "campaign_id"),
    ("crowdfunding_milestone_released", "campaign_id"),
    ("crowdfunding_milestone_ruled", "campaign_id"),
    ("crowdfunding_payout_account_changed", "campaign_id"),
    ("crowdfunding_pledge_made", "campaign_id"),
    ("crowdfunding_pledge_refunded", "campaign_id"),
    ("crowdfunding_pledge_withdrawn", "campaign_id"),
    ("crowdfunding_stretch_goal_reached", "campaign_id"),
    ("crowdfunding_update_posted", "campaign_id"),
    ("match_funding_campaign_enrolled", "pool_id"),
    ("match_funding_campaign_enrolled", "campaign_id"),
    ("match_funding_match_reclaimed", "pool_id"),
    ("match_funding_match_released", "pool_id"),
    ("match_funding_match_released", "campaign_id"),
    ("match_funding_match_reserved", "pool_id"),
    ("match_funding_match_reserved", "campaign_id"),
    ("match_funding_match_returned", "pool_id"),
    ("match_funding_match_returned", "campaign_id"),
    ("match_funding_pool_funded", "pool_id"),
    ("match_funding_pool_opened", "pool_id"),
    ("match_funding_pool_requested", "pool_id"),
    ("match_funding_pool_requested", "campaign_id"),
    ("match_funding_qualifying_members_changed", "pool_id"),
    ("match_funding_qualifying_members_changed", "campaign_id"),
    ("match_funding_reservation_settled", "pool_id"),
    ("match_funding_reservation_settled", "campaign_id"),
    ("marketplace_listed", "listing_id"),
    ("marketplace_listing_changed", "listing_id"),
    ("marketplace_order_accepted", "order_id"),
    ("marketplace_order_disputed", "order_id"),
    ("marketplace_order_ended", "order_id"),
    ("marketplace_order_handed_over", "order_id"),
    ("marketplace_order_placed", "order_id"),
    ("marketplace_order_placed", "listing_id"),
    ("marketplace_order_ruled", "order_id"),
    ("marketplace_part_paid", "order_id"),
    ("marketplace_price_updated", "listing_id"),
    ("marketplace_seller_payout_changed", "listing_id"),
    ("pro_bono_credits_returned", "redemption_id"),
    ("pro_bono_help_accepted", "redemption_id"),
    ("pro_bono_help_accepted", "offer_id"),
    ("pro_bono_help_attested", "redemption_id"),
    ("pro_bono_help_contested", "redemption_id"),
    ("pro_bono_help_delivered", "redemption_id"),
    ("pro_bono_help_requested", "redemption_id"),
    ("pro_bono_help_requested", "offer_id"),
    ("pro_bono_help_ruled", "redemption_id"),
    ("pro_bono_hours_offered", "offer_id"),
    ("pro_bono_no_show_reported", "redemption_id"),
    ("pro_bono_offer_closed", "offer_id"),
)


def upgrade() -> None:
    """Apply it."""
    op.create_table(
        "ops_totals",
        sa.Column("subject", sa.String(42), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("amount", Uint256(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "name", "block_number", name="pk_ops_totals"),
    )
    for table, column in SUBJECTS:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    """Undo it."""
    for table, column in SUBJECTS:
        op.drop_index(f"ix_{table}_{column}", table)
    op.drop_table("ops_totals")
