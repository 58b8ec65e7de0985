"""Reads the settings of a process from its environment."""

from typing import Any, TypeVar

from pydantic import ValidationError, field_validator
from pydantic_settings import BaseSettings

S = TypeVar("S", bound=BaseSettings)


class ProcessSettings(BaseSettings):
    """Settings of any process."""

    @field_validator("*", mode="before")
    @classmethod
    def _says_something(cls, value: Any) -> Any:
        """An empty variable is a mistake: as a path it would mean the present folder."""
        if isinstance(value, str) and not value.strip():
            raise ValueError("it is empty: give it a value, or unset it")
        return value


class SettingInvalid(Exception):
    """A setting has the wrong form, or contradicts another."""


def settings_of(kind: type[S]) -> S:
    """Return the settings of a process.

    Args:
        kind: Which ones there are; the prefix of their names is in its configuration.

    Raises:
        SettingInvalid: The first one that can't be as it is, by the name of its variable. What was found there is not
            told: it may be a secret.
    """
    try:
        return kind()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join([kind.model_config["env_prefix"].rstrip("_"), *map(str, first["loc"])]).upper()
        raise SettingInvalid(f"{name}: {first['msg'].removeprefix('Value error, ')}") from error
