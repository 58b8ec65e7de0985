"""Indexes by which the records that name a document are found.

Revision: 0003, after 0002. Made on 2026-11-22.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

DOCUMENTS = (
    ("entity_registry_entity_registered", "profile_hash"),
    ("entity_registry_profile_updated", "profile_hash"),
    ("entity_registry_entity_refused", "reason"),
    ("entity_registry_entity_suspended", "reason"),
    ("entity_registry_entity_revoked", "reason"),
    ("innovation_credit_programme_opened", "purpose_hash"),
    ("innovation_credit_credit_issued", "evidence_hash"),
    ("crowdfunding_campaign_submitted", "terms_description_hash"),
    ("crowdfunding_milestone_planned", "document_hash"),
    ("crowdfunding_campaign_rejected", "reason"),
    ("crowdfunding_milestone_claimed", "evidence_hash"),
    ("crowdfunding_milestone_ruled", "reason"),
    ("crowdfunding_update_posted", "document_hash"),
    ("match_funding_pool_opened", "terms_agreement_hash"),
    ("marketplace_listed", "terms_description_hash"),
    ("marketplace_order_handed_over", "evidence_hash"),
    ("marketplace_order_disputed", "reason"),
    ("marketplace_order_ruled", "reason"),
    ("pro_bono_hours_offered", "details_hash"),
    ("pro_bono_help_requested", "need_hash"),
    ("pro_bono_help_delivered", "evidence_hash"),
    ("pro_bono_no_show_reported", "reason"),
    ("pro_bono_help_contested", "reason"),
    ("pro_bono_help_ruled", "reason"),
)


def upgrade() -> None:
    """Apply it."""
    for table, column in DOCUMENTS:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    """Undo it."""
    for table, column in DOCUMENTS:
        op.drop_index(f"ix_{table}_{column}", table)
