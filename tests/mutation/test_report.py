"""When `make mutate` is content, and which tests it tries first."""

from pathlib import Path

import pytest

from tests.mutation import report
from tests.mutation.choice import in_turns, likeness
from tests.mutation.mutants import Mutant
from tests.mutation.report import Report


def mutant(number: int, *, guard: bool = False) -> Mutant:
    return Mutant("Box.sol", "Box.put", 1, number, "kind", number, number + 1, str(number), "0", guard=guard)


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """97 of 100 mutants are killed; others do not compile or are the same code."""
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results.jsonl")
    found = Report(reasons=set())
    for number in range(100):
        outcome = "killed" if number >= 3 else "survived"
        found.add(mutant(number), {"outcome": outcome})
    for number in range(100, 200):
        found.add(mutant(number), {"outcome": "invalid" if number % 2 else "equivalent"})
    return found


def test_share__counts_only_what_could_be_noticed(found: Report) -> None:
    assert found.score() == 0.97
    assert found.passes()


def test_passes__below_the_floor__no(found: Report) -> None:
    for number in range(200, 203):
        found.add(mutant(number), {"outcome": "survived"})
    assert found.score() < report.FLOOR
    assert not found.passes()


def test_passes__surviving_guard__no_until_it_is_explained(found: Report) -> None:
    guard = mutant(300, guard=True)
    found.add(guard, {"outcome": "survived"})
    assert found.survivors(guards=True) == [guard]
    assert not found.passes()
    found.reasons.add(guard.name)
    assert found.passes()
    assert found.total()["explained"] == 1


def test_explained__counts_as_not_killed(found: Report) -> None:
    found.reasons.update(mutant(number).name for number in range(3))
    assert found.survivors() == []
    assert found.score() == 0.97


def test_known_kills__hold_while_the_test_is_as_it_was(found: Report) -> None:
    found.add(mutant(400), {"outcome": "killed", "by": "test_put", "facts": "as it was"})
    assert set(report.known_kills({"test_put": "as it was"})) == {mutant(400).name}
    assert report.known_kills({"test_put": "changed"}) == {}
    assert report.known_kills({}) == {}


def test_earlier__line_of_a_killed_run__is_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = tmp_path / "results.jsonl"
    results.write_text(
        '{"mutant": "aa", "outcome": "killed"}\n{"mutant": "bb", "out{"mutant": "cc"}\n{"mutant": "dd"}\n{"mu'
    )
    monkeypatch.setattr(report, "RESULTS", results)
    assert list(report.earlier()) == ["aa", "dd"]


def test_stale__explanation_of_no_mutant__is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = tmp_path / "mutation.md"
    document.write_text(f"| mutant | why |\n| --- | --- |\n| `{mutant(1).name}` | x |\n| `0123abcd` | x |\n", "utf-8")
    monkeypatch.setattr(report, "EXPLANATIONS", document)
    assert report.stale([mutant(1), mutant(2)]) == {"0123abcd"}


def test_in_turns__cases_of_one_test__let_others_go_between() -> None:
    promise = {"test_a[1]": 1.0, "test_a[2]": 1.0, "test_b": 0.9, "test_c": 0.1}
    assert in_turns(promise) == ["test_a[1]", "test_b", "test_a[2]", "test_c"]


def test_likeness__test_that_names_the_function__is_most_like_it() -> None:
    by_name = likeness("MatchFunding.fundPool", "test_fund_pool.py::test_fund_pool__zero__reverts")
    by_word = likeness("Delivery._isMajorityOfMembers", "test_rule.py::test_no_ruling__members_object__rejects")
    assert by_name > by_word > likeness("Delivery._isMajorityOfMembers", "test_pause.py::test_pause_entry__first") == 1
