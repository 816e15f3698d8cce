"""Indexes that coverage reads from alone.

Revision 0076, after 0075.
"""

from alembic import op

revision = '0076'
down_revision = '0075'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('holdings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_holdings_scheme_id_held_until'))
        batch_op.create_index('ix_holdings_coverage', ['scheme_id', 'held_until', 'held_from', 'known_until', 'known_from', 'user_id'], unique=False)

    with op.batch_alter_table('post_holdings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_post_holdings_unit_id_post_id'))
        batch_op.create_index('ix_post_holdings_staff', ['unit_id', 'post_id', 'user_id', 'valid_from', 'valid_to', 'recorded_at', 'ended_at'], unique=False)


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
