"""Run by Alembic with the connection that `streamresize.catalog.migrate` hands over."""

from alembic import context

from streamresize.catalog.migrate import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
