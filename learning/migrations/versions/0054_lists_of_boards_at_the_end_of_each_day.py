"""Lists of boards at the end of each day.

Revision 0054, after 0053.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0054'
down_revision = '0053'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('board_day_blocks',
    sa.Column('board_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('scope', sa.String(length=30), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('top', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('before', sa.Integer(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_board_day_blocks_board_id')),
    sa.PrimaryKeyConstraint('board_id', 'scope', 'day', 'top', name=op.f('pk_board_day_blocks'))
    )
    op.create_table('board_days',
    sa.Column('board_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('until', Instant(), nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('counted_at', Instant(), nullable=True),
    sa.Column('is_stale', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_board_days_board_id')),
    sa.PrimaryKeyConstraint('board_id', 'day', name=op.f('pk_board_days'))
    )
    op.create_table('enterprise_days',
    sa.Column('competition_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('standing', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('participants', sa.Integer(), nullable=False),
    sa.Column('sum_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['competition_id'], ['competitions.id'], name=op.f('fk_enterprise_days_competition_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_enterprise_days_unit_id')),
    sa.PrimaryKeyConstraint('competition_id', 'unit_id', 'day', name=op.f('pk_enterprise_days'))
    )


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
