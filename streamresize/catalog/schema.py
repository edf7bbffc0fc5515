"""The tables. Their history is in `migrations/versions`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
)
from sqlalchemy.dialects.mysql import LONGBLOB, VARBINARY
from sqlalchemy.types import TypeEngine

HASH_BYTES = 32
NAME_HASH_BYTES = 16


class PlainBytes(LargeBinary):
    """Given to the driver as they are, not wrapped one by one."""

    def bind_processor(self, dialect: Dialect) -> None:  # noqa: ARG002
        return None


def short_bytes(length: int) -> TypeEngine[bytes]:
    """So few bytes that MariaDB can index them."""
    return PlainBytes(length).with_variant(VARBINARY(length), "mysql", "mariadb")


def long_bytes() -> TypeEngine[bytes]:
    return PlainBytes().with_variant(LONGBLOB(), "mysql", "mariadb")


def large_id() -> TypeEngine[int]:
    """64 bits; SQLite gives numbers to columns of the type INTEGER alone, of 64 bits, too."""
    return BigInteger().with_variant(Integer(), "sqlite")


def of_image(**options: Any) -> Column[int]:
    key = ForeignKey("image.id", ondelete="CASCADE")
    return Column("image_id", large_id(), key, nullable=False, autoincrement=False, **options)


metadata = MetaData()

# One row. generation: number of the last change; whoever writes raises it first, which makes the
# others wait. vacuumed: the generation up to which `removed` has been forgotten.
state = Table(
    "state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("catalog", String(32), nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("vacuumed", BigInteger, nullable=False),
    Column("chunks", Boolean, nullable=False),
)

image = Table(
    "image",
    metadata,
    Column("id", large_id(), primary_key=True, autoincrement=True),
    Column("content_hash", short_bytes(HASH_BYTES), nullable=False, unique=True),
    Column("bytes", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("added", DateTime, nullable=False),
    Column("generation", BigInteger, nullable=False, index=True),
    sqlite_autoincrement=True,  # numbers are not given twice
)

# Names are bytes, since file systems have names that are no text, longer than MariaDB can index.
path = Table(
    "path",
    metadata,
    Column("name_hash", short_bytes(NAME_HASH_BYTES), primary_key=True),
    Column("name", long_bytes(), nullable=False),
    Column("stamp", String(255), nullable=False),
    of_image(index=True),
)

# Hashes of 64 bits are signed numbers, so that databases can count the bits in which two differ.
fingerprint = Table(
    "fingerprint",
    metadata,
    of_image(primary_key=True),
    Column("version", SmallInteger, nullable=False),
    Column("phash", BigInteger, nullable=False),
    Column("dhash", BigInteger, nullable=False),
    Column("average", BigInteger, nullable=False),
    Column("phash256", short_bytes(HASH_BYTES), nullable=False),
    Column("pdq", short_bytes(HASH_BYTES), nullable=False),
    Column("pdq_quality", SmallInteger, nullable=False),
    Column("symmetric", short_bytes(HASH_BYTES), nullable=False),
    Column("trimmed", short_bytes(HASH_BYTES), nullable=False),
    Column("data", long_bytes(), nullable=False),
)

feature = Table(
    "feature",
    metadata,
    of_image(primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("generation", BigInteger, nullable=False, index=True),
    Column("hashes", long_bytes(), nullable=False),
    Column("data", long_bytes(), nullable=False),
)

chunk = Table(
    "chunk",
    metadata,
    Column("slot", SmallInteger, primary_key=True, autoincrement=False),
    Column("value16", Integer, primary_key=True, autoincrement=False),
    of_image(primary_key=True, index=True),
)

not_duplicate = Table(
    "not_duplicate",
    metadata,
    Column(
        "first", large_id(), ForeignKey("image.id", ondelete="CASCADE"), primary_key=True,
        autoincrement=False,
    ),
    Column(
        "second", large_id(), ForeignKey("image.id", ondelete="CASCADE"), primary_key=True,
        autoincrement=False,
    ),
    Index("ix_not_duplicate_second", "second"),
)  # fmt: skip

removed = Table(
    "removed",
    metadata,
    Column("image_id", large_id(), primary_key=True, autoincrement=False),
    Column("generation", BigInteger, nullable=False, index=True),
)
