"""Practice: records of timed challenges, and what units set for their people.

Revision 0050, after 0049.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0050'
down_revision = '0049'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('practice_settings',
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('streaks', sa.Boolean(), nullable=True),
    sa.Column('ladder', sa.Boolean(), nullable=True),
    sa.Column('set_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('set_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['set_by'], ['users.id'], name=op.f('fk_practice_settings_set_by')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_practice_settings_unit_id')),
    sa.PrimaryKeyConstraint('unit_id', name=op.f('pk_practice_settings'))
    )
    op.create_table('practice_challenges',
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('bank', sa.String(length=60), nullable=False),
    sa.Column('right', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('took_ms', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rank_key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('finished_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_practice_challenges_attempt_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_practice_challenges_user_id')),
    sa.PrimaryKeyConstraint('attempt_id', name=op.f('pk_practice_challenges'))
    )
    with op.batch_alter_table('practice_challenges', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_practice_challenges_bank_user_id_rank_key'), ['bank', 'user_id', 'rank_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_practice_challenges_user_id_finished_at'), ['user_id', 'finished_at'], unique=False)


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
