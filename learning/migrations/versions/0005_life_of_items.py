"""Who writes in a draft, numbers of codes, where a version may be drawn.

Revision 0005, after 0004.
"""

import json

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

BATCH = 500


def upgrade() -> None:
    """Apply."""
    op.create_table('item_writers',
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('wrote_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_item_writers_item_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_item_writers_user_id')),
    sa.PrimaryKeyConstraint('item_id', 'user_id', name=op.f('pk_item_writers'))
    )
    op.create_table('item_import_writers',
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('wrote_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['item_imports.id'], name=op.f('fk_item_import_writers_import_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_item_import_writers_user_id')),
    sa.PrimaryKeyConstraint('import_id', 'number', 'user_id', name=op.f('pk_item_import_writers'))
    )
    op.create_table('assessment_items',
    sa.Column('version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('assessment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessments.id'], name=op.f('fk_assessment_items_assessment_id')),
    sa.ForeignKeyConstraint(['version_id'], ['item_versions.id'], name=op.f('fk_assessment_items_version_id')),
    sa.PrimaryKeyConstraint('version_id', 'assessment_id', name=op.f('pk_assessment_items'))
    )
    with op.batch_alter_table('banks', schema=None) as batch_op:
        batch_op.add_column(sa.Column('next_number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, server_default='1'))
    with op.batch_alter_table('banks', schema=None) as batch_op:
        batch_op.alter_column('next_number', server_default=None)
    with op.batch_alter_table('items', schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f('ix_items_review_version_id'),
            ['review_version_id'],
            unique=False,
            sqlite_where=sa.text('review_version_id IS NOT NULL'),
            postgresql_where=sa.text('review_version_id IS NOT NULL'),
        )
    _link_items()


def _link_items() -> None:
    """Let the versions that assessments pinned be found by version."""
    connection = op.get_bind()
    known = set(connection.scalars(sa.text('SELECT id FROM item_versions')))
    insert = sa.text(
        'INSERT INTO assessment_items (version_id, assessment_id) VALUES (:version, :assessment)'
    )
    last = 0
    while rows := connection.execute(
        sa.text('SELECT id, blueprint FROM assessments WHERE id > :last ORDER BY id LIMIT :n'),
        {'last': last, 'n': BATCH},
    ).all():
        last = rows[-1][0]
        links = [
            {'version': version, 'assessment': number}
            for number, text in rows
            for version in sorted(_candidates(text) & known)
        ]
        if links:
            connection.execute(insert, links)


def _candidates(text: str) -> set[int]:
    sections = json.loads(text)['sections']
    return {candidate[0] for section in sections for candidate in section['candidates']}


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
