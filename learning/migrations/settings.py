"""How schemas are compared and migrations are written."""

from typing import Any, Literal

from alembic.autogenerate.rewriter import Rewriter
from alembic.operations import ops
from sqlalchemy import Connection, DateTime, Integer

from learning.kernel.db import Instant

# Made beside the metadata: partitions and search indexes by DDL of their table, the job queue's
# tables by the queue.
FOREIGN_PREFIXES = ("responses_p", "huey_", "item_search_index", "lesson_search_index")
FOREIGN_INDEXES = ("ix_item_search_terms", "ix_lesson_search_terms")
_rewriter = Rewriter()


def options(connection: Connection) -> dict[str, Any]:
    """Return Alembic's options, the same for upgrading, comparing and generating."""
    return {
        "compare_type": _differs,
        "include_name": _is_ours,
        "process_revision_directives": _rewriter,
        "render_item": _render,
        "render_as_batch": connection.dialect.name == "sqlite",
        "transaction_per_migration": True,
        "transactional_ddl": True,
        "user_module_prefix": "",
    }


def _is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    if kind == "index":
        return name not in FOREIGN_INDEXES
    return kind != "table" or not (name or "").startswith(FOREIGN_PREFIXES)


def _differs(
    context: Any, _inspected: Any, _column: Any, inspected_type: Any, metadata_type: Any
) -> bool | None:
    if not isinstance(metadata_type, Instant):
        return None  # Alembic's own comparison
    if context.dialect.name == "sqlite":
        return not isinstance(inspected_type, Integer)
    return not (isinstance(inspected_type, DateTime) and inspected_type.timezone)


def _render(kind: str, thing: Any, context: Any) -> str | Literal[False]:
    if kind == "type" and isinstance(thing, Instant):
        context.imports.add("from learning.kernel.db import Instant")
        return "Instant()"
    return False


@_rewriter.rewrites(ops.CreateTableOp)
def _without_info(_context: Any, _revision: Any, operation: ops.CreateTableOp) -> ops.CreateTableOp:
    """Leave out what the program notes of a table: no schema, and no name of a script's."""
    operation.info = {}
    return operation
