"""pairs of lists that named nothing.

Revision 0102, after 0101.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0102'
down_revision = '0101'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('list_misses',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.String(length=60), nullable=False),
    sa.Column('counted_at', Instant(), nullable=False),
    sa.Column('misses', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_list_misses'))
    )
    with op.batch_alter_table('list_misses', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_list_misses_counted_at'), ['counted_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_list_misses_source_counted_at'), ['source', 'counted_at'], unique=False)


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
