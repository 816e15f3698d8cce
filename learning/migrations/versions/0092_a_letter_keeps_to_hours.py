"""a letter that can wait keeps to the hours of its reader.

Revision 0092, after 0091.
"""

import sqlalchemy as sa
from alembic import op


revision = '0092'
down_revision = '0091'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('outbox_messages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('hours', sa.String(length=80), server_default='', nullable=False))


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
