"""Scores in versions, rulings on items, time given and taken: what follows an attempt.

Revision 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

ATTEMPTS = (
    (
        'ck_attempts_finish_kind',
        "finish_kind IS NULL OR finish_kind IN ('submitted', 'swept', 'forced')",
    ),
    ('ck_attempts_paused_while_open', 'paused_at IS NULL OR submitted_at IS NULL'),
    ('ck_attempts_void_is_finished', 'voided_at IS NULL OR submitted_at IS NOT NULL'),
)
CAUSES = "cause IN ('scored', 'marked', 'regraded', 'corrected', 'keyed')"


def upgrade() -> None:
    """Apply."""
    op.create_table('outages',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('assessment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=40), nullable=False),
    sa.Column('lost_from', Instant(), nullable=False),
    sa.Column('lost_to', Instant(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('made_at', Instant(), nullable=False),
    sa.CheckConstraint('lost_to > lost_from', name=op.f('ck_outages_order')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessments.id'], name=op.f('fk_outages_assessment_id')),
    sa.ForeignKeyConstraint(['made_by'], ['users.id'], name=op.f('fk_outages_made_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outages')),
    sa.UniqueConstraint('assessment_id', 'public_id', name=op.f('uq_outages_assessment_id_public_id'))
    )
    op.create_table('regrades',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=40), nullable=False),
    sa.Column('assessment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('changed', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('made_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessments.id'], name=op.f('fk_regrades_assessment_id')),
    sa.ForeignKeyConstraint(['made_by'], ['users.id'], name=op.f('fk_regrades_made_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_regrades')),
    sa.UniqueConstraint('public_id', name=op.f('uq_regrades_public_id'))
    )
    with op.batch_alter_table('regrades', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_regrades_assessment_id'), ['assessment_id'], unique=False)

    op.create_table('time_grants',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cause', sa.String(length=8), nullable=False),
    sa.Column('cause_id', sa.String(length=40), nullable=False),
    sa.Column('extra_s', sa.Integer(), nullable=False),
    sa.Column('from_at', Instant(), nullable=True),
    sa.Column('to_at', Instant(), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('made_at', Instant(), nullable=False),
    sa.CheckConstraint("cause IN ('added', 'pause', 'outage')", name=op.f('ck_time_grants_cause')),
    sa.CheckConstraint('(from_at IS NULL) = (to_at IS NULL)', name=op.f('ck_time_grants_span')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_time_grants_attempt_id')),
    sa.ForeignKeyConstraint(['made_by'], ['users.id'], name=op.f('fk_time_grants_made_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_time_grants'))
    )
    with op.batch_alter_table('time_grants', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_time_grants_attempt_id'), ['attempt_id'], unique=False)
        batch_op.create_index('uq_time_grants_cause', ['attempt_id', 'cause', 'cause_id'], unique=True, sqlite_where=sa.text("cause_id <> ''"), postgresql_where=sa.text("cause_id <> ''"))

    op.create_table('item_rulings',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('regrade_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('assessment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('treatment', sa.String(length=10), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.CheckConstraint("(treatment = 'rekey') = (key <> '')", name=op.f('ck_item_rulings_key')),
    sa.CheckConstraint("treatment IN ('rekey', 'full_marks', 'excluded')", name=op.f('ck_item_rulings_treatment')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessments.id'], name=op.f('fk_item_rulings_assessment_id')),
    sa.ForeignKeyConstraint(['regrade_id'], ['regrades.id'], name=op.f('fk_item_rulings_regrade_id')),
    sa.ForeignKeyConstraint(['version_id'], ['item_versions.id'], name=op.f('fk_item_rulings_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_rulings')),
    sa.UniqueConstraint('assessment_id', 'version_id', 'regrade_id', name=op.f('uq_item_rulings_assessment_id_version_id_regrade_id'))
    )
    with op.batch_alter_table('item_rulings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_rulings_regrade_id'), ['regrade_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_item_rulings_version_id'), ['version_id'], unique=False)

    with op.batch_alter_table('assessments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('ruled_at', Instant(), nullable=True))

    with op.batch_alter_table('attempts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('paused_at', Instant(), nullable=True))
        batch_op.add_column(sa.Column('voided_at', Instant(), nullable=True))
        batch_op.drop_constraint(op.f('ck_attempts_finish_kind'), type_='check')
        for name, condition in ATTEMPTS:
            batch_op.create_check_constraint(op.f(name), sa.text(condition))

    with op.batch_alter_table('scores', schema=None) as batch_op:
        batch_op.add_column(sa.Column('cause', sa.String(length=10), server_default='scored', nullable=False))
        batch_op.add_column(sa.Column('cause_id', sa.String(length=40), server_default='', nullable=False))
        batch_op.add_column(sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('excluded_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('pending', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('marks', sa.Text(), server_default='{}', nullable=False))
        batch_op.create_index('uq_scores_cause', ['attempt_id', 'cause', 'cause_id'], unique=True, sqlite_where=sa.text("cause_id <> ''"), postgresql_where=sa.text("cause_id <> ''"))
        batch_op.create_foreign_key(batch_op.f('fk_scores_made_by'), 'users', ['made_by'], ['id'])
        batch_op.create_check_constraint(op.f('ck_scores_cause'), sa.text(CAUSES))


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
