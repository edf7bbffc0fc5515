"""How the performance page counts."""

import io

import numpy as np
import pytest
from PIL import Image

from benchmarks.callgrind import parse_callgrind
from benchmarks.performance import shares, short_name, slow_symbols, stage_of
from benchmarks.symbols import count_codes, count_symbols

PROFILE = """\
version: 1
events: Ir

fl=(1) /project/native/src/lanes.cpp
fn=(1) main
0 50
cfi=(2) /project/native/src/lane_loops_avx2.cpp
cfn=(2) streamresize::Lanes::run(streamresize::BitReader&)
calls=3 0
0 900

fn=(2)
0 600
cfn=(3) streamresize::find_symbol(int)
calls=12 0
0 300
fn=(3)
0 270
cfn=(4) void strange<int>(int)
calls=1 0
0 10
cfn=(5) __memcpy_avx_unaligned_erms
calls=2 0
0 20

fn=(4)
0 10
cfn=(5)
calls=1 0
0 5

fn=(5)
0 25
totals: 955
"""


def test_costs_are_those_of_the_function_itself() -> None:
    profile = parse_callgrind(PROFILE.splitlines())
    assert profile.total == 955
    assert profile.cost["main"] == 50
    assert profile.cost["streamresize::find_symbol(int)"] == 270
    assert profile.calls["streamresize::find_symbol(int)"] == 12
    assert slow_symbols(profile) == 12


def test_memory_functions_count_by_caller() -> None:
    cost = parse_callgrind(PROFILE.splitlines()).cost
    assert cost["__memcpy_avx_unaligned_erms"] == 0
    assert cost["__memcpy_avx_unaligned_erms < streamresize::find_symbol(int)"] == 20
    assert cost["__memcpy_avx_unaligned_erms < void strange<int>(int)"] == 5


def test_source_files_are_known() -> None:
    files = parse_callgrind(PROFILE.splitlines()).files
    assert files == {
        "/project/native/src/lanes.cpp",
        "/project/native/src/lane_loops_avx2.cpp",
    }


def test_a_run_can_be_taken_from_another() -> None:
    profile = parse_callgrind(PROFILE.splitlines())
    assert profile.minus(profile).total == 0


def test_without_known_functions_slow_symbols_are_unknown() -> None:
    assert slow_symbols(parse_callgrind(["fn=(1) main", "0 50"])) is None


def test_what_belongs_to_no_stage_is_named() -> None:
    found = shares(parse_callgrind(PROFILE.splitlines()))
    assert found["symbol by symbol"] == 270 / 955
    assert found["other: `strange<int>`"] == 10 / 955
    assert stage_of("memcpy < streamresize::Input::append") == "copying and clearing"
    assert stage_of("memcpy < streamresize::EntropyBytes::refill") == "stuffed zeros"


def test_names_are_shown_without_arguments() -> None:
    name = "void streamresize::(anonymous namespace)::Group<true>::run<0ul, 1ul>(int)"
    assert short_name(name) == "streamresize::Group<true>::run<0ul, 1ul>"


@pytest.mark.parametrize(("mode", "blocks"), [("L", 64), ("RGB", 96)])
def test_flat_blocks_have_a_difference_and_an_end(mode: str, blocks: int) -> None:
    picture = Image.fromarray(np.full((60, 60), 90, np.uint8)).convert(mode)
    file = io.BytesIO()
    picture.save(file, "jpeg", subsampling="4:2:0")
    assert count_symbols(file.getvalue()) == 2 * blocks


def test_blocks_have_to_fill_the_data() -> None:
    with pytest.raises(ValueError, match="do not end"):
        count_codes(bytes(8), [([(1, 1)] * 65536, [(1, 64)] * 65536)])
