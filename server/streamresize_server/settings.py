"""The service's settings: one validated object, from flags, environment and a file."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from streamresize import Format, Limits


class Settings(BaseSettings):
    """Every setting; a variable STREAMRESIZE_<NAME> of the environment sets it, too.

    Raises pydantic.ValidationError, which names the setting.
    """

    model_config = SettingsConfigDict(env_prefix="STREAMRESIZE_", frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    roots: tuple[Path, ...] = ()
    memory_budget: int = Field(default=256 << 20, ge=32 << 20, description="bytes for all requests")
    threads: int | None = Field(default=None, ge=1, description="that decode; all processors")
    queued: int = Field(default=256, ge=1, description="requests that may wait")
    opened: int = Field(default=16, ge=1, description="requests that wait with an open source")
    queue_seconds: float = Field(default=10.0, gt=0, description="a request may wait for memory")
    upload_bytes: int = Field(default=1 << 28, ge=1)

    upload_stall_seconds: float = Field(default=10.0, gt=0)
    upload_rate: float = Field(default=4096.0, ge=0, description="bytes a second, at least")
    work_seconds: float = Field(default=120.0, gt=0, description="that making a picture may take")
    client_seconds: float = Field(default=30.0, gt=0, description="in which a client takes a chunk")
    cache_folder: Path | None = None
    cache_bytes: int = Field(default=1 << 30, ge=1 << 20)
    cache_memory: int = Field(default=16 << 20, ge=0)
    fresh_seconds: float = Field(default=60.0, ge=0)
    stale_seconds: float = Field(default=600.0, ge=0)
    cache_control: str = "public, max-age=3600"

    negotiate: tuple[Format, ...] = ("webp",)

    @property
    def limits(self) -> Limits:
        """Bounds on sources."""
        return Limits.from_environment()
