"""What was done to attempts.

Revision 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('attempt_acts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('act_id', sa.String(length=26), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('extra_s', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.CheckConstraint("(kind = 'extend') = (extra_s > 0)", name=op.f('ck_attempt_acts_extra')),
    sa.CheckConstraint("kind IN ('pause', 'resume', 'extend', 'message', 'force', 'void')", name=op.f('ck_attempt_acts_kind')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_attempt_acts_attempt_id')),
    sa.ForeignKeyConstraint(['made_by'], ['users.id'], name=op.f('fk_attempt_acts_made_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt_acts')),
    sa.UniqueConstraint('attempt_id', 'act_id', name=op.f('uq_attempt_acts_attempt_id_act_id'))
    )


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
