"""A caller of the API who sends more requests than the limit is refused with a problem that says when to come back."""

from api.app import create_app
from api.settings import Settings
from tests.api.client import serving


def test_api__with_a_limit__says_so_in_every_answer_and_refuses_beyond() -> None:
    app = create_app(Settings(database_url="sqlite:////nowhere/none.db", requests_per_minute=2))
    with serving(app) as client:
        first, second, third = (client.get("/problems/too-many-requests") for _ in range(3))

    assert (first.status, second.status) == (200, 200)
    assert first.headers["ratelimit-policy"] == '"minute";q=2;w=60'
    assert first.headers["ratelimit"] == '"minute";r=1;t=30'
    assert (third.status, third.problem) == (429, "too-many-requests")
    assert 28 <= int(third.headers["retry-after"]) <= 30
    assert third.headers["content-security-policy"], "what every answer has"


def test_api__without_a_limit__answers_on_and_says_nothing_of_one() -> None:
    app = create_app(Settings(database_url="sqlite:////nowhere/none.db", requests_per_minute=0))
    with serving(app) as client:
        answers = [client.get("/problems/too-many-requests") for _ in range(5)]

    assert {answer.status for answer in answers} == {200}
    assert "ratelimit" not in answers[-1].headers
