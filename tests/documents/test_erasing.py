"""POST /documents/{sha256}/erasure
├── malformed, not signed, signed by another, for another document, reason, time or chain ... refused
├── of what is not kept, erased already, no profile, or named by others too ................. refused
├── by an account that no longer acts for the entity ........................................ refused
└── else file, words and the pictures that only it names are gone, to the last page of the database
    what stays: a record of the erasure, the answer 410 here and from the API, and every hash on chain
    it is never taken in again, nor its pictures
An erasure that was cut is finished at the next start
"""

import json
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from api.app import create_app as create_api
from api.settings import Settings as ApiSettings
from documents.erasing import LONGEST, Request, digest_of
from documents.files import Files
from tests.api.client import Answer, serving
from tests.api.conftest import make_mirror
from tests.documents import samples as s
from tests.documents.conftest import Service
from tests.documents.fake_lab import CHAIN_ID, FakeLab

OWNER = Account.from_key("0x" + "11" * 32)
OTHER = Account.from_key("0x" + "22" * 32)
REASON = "Cerramos la cooperativa"
NAME = "Cooperativa Desaparecida"
PICTURE = s.picture()
SHARED = s.picture("JPEG")


def hash_of(content: bytes) -> str:
    return sha256(content).hexdigest()


def signed(service: Service, digest: str, key: Any = OWNER, **changes: Any) -> dict[str, Any]:
    """Return a request to erase, as a wallet signs it by what the service tells to sign."""
    told = service.get("/status").json()["erasing"]
    message = {"sha256": bytes.fromhex(digest), "reason": REASON, "deadline": int(time.time()) + 600}
    message |= {name: changes.pop(name) for name in tuple(changes) if name in message}
    domain = told["domain"] | changes.pop("domain", {})
    signature = Account.sign_typed_data(key.key, domain, told["types"], message).signature
    body = {"account": key.address, "reason": message["reason"], "deadline": message["deadline"]}
    return {**body, "signature": signature.to_0x_hex(), **changes}


def ask(service: Service, digest: str, body: Any) -> Answer:
    """Ask to erase a document."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return service.post(f"/documents/{digest}/erasure", content, {"Content-Type": "application/json"})


def profile_of(lab: FakeLab, *pictures: bytes, name: str = NAME, entity_id: int = 7) -> bytes:
    """Put a profile on chain; returns it."""
    named = [{"sha256": hash_of(picture), "alt": {"en": "Our people"}} for picture in pictures]
    content = s.packed(s.document("profile", name=name, pictures=named))
    lab.name(content, "profile", entity_id=entity_id, account=OWNER.address)
    return content


@pytest.fixture
def profile(service: Service, lab: FakeLab) -> bytes:
    """Return a profile that is kept, of an entity that OWNER acts for."""
    lab.accounts[7] = OWNER.address
    content = profile_of(lab)
    assert service.give(content).status == 201
    return content


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"nonsense",
        {"account": "0x12"},
        {"signature": "0x12"},
        {"reason": ""},
        {"reason": "x" * 301},
        {"reason": "a\nb"},
        {"deadline": -1},
        {"deadline": 2**63},
        {"deadline": "soon"},
    ],
    ids=str,
)
def test_erase__malformed__is_refused(service: Service, profile: bytes, body: Any) -> None:
    if isinstance(body, dict):
        body = signed(service, hash_of(profile)) | body

    assert ask(service, hash_of(profile), body).problem == "invalid-parameter"
    assert service.get(f"/documents/{hash_of(profile)}").status == 200


def test_erase__with_a_large_body__is_refused(service: Service, profile: bytes) -> None:
    assert ask(service, hash_of(profile), b" " * 5_000).problem == "too-large"


@pytest.mark.parametrize(
    "changes",
    [
        {"key": OTHER, "account": OWNER.address},
        {"account": OTHER.address},
        {"sha256": b"\1" * 32},
        {"domain": {"chainId": 1}},
        {"domain": {"name": "Other documents"}},
        {"deadline": 5},
        {"deadline": int(time.time()) + LONGEST + 600},
        {"signature": "0x" + "00" * 65},
        {"signature": "0x" + "ff" * 65},
    ],
    ids=str,
)
def test_erase__with_a_signature_of_something_else__is_refused(
    service: Service, profile: bytes, changes: dict[str, Any]
) -> None:
    answer = ask(service, hash_of(profile), signed(service, hash_of(profile), **changes))

    assert (answer.status, answer.problem) == (403, "signature-refused")
    assert service.get(f"/documents/{hash_of(profile)}").status == 200


@pytest.mark.parametrize("changed", [{"reason": "Another reason"}, {"deadline": int(time.time()) + 601}])
def test_erase__changed_after_signing__is_refused(service: Service, profile: bytes, changed: dict[str, Any]) -> None:
    body = signed(service, hash_of(profile)) | changed

    assert ask(service, hash_of(profile), body).problem == "signature-refused"


def test_erase__of_what_is_not_kept__is_unknown(service: Service) -> None:
    assert ask(service, "ab" * 32, signed(service, "ab" * 32)).problem == "unknown-document"


@pytest.mark.parametrize("kind", ["campaign", "evidence", "offer", "reason"])
def test_erase__of_what_others_relied_on__is_refused(service: Service, lab: FakeLab, kind: str) -> None:
    lab.accounts[7] = OWNER.address
    content = s.packed(s.document(kind))
    lab.name(content, kind, entity_id=7, account=OWNER.address)
    service.give(content)

    assert ask(service, hash_of(content), signed(service, hash_of(content))).problem == "not-yours-to-erase"


@pytest.mark.parametrize("other", [{"entity_id": 8}, {"kind": "evidence"}, {"entity_id": None}])
def test_erase__of_a_document_that_others_name__is_refused(
    service: Service, lab: FakeLab, profile: bytes, other: dict[str, Any]
) -> None:
    lab.name(profile, **({"kind": "profile", "entity_id": 7} | other))

    assert ask(service, hash_of(profile), signed(service, hash_of(profile))).problem == "not-yours-to-erase"


def test_erase__by_an_account_of_before__is_refused(service: Service, lab: FakeLab, profile: bytes) -> None:
    lab.accounts[7] = OTHER.address
    refused = ask(service, hash_of(profile), signed(service, hash_of(profile)))
    allowed = ask(service, hash_of(profile), signed(service, hash_of(profile), OTHER))

    assert (refused.problem, allowed.status) == ("not-yours-to-erase", 200)


def test_erase__while_the_api_is_away__is_refused_for_now(service: Service, lab: FakeLab, profile: bytes) -> None:
    body = signed(service, hash_of(profile))
    lab.broken = (500, b"", {})

    assert ask(service, hash_of(profile), body).problem == "mirror-unavailable"
    assert service.get(f"/documents/{hash_of(profile)}").status == 200


def test_erase__by_its_entity__leaves_nothing_but_the_record(
    service: Service, lab: FakeLab, profile: bytes, tmp_path: Path
) -> None:
    digest, before = hash_of(profile), dict(lab.namings)
    assert NAME.encode() in contents(tmp_path)

    answer = ask(service, digest, signed(service, digest))

    assert answer.status == 200
    record = answer.json()["erasure"]
    assert (record["sha256"], record["kind"], record["reason"]) == (digest, "profile", REASON)
    assert record["by"] == OWNER.address.lower()
    assert answer.json()["erased"] == [digest]
    gone = service.get(f"/documents/{digest}")
    assert (gone.status, gone.problem, gone.json()["erasure"]) == (410, "erased-document", record)
    assert service.get("/search?q=Desaparecida").json()["items"] == []
    assert NAME.encode() not in contents(tmp_path)
    assert b"desaparecida" not in contents(tmp_path).lower()
    assert service.give(profile).problem == "erased-document"
    assert ask(service, digest, signed(service, digest)).problem == "erased-document"
    assert service.store.totals() == (0, 0, 0, 1)
    assert lab.namings == before
    assert service.store.amiss() == []


def contents(folder: Path) -> bytes:
    """Return all bytes of all files below a folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_erase__with_pictures__takes_those_that_no_other_document_names(service: Service, lab: FakeLab) -> None:
    lab.accounts[7] = OWNER.address
    profile, other = profile_of(lab, PICTURE, SHARED), profile_of(lab, SHARED, name="Another", entity_id=8)
    assert [service.give(content).status for content in (profile, other, PICTURE, SHARED)] == [201] * 4

    answer = ask(service, hash_of(profile), signed(service, hash_of(profile)))

    assert answer.json()["erased"] == [hash_of(profile), hash_of(PICTURE)]
    assert service.get(f"/documents/{hash_of(PICTURE)}").json()["erasure"]["reason"] == REASON
    assert service.give(PICTURE).problem == "erased-document"
    assert service.get(f"/documents/{hash_of(SHARED)}").status == 200


def test_erase__seen_from_the_api__is_gone_too(
    service: Service, profile: bytes, tmp_path: Path, blank_mirror: Path
) -> None:
    api = create_api(ApiSettings(database_url=f"sqlite:///{blank_mirror}", documents=service.settings.folder))
    with serving(api) as reader:
        assert reader.get(f"/documents/{hash_of(profile)}").body == profile
        ask(service, hash_of(profile), signed(service, hash_of(profile)))
        answer = reader.get(f"/documents/{hash_of(profile)}")

    assert (answer.status, answer.problem) == (410, "erased-document")
    assert REASON in answer.json()["detail"]


@pytest.fixture
def blank_mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a mirror with nothing in it."""
    path = tmp_path_factory.mktemp("mirror") / "blank.db"
    make_mirror(path, [])
    return path


@pytest.mark.parametrize("cut", ["before the file", "before the database"])
def test_erase__that_was_cut__is_finished_at_the_next_start(
    service_of: Callable[..., Service], lab: FakeLab, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    service = service_of()
    lab.accounts[7] = OWNER.address
    profile = profile_of(lab, PICTURE)
    service.give(profile)
    service.give(PICTURE)
    digest = hash_of(profile)

    def crash(*_arguments: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        if cut == "before the file":
            patched.setattr(Path, "unlink", crash)
        else:
            patched.setattr(Files, "_sync", crash)
        with pytest.raises(MemoryError):
            service.store.erase(digest, by="operator", reason=REASON, at=1)
    assert service.get(f"/documents/{digest}").problem == "erased-document"

    service.store.prepare()

    assert service.store.find(digest) is None
    assert [service.store.files.has(one) for one in (digest, hash_of(PICTURE))] == [False, False]
    gone = service.get(f"/documents/{hash_of(PICTURE)}").json()["erasure"]
    assert (gone["by"], gone["reason"], gone["erased_at"]) == ("operator", REASON, "1970-01-01T00:00:01Z")
    assert service.leftovers() == []


def test_digest__of_a_request__is_that_of_eip_712() -> None:
    request = Request("ab" * 32, OWNER.address.lower(), "Por qué — ليش", 1_900_000_000, "")
    types = {
        "EraseDocument": [
            {"name": "sha256", "type": "bytes32"},
            {"name": "reason", "type": "string"},
            {"name": "deadline", "type": "uint256"},
        ]
    }
    domain = {"name": "Eranos documents", "version": "1", "chainId": CHAIN_ID}
    message = {"sha256": bytes.fromhex("ab" * 32), "reason": request.reason, "deadline": request.deadline}
    whole = encode_typed_data(domain, types, message)
    assert Account.recover_message(whole, signature=OWNER.sign_message(whole).signature) == OWNER.address

    assert OWNER.unsafe_sign_hash(digest_of(request, CHAIN_ID)).signature == OWNER.sign_message(whole).signature
