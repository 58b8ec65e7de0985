"""What the service asks the lab's API, of the API itself
├── a hash that nobody names: unknown-hash, with the block of the mirror
├── one that records name: the records, the first one in front, under kinds that both know
├── who acts for an entity, and how far the mirror is
└── an address below another path, or that leads elsewhere
"""

from collections.abc import Iterator

import pytest

from api.app import create_app
from api.settings import Settings
from documents.kinds import Kind
from documents.lab import Lab
from serving.problems import Problem
from tests.api import rows as r
from tests.api import scenario
from tests.api.client import serving
from tests.api.conftest import make_mirror
from tests.documents.fake_lab import FakeLab


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Return the lab behind a real API."""
    path = tmp_path_factory.mktemp("mirror") / "mirror.db"
    make_mirror(path, scenario.rows(), events=True)
    with serving(create_app(Settings(database_url=f"sqlite:///{path}"))) as client:
        yield Lab(f"http://127.0.0.1:{client.connection.port}", 5)


def test_namings__of_a_hash_that_nobody_names__tells_the_block(real: Lab) -> None:
    with pytest.raises(Problem) as caught:
        real.namings("ab" * 32)

    assert caught.value.kind.name == "unknown-hash"
    assert caught.value.members["as_of"] == {"block_number": r.BLOCK, "blocks_behind": 2}


def test_namings__of_a_hash_on_chain__are_the_records(real: Lab) -> None:
    found = real.namings(r.digest(1)[2:])

    assert [(one.kind, one.event) for one in found] == [("need", "HelpRequested"), ("agreement", "PoolOpened")]
    assert {one.kind for one in found} <= set(Kind)
    assert (found[0].account or "").lower() == r.BUYER
    assert found[1].record == f"/v1/pools/{scenario.RATIO}"


def test_account_of__an_entity__is_the_one_of_now(real: Lab) -> None:
    account = real.account_of(1)

    assert account == account.lower()
    assert len(account) == 42


def test_account_of__an_entity_that_is_none__can_not_be_told(real: Lab) -> None:
    with pytest.raises(Problem, match="404"):
        real.account_of(99)


def test_status__of_the_mirror__has_chain_block_and_lag(real: Lab) -> None:
    status = real.status()

    assert (status.chain_id, status.as_of.block_number, status.lag.blocks) == (31337, r.BLOCK, 2)


def test_namings__below_another_path__are_asked_there(lab: FakeLab) -> None:
    lab.namings["ab" * 32] = []
    with pytest.raises(AssertionError):
        lab.answer("/lab/v1/status")
    lab.asked.clear()
    lab.broken = (200, b'{"items": []}', {})

    assert Lab(f"{lab.url}/lab", 5).namings("ab" * 32) == []
    assert lab.asked == [f"/lab/v1/hashes/{'ab' * 32}?limit=100"]


def test_namings__that_lead_elsewhere__are_not_followed(lab: FakeLab) -> None:
    lab.broken = (302, b"", {"Location": f"{lab.url}/v1/status"})

    with pytest.raises(Problem, match="302"):
        Lab(lab.url, 5).namings("ab" * 32)
    assert len(lab.asked) == 1
