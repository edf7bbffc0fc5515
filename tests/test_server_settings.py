"""Settings: where they come from, what is refused, and what is told of them."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamresize import Limits
from streamresize.limits import VARIABLES
from streamresize_server.configuration import (
    Configuration,
    SettingsProblem,
    load,
    unknown_variables,
    variable,
)
from streamresize_server.machine import LEAST_BUDGET, available_memory, usual_budget
from streamresize_server.quantities import seconds, shown_size, size
from streamresize_server.settings import Settings

from .support import settings_table

MIB = 1 << 20
ROOT = Path(__file__).parents[1]
KEY, SALT = "736563726574", "68656C6C6F"


@pytest.fixture(autouse=True)
def _no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*map(variable, Settings.model_fields), "STREAMRESIZE_CONFIG"]:
        monkeypatch.delenv(name, raising=False)


def file_of(folder: Path, text: str) -> str:
    path = folder / "streamresize.toml"
    path.write_text(text)
    return str(path)


def test_flag_goes_before_environment_before_file_before_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Settings().port == 8080
    path = file_of(tmp_path, "port = 1\nqueued = 1\nopened = 1")
    monkeypatch.setenv("STREAMRESIZE_PORT", "2")
    monkeypatch.setenv("STREAMRESIZE_QUEUED", "2")
    settings, origins = load({"port": "3"}, path)
    assert (settings.port, settings.queued, settings.opened) == (3, 2, 1)
    assert origins == {"port": "flag", "queued": "environment", "opened": path}


def test_the_file_may_be_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STREAMRESIZE_CONFIG", file_of(tmp_path, "port = 1"))
    assert load({}).settings.port == 1
    (tmp_path / "other.toml").write_text("port = 2")
    assert load({}, str(tmp_path / "other.toml")).settings.port == 2


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"port": "x"}, "port: "),
        ({"port": "70000"}, "port: "),
        ({"prot": "1"}, "prot: there is no such setting (flag); is it port?"),
        ({"memory_budget": "1MiB"}, "memory_budget: "),
        ({"memory_budget": "40MiB", "opened": "40"}, "memory_budget: at least 56MiB"),
        ({"memory_budget": "64MiB", "processes": "3"}, "memory_budget: at least 96MiB"),
        ({"queue_seconds": "1x"}, "queue_seconds: expected seconds, or a time such as"),
        ({"queue_seconds": "0"}, "queue_seconds: "),
        ({"roots": "/no/such/folder"}, "roots: there is no folder '/no/such/folder'"),
        ({"fallback_image": "/no/such"}, "fallback_image: there is no file"),
        ({"keys": "xyz", "salts": SALT}, "keys: expected hexadecimal"),
        ({"keys": " ", "salts": SALT}, "salts: as many"),
        ({"keys": KEY}, "salts: as many are needed as there are keys"),
        ({"host": "0.0.0.0"}, "keys: without any"),  # noqa: S104
        ({"formats": "jpeg,tiff"}, "formats.1: "),
        ({"formats": "array"}, "formats: 'array' is no format of files"),
        ({"quality": "jpeg=0"}, "quality.jpeg: "),
        ({"quality": "80"}, "quality: expected name=value, not '80'"),
        ({"min_quality": "50", "max_quality": "40"}, "max_quality: must not be below"),
        ({"only_presets": "true"}, "presets: "),
        ({"cors_origins": "example.org"}, "cors_origins: expected * or an origin"),
        ({"cors_origins": "https://example.org/"}, "cors_origins: expected * or an origin"),
        ({"cache_control": "a\nb: c"}, "cache_control: expected the value of a header"),
        ({"max_pixels": "0"}, "max_pixels: "),
        ({"signature_bytes": "33"}, "signature_bytes: "),
        ({"log_format": "xml"}, "log_format: "),
        ({"allow_networks": "10.0.0.0/33"}, "allow_networks: "),
        ({"storage": "nonsense"}, "storage: "),
    ],
)
def test_what_is_wrong_is_named(values: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsProblem) as problem:
        load(values)
    assert str(problem.value).startswith(told)


def test_a_problem_says_how_to_set_it(tmp_path: Path) -> None:
    path = file_of(tmp_path, "queued = 0")
    with pytest.raises(SettingsProblem) as problem:
        load({}, path)
    ways = f"({path}; set by --queued, STREAMRESIZE_QUEUED, or queued in the file)"
    assert str(problem.value).endswith(ways)


@pytest.mark.parametrize("text", ["port = ", "port = 1\nport = 2", "[port]\na = 1", "prot = 1"])
def test_files_of_no_use_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsProblem):
        load({}, file_of(tmp_path, text))
    with pytest.raises(SettingsProblem, match="No such file"):
        load({}, str(tmp_path / "none.toml"))


def test_no_problem_tells_a_secret() -> None:
    for values in ({"keys": "topsecret", "salts": SALT}, {"token": "topsecret", "port": "x"}):
        with pytest.raises(SettingsProblem) as problem:
            load(values)
        assert "topsecret" not in str(problem.value)


def test_lists_and_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_file = '[presets]\nsharp = "sharpen:0.7"\n[quality]\njpeg = 70'
    settings = load({"allow_hosts": "a.example, *.b.example"}, file_of(tmp_path, in_file)).settings
    assert settings.allow_hosts == ("a.example", "*.b.example")
    assert settings.presets == {"sharp": "sharpen:0.7"}
    assert settings.quality == {"jpeg": 70}
    monkeypatch.setenv("STREAMRESIZE_PRESETS", "a=rs:fill:1:2,b=q:5/el:1")
    assert load({}).settings.presets == {"a": "rs:fill:1:2", "b": "q:5/el:1"}


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMRESIZE_PORT", "")
    assert load({}).settings.port == 8080


def test_variables_that_are_no_settings_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMRESIZE_PROT", "1")
    monkeypatch.setenv("STREAMRESIZE_PORT", "1")
    assert "STREAMRESIZE_PROT" in unknown_variables()
    assert "STREAMRESIZE_PORT" not in unknown_variables()


@given(st.integers(0, 1 << 50))
def test_sizes_are_read_as_they_are_written(number: int) -> None:
    assert size(shown_size(number)) == number == size(str(number)) == size(number)


def test_units_of_sizes() -> None:
    assert [size(text) for text in ("1M", "1MB", "1MiB", "1.5 GB")] == [
        10**6,
        10**6,
        MIB,
        15 * 10**8,
    ]


@given(st.lists(st.integers(0, 999), min_size=4, max_size=4))
def test_times_are_sums_of_their_parts(parts: list[int]) -> None:
    hours, minutes, whole, thousandths = parts
    text = f"{hours}h{minutes}m{whole}s{thousandths}ms"
    expected = 3600 * hours + 60 * minutes + whole + thousandths / 1000
    assert seconds(text) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("text", ["", "s", "-1", "1 2", "1y", "inf", "nan", "1e3", "1.s"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="expected seconds"):
        seconds(text)


def test_limits_are_the_librarys(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = Settings().limits
    for field in fields(Limits):
        monkeypatch.setenv(VARIABLES[field.name], "7")
        assert getattr(Settings().limits, field.name) == 7
        assert getattr(Limits.from_environment(), field.name) == 7
        monkeypatch.delenv(VARIABLES[field.name])
        if field.name != "source_bytes":
            assert getattr(usual, field.name) == getattr(Limits(), field.name)
    assert usual.source_bytes < Limits().source_bytes


@pytest.mark.parametrize(
    ("values", "unsigned"),
    [
        ({}, True),
        ({"host": "localhost"}, True),
        ({"host": "::1"}, True),
        ({"allow_unsigned": False}, False),
        ({"keys": KEY, "salts": SALT}, False),
        ({"trusted_signatures": "abc"}, False),
        ({"keys": KEY, "salts": SALT, "allow_unsigned": True}, True),
        ({"keys": KEY, "salts": SALT, "host": "0.0.0.0"}, False),  # noqa: S104
        ({"token": "abc", "host": "example.org"}, False),
        ({"allow_unsigned": True, "host": "::"}, True),
    ],
)
def test_when_what_is_not_signed_is_served(values: dict[str, str], unsigned: bool) -> None:
    assert load(values).settings.unsigned is unsigned


def test_the_budget_is_divided_among_processes() -> None:
    settings = Settings(memory_budget=256 * MIB, processes=2)
    assert settings.process_budget == 128 * MIB


SECRETS = {
    "keys": KEY,
    "salts": SALT,
    "token": "letmein0",
    "trusted_signatures": "trusted0,trusted1",
    "catalog": "postgresql+psycopg://me:geheim@db:5432/cat?password=geheim2",
}


def test_secrets_are_not_printed() -> None:
    printed = load(SECRETS).to_toml()
    for secret in (KEY, SALT, "letmein0", "trusted0", "trusted1", "geheim", "geheim2"):
        assert secret not in printed
    assert '# catalog = "postgresql+psycopg://me:***@db:5432/cat"  # flag' in printed
    assert '# keys = ["***"]  # flag' in printed


def test_what_is_printed_can_be_read_back(tmp_path: Path) -> None:
    flags = {
        "roots": str(tmp_path),
        "presets": 'a=q:5,ü "x"=rs:fill',
        "quality": "jpeg=70",
        "queue_seconds": "1m30s",
        "memory_budget": "1GiB",
        "allow_unsigned": "true",
        "cors_origins": "*",
    }
    printed = load(flags).to_toml()
    again = load({}, file_of(tmp_path, printed))
    assert again.settings == load(flags).settings
    assert set(Settings.model_fields) - set(again.origins) == {
        name for name in Settings.model_fields if f"# {name} = " in printed
    }


def test_where_each_value_came_from_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file_of(tmp_path, "queued = 5\n[presets]\na = 'q:5'")
    monkeypatch.setenv("STREAMRESIZE_OPENED", "4")
    printed = load({"port": "3"}, path).to_toml().splitlines()
    assert "port = 3  # flag" in printed
    assert "opened = 4  # environment" in printed
    assert f"queued = 5  # {path}" in printed
    assert f"[presets]  # {path}" in printed
    assert 'host = "127.0.0.1"  # default' in printed


def test_a_line_break_in_a_path_stays_in_its_comment(tmp_path: Path) -> None:
    printed = Configuration(Settings(), {"port": "a\nport = 5"}).to_toml()
    assert load({}, file_of(tmp_path, printed)).settings.port == 8080


def group(root: Path, line: str, name: str, limit: str) -> None:
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(line)
    (root / name).parent.mkdir(parents=True)
    (root / name).write_text(limit)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("0::/a/b\n", "sys/fs/cgroup/a/memory.max"),
        ("0::/\n", "sys/fs/cgroup/memory.max"),
        ("0::/../x\n", "sys/fs/cgroup/memory.max"),
        ("3:cpu:/\n4:memory:/a\n", "sys/fs/cgroup/memory/a/memory.limit_in_bytes"),
    ],
)
def test_a_control_group_limits_the_memory(tmp_path: Path, line: str, name: str) -> None:
    group(tmp_path, line, name, f"{300 * MIB}\n")
    assert available_memory(tmp_path) == 300 * MIB
    assert usual_budget(tmp_path) == 150 * MIB


def test_without_a_limit_the_memory_is_the_machines(tmp_path: Path) -> None:
    whole = available_memory(tmp_path)
    group(tmp_path, "0::/\n", "sys/fs/cgroup/memory.max", "max\n")
    assert available_memory(tmp_path) == whole > 64 * MIB


def test_a_small_machine_gets_the_least_budget(tmp_path: Path) -> None:
    group(tmp_path, "0::/\n", "sys/fs/cgroup/memory.max", str(MIB))
    assert usual_budget(tmp_path) == LEAST_BUDGET


def test_the_documentation_has_every_setting() -> None:
    page = settings_table.PAGE.read_text()
    assert page == settings_table.with_table(page)
    assert all(f"| `{name}` |" in page for name in Settings.model_fields)


@pytest.mark.parametrize(
    "name", ["Dockerfile", "compose.yaml", "docs/streamresize.service", "docs/server.md"]
)
def test_files_for_operators_name_settings_that_exist(name: str) -> None:
    known = {"STREAMRESIZE_CONFIG", *map(variable, Settings.model_fields)}
    named = re.findall(r"STREAMRESIZE_[A-Z_]+", (ROOT / name).read_text())
    assert named
    assert set(named) <= known
