"""Resits of sittings.

Revision 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('sitting_admissions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('resit_reason', sa.String(length=300), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('resit_allowed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('resit_allowed_at', Instant(), nullable=True))
    with op.batch_alter_table('sitting_admissions', schema=None) as batch_op:
        batch_op.alter_column('resit_reason', server_default=None)
        batch_op.create_foreign_key(batch_op.f('fk_sitting_admissions_resit_allowed_by'), 'users', ['resit_allowed_by'], ['id'])

    with op.batch_alter_table('sittings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('resit_of_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_index(batch_op.f('ix_sittings_resit_of_id'), ['resit_of_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_sittings_resit_of_id'), 'sittings', ['resit_of_id'], ['id'])


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
