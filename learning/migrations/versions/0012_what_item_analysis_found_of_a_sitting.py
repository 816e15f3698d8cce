"""What item analysis found of a sitting.

Revision 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('sitting_analyses',
    sa.Column('sitting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('requested_at', Instant(), nullable=True),
    sa.Column('computed_at', Instant(), nullable=True),
    sa.Column('attempts', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('algorithm', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('report', sa.Text(), nullable=False),
    sa.Column('integrity', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['sitting_id'], ['sittings.id'], name=op.f('fk_sitting_analyses_sitting_id')),
    sa.PrimaryKeyConstraint('sitting_id', name=op.f('pk_sitting_analyses'))
    )


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
