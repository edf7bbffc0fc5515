"""How the performance page counts."""

from benchmarks.performance import parse_callgrind, shares, slow_symbols, stage_of

PROFILE = """\
version: 1
events: Ir

fn=(1) main
0 50
cfn=(2) streamresize::Lanes::run(streamresize::BitReader&)
calls=3 0
0 900

fn=(2)
0 600
cfn=(3) streamresize::advance_slowly(int)
calls=12 0
0 300
fn=(3)
0 290
cfn=(4) strange
calls=1 0
0 10

fn=(4)
0 10
"""


def test_costs_are_those_of_the_function_itself() -> None:
    profile = parse_callgrind(PROFILE.splitlines())
    assert profile.total == 950
    assert profile.cost["main"] == 50
    assert profile.cost["streamresize::advance_slowly(int)"] == 290
    assert profile.calls["streamresize::advance_slowly(int)"] == 12
    assert slow_symbols(profile) == 12


def test_a_run_can_be_taken_from_another() -> None:
    profile = parse_callgrind(PROFILE.splitlines())
    assert profile.minus(profile).total == 0


def test_what_belongs_to_no_stage_is_named() -> None:
    found = shares(parse_callgrind(PROFILE.splitlines()))
    assert found["symbol by symbol"] == 290 / 950
    assert found["`strange`"] == 10 / 950
    assert stage_of("memcpy@GLIBC") == "copying and clearing"
