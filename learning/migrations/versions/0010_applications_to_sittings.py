"""Applications to sittings.

Revision 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('sitting_applications',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('sitting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(length=9), nullable=False),
    sa.Column('applied_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('applied_at', Instant(), nullable=False),
    sa.Column('statement', sa.String(length=1000), nullable=False),
    sa.Column('wants', sa.String(length=300), nullable=False),
    sa.Column('agreement', sa.Text(), nullable=False),
    sa.Column('agreement_sha256', sa.String(length=64), nullable=False),
    sa.Column('agreed_at', Instant(), nullable=True),
    sa.Column('fee_note', sa.String(length=200), nullable=False),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', Instant(), nullable=True),
    sa.Column('answer', sa.String(length=500), nullable=False),
    sa.Column('emptied_at', Instant(), nullable=True),
    sa.CheckConstraint("state IN ('submitted', 'returned', 'accepted', 'refused', 'withdrawn')", name=op.f('ck_sitting_applications_state')),
    sa.ForeignKeyConstraint(['applied_by'], ['users.id'], name=op.f('fk_sitting_applications_applied_by')),
    sa.ForeignKeyConstraint(['decided_by'], ['users.id'], name=op.f('fk_sitting_applications_decided_by')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sittings.id'], name=op.f('fk_sitting_applications_sitting_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sitting_applications_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sitting_applications')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sitting_applications_public_id'))
    )
    with op.batch_alter_table('sitting_applications', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sitting_applications_sitting_id_state'), ['sitting_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_sitting_applications_sitting_id_user_id'), ['sitting_id', 'user_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_sitting_applications_user_id'), ['user_id'], unique=False)

    op.create_table('sitting_application_files',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('application_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=20), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('added_at', Instant(), nullable=False),
    sa.CheckConstraint("kind IN ('evidence', 'photo')", name=op.f('ck_sitting_application_files_kind')),
    sa.ForeignKeyConstraint(['application_id'], ['sitting_applications.id'], name=op.f('fk_sitting_application_files_application_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sitting_application_files')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sitting_application_files_public_id'))
    )
    with op.batch_alter_table('sitting_application_files', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sitting_application_files_application_id'), ['application_id'], unique=False)


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
