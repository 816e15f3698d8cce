"""answers by area of every round.

Revision 0106, after 0105.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0106'
down_revision = '0105'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('round_area_analyses',
    sa.Column('round_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('computed_at', Instant(), nullable=False),
    sa.Column('algorithm', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['rounds.id'], name=op.f('fk_round_area_analyses_round_id')),
    sa.PrimaryKeyConstraint('round_id', name=op.f('pk_round_area_analyses'))
    )
    op.create_table('round_area_counts',
    sa.Column('round_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('scope', sa.String(length=26), nullable=False),
    sa.Column('area', sa.String(length=200), nullable=False),
    sa.Column('answered', sa.Integer(), nullable=False),
    sa.Column('full_marks', sa.Integer(), nullable=False),
    sa.Column('points_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('max_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['rounds.id'], name=op.f('fk_round_area_counts_round_id')),
    sa.PrimaryKeyConstraint('round_id', 'scope', 'area', name=op.f('pk_round_area_counts'))
    )
    for table, columns in (
        ('area_analyses', 'computed_at, algorithm, attempts'),
        ('area_counts', 'scope, area, answered, full_marks, points_milli, max_milli'),
    ):
        op.execute(
            f"INSERT INTO round_{table} (round_id, {columns}) SELECT rounds.id, {columns} "
            f"FROM {table} JOIN rounds ON rounds.competition_id = {table}.competition_id "
            "AND rounds.number = 1"
        )
    op.drop_table('area_counts')
    op.drop_table('area_analyses')


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
