"""A client holds an answer if it names its tag, alone or among others."""

import pytest
from starlette.requests import Request

from serving.conditional import is_held


@pytest.mark.parametrize(
    ("header", "held"),
    [('"a"', True), ('"b", "a"', True), (' "a" ', True), ('"b"', False), ("a", False), ('"ab"', False), ("", False)],
)
def test_answer__whose_tag_a_client_names__is_held(header: str, held: bool) -> None:
    request = Request({"type": "http", "headers": [(b"if-none-match", header.encode())]})

    assert is_held(request, '"a"') is held


def test_answer__to_a_client_that_names_none__is_not_held() -> None:
    assert not is_held(Request({"type": "http", "headers": []}), '"a"')
