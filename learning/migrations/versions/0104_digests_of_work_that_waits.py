"""digests of work that waits.

Revision 0104, after 0103.
"""

import sqlalchemy as sa
from alembic import op


revision = '0104'
down_revision = '0103'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; a project or a file may wait for a week where nobody says otherwise."""
    with op.batch_alter_table('reminder_settings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('wait_days', sa.Integer(), server_default='7', nullable=False))
        batch_op.create_check_constraint(
            batch_op.f('ck_reminder_settings_wait_days'), 'wait_days BETWEEN 1 AND 365'
        )

    with op.batch_alter_table('reminder_digests', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_reminder_digests_kind'), type_='check')
        batch_op.create_check_constraint(
            batch_op.f('ck_reminder_digests_kind'), "kind IN ('own', 'team', 'work')"
        )


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
