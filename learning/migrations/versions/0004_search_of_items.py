"""Search of items.

Revision 0004, after 0003.
"""

import json

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant
from learning.kernel.search import fts5_learn, index_statements, terms_of

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

POSTGRESQL_INDEX = (
    'CREATE INDEX ix_item_search_terms ON item_search'
    " USING gin (array_to_tsvector(string_to_array(terms, ' ')))"
)


def upgrade() -> None:
    """Apply."""
    op.create_table('item_search',
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('terms', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_item_search_item_id')),
    sa.PrimaryKeyConstraint('item_id', name=op.f('pk_item_search'))
    )
    op.create_table('item_twins',
    sa.Column('first_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('second_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('likeness_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('found_at', Instant(), nullable=False),
    sa.Column('dismissed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('dismissed_at', Instant(), nullable=True),
    sa.CheckConstraint('first_id < second_id', name=op.f('ck_item_twins_order')),
    sa.ForeignKeyConstraint(['dismissed_by'], ['users.id'], name=op.f('fk_item_twins_dismissed_by')),
    sa.ForeignKeyConstraint(['first_id'], ['items.id'], name=op.f('fk_item_twins_first_id')),
    sa.ForeignKeyConstraint(['second_id'], ['items.id'], name=op.f('fk_item_twins_second_id')),
    sa.PrimaryKeyConstraint('first_id', 'second_id', name=op.f('pk_item_twins'))
    )
    with op.batch_alter_table('item_twins', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_twins_second_id'), ['second_id'], unique=False)

    with op.batch_alter_table('banks', schema=None) as batch_op:
        batch_op.add_column(sa.Column('twins_wanted_at', Instant(), nullable=True))

    if op.get_bind().dialect.name == 'sqlite':
        op.execute(index_statements('item_search', 'item_id')['sqlite'])
    else:
        op.execute(POSTGRESQL_INDEX)
    _index_items()


def _index_items() -> None:
    """Make what is there findable."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            'SELECT i.id, i.code, v.area, v.document'
            ' FROM items i JOIN item_versions v ON v.id = i.current_version_id'
        )
    ).all()
    for number, code, area, text in rows:
        document = json.loads(text)
        options = (option[1] for option in document['options'])
        terms = terms_of('\n'.join((code, area, document['stem'], *options)))
        connection.execute(
            sa.text('INSERT INTO item_search (item_id, terms) VALUES (:id, :terms)'),
            {'id': number, 'terms': terms},
        )
        if connection.dialect.name == 'sqlite':
            connection.execute(sa.text(fts5_learn('item_search')), {'id': number, 'terms': terms})


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
