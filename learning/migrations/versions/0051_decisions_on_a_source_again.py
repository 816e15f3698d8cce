"""Decisions on a source again, and grounds of revocations.

Issuing is the worker's, which does again what it could not do while this was under way. Why earlier
certificates were revoked was not asked: they stay revoked for good.

Revision 0051, after 0050.
"""

import sqlalchemy as sa
from alembic import op

revision = '0051'
down_revision = '0050'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('award_decisions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('number', sa.Integer(), server_default='1', nullable=False))
        batch_op.drop_index(batch_op.f('ix_award_decisions_scheme_id_user_id_source_kind_source_id'))
        batch_op.create_index('uq_award_decisions_source', ['scheme_id', 'user_id', 'source_kind', 'source_id', 'number'], unique=True)

    with op.batch_alter_table('revocations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('ground', sa.String(length=6), server_default='other', nullable=False))
        batch_op.create_check_constraint(batch_op.f('ck_revocations_ground'), "ground IN ('result', 'other')")


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
