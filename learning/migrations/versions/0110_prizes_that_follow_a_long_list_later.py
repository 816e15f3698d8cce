"""prizes that follow a long list later.

Revision 0110, after 0109.
"""

import sqlalchemy as sa
from alembic import op


revision = '0110'
down_revision = '0109'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('award_plans', schema=None) as batch_op:
        batch_op.add_column(sa.Column('settle_no', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('settled_no', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('settle_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('settle_reason', sa.String(length=300), server_default='', nullable=False))
        batch_op.create_foreign_key(batch_op.f('fk_award_plans_settle_by'), 'users', ['settle_by'], ['id'])



def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
