"""Text that shows in no log, traceback or listing unless it is asked for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class SecretStr:
    """A token or password, under the name and with the method of pydantic's."""

    value: str

    def get_secret_value(self) -> str:
        """The text itself."""
        return self.value

    def __repr__(self) -> str:
        """Stars in place of the text."""
        return f"SecretStr({str(self)!r})"

    def __str__(self) -> str:
        """Stars, whatever the text."""
        return "**********" if self.value else ""
