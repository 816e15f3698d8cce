"""Answer sheets that people key, attempts made of them, and the duty to key.

Revision 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


# Each takes one word more than before: what stands there passes.
WIDENED = (
    (
        'attempts',
        'ck_attempts_finish_kind',
        "finish_kind IS NULL OR finish_kind IN ('submitted', 'swept', 'forced', 'keyed')",
    ),
    (
        'sitting_staff',
        'ck_sitting_staff_duty',
        "duty IN ('invigilator', 'marker', 'decider', 'keyer')",
    ),
)


def upgrade() -> None:
    """Apply."""
    op.create_table('answer_sheets',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('sitting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('revision', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('score_version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('opened_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('opened_at', Instant(), nullable=False),
    sa.Column('confirmed_at', Instant(), nullable=True),
    sa.CheckConstraint("(state = 'confirmed') = (confirmed_at IS NOT NULL AND attempt_id IS NOT NULL)", name=op.f('ck_answer_sheets_confirmed')),
    sa.CheckConstraint("revision >= 0 AND (revision = 0) = (reason = '')", name=op.f('ck_answer_sheets_reason')),
    sa.CheckConstraint("state IN ('open', 'differs', 'confirmed')", name=op.f('ck_answer_sheets_state')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_answer_sheets_attempt_id')),
    sa.ForeignKeyConstraint(['opened_by'], ['users.id'], name=op.f('fk_answer_sheets_opened_by')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sittings.id'], name=op.f('fk_answer_sheets_sitting_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_answer_sheets_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_sheets')),
    sa.UniqueConstraint('public_id', name=op.f('uq_answer_sheets_public_id'))
    )
    with op.batch_alter_table('answer_sheets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_sheets_attempt_id'), ['attempt_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_answer_sheets_sitting_id_state'), ['sitting_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_answer_sheets_sitting_id_user_id_revision'), ['sitting_id', 'user_id', 'revision'], unique=True)
        batch_op.create_index(batch_op.f('ix_answer_sheets_user_id'), ['user_id'], unique=False)

    op.create_table('sheet_keyings',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sheet_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('slot', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('keyed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('source', sa.String(length=4), nullable=False),
    sa.Column('keyed_at', Instant(), nullable=False),
    sa.CheckConstraint("source IN ('page', 'file')", name=op.f('ck_sheet_keyings_source')),
    sa.CheckConstraint('slot BETWEEN 1 AND 3', name=op.f('ck_sheet_keyings_slot')),
    sa.ForeignKeyConstraint(['keyed_by'], ['users.id'], name=op.f('fk_sheet_keyings_keyed_by')),
    sa.ForeignKeyConstraint(['sheet_id'], ['answer_sheets.id'], name=op.f('fk_sheet_keyings_sheet_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_keyings'))
    )
    with op.batch_alter_table('sheet_keyings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sheet_keyings_keyed_by'), ['keyed_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_sheet_keyings_sheet_id_slot'), ['sheet_id', 'slot'], unique=True)

    op.create_table('sheet_scans',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('sheet_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=20), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('added_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('added_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['added_by'], ['users.id'], name=op.f('fk_sheet_scans_added_by')),
    sa.ForeignKeyConstraint(['sheet_id'], ['answer_sheets.id'], name=op.f('fk_sheet_scans_sheet_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_scans')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sheet_scans_public_id'))
    )
    with op.batch_alter_table('sheet_scans', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sheet_scans_sheet_id'), ['sheet_id'], unique=False)

    for table, name, condition in WIDENED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(op.f(name), type_='check')
            batch_op.create_check_constraint(op.f(name), sa.text(condition))


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
