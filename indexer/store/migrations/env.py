"""Runs migrations on the connection and in the transaction that `indexer.store.schema` hands over."""

from alembic import context

from indexer.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    # SQLite alters a table by copying it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
