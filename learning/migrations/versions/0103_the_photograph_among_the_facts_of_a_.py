"""the photograph among the facts of a certificate.

Revision 0103, after 0102.
"""

import sqlalchemy as sa
from alembic import op


revision = '0103'
down_revision = '0102'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; certificates issued before have no photograph among their facts."""
    with op.batch_alter_table('certificate_photos', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_drawn', sa.Boolean(), server_default=sa.true(), nullable=False))

    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.add_column(sa.Column('photo_sha256', sa.String(length=64), server_default='', nullable=False))


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
