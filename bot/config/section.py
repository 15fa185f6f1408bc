"""What every section of config.toml is."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """One table of config.toml."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True, validate_default=True
    )
