"""the share of a recording that is to be watched.

Revision 0098, after 0097.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0098'
down_revision = '0097'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('watch_shares',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('percent', sa.Integer(), nullable=False),
    sa.Column('valid_from', Instant(), nullable=False),
    sa.Column('set_at', Instant(), nullable=False),
    sa.CheckConstraint('percent BETWEEN 0 AND 100', name=op.f('ck_watch_shares_percent')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watch_shares'))
    )


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
