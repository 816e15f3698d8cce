"""Work on items: banks, drafts, reviews, imports, pictures.

Revision 0003, after 0002.
"""

import json

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('banks',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('title_en', sa.String(length=200), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('pool', sa.String(length=10), nullable=False),
    sa.Column('tracks', sa.Text(), nullable=False),
    sa.Column('origin', sa.String(length=4), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint("origin = 'web' OR pool <> 'secure'", name=op.f('ck_banks_files_are_public')),
    sa.CheckConstraint("origin IN ('file', 'web')", name=op.f('ck_banks_origin')),
    sa.CheckConstraint("pool IN ('practice', 'contest', 'secure')", name=op.f('ck_banks_pool')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_banks_created_by')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_banks_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_banks')),
    sa.UniqueConstraint('code', name=op.f('uq_banks_code'))
    )
    with op.batch_alter_table('banks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_banks_unit_id'), ['unit_id'], unique=False)

    op.create_table('item_imports',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('bank', sa.String(length=60), nullable=False),
    sa.Column('pool', sa.String(length=10), nullable=False),
    sa.Column('format', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=9), nullable=False),
    sa.Column('problems', sa.Text(), nullable=False),
    sa.Column('done', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('total', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('applied_at', Instant(), nullable=True),
    sa.Column('undone_at', Instant(), nullable=True),
    sa.CheckConstraint("state IN ('reading', 'failed', 'preview', 'applying', 'applied', 'undone', 'discarded')", name=op.f('ck_item_imports_state')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_item_imports_created_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_imports')),
    sa.UniqueConstraint('public_id', name=op.f('uq_item_imports_public_id'))
    )
    with op.batch_alter_table('item_imports', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_imports_bank_created_at'), ['bank', 'created_at'], unique=False)

    op.create_table('media_files',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('media_type', sa.String(length=20), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint("media_type IN ('image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/svg+xml')", name=op.f('ck_media_files_media_type')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_media_files_created_by')),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_media_files'))
    )
    op.create_table('saved_filters',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('query', sa.String(length=600), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_saved_filters_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_filters'))
    )
    with op.batch_alter_table('saved_filters', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_saved_filters_user_id_name'), ['user_id', 'name'], unique=True)

    op.create_table('item_import_rows',
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('draft', sa.Text(), nullable=False),
    sa.Column('problems', sa.Text(), nullable=False),
    sa.Column('findings', sa.Text(), nullable=False),
    sa.Column('is_good', sa.Boolean(), nullable=False),
    sa.Column('decision', sa.String(length=4), nullable=False),
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint("decision IN ('take', 'skip')", name=op.f('ck_item_import_rows_decision')),
    sa.ForeignKeyConstraint(['import_id'], ['item_imports.id'], name=op.f('fk_item_import_rows_import_id')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_item_import_rows_item_id')),
    sa.PrimaryKeyConstraint('import_id', 'number', name=op.f('pk_item_import_rows'))
    )
    with op.batch_alter_table('item_import_rows', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_import_rows_item_id'), ['item_id'], unique=False)

    op.create_table('item_tags',
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('tag', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_item_tags_item_id')),
    sa.PrimaryKeyConstraint('item_id', 'tag', name=op.f('pk_item_tags'))
    )
    with op.batch_alter_table('item_tags', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_tags_tag_item_id'), ['tag', 'item_id'], unique=False)

    op.create_table('item_drafts',
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('problem_count', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('revision', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('base_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('written_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('updated_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['written_by'], ['users.id'], name=op.f('fk_item_drafts_written_by')),
    sa.ForeignKeyConstraint(['base_version_id'], ['item_versions.id'], name=op.f('fk_item_drafts_base_version_id')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_item_drafts_item_id')),
    sa.PrimaryKeyConstraint('item_id', name=op.f('pk_item_drafts'))
    )
    op.create_table('item_exposures',
    sa.Column('version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('forms', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['item_versions.id'], name=op.f('fk_item_exposures_version_id')),
    sa.PrimaryKeyConstraint('version_id', name=op.f('pk_item_exposures'))
    )
    op.create_table('item_reviews',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('acted_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('act', sa.String(length=10), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.CheckConstraint("act IN ('submitted', 'commented', 'returned', 'approved', 'retired', 'restored')", name=op.f('ck_item_reviews_act')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_item_reviews_item_id')),
    sa.ForeignKeyConstraint(['acted_by'], ['users.id'], name=op.f('fk_item_reviews_acted_by')),
    sa.ForeignKeyConstraint(['version_id'], ['item_versions.id'], name=op.f('fk_item_reviews_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_reviews'))
    )
    with op.batch_alter_table('item_reviews', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_reviews_item_id_id'), ['item_id', 'id'], unique=False)

    op.create_table('item_statistics',
    sa.Column('version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('answered', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('facility_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('discrimination_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('computed_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['item_versions.id'], name=op.f('fk_item_statistics_version_id')),
    sa.PrimaryKeyConstraint('version_id', name=op.f('pk_item_statistics'))
    )
    with op.batch_alter_table('item_versions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('written_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_item_versions_written_by'), 'users', ['written_by'], ['id'])

    _expand_items()
    _describe_items()
    _constrain_items()


def _expand_items() -> None:
    with op.batch_alter_table('items', schema=None) as batch_op:
        batch_op.add_column(sa.Column('state', sa.String(length=8), nullable=False, server_default='approved'))
        batch_op.add_column(sa.Column('review_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('kind', sa.String(length=20), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('area', sa.String(length=120), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('level', sa.String(length=10), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('difficulty_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, server_default='500'))
        batch_op.add_column(sa.Column('is_parametric', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('excerpt', sa.String(length=300), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('not_before', Instant(), nullable=True))
        batch_op.add_column(sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))


def _describe_items() -> None:
    """Let the rows that are there say what their content is, and give their banks a row."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            'SELECT i.id, v.kind, v.area, v.level, v.difficulty_milli, v.document'
            ' FROM items i JOIN item_versions v ON v.id = i.current_version_id'
        )
    ).all()
    update = sa.text(
        'UPDATE items SET kind = :kind, area = :area, level = :level,'
        ' difficulty_milli = :difficulty, excerpt = :excerpt WHERE id = :id'
    )
    for number, kind, area, level, difficulty, document in rows:
        excerpt = ' '.join(json.loads(document)['stem'].split())[:300]
        connection.execute(
            update,
            {
                'id': number, 'kind': kind, 'area': area, 'level': level,
                'difficulty': difficulty, 'excerpt': excerpt,
            },
        )
    connection.execute(
        sa.text("UPDATE items SET state = 'retired' WHERE retired_at IS NOT NULL")
    )
    connection.execute(
        sa.text(
            "INSERT INTO banks (code, title, title_en, description, pool, tracks, origin, created_at)"
            " SELECT bank, bank, '', '', MIN(pool), '[]', 'file', MIN(created_at)"
            " FROM items GROUP BY bank"
        )
    )


def _constrain_items() -> None:
    with op.batch_alter_table('items', schema=None) as batch_op:
        for name in ('state', 'kind', 'area', 'level', 'difficulty_milli', 'is_parametric', 'excerpt'):
            batch_op.alter_column(name, server_default=None)
        batch_op.create_check_constraint(op.f('ck_items_state'), "state IN ('draft', 'review', 'approved', 'retired')")
        batch_op.create_check_constraint(op.f('ck_items_retired'), "(state = 'retired') = (retired_at IS NOT NULL)")
        batch_op.create_index(batch_op.f('ix_items_bank_area'), ['bank', 'area'], unique=False)
        batch_op.create_index(batch_op.f('ix_items_bank_kind'), ['bank', 'kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_items_import_id'), ['import_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_items_created_by'), 'users', ['created_by'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_items_import_id'), 'item_imports', ['import_id'], ['id'])


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
