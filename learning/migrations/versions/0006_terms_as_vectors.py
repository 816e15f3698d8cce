"""Terms of items as vectors on PostgreSQL.

Revision 0006, after 0005. SQLite keeps the text: its index is a table of its own.
"""

from alembic import op
from learning.kernel.search import index_statements

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    if op.get_bind().dialect.name == 'sqlite':
        return
    op.execute('DROP INDEX ix_item_search_terms')
    op.execute(
        'ALTER TABLE item_search ALTER COLUMN terms TYPE tsvector'
        " USING array_to_tsvector(string_to_array(terms, ' '))"
    )
    op.execute(index_statements('item_search', 'item_id')['postgresql'])


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
