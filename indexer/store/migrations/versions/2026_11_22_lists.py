"""Indexes by which lists are read from their newest record on, not sorted as a whole: all, of one entity, of one pool.

Revision: 0005, after 0004. Made on 2026-11-22.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LISTS = (
    ("entities", "registered_event_key"),
    ("campaigns", "submitted_event_key"),
    ("campaigns", "organizer", "submitted_event_key"),
    ("pools", "manager", "opened_event_key"),
    ("reservations", "pool_id", "requested_event_key"),
    ("listings", "listed_event_key"),
    ("listings", "seller", "listed_event_key"),
    ("orders", "placed_event_key"),
    ("offers", "offered_event_key"),
    ("offers", "provider", "offered_event_key"),
    ("redemptions", "requested_event_key"),
    ("attestations", "attested_event_key"),
)


def upgrade() -> None:
    """Apply it."""
    for table, *columns in LISTS:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def downgrade() -> None:
    """Undo it."""
    for table, *columns in LISTS:
        op.drop_index(f"ix_{table}_{'_'.join(columns)}", table)
