"""an undone list is a code.

Revision 0084, after 0083.
"""

import sqlalchemy as sa
from alembic import op


revision = '0084'
down_revision = '0083'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: what an undone list took off the file says so by a code, which pages put in words."""
    papers = sa.table(
        "external_certificates",
        sa.column("withdraw_reason", sa.String()),
        sa.column("import_id", sa.Integer()),
    )
    op.execute(
        papers.update()
        .where(papers.c.withdraw_reason == "撤销导入", papers.c.import_id.is_not(None))
        .values(withdraw_reason="import:undone")
    )


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
