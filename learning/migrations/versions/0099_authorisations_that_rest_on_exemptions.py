"""authorisations that rest on exemptions.

Revision 0099, after 0098.
"""

import sqlalchemy as sa
from alembic import op


revision = '0099'
down_revision = '0098'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; what was given before rests on the certificates it named."""
    with op.batch_alter_table('authorisation_grounds', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_spared', sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table('authorisation_ends', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_authorisation_ends_cause'), type_='check')
        batch_op.create_check_constraint(
            batch_op.f('ck_authorisation_ends_cause'),
            "cause IN ('revoked', 'certificate', 'exemption', 'post')",
        )


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
