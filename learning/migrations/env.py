"""Alembic's entry: runs the scripts on the connection it is given. Called by the package only."""

from alembic import context

from learning.migrations import settings
from learning.models import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, **settings.options(connection))
with context.begin_transaction():
    context.run_migrations()
