"""weighted enterprise boards and industries.

Revision 0086, after 0085.
"""

import sqlalchemy as sa
from alembic import op


revision = '0086'
down_revision = '0085'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; boards that were published take the industries that their units have now."""
    with op.batch_alter_table('competitions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('weight_participants', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('weight_coverage', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('weight_mean', sa.Integer(), server_default='0', nullable=False))
        batch_op.drop_constraint(batch_op.f('ck_competitions_ranked_by'), type_='check')
        batch_op.create_check_constraint(
            'ranked_by', "ranked_by IN ('mean', 'coverage', 'participants', 'weighted')"
        )
        batch_op.create_check_constraint(
            'weights', 'weight_participants >= 0 AND weight_coverage >= 0 AND weight_mean >= 0'
        )

    with op.batch_alter_table('enterprise_results', schema=None) as batch_op:
        batch_op.add_column(sa.Column('industry', sa.String(length=5), server_default='', nullable=False))
        batch_op.add_column(sa.Column('score_centi', sa.Integer(), nullable=True))

    results = sa.table('enterprise_results', sa.column('unit_id', sa.Integer()), sa.column('industry', sa.String()))
    units = sa.table('units', sa.column('id', sa.Integer()), sa.column('industry', sa.String()))
    industry = sa.select(units.c.industry).where(units.c.id == results.c.unit_id).scalar_subquery()
    op.execute(results.update().values(industry=sa.func.coalesce(industry, '')))


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
