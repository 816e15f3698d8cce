"""leave that was taken back with its roster, apart from leave called off.

Revision 0094, after 0093.
"""

import sqlalchemy as sa
from alembic import op


revision = '0094'
down_revision = '0093'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; what was taken back before is known by its entry in the audit trail."""
    with op.batch_alter_table('staff_statuses', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('is_undone', sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.execute(
        "UPDATE staff_statuses SET is_undone = true WHERE valid_to = valid_from AND public_id IN"
        " (SELECT subject FROM audit_entries WHERE act = 'staff_status.undone')"
    )


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
