"""Rulings on keys in the life of items.

Revision 0053, after 0052.
"""

from alembic import op

revision = '0053'
down_revision = '0052'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: a wider check, which what is there fulfils."""
    acts = "'submitted', 'commented', 'returned', 'approved', 'retired', 'restored', 'rekeyed', 'key_ruled'"
    with op.batch_alter_table('item_reviews', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_item_reviews_act'), type_='check')
        batch_op.create_check_constraint(op.f('ck_item_reviews_act'), f"act IN ({acts})")


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
