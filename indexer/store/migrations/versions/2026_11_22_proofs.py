"""The table of proofs.

Revision: 0002, after 0001. Made on 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply it."""
    op.create_table(
        "ops_proofs",
        sa.Column("event_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("block_hash", sa.String(66), nullable=False),
        sa.Column("tx_hash", sa.String(66), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("event_key", name="pk_ops_proofs"),
    )
    op.create_index("ix_ops_proofs_tx_hash", "ops_proofs", ["tx_hash"])


def downgrade() -> None:
    """Undo it."""
    op.drop_table("ops_proofs")
