"""What rooms tell, and closed rooms.

Revision 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('room_events',
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('page', sa.String(length=16), nullable=False),
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('lasted_ms', sa.Integer(), nullable=True),
    sa.Column('received_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_room_events_attempt_id')),
    sa.PrimaryKeyConstraint('attempt_id', 'page', 'seq', name=op.f('pk_room_events'))
    )
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.add_column(sa.Column('closed_room', sa.String(length=26), nullable=True))



def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
