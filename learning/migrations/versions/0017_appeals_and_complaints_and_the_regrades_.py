"""Appeals and complaints, and the regrades that follow.

Revision 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('sitting_appeals',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('number', sa.String(length=24), nullable=False),
    sa.Column('sitting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=11), nullable=False),
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('incident_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('text', sa.String(length=2000), nullable=False),
    sa.Column('state', sa.String(length=9), nullable=False),
    sa.Column('lodged_at', Instant(), nullable=False),
    sa.Column('answer_by', Instant(), nullable=False),
    sa.Column('handled_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('taken_at', Instant(), nullable=True),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', Instant(), nullable=True),
    sa.Column('answer', sa.String(length=2000), nullable=False),
    sa.Column('withdrawn_at', Instant(), nullable=True),
    sa.Column('evidence_name', sa.String(length=200), nullable=False),
    sa.Column('evidence_type', sa.String(length=20), nullable=False),
    sa.Column('evidence', sa.LargeBinary(), nullable=True),
    sa.CheckConstraint("(kind = 'item') = (position IS NOT NULL)", name=op.f('ck_sitting_appeals_position')),
    sa.CheckConstraint("kind IN ('item', 'result', 'void', 'application', 'entry', 'incident', 'other')", name=op.f('ck_sitting_appeals_kind')),
    sa.CheckConstraint("state <> 'review' OR handled_by IS NOT NULL", name=op.f('ck_sitting_appeals_handled')),
    sa.CheckConstraint("state IN ('lodged', 'review', 'upheld', 'partly', 'rejected', 'withdrawn')", name=op.f('ck_sitting_appeals_state')),
    sa.CheckConstraint("state NOT IN ('upheld', 'partly', 'rejected') OR (decided_by IS NOT NULL AND decided_at IS NOT NULL AND answer <> '')", name=op.f('ck_sitting_appeals_answered')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_sitting_appeals_attempt_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['users.id'], name=op.f('fk_sitting_appeals_decided_by')),
    sa.ForeignKeyConstraint(['handled_by'], ['users.id'], name=op.f('fk_sitting_appeals_handled_by')),
    sa.ForeignKeyConstraint(['incident_id'], ['sitting_incidents.id'], name=op.f('fk_sitting_appeals_incident_id')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sittings.id'], name=op.f('fk_sitting_appeals_sitting_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sitting_appeals_user_id')),
    sa.ForeignKeyConstraint(['version_id'], ['item_versions.id'], name=op.f('fk_sitting_appeals_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sitting_appeals')),
    sa.UniqueConstraint('number', name=op.f('uq_sitting_appeals_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sitting_appeals_public_id'))
    )
    with op.batch_alter_table('sitting_appeals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sitting_appeals_answer_by'), ['answer_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_sitting_appeals_sitting_id_state_answer_by'), ['sitting_id', 'state', 'answer_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_sitting_appeals_user_id'), ['user_id'], unique=False)

    op.create_table('sitting_regrades',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('sitting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('appeal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('rulings', sa.Text(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('asked_at', Instant(), nullable=True),
    sa.Column('looked_at', Instant(), nullable=True),
    sa.Column('applied_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('applied_at', Instant(), nullable=True),
    sa.Column('error', sa.String(length=80), nullable=False),
    sa.CheckConstraint("state IN ('draft', 'looking', 'looked', 'applying', 'applied', 'dropped')", name=op.f('ck_sitting_regrades_state')),
    sa.ForeignKeyConstraint(['appeal_id'], ['sitting_appeals.id'], name=op.f('fk_sitting_regrades_appeal_id')),
    sa.ForeignKeyConstraint(['applied_by'], ['users.id'], name=op.f('fk_sitting_regrades_applied_by')),
    sa.ForeignKeyConstraint(['made_by'], ['users.id'], name=op.f('fk_sitting_regrades_made_by')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sittings.id'], name=op.f('fk_sitting_regrades_sitting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sitting_regrades')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sitting_regrades_public_id'))
    )
    with op.batch_alter_table('sitting_regrades', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sitting_regrades_sitting_id'), ['sitting_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sitting_regrades_state'), ['state'], unique=False)

    op.create_table('regrade_effects',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('regrade_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=6), nullable=False),
    sa.Column('before_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('before_max_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('after_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('after_max_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint("kind IN ('passes', 'fails', 'moves')", name=op.f('ck_regrade_effects_kind')),
    sa.ForeignKeyConstraint(['regrade_id'], ['sitting_regrades.id'], name=op.f('fk_regrade_effects_regrade_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_regrade_effects_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_regrade_effects'))
    )
    with op.batch_alter_table('regrade_effects', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_regrade_effects_regrade_id_kind_id'), ['regrade_id', 'kind', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_regrade_effects_user_id'), ['user_id'], unique=False)



def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
