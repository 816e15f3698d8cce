"""Practice: reports of faulty items, and their answers.

Revision 0058, after 0057.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0058'
down_revision = '0057'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('item_reports',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version_number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sa.String(length=10), nullable=False),
    sa.Column('text', sa.String(length=1000), nullable=False),
    sa.Column('state', sa.String(length=5), nullable=False),
    sa.Column('reported_at', Instant(), nullable=False),
    sa.Column('answered_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('answered_at', Instant(), nullable=True),
    sa.Column('answer', sa.String(length=1000), nullable=False),
    sa.Column('fixed_number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint("(state = 'fixed') = (fixed_number IS NOT NULL)", name=op.f('ck_item_reports_fixed')),
    sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name=op.f('ck_item_reports_answered')),
    sa.CheckConstraint("reason IN ('key', 'wording', 'outdated', 'figure', 'other')", name=op.f('ck_item_reports_reason')),
    sa.CheckConstraint("state IN ('open', 'fixed', 'kept')", name=op.f('ck_item_reports_state')),
    sa.ForeignKeyConstraint(['answered_by'], ['users.id'], name=op.f('fk_item_reports_answered_by')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_item_reports_attempt_id')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_item_reports_item_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_item_reports_user_id')),
    sa.ForeignKeyConstraint(['version_id'], ['item_versions.id'], name=op.f('fk_item_reports_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_reports')),
    sa.UniqueConstraint('public_id', name=op.f('uq_item_reports_public_id')),
    sa.UniqueConstraint('user_id', 'version_id', name=op.f('uq_item_reports_user_id_version_id'))
    )
    with op.batch_alter_table('item_reports', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_reports_item_id_id'), ['item_id', 'id'], unique=False)
        batch_op.create_index('ix_item_reports_open', ['item_id'], unique=False, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.create_index(batch_op.f('ix_item_reports_user_id_reported_at'), ['user_id', 'reported_at'], unique=False)


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
