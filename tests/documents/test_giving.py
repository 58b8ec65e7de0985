"""How the local lab gives what the story wrote
├── what is refused, or is not all that is kept ... stops the lab, and says why
└── else it says how many there are
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from scripts._lab.errors import DocumentsDiffer
from scripts._lab.giving import give_all
from scripts._lab.http import Api
from tests.documents import samples as s
from tests.documents.conftest import Service
from tests.documents.fake_lab import FakeLab

CONTENTS = [s.packed(s.document("need", text={"en": str(number)})) for number in range(3)]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Return a folder of three documents."""
    folder = tmp_path / "written"
    folder.mkdir()
    for content in CONTENTS:
        (folder / sha256(content).hexdigest()).write_bytes(content)
    return folder


@pytest.fixture
def api(service: Service) -> Iterator[Api]:
    """Return what the lab speaks to the service with."""
    speaking = Api(f"http://127.0.0.1:{service.client.connection.port}")
    yield speaking
    speaking.close()


def test_give_all__of_a_hash_that_is_not_on_chain__says_so(api: Api, lab: FakeLab, written: Path) -> None:
    for content in CONTENTS[:2]:
        lab.name(content, "need")

    with pytest.raises(DocumentsDiffer, match=r"was not taken in: 409 .*unknown-hash"):
        give_all(api, written)


def test_give_all__beside_another_document__says_so(api: Api, lab: FakeLab, written: Path, kept: bytes) -> None:
    for content in CONTENTS:
        lab.name(content, "need")

    with pytest.raises(DocumentsDiffer, match="the story wrote 3 documents"):
        give_all(api, written)


def test_give_all__of_what_is_on_chain__counts_pictures_too(api: Api, lab: FakeLab, written: Path) -> None:
    picture = s.picture()
    (written / sha256(picture).hexdigest()).write_bytes(picture)
    named = s.packed(s.document(pictures=[{"sha256": sha256(picture).hexdigest(), "alt": {"en": "A press"}}]))
    (written / sha256(named).hexdigest()).write_bytes(named)
    lab.name(named, "campaign")
    for content in CONTENTS:
        lab.name(content, "need")

    assert give_all(api, written) == 5
