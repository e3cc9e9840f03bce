"""Runs the migrations on the connection that monitor.store.schema hands over, inside its transaction."""

from alembic import context

from monitor.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    user_module_prefix="",
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
