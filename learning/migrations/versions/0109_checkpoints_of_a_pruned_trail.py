"""checkpoints of a pruned trail.

Revision 0109, after 0108.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0109'
down_revision = '0108'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('audit_checkpoints',
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('chain_hash', sa.String(length=64), nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('pruned_at', Instant(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_audit_checkpoints'))
    )


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
