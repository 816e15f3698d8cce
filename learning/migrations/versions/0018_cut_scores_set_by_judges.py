"""Cut scores set by judges.

Revision 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('standard_settings',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('sitting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('assessment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('form', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('round', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shows_keys', sa.Boolean(), nullable=False),
    sa.Column('shows_facilities', sa.Boolean(), nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('adopted_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('adjustment', sa.String(length=8), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', Instant(), nullable=True),
    sa.CheckConstraint("(state = 'adopted') = (adopted_milli IS NOT NULL)", name=op.f('ck_standard_settings_adopted')),
    sa.CheckConstraint("state IN ('judging', 'between', 'adopted', 'dropped')", name=op.f('ck_standard_settings_state')),
    sa.CheckConstraint('round >= 1', name=op.f('ck_standard_settings_round')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessments.id'], name=op.f('fk_standard_settings_assessment_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['users.id'], name=op.f('fk_standard_settings_decided_by')),
    sa.ForeignKeyConstraint(['made_by'], ['users.id'], name=op.f('fk_standard_settings_made_by')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sittings.id'], name=op.f('fk_standard_settings_sitting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_standard_settings')),
    sa.UniqueConstraint('public_id', name=op.f('uq_standard_settings_public_id'))
    )
    with op.batch_alter_table('standard_settings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_standard_settings_sitting_id'), ['sitting_id'], unique=False)

    op.create_table('standard_judgements',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('setting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('round', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('percent', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('judged_at', Instant(), nullable=False),
    sa.CheckConstraint('percent BETWEEN 0 AND 100', name=op.f('ck_standard_judgements_percent')),
    sa.ForeignKeyConstraint(['setting_id'], ['standard_settings.id'], name=op.f('fk_standard_judgements_setting_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_standard_judgements_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_standard_judgements'))
    )
    with op.batch_alter_table('standard_judgements', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_standard_judgements_setting_id_user_id_round_position'), ['setting_id', 'user_id', 'round', 'position'], unique=True)
        batch_op.create_index(batch_op.f('ix_standard_judgements_user_id'), ['user_id'], unique=False)

    op.create_table('standard_judges',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('setting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('appointed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('appointed_at', Instant(), nullable=False),
    sa.Column('dismissed_at', Instant(), nullable=True),
    sa.ForeignKeyConstraint(['appointed_by'], ['users.id'], name=op.f('fk_standard_judges_appointed_by')),
    sa.ForeignKeyConstraint(['setting_id'], ['standard_settings.id'], name=op.f('fk_standard_judges_setting_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_standard_judges_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_standard_judges')),
    sa.UniqueConstraint('setting_id', 'user_id', name=op.f('uq_standard_judges_setting_id_user_id'))
    )
    with op.batch_alter_table('standard_judges', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_standard_judges_user_id'), ['user_id'], unique=False)



def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
