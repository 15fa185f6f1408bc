"""The sections of config.toml as frozen models. Defaults are those that config.toml is delivered with.

`description` is what a person reads when a value is refused, and stands word for word above the key in config.toml.
"""

import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.config.briefings import TOPICS, Briefings, Topic
from bot.config.calendar_days import DUTIES, FESTIVALS, Duty, Festival, Greetings
from bot.config.casework import Canned, Cases, Category, Danger
from bot.config.gatherings import Gatherings, Quiet
from bot.config.kinds import (
    Day,
    FilePath,
    Period,
    Weekday,
    Zone,
    address,
    one_of,
    shaped,
    socket_address,
    switch,
    text,
    whole,
)
from bot.config.mailings import Mailings
from bot.config.section import Section
from handlers.danger import DANGERS

_EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - recognised here, not listened on

HOLIDAYS_2026 = tuple(
    datetime.date(2026, month, day)
    for month, first, last in ((1, 1, 3), (2, 15, 23), (4, 4, 6), (5, 1, 5), (6, 19, 21), (9, 25, 27), (10, 1, 7))
    for day in range(first, last + 1)
)
"""The State Council's notice for 2026 (issued 2025-11-04), weekends inside a holiday included."""

EXTRA_WORK_DAYS_2026 = tuple(
    datetime.date(2026, month, day) for month, day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))
)
"""The weekend days on which offices work in exchange, from the same notice."""


Mode = Literal["polling", "webhook"]
Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class Office(Section):
    """Who speaks. All of it is read by cadres."""

    name: str = text("青禾县委老干部局", 40)
    short_name: str = text("老干部局", 12)
    phone: str = Field(
        "0000-8000000",
        pattern=r"^[0-9+() -]{3,20}$",
        description="3 到 20 个字符的号码，可用数字、空格、+、- 和英文括号",
    )
    service_hours: str = text("周一至周五 上午 8:30 到 12:00，下午 2:30 到 5:30", 60)
    zone: Zone = ZoneInfo("Asia/Shanghai")
    consent_text: str = text(
        "为了给您办事、通知活动、寄送简报，本局需要保存您的姓名、联系方式、您说的话和发来的照片、语音。"
        "这些内容只保存在本局自己的机器上，只有给您办事的工作人员能看，不会交给无关的人，到期删除。"
        "身体、住房这些情况，您愿意说多少就说多少。"
        "您随时可以请我们查看、更正、删除，也可以随时撤回同意。"
        "不同意也不要紧，您打电话或到局里来，一样给您办。",
        2000,
    )
    consent_version: str = text("1", 20)


class Calendar(Section):
    """When the office works; promised working days and hours are counted with it. Dates and times are local ones."""

    work_days: tuple[Weekday, ...] = Field(
        (1, 2, 3, 4, 5), description="1（周一）到 7（周日）的整数列表，至少一个，不重复"
    )
    holidays: tuple[Day, ...] = Field(HOLIDAYS_2026, description="日期列表，如 [2026-10-01, 2026-10-02]，不重复")
    extra_work_days: tuple[Day, ...] = Field(
        EXTRA_WORK_DAYS_2026, description="日期列表，如 [2026-10-10]，不重复，也不与 holidays 重复"
    )
    work_periods: tuple[Period, ...] = Field(
        ("08:30-12:00", "14:30-17:30"),
        description='时段列表，至少一个，时和分都写两位，如 ["08:30-12:00", "14:30-17:30"]，从早到晚，不重叠',
    )

    @field_validator("work_days", "holidays", "extra_work_days")
    @classmethod
    def _once_each(cls, days: tuple[Any, ...]) -> tuple[Any, ...]:
        twice = sorted({str(day) for day in days if days.count(day) > 1})
        if twice:
            raise ValueError(f"{'、'.join(twice)} 写了不止一次，请只留一个")
        return days

    @field_validator("work_days", "work_periods")
    @classmethod
    def _some(cls, entries: tuple[Any, ...]) -> tuple[Any, ...]:
        """Not a min_length, which would complain a second time about a list whose only entry is wrong."""
        if not entries:
            raise ValueError
        return entries

    @field_validator("extra_work_days")
    @classmethod
    def _not_both(cls, days: tuple[datetime.date, ...], info: ValidationInfo) -> tuple[datetime.date, ...]:
        both = sorted(str(day) for day in days if day in info.data.get("holidays", ()))
        if both:
            raise ValueError(f"{'、'.join(both)} 同时写在 holidays 里，请只留一处")
        return days

    @field_validator("work_periods")
    @classmethod
    def _one_after_the_other(cls, periods: tuple[str, ...]) -> tuple[str, ...]:
        """Times of two digits each are in order when their texts are."""
        for period in periods:
            if period[:5] >= period[6:]:
                raise ValueError(f"{period} 的开始要早于结束")
        for before, after in pairwise(periods):
            if before[6:] > after[:5]:
                raise ValueError(f"{after} 应在 {before} 之后，不能重叠，请从早到晚写")
        return periods


class Dialog(Section):
    """How patient a conversation is."""

    draft_hours: int = whole(24, 1, 720)
    idle_hours: int = whole(6, 1, 168)
    misunderstandings_before_human: int = whole(2, 1, 5)


class Storage(Section):
    """Where everything is kept. Paths that are not absolute begin in the folder that the process was started in."""

    path: FilePath = Path("data/yinling.db")
    media_folder: FilePath = Path("data/media")
    keep_messages_days: int = whole(400, 184, 3650)
    minimum_free_megabytes: int = whole(500, 50, 1000000)


class Web(Section):
    """The web chat and the staff's pages."""

    enabled: bool = switch(True)
    host: str = Field("127.0.0.1", pattern=r"^[A-Za-z0-9.:_-]+$", description="本机的 IP 地址或主机名")
    port: int = whole(8080, 0, 65535)
    public_url: str = address("")
    cookie_days: int = whole(180, 1, 3650)
    upload_megabytes: int = whole(20, 1, 20)  # the page itself takes no larger file
    guests_per_hour: int = whole(20, 1, 10000)
    trust_proxy: bool = switch(False)

    @field_validator("public_url")
    @classmethod
    def _reachable(cls, url: str, info: ValidationInfo) -> str:
        if not url and info.data.get("host") in _EVERY_ADDRESS:
            raise ValueError(f"host 是 {info.data['host']} 时，必须写明别人用来打开网页的网址，如 http://10.0.0.5:8080")
        return url

    @property
    def address(self) -> str:
        """What links begin with, without a slash at the end. With port 0 and no public_url it leads nowhere: whoever
        binds the port must then put the real one in."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"


class Telegram(Section):
    """The Telegram channel, off by default (personal data of a state organ stays in the country).

    A token or a webhook secret never stands in config.toml. The token's shape is checked because `bot.logs` recognises
    exactly this shape: a token that could not be masked is refused.
    """

    enabled: bool = switch(False)
    mode: Mode = one_of(Mode, "polling")
    base_url: str = address("https://api.telegram.org/bot", ending="/bot")
    base_file_url: str = address("https://api.telegram.org/file/bot", ending="/file/bot")
    proxy: str = address("")
    webhook_url: str = address("")
    poll_seconds: int = whole(25, 1, 50)
    messages_per_second: int = whole(30, 1, 100000)
    messages_per_second_per_chat: int = whole(1, 1, 100000)
    download_megabytes: int = whole(20, 1, 2000)
    token: SecretStr | None = Field(None, description="BotFather 给的令牌：数字、英文冒号、至少 30 个字母数字或 _ -")
    webhook_secret: SecretStr | None = Field(None, description="16 到 256 个英文字母、数字、_ 或 -")

    @field_validator("webhook_url")
    @classmethod
    def _webhook_address(cls, url: str, info: ValidationInfo) -> str:
        if not url and _needs_webhook(info):
            raise ValueError("webhook 方式必须有这个网址，写在这里或设环境变量 YINLING_TELEGRAM__WEBHOOK_URL")
        return url

    @field_validator("token")
    @classmethod
    def _token(cls, token: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if token is None and info.data.get("enabled"):
            raise ValueError(_secret_missing("enabled = true", "YINLING_TELEGRAM__TOKEN"))
        return shaped(token, r"\d+:[A-Za-z0-9_-]{30,}")

    @field_validator("webhook_secret")
    @classmethod
    def _webhook_secret(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """Telegram's rule is 1 to 256 of these characters (https://core.telegram.org/bots/api#setwebhook); fewer than
        16 can be guessed."""
        if secret is None and _needs_webhook(info):
            raise ValueError(_secret_missing('mode = "webhook"', "YINLING_TELEGRAM__WEBHOOK_SECRET"))
        return shaped(secret, r"[A-Za-z0-9_-]{16,256}")


class Wecom(Section):
    """The WeCom channel. The secret never stands in config.toml; the bot's id is no secret."""

    enabled: bool = switch(False)
    bot_id: str = Field("", pattern=r"^[A-Za-z0-9_-]{0,128}$", description="企业微信给的机器人编号（Bot ID），或留空")
    url: str = socket_address("wss://openws.work.weixin.qq.com")
    proxy: str = address("")
    messages_per_minute: int = whole(30, 1, 100000)
    messages_per_hour: int = whole(1000, 1, 1000000)
    chunk_first: int = whole(0, 0, 1)
    download_megabytes: int = whole(20, 1, 200)
    secret: SecretStr | None = Field(None, description="企业微信给的机器人密钥（Secret），8 到 256 个字母、数字或 _ -")

    @field_validator("bot_id")
    @classmethod
    def _bot_id(cls, bot_id: str, info: ValidationInfo) -> str:
        if not bot_id and info.data.get("enabled"):
            raise ValueError("[wecom] enabled = true 时必须有它：机器人的编号（Bot ID），在企业微信机器人的设置页上")
        return bot_id

    @field_validator("secret")
    @classmethod
    def _secret(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if secret is None and info.data.get("enabled"):
            raise ValueError(_secret_missing("enabled = true", "YINLING_WECOM__SECRET", "wecom"))
        return shaped(secret, r"[A-Za-z0-9_-]{8,256}")


def _needs_webhook(info: ValidationInfo) -> bool:
    return bool(info.data.get("enabled")) and info.data.get("mode") == "webhook"


def _secret_missing(because: str, variable: str, section: str = "telegram") -> str:
    return f"[{section}] {because} 时必须有它：请设环境变量 {variable}，或用 {variable}_FILE 指向一个文件"


class Invite(Section):
    """How a person's account is bound for the first time."""

    code_hours: int = whole(72, 1, 720)
    wrong_codes_per_hour: int = whole(5, 1, 100)


class Delivery(Section):
    """How messages go out."""

    give_up_hours: int = whole(24, 1, 168)
    workers: int = whole(16, 1, 256)


class Log(Section):
    """What `bot.logs.configure` takes."""

    level: Level = one_of(Level, "INFO")
    # Not `json`, which pydantic's models have a method for; an alias must be given to Field itself for mypy to see it.
    as_json: bool = Field(True, alias="json", strict=True, description="true 或 false")


class Config(BaseSettings):
    """All settings. `bot.config.load` makes one from a file and the environment; `Config()` is all defaults and, on
    purpose, reads neither."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, case_sensitive=True)

    office: Office = Office()
    calendar: Calendar = Calendar()
    category: tuple[Category, ...] = Field(
        (
            Category(key="medical", label="就医", working_days=5),
            Category(key="housing", label="住房", working_days=10),
            Category(key="care", label="生活照料", working_days=10),
            Category(key="benefits", label="待遇费用", working_days=5),
            Category(key="travel", label="出行", working_days=10),
            Category(key="other", label="其他", working_days=15),
        ),
        max_length=6,
        description="1 到 6 项 [[category]]，key 和 label 都不重复，其中一项的 key 是 other",
    )
    cases: Cases = Cases()
    canned: tuple[Canned, ...] = Field(
        (
            Canned(
                label="已收到正在联系",
                text="您好，您反映的事（{编号}）已经收到，我正在联系有关单位。最迟{最迟}前给您答复。经办人：{经办人}，电话：{电话}。",
            ),
            Canned(
                label="请补充材料",
                text="您好，办您这件事（{编号}）还缺一些材料，缺哪几样我会打电话跟您说。您不方便送来，我们上门去取。"
                "经办人：{经办人}，电话：{电话}。",
            ),
            Canned(
                label="上门时间再约",
                text="您好，您这件事（{编号}）我们要上门看一看。来之前一定先打电话，和您约好时间。"
                "经办人：{经办人}，电话：{电话}。",
            ),
        ),
        max_length=7,
        description="0 到 7 项 [[canned]]，label 不重复",
    )
    danger: tuple[Danger, ...] = Field(
        tuple(Danger(label=each.label, call=each.call, words=each.words) for each in DANGERS),
        max_length=8,
        description="1 到 8 项 [[danger]]，label 不重复",
    )
    quiet: Quiet = Quiet()
    gatherings: Gatherings = Gatherings()
    mailings: Mailings = Mailings()
    greetings: Greetings = Greetings()
    festival: tuple[Festival, ...] = Field(FESTIVALS, max_length=40, description="0 到 40 项 [[festival]]，key 不重复")
    duty: tuple[Duty, ...] = Field(DUTIES, max_length=15, description="0 到 15 项 [[duty]]，kind 不重复")
    topic: tuple[Topic, ...] = Field(TOPICS, max_length=7, description="1 到 7 项 [[topic]]，key 和 label 都不重复")
    briefings: Briefings = Briefings()
    dialog: Dialog = Dialog()
    storage: Storage = Storage()
    web: Web = Web()
    telegram: Telegram = Telegram()
    wecom: Wecom = Wecom()
    invite: Invite = Invite()
    delivery: Delivery = Delivery()
    log: Log = Log()

    @field_validator("category")
    @classmethod
    def _told_apart(cls, categories: tuple[Category, ...]) -> tuple[Category, ...]:
        keys, labels = {each.key for each in categories}, {each.label for each in categories}
        if "other" not in keys or len(keys) < len(categories) or len(labels) < len(categories):
            raise ValueError
        return categories

    @field_validator("topic")
    @classmethod
    def _topics(cls, topics: tuple[Topic, ...]) -> tuple[Topic, ...]:
        keys, labels = {each.key for each in topics}, {each.label for each in topics}
        if not topics or len(keys) < len(topics) or len(labels) < len(topics):
            raise ValueError
        return topics

    @field_validator("canned", "danger")
    @classmethod
    def _labels_once_each(cls, entries: tuple[Any, ...]) -> tuple[Any, ...]:
        labels = [each.label for each in entries]
        twice = dict.fromkeys(label for label in labels if labels.count(label) > 1)
        if twice:
            raise ValueError(f"{'、'.join(twice)} 写了不止一次，请只留一个")
        return entries

    @field_validator("festival", "duty")
    @classmethod
    def _keys_once_each(cls, entries: tuple[Any, ...]) -> tuple[Any, ...]:
        keys = [each.key if isinstance(each, Festival) else each.kind for each in entries]
        twice = dict.fromkeys(key for key in keys if keys.count(key) > 1)
        if twice:
            raise ValueError(f"{'、'.join(twice)} 写了不止一次，请只留一个")
        return entries

    @field_validator("danger")
    @classmethod
    def _some(cls, dangers: tuple[Danger, ...]) -> tuple[Danger, ...]:
        if not dangers:
            raise ValueError
        return dangers

    @field_validator("telegram")
    @classmethod
    def _webhook_has_a_server(cls, telegram: Telegram, info: ValidationInfo) -> Telegram:
        web = info.data.get("web")
        if telegram.enabled and telegram.mode == "webhook" and web is not None and not web.enabled:
            raise ValueError('mode = "webhook" 要由网页服务接收，请把 [web] 的 enabled 改为 true')
        return telegram

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)
