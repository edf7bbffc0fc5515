"""The first form of the catalog."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import LONGBLOB, VARBINARY
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None


def short_bytes(length: int) -> TypeEngine[bytes]:
    return sa.LargeBinary(length).with_variant(VARBINARY(length), "mysql", "mariadb")


def long_bytes() -> TypeEngine[bytes]:
    return sa.LargeBinary().with_variant(LONGBLOB(), "mysql", "mariadb")


def image_key(name: str, **options: Any) -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    key = sa.ForeignKey("image.id", ondelete="CASCADE")
    return sa.Column(name, number, key, nullable=False, autoincrement=False, **options)


def number(
    name: str, type: type[TypeEngine[int]] = sa.BigInteger, **options: Any
) -> sa.Column[int]:
    return sa.Column(name, type(), nullable=False, **options)


def upgrade() -> None:
    large_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "state",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("catalog", sa.String(32), nullable=False),
        number("generation"),
        number("vacuumed"),
        sa.Column("chunks", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "image",
        sa.Column("id", large_id, primary_key=True, autoincrement=True),
        sa.Column("content_hash", short_bytes(32), nullable=False, unique=True),
        number("bytes"),
        number("width", sa.Integer),
        number("height", sa.Integer),
        sa.Column("added", sa.DateTime(), nullable=False),
        number("generation", index=True),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "path",
        sa.Column("name_hash", short_bytes(16), primary_key=True),
        sa.Column("name", long_bytes(), nullable=False),
        sa.Column("stamp", sa.String(255), nullable=False),
        image_key("image_id", index=True),
    )
    op.create_table(
        "fingerprint",
        image_key("image_id", primary_key=True),
        number("version", sa.SmallInteger),
        *(number(name) for name in ("phash", "dhash", "average")),
        sa.Column("phash256", short_bytes(32), nullable=False),
        sa.Column("pdq", short_bytes(32), nullable=False),
        number("pdq_quality", sa.SmallInteger),
        sa.Column("symmetric", short_bytes(32), nullable=False),
        sa.Column("trimmed", short_bytes(32), nullable=False),
        sa.Column("data", long_bytes(), nullable=False),
    )
    op.create_table(
        "feature",
        image_key("image_id", primary_key=True),
        sa.Column("kind", sa.String(32), primary_key=True),
        number("generation", index=True),
        sa.Column("hashes", long_bytes(), nullable=False),
        sa.Column("data", long_bytes(), nullable=False),
    )
    op.create_table(
        "chunk",
        number("slot", sa.SmallInteger, primary_key=True, autoincrement=False),
        number("value16", sa.Integer, primary_key=True, autoincrement=False),
        image_key("image_id", primary_key=True, index=True),
    )
    op.create_table(
        "not_duplicate",
        image_key("first", primary_key=True),
        image_key("second", primary_key=True),
        sa.Index("ix_not_duplicate_second", "second"),
    )
    op.create_table(
        "removed",
        sa.Column("image_id", large_id, primary_key=True, autoincrement=False),
        number("generation", index=True),
    )
