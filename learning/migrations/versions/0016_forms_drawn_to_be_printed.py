"""Forms drawn to be printed.

Revision 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('printed_forms',
    sa.Column('assessment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('label', sa.String(length=12), nullable=False),
    sa.Column('form', sa.Text(), nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('made_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessments.id'], name=op.f('fk_printed_forms_assessment_id')),
    sa.ForeignKeyConstraint(['made_by'], ['users.id'], name=op.f('fk_printed_forms_made_by')),
    sa.PrimaryKeyConstraint('assessment_id', 'label', name=op.f('pk_printed_forms'))
    )


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
