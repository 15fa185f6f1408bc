"""The kinds of values that settings have: each checks a value and says, in Chinese, what is allowed."""

import datetime
import re
from pathlib import Path
from typing import Annotated, Any, get_args
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, SecretStr, Strict


def whole(default: int, low: int, high: int) -> Any:
    return Field(default, ge=low, le=high, strict=True, description=f"{low} 到 {high} 的整数")


def switch(default: bool) -> Any:
    return Field(default, strict=True, description="true 或 false")


def text(default: str, longest: int) -> Any:
    return Field(default, min_length=1, max_length=longest, description=f"1 到 {longest} 个字的文字")


def one_of(literal: object, default: str) -> Any:
    """One of the values of `literal`, a typing.Literal."""
    return Field(default, description="、".join(get_args(literal)) + " 中的一个")


def address(default: str, ending: str = "") -> Any:
    """An http(s) address without a slash at its end; empty is allowed only where no ending is asked for."""
    one = rf"https?://[^\s/?#]+(/[^\s?#/]+)*{ending}"
    if ending:
        return Field(default, pattern=f"^{one}$", description=f"http:// 或 https:// 开头、以 {ending} 结尾的网址")
    return Field(default, pattern=f"^({one})?$", description="http:// 或 https:// 开头、末尾不带 / 的网址，或留空")


def socket_address(default: str) -> Any:
    """A ws(s) address without a slash at its end."""
    return Field(
        default, pattern=r"^wss?://[^\s/?#]+(/[^\s?#/]+)*$", description="ws:// 或 wss:// 开头、末尾不带 / 的网址"
    )


def _path(value: object) -> object:
    if isinstance(value, Path):
        return value
    if isinstance(value, str) and value.strip() and "\0" not in value:
        return Path(value)
    raise ValueError


def _zone(value: object) -> object:
    """Asked for here because ZoneInfo("Asia") fails with an OSError, which pydantic lets through."""
    try:
        return ZoneInfo(str(value))
    except (OSError, ValueError, KeyError):
        raise ValueError from None


FilePath = Annotated[Path, BeforeValidator(_path), Field(description="文件或文件夹的路径")]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone), Field(description="时区名称，例如 Asia/Shanghai")]
Day = Annotated[datetime.date, Strict()]
Weekday = Annotated[int, Field(ge=1, le=7, strict=True)]
Period = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$")]


def shaped(secret: SecretStr | None, pattern: str) -> SecretStr | None:
    """`secret` if it is none or all of it matches `pattern`; raises ValueError without a word of it."""
    if secret is not None and re.fullmatch(pattern, secret.get_secret_value(), re.ASCII) is None:
        raise ValueError
    return secret
