"""runs of phone numbers.

Revision 0096, after 0095.
"""

import sqlalchemy as sa
from alembic import op


revision = '0096'
down_revision = '0095'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('fairness_flags', schema=None) as batch_op:
        batch_op.add_column(sa.Column('together', sa.String(length=26), server_default='', nullable=False))
        batch_op.drop_constraint(op.f('ck_fairness_flags_kind'), type_='check')
        batch_op.create_check_constraint(
            op.f('ck_fairness_flags_kind'),
            sa.text("kind IN ('speed', 'rhythm', 'devices', 'sharing', 'phones')"),
        )


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
