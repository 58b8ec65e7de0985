"""${message}.

Revision: ${up_revision}, after ${down_revision | comma,n}. Made on ${create_date.date()}.
"""

import sqlalchemy as sa
from alembic import op

from indexer.store.columns import Uint256

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Apply it."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Undo it."""
    ${downgrades if downgrades else "pass"}
