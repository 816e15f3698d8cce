"""hours for a pass of a contest.

Revision 0105, after 0104.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0105'
down_revision = '0104'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('contest_proofs',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contest', sa.String(length=26), nullable=False),
    sa.Column('code', sa.String(length=28), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('issued_at', Instant(), nullable=False),
    sa.Column('revoked_at', Instant(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_contest_proofs_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contest_proofs')),
    sa.UniqueConstraint('code', name=op.f('uq_contest_proofs_code')),
    sa.UniqueConstraint('public_id', name=op.f('uq_contest_proofs_public_id'))
    )
    with op.batch_alter_table('contest_proofs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contest_proofs_user_id_contest'), ['user_id', 'contest'], unique=True)

    op.create_table('contest_hours',
    sa.Column('competition_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cut_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('hours_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('field', sa.String(length=12), nullable=False),
    sa.CheckConstraint("field IN ('professional', 'common')", name=op.f('ck_contest_hours_field')),
    sa.CheckConstraint('cut_milli > 0', name=op.f('ck_contest_hours_cut_milli')),
    sa.CheckConstraint('hours_milli > 0', name=op.f('ck_contest_hours_hours_milli')),
    sa.ForeignKeyConstraint(['competition_id'], ['competitions.id'], name=op.f('fk_contest_hours_competition_id')),
    sa.PrimaryKeyConstraint('competition_id', name=op.f('pk_contest_hours'))
    )
    with op.batch_alter_table('study_claims', schema=None) as batch_op:
        batch_op.add_column(sa.Column('proof_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_index(batch_op.f('ix_study_claims_proof_id'), ['proof_id'], unique=True, sqlite_where=sa.text("state IN ('pending', 'approved')"), postgresql_where=sa.text("state IN ('pending', 'approved')"))
        batch_op.create_foreign_key(batch_op.f('fk_study_claims_proof_id'), 'contest_proofs', ['proof_id'], ['id'])


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
