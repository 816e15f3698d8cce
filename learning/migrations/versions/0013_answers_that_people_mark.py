"""Answers that people mark.

Revision 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('declared_conflicts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('not_judged_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('declared_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('declared_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['declared_by'], ['users.id'], name=op.f('fk_declared_conflicts_declared_by')),
    sa.ForeignKeyConstraint(['not_judged_by'], ['users.id'], name=op.f('fk_declared_conflicts_not_judged_by')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_declared_conflicts_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_declared_conflicts')),
    sa.UniqueConstraint('not_judged_by', 'user_id', name=op.f('uq_declared_conflicts_not_judged_by_user_id'))
    )
    with op.batch_alter_table('declared_conflicts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_declared_conflicts_user_id'), ['user_id'], unique=False)

    op.create_table('marking_tasks',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sitting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('part', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('most_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shuffle', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('base', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('wanted', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('points_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('settled_at', Instant(), nullable=True),
    sa.Column('ended_at', Instant(), nullable=True),
    sa.CheckConstraint("state <> 'settled' OR points_milli IS NOT NULL", name=op.f('ck_marking_tasks_settled')),
    sa.CheckConstraint("state IN ('open', 'settled', 'withdrawn')", name=op.f('ck_marking_tasks_state')),
    sa.CheckConstraint('base BETWEEN 1 AND 2 AND wanted BETWEEN base AND 3', name=op.f('ck_marking_tasks_wanted')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_marking_tasks_attempt_id')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sittings.id'], name=op.f('fk_marking_tasks_sitting_id')),
    sa.ForeignKeyConstraint(['version_id'], ['item_versions.id'], name=op.f('fk_marking_tasks_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_marking_tasks')),
    sa.UniqueConstraint('attempt_id', 'position', 'part', name=op.f('uq_marking_tasks_attempt_id_position_part'))
    )
    with op.batch_alter_table('marking_tasks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_marking_tasks_sitting_id_state_version_id_part_shuffle'), ['sitting_id', 'state', 'version_id', 'part', 'shuffle'], unique=False)
        batch_op.create_index(batch_op.f('ix_marking_tasks_version_id'), ['version_id'], unique=False)

    op.create_table('markings',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('task_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('slot', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('marked_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('claimed_at', Instant(), nullable=False),
    sa.Column('expires_at', Instant(), nullable=False),
    sa.Column('given_at', Instant(), nullable=True),
    sa.Column('points_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('steps', sa.Text(), nullable=False),
    sa.Column('comment', sa.String(length=1000), nullable=False),
    sa.Column('taken_back_at', Instant(), nullable=True),
    sa.Column('taken_back_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.CheckConstraint('(given_at IS NULL) = (points_milli IS NULL)', name=op.f('ck_markings_given')),
    sa.CheckConstraint('slot BETWEEN 1 AND 3', name=op.f('ck_markings_slot')),
    sa.ForeignKeyConstraint(['marked_by'], ['users.id'], name=op.f('fk_markings_marked_by')),
    sa.ForeignKeyConstraint(['taken_back_by'], ['users.id'], name=op.f('fk_markings_taken_back_by')),
    sa.ForeignKeyConstraint(['task_id'], ['marking_tasks.id'], name=op.f('fk_markings_task_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_markings')),
    sa.UniqueConstraint('public_id', name=op.f('uq_markings_public_id'))
    )
    with op.batch_alter_table('markings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_markings_marked_by_given_at'), ['marked_by', 'given_at'], unique=False)
        batch_op.create_index('uq_markings_marker', ['task_id', 'marked_by'], unique=True, sqlite_where=sa.text('taken_back_at IS NULL'), postgresql_where=sa.text('taken_back_at IS NULL'))
        batch_op.create_index('uq_markings_slot', ['task_id', 'slot'], unique=True, sqlite_where=sa.text('taken_back_at IS NULL'), postgresql_where=sa.text('taken_back_at IS NULL'))



def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
