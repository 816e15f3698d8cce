"""keep what is declared of entry conditions and what HR says.

Revision 0097, after 0096.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0097'
down_revision = '0096'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('track_declarations',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('enrolment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('education', sa.String(length=8), nullable=True),
    sa.Column('years', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('word', sa.String(length=500), nullable=False),
    sa.Column('declared_at', Instant(), nullable=True),
    sa.Column('state', sa.String(length=9), nullable=False),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', Instant(), nullable=True),
    sa.Column('answer', sa.String(length=500), nullable=False),
    sa.CheckConstraint("education IN ('junior', 'senior', 'college', 'bachelor', 'master', 'doctor')", name=op.f('ck_track_declarations_education')),
    sa.CheckConstraint("state IN ('declared', 'replaced', 'confirmed', 'refused', 'withdrawn')", name=op.f('ck_track_declarations_state')),
    sa.CheckConstraint('(education IS NULL) = (years IS NULL)', name=op.f('ck_track_declarations_told')),
    sa.CheckConstraint('declared_at IS NOT NULL OR decided_at IS NOT NULL', name=op.f('ck_track_declarations_declared_at')),
    sa.CheckConstraint('years BETWEEN 0 AND 60', name=op.f('ck_track_declarations_years')),
    sa.ForeignKeyConstraint(['decided_by'], ['users.id'], name=op.f('fk_track_declarations_decided_by')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['track_enrolments.id'], name=op.f('fk_track_declarations_enrolment_id')),
    sa.ForeignKeyConstraint(['version_id'], ['track_versions.id'], name=op.f('fk_track_declarations_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_track_declarations')),
    sa.UniqueConstraint('public_id', name=op.f('uq_track_declarations_public_id'))
    )
    with op.batch_alter_table('track_declarations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_track_declarations_enrolment_id_id'), ['enrolment_id', 'id'], unique=False)
        batch_op.create_index('uq_track_declarations_standing', ['enrolment_id'], unique=True, sqlite_where=sa.text("state = 'declared'"), postgresql_where=sa.text("state = 'declared'"))

    with op.batch_alter_table('track_enrolments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('refused_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('refused_at', Instant(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_track_enrolments_refused_by'), 'users', ['refused_by'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_track_enrolments_decided'), 'confirmed_at IS NULL OR refused_at IS NULL')


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
