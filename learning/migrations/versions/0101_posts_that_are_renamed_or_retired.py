"""posts that are renamed or retired.

Revision 0101, after 0100.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0101'
down_revision = '0100'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('former_post_names',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('name_key', sa.String(length=140), nullable=False),
    sa.Column('renamed_at', Instant(), nullable=False),
    sa.Column('renamed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_former_post_names_post_id')),
    sa.ForeignKeyConstraint(['renamed_by'], ['users.id'], name=op.f('fk_former_post_names_renamed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_former_post_names'))
    )
    with op.batch_alter_table('former_post_names', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_former_post_names_post_id'), ['post_id'], unique=False)

    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('retired_at', Instant(), nullable=True))


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
