"""appeals against reviews of projects and declarations.

Revision 0093, after 0092.
"""

import sqlalchemy as sa
from alembic import op


revision = '0093'
down_revision = '0092'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; what was lodged keeps its kind."""
    with op.batch_alter_table('certificate_appeals', schema=None) as batch_op:
        batch_op.alter_column(
            'kind', existing_type=sa.String(length=9), type_=sa.String(length=11), existing_nullable=False
        )
        batch_op.drop_constraint(batch_op.f('ck_certificate_appeals_kind'), type_='check')
        batch_op.create_check_constraint(
            batch_op.f('ck_certificate_appeals_kind'),
            "kind IN ('refused', 'revoked', 'suspended', 'failed', 'unconfirmed')",
        )


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
