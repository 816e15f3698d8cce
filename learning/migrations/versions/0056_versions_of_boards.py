"""Versions of boards.

Revision 0056, after 0055.
"""

import sqlalchemy as sa
from alembic import op


revision = '0056'
down_revision = '0055'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('boards', schema=None) as batch_op:
        batch_op.add_column(sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False))



def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
