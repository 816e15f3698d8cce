"""a consent to what an accommodation tells.

Revision 0107, after 0106.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0107'
down_revision = '0106'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('sitting_applications', schema=None) as batch_op:
        batch_op.add_column(sa.Column('wants_consent', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('wants_agreed_at', Instant(), nullable=True))


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
