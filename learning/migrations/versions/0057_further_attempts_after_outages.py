"""Further attempts after outages.

Revision 0057, after 0056.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0057'
down_revision = '0056'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('make_ups',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('outage_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('used_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_make_ups_attempt_id')),
    sa.ForeignKeyConstraint(['outage_id'], ['outages.id'], name=op.f('fk_make_ups_outage_id')),
    sa.ForeignKeyConstraint(['used_by'], ['attempts.id'], name=op.f('fk_make_ups_used_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_make_ups')),
    sa.UniqueConstraint('attempt_id', name=op.f('uq_make_ups_attempt_id')),
    sa.UniqueConstraint('used_by', name=op.f('uq_make_ups_used_by'))
    )
    with op.batch_alter_table('make_ups', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_make_ups_outage_id'), ['outage_id'], unique=False)



def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
