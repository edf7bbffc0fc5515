"""The service's settings: one validated object; `configuration.py` says where it comes from."""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_origin
from urllib.parse import urlsplit

from annotated_types import Ge, Gt, Le
from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from typing_extensions import Self

from streamresize import FORMATS, Format, Limits
from streamresize_server.admission import OPEN_BYTES
from streamresize_server.imgproxy.signature import KeyPair, Signatures
from streamresize_server.machine import usual_budget
from streamresize_server.policy import Policy
from streamresize_server.quantities import Bytes, Seconds
from streamresize_server.sources import SourceSettings

ENVIRONMENT_PREFIX = "STREAMRESIZE_"
WORKING_BYTES = 16 << 20  # of the budget of a process, at least, beside its open sources
MIB = 1 << 20
IN_MEMORY = frozenset({"", ":memory:", "sqlite://", "sqlite:///:memory:"})  # one for each thread

Count: TypeAlias = Annotated[int, Ge(1)]
Wait: TypeAlias = Annotated[Seconds, Gt(0)]
Quality: TypeAlias = Annotated[int, Ge(1), Le(100)]

USUAL_LIMITS = Limits()


class Settings(BaseSettings):
    """Every setting. A variable STREAMRESIZE_<NAME> of the environment sets it, too.

    Lists are written with commas in text, tables as name=value,name=value. Raises
    pydantic.ValidationError, which names the setting.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX,
        env_ignore_empty=True,
        enable_decoding=False,
        extra="forbid",
        frozen=True,
        validate_default=True,
    )

    host: str = Field(default="127.0.0.1", min_length=1, description="address to listen on")
    port: int = Field(
        default=8080, ge=0, le=65535, description="port to listen on; 0 for any free one"
    )
    processes: Count = Field(default=1, description="processes, which share the port")
    stop_seconds: Wait = Field(
        default=30.0, description="running requests may take to end at SIGTERM"
    )
    log_format: Literal["json", "text"] = Field(
        default="json", description="a line for each request"
    )

    memory_budget: Bytes = Field(
        default_factory=usual_budget,
        ge=32 * MIB,
        description="for the work of all requests; half of what the service may use",
    )
    threads: Count | None = Field(
        default=None, description="that decode, in a process; all processors"
    )
    queued: Count = Field(default=256, description="requests that may wait, in a process")
    opened: Count = Field(
        default=16, description="requests that wait with an open source, in a process"
    )
    queue_seconds: Wait = Field(default=10.0, description="a request may wait")
    work_seconds: Wait = Field(default=120.0, description="making a picture may take")
    request_seconds: Wait = Field(
        default=600.0, description="a request may take, its answer included"
    )

    idle_seconds: Wait = Field(
        default=75.0, description="a client may keep a connection without using it"
    )
    client_seconds: Wait = Field(
        default=30.0, description="a client may take for a chunk of its answer"
    )
    upload_bytes: Bytes = Field(default=256 * MIB, ge=1, description="of an upload")
    upload_stall_seconds: Wait = Field(default=10.0, description="an upload may pause")
    upload_rate: Bytes = Field(default=4096, ge=0, description="of an upload in a second, at least")

    roots: tuple[Path, ...] = Field(default=(), description="folders whose files may be asked for")
    allow_hosts: tuple[str, ...] = Field(default=("*",), description="to download from")
    deny_hosts: tuple[str, ...] = Field(default=(), description="not to download from")
    allow_networks: tuple[str, ...] = Field(
        default=(), description="private networks to download from, as 10.1.0.0/16"
    )
    storage: tuple[str, ...] = Field(
        default=(), description="read through fsspec, as s3://bucket/folder"
    )
    max_redirects: int = Field(default=5, ge=0, description="followed by a download")
    connect_seconds: Wait = Field(default=5.0, description="a download may take to connect")
    first_byte_seconds: Wait = Field(default=10.0, description="a download may take to begin")
    stall_seconds: Wait = Field(default=10.0, description="a download may pause")
    download_seconds: Wait = Field(default=60.0, description="a download may take")

    # Variables of the environment that the library reads, too: whole numbers, without units.
    max_width: Count = Field(default=USUAL_LIMITS.width, description="pixels across a source")
    max_height: Count = Field(default=USUAL_LIMITS.height, description="pixels down a source")
    max_pixels: Count = Field(default=USUAL_LIMITS.pixels, description="of a source")
    max_source_bytes: Count = Field(default=256 * MIB, description="read of a source")
    max_metadata_bytes: Count = Field(
        default=USUAL_LIMITS.metadata_bytes, description="of a source"
    )
    max_scans: Count = Field(default=USUAL_LIMITS.scans, description="of a source")
    max_blocks: Count = Field(default=USUAL_LIMITS.blocks, description="of 8 x 8 pixels visited")
    max_blocks_per_byte: Count = Field(
        default=USUAL_LIMITS.blocks_per_byte, description="visited, where that is more"
    )
    max_whole_bytes: Count = Field(
        default=USUAL_LIMITS.whole_bytes, description="of memory for a source that is no JPEG"
    )

    formats: tuple[Format, ...] = Field(
        default=("jpeg", "png", "webp", "avif", "gif"),
        min_length=1,
        description="that may be asked for",
    )
    negotiate: tuple[Format, ...] = Field(
        default=("webp",),
        description="formats that `auto` may become where the client accepts them",
    )
    quality: dict[Format, Quality] = Field(
        default={}, description="by format, where none is asked for"
    )
    min_quality: Quality = Field(default=1, description="that may be asked for")
    max_quality: Quality = Field(default=100, description="that may be asked for")
    max_output_pixels: Count = Field(default=1 << 26, description="of one output")

    keys: tuple[SecretStr, ...] = Field(default=(), description="of signatures, hexadecimal")
    salts: tuple[SecretStr, ...] = Field(default=(), description="one for each key, hexadecimal")
    signature_bytes: int = Field(default=32, ge=1, le=32, description="kept of a signature")
    trusted_signatures: tuple[SecretStr, ...] = Field(
        default=(), description="accepted for any path"
    )
    allow_unsigned: bool | None = Field(
        default=None,
        description="serve what is not signed; usually only without keys, to this machine",
    )
    presets: dict[str, str] = Field(default={}, description="options of URLs by name")
    only_presets: bool = Field(default=False, description="accept presets and no other options")
    token: SecretStr | None = Field(
        default=None, description="of clients that may change the catalog and need no signature"
    )

    cache_folder: Path | None = Field(
        default=None, description="for results; without it small ones are kept in memory alone"
    )
    cache_bytes: Bytes = Field(
        default=1024 * MIB, ge=MIB, description="of all results in the folder"
    )
    cache_memory: Bytes = Field(
        default=16 * MIB, ge=0, description="for small results, in a process"
    )
    fresh_seconds: Annotated[Seconds, Ge(0)] = Field(
        default=60.0, description="before a kept result's source is asked whether it has changed"
    )
    stale_seconds: Annotated[Seconds, Ge(0)] = Field(
        default=600.0,
        description="a kept result may be served after that, while its source is asked",
    )
    cache_control: str = Field(default="public, max-age=3600", description="header of pictures")

    fallback_image: Path | None = Field(
        default=None, description="sent in place of a picture that cannot be had"
    )
    fallback_status: int | None = Field(
        default=None, ge=200, le=599, description="of the fallback image; that of the problem"
    )
    cors_origins: tuple[str, ...] = Field(
        default=(), description="whose pages may use the service, as https://example.org; * for all"
    )
    catalog: SecretStr | None = Field(default=None, description="file or URL of the catalog")
    catalog_threads: Count = Field(default=4, description="that work with it, in a process")
    catalog_features: tuple[Literal["windows", "keypoints"], ...] = Field(
        default=("windows",), description="kept of added pictures, so that parts of them are found"
    )
    match_seconds: Wait = Field(default=20.0, description="a search for matches may take")

    @field_validator("*", mode="before")
    @classmethod
    def _lists_and_tables(cls, value: Any, info: ValidationInfo) -> Any:
        kind = get_origin(cls.model_fields[str(info.field_name)].annotation)
        if kind is tuple and isinstance(value, str):
            return _parts(value)
        if kind is dict and isinstance(value, str):
            return _table(_parts(value))
        return value

    @field_validator("keys", "salts")
    @classmethod
    def _hexadecimal(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for secret in value:
            try:
                empty = not bytes.fromhex(secret.get_secret_value())
            except ValueError:
                empty = True
            if empty:
                raise ValueError("expected hexadecimal text, as of: openssl rand -hex 32")
        return value

    @field_validator("roots")
    @classmethod
    def _folders(cls, value: tuple[Path, ...]) -> tuple[Path, ...]:
        for path in value:
            if not path.is_dir():
                raise ValueError(f"there is no folder {str(path)!r}")
        return value

    @field_validator("fallback_image")
    @classmethod
    def _file(cls, value: Path | None) -> Path | None:
        if value and not value.is_file():
            raise ValueError(f"there is no file {str(value)!r}")
        return value

    @field_validator("catalog")
    @classmethod
    def _shared(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and value.get_secret_value() in IN_MEMORY:
            raise ValueError("expected a file, or the URL of a database server")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if origin not in ("*", f"{parts.scheme}://{parts.netloc}") or "@" in origin:
                raise ValueError(f"expected * or an origin as https://example.org, not {origin!r}")
        return value

    @field_validator("cache_control")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not (value.isascii() and value.isprintable()):
            raise ValueError("expected the value of a header, in printable ASCII")
        return value

    @field_validator("formats", "negotiate")
    @classmethod
    def _served(cls, value: tuple[Format, ...]) -> tuple[Format, ...]:
        for format in value:
            if format not in FORMATS or format == "array":
                raise ValueError(f"{format!r} is no format of files")
        return value

    @model_validator(mode="after")
    def _together(self) -> Self:
        _need(len(self.keys) == len(self.salts), "salts", "as many are needed as there are keys")
        _need(self.min_quality <= self.max_quality, "max_quality", "must not be below min_quality")
        _need(
            self.is_local
            or self.unsigned
            or bool(self.keys or self.trusted_signatures or self.token),
            "keys",
            f"without any, and without allow_unsigned, nobody could use {self.host}: set keys and"
            " salts (openssl rand -hex 32), or allow_unsigned = true",
        )
        _need(
            bool(self.presets) or not self.only_presets,
            "presets",
            "only_presets takes some of them",
        )
        _ = self.sources  # whose own checks name their settings
        least = self.opened * OPEN_BYTES + WORKING_BYTES
        _need(
            self.process_budget >= least,
            "memory_budget",
            f"at least {self.processes * least // MIB}MiB for {self.processes} processes with"
            f" {self.opened} open sources each; raise it, or lower processes or opened",
        )
        return self

    @property
    def sources(self) -> SourceSettings:
        """What may be read."""
        names = {field.name for field in fields(SourceSettings)} & set(type(self).model_fields)
        return SourceSettings(**{name: getattr(self, name) for name in names})

    @property
    def policy(self) -> Policy:
        """What may be asked for."""
        return Policy(
            frozenset(self.formats),
            self.min_quality,
            self.max_quality,
            self.quality,
            self.max_output_pixels,
        )

    @property
    def signatures(self) -> Signatures:
        """Which are good."""
        return Signatures(
            [KeyPair.from_hex(*pair) for pair in self.key_pairs],
            self.signature_bytes,
            self.unsigned,
            [secret.get_secret_value() for secret in self.trusted_signatures],
        )

    @property
    def limits(self) -> Limits:
        """Bounds on sources."""
        return Limits(
            **{field.name: getattr(self, f"max_{field.name}") for field in fields(Limits)}
        )

    @property
    def process_budget(self) -> int:
        """Bytes of the budget that are one process's."""
        return self.memory_budget // self.processes

    @property
    def is_local(self) -> bool:
        """Only this machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @cached_property
    def unsigned(self) -> bool:
        """What is not signed is served: if so set, else without keys, and to this machine only."""
        if self.allow_unsigned is None:
            return self.is_local and not (self.keys or self.trusted_signatures)
        return self.allow_unsigned

    @property
    def key_pairs(self) -> tuple[tuple[str, str], ...]:
        """Keys with their salts, hexadecimal."""
        return tuple(
            (key.get_secret_value(), salt.get_secret_value())
            for key, salt in zip(self.keys, self.salts)
        )


def _need(condition: bool, name: str, reason: str) -> None:
    if not condition:
        raise ValueError(f"{name}: {reason}")


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _table(parts: list[str]) -> dict[str, str]:
    for part in parts:
        if "=" not in part:
            raise ValueError(f"expected name=value, not {part!r}")
    return {name.strip(): value.strip() for name, _, value in (p.partition("=") for p in parts)}
