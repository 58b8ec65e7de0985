"""The settings of a process
that can't be as they are: the first is named by its variable, and what was found there is not told
that can be are those of the environment
"""

import pytest
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from serving.settings import SettingInvalid, settings_of


class Knobs(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ERANOS_X_")

    port: int = Field(7, ge=1)
    codes: dict[str, int] = {}
    secret: SecretStr = SecretStr("none")

    @model_validator(mode="after")
    def _agree(self) -> "Knobs":
        if self.port == 13:
            raise ValueError("13 brings no luck")
        return self


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PORT", "0", "ERANOS_X_PORT: Input should be greater than or equal to 1"),
        ("CODES", '{"a": "x"}', "ERANOS_X_CODES_A: Input should be a valid integer"),
        ("PORT", "13", "ERANOS_X: 13 brings no luck"),
    ],
)
def test_setting__that_cannot_be__is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(f"ERANOS_X_{name}", value)

    with pytest.raises(SettingInvalid) as refusal:
        settings_of(Knobs)

    assert str(refusal.value).startswith(message)


def test_setting__that_cannot_be__is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERANOS_X_PORT", "my secret")

    with pytest.raises(SettingInvalid) as refusal:
        settings_of(Knobs)

    assert "my secret" not in str(refusal.value)


def test_settings__of_the_environment__are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERANOS_X_PORT", "8")

    assert (settings_of(Knobs).port, settings_of(Knobs).codes) == (8, {})
