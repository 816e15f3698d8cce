"""days are counted again by province.

Revision 0078, after 0077.
"""

from alembic import op

revision = '0078'
down_revision = '0077'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: days kept before have no lists of provinces; the worker counts them again."""
    op.execute("UPDATE board_days SET is_stale = true")


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
