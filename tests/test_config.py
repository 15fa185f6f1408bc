"""The settings: what is read, what wins, how mistakes are told, and that config.toml tells the truth about itself."""

import datetime
import os
import re
import tomllib
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_origin

import pytest
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from bot import config as settings_of
from bot.config import Category, Config, ConfigError, Mistake, Web, load
from bot.config.briefings import Topic
from bot.config.calendar_days import Duty as ConfiguredDuty
from bot.config.calendar_days import Festival as ConfiguredFestival
from bot.config.casework import Danger as ConfiguredDanger
from bot.config.file import key_lines
from bot.config.keys import settings, table_of
from bot.office import office_from
from handlers.danger import DANGERS, Danger
from handlers.office import Canned, Limits

CONFIG_TOML = Path(__file__).parent.parent / "config.toml"
TOKEN = "123456789:AAH-abcdefghijklmnopqrstuvwxyz_0123"
SECRET = "guess-this-0123456789"

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Puts a text into a settings file and returns where it is."""

    def written(text: str) -> Path:
        path = tmp_path / "office.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def mistakes(path: Path, environ: Mapping[str, str] | None = None) -> list[Mistake]:
    with pytest.raises(ConfigError) as refused:
        load(path, environ or {})
    return refused.value.mistakes


def only_mistake(path: Path, environ: Mapping[str, str] | None = None) -> Mistake:
    (mistake,) = mistakes(path, environ)
    return mistake


# What is read, and what wins


def test_an_empty_file_gives_the_defaults(write: Write) -> None:
    assert load(write(""), {}) == Config()


def test_the_file_changes_what_it_names_and_leaves_the_rest(write: Write) -> None:
    config = load(write('[web]\nport = 9000\n[log]\njson = false\n[office]\nzone = "Asia/Urumqi"'), {})
    assert (config.web.port, config.web.host, config.log.as_json) == (9000, "127.0.0.1", False)
    assert config.office.zone.key == "Asia/Urumqi"


def test_the_environment_wins_over_the_file_key_by_key(write: Write) -> None:
    path = write('[web]\nport = 9000\nhost = "10.0.0.5"\nenabled = true')
    config = load(path, {"YINLING_WEB__PORT": "9001", "YINLING_WEB__ENABLED": "False", "PATH": "/bin"})
    assert (config.web.port, config.web.host, config.web.enabled) == (9001, "10.0.0.5", False)


def test_a_variable_holds_what_the_file_would_hold_with_texts_unquoted(write: Write) -> None:
    environ = {
        "YINLING_OFFICE__NAME": "红山县委老干部局",
        "YINLING_OFFICE__PHONE": "12345",
        "YINLING_CALENDAR__HOLIDAYS": "[2027-01-01, 2027-01-02]",
        "YINLING_CALENDAR__EXTRA_WORK_DAYS": "[]",
        "YINLING_CATEGORY": '[{key = "other", label = "别的", working_days = 3}]',
        "YINLING_STORAGE__PATH": "/srv/yinling.db",
        "YINLING_TELEGRAM__PROXY": "http://name:word@10.0.0.1:3128",
    }
    config = load(write(""), environ)
    assert (config.office.name, config.office.phone) == ("红山县委老干部局", "12345")
    assert config.calendar.holidays == (datetime.date(2027, 1, 1), datetime.date(2027, 1, 2))
    assert config.calendar.extra_work_days == ()
    assert config.category == (Category(key="other", label="别的", working_days=3),)
    assert config.storage.path == Path("/srv/yinling.db")
    assert config.telegram.proxy == "http://name:word@10.0.0.1:3128"


def test_the_defaults_do_not_depend_on_the_process_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "YINLING_WEB__PORT", "1234")
    monkeypatch.setitem(os.environ, "WEB", '{"port": 1234}')
    assert Config().web.port == 8080


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_bytes(b"\xef\xbb\xbf[web]\r\nport = 9000\r\n")
    assert load(path, {}).web.port == 9000


def test_settings_cannot_be_changed_once_read() -> None:
    config = Config()
    with pytest.raises(ValidationError):
        config.web.port = 1  # type: ignore[misc]  # mypy knows that it is frozen; so must the running program


@pytest.mark.parametrize(
    ("web", "address"),
    [
        (Web(), "http://127.0.0.1:8080"),
        (Web(host="::1", port=80), "http://[::1]:80"),
        (Web(host="0.0.0.0", public_url="https://yinling.example"), "https://yinling.example"),
    ],
)
def test_links_begin_with_the_public_address_or_else_with_host_and_port(web: Web, address: str) -> None:
    assert web.address == address


# How mistakes are told


def test_all_mistakes_are_told_at_once_each_with_its_place(write: Write) -> None:
    path = write(
        '# the office\n[office]\nphone = "打电话"\n\n[web]\nport = 99999\nprot = 1\n[[category]]\nkey = "Other"\n'
        'label = "其他"\nworking_days = "5"\n[calendar]\nholidays = [\n  2026-10-01,\n  "2026-10-02",\n]\n'
    )
    found = mistakes(path, {"YINLING_WEB__COOKIE_DAYS": "many", "YINLING_WEB__PROT": "1"})
    assert [(each.line, each.variable, each.key, each.given) for each in found] == [
        (3, None, "office.phone", '"打电话"'),
        (6, None, "web.port", "99999"),
        (7, None, "web.prot", None),
        (9, None, "category.第1项.key", '"Other"'),
        (11, None, "category.第1项.working_days", '"5"'),
        (13, None, "calendar.holidays.第2项", '"2026-10-02"'),
        (None, "YINLING_WEB__COOKIE_DAYS", "web.cookie_days", '"many"'),
        (None, "YINLING_WEB__PROT", "", None),
    ]
    assert {each.file for each in found[:6]} == {str(path)}


def test_the_report_numbers_the_mistakes_and_says_what_is_allowed(write: Write) -> None:
    path = write("[web]\nport = 99999\n")
    with pytest.raises(ConfigError) as refused:
        load(path, {"YINLING_LOG__LEVEL": "LOUD"})
    assert str(refused.value) == (
        "设置里有 2 处要改，改好后请重新启动：\n"
        f"1. {path} 第 2 行：web.port 现在是 99999：应为：0 到 65535 的整数\n"
        '2. 环境变量 YINLING_LOG__LEVEL：log.level 现在是 "LOUD"：应为：DEBUG、INFO、WARNING、ERROR 中的一个'
    )


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("[web]\nprot = 1", 2, "您要写的是不是 web.port"),
        ("[wbe]\nport = 1", 1, "您要写的是不是 web"),
        ("port = 1", 1, "port 应写在 [web] 一节里"),
        ("[log]\nas_json = true", 2, "您要写的是不是 log.json"),
        ("[web.more]\nx = 1", 1, "没有这个设置"),
        ("[web]\nzzzzz = 1", 2, "请删掉它"),
        ('[[category]]\nkey = "other"\nlable = "x"\nlabel = "x"\nworking_days = 1', 3, "是不是 category.第1项.label"),
    ],
)
def test_an_unknown_key_gets_the_nearest_known_one_suggested(write: Write, text: str, line: int, hint: str) -> None:
    mistake = only_mistake(write(text))
    assert mistake.line == line
    assert hint in mistake.allowed
    assert mistake.given is None, "the value of a misspelt key may be a secret"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("YINLING_WEB_PORT", "是不是 YINLING_WEB__PORT"),
        ("YINLING_TELEGRAM__TOKEN_FIEL", "是不是 YINLING_TELEGRAM__TOKEN_FILE"),
        ("YINLING_ZZZ", "没有这个设置"),
    ],
)
def test_an_unknown_variable_gets_the_nearest_known_one_suggested(write: Write, name: str, hint: str) -> None:
    mistake = only_mistake(write(""), {name: "1"})
    assert mistake.variable == name
    assert hint in mistake.allowed


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        ("[web]\nport = true", "web.port", "0 到 65535 的整数"),
        ('[web]\nport = "8080"', "web.port", "0 到 65535 的整数"),
        ("[web]\nenabled = 1", "web.enabled", "true 或 false"),
        ('[web]\nenabled = "true"', "web.enabled", "true 或 false"),
        ('[web]\nhost = "0.0.0.0"', "web.public_url", "必须写明"),
        ('[web]\npublic_url = "yinling.example"', "web.public_url", "http:// 或 https:// 开头"),
        ('[web]\npublic_url = "https://yinling.example/"', "web.public_url", "末尾不带 /"),
        ("web = 3", "web", "以 [web] 开头"),
        ('[office]\nname = " "', "office.name", "1 到 40 个字"),
        ('[office]\nzone = "Asia"', "office.zone", "Asia/Shanghai"),
        ('[office]\nzone = "北京"', "office.zone", "Asia/Shanghai"),
        ("[storage]\nkeep_messages_days = 183", "storage.keep_messages_days", "184 到 3650"),
        ('[storage]\npath = ""', "storage.path", "文件或文件夹的路径"),
        ("[calendar]\nwork_days = []", "calendar.work_days", "至少一个"),
        ("[calendar]\nwork_days = [8]", "calendar.work_days.第1项", "1（周一）到 7（周日）"),
        ("[calendar]\nwork_days = [1, 1]", "calendar.work_days", "1 写了不止一次"),
        ("[calendar]\nholidays = [2026-10-01T08:00:00]", "calendar.holidays.第1项", "日期列表"),
        ("[calendar]\nextra_work_days = [2026-10-01]", "calendar.extra_work_days", "2026-10-01 同时写在 holidays 里"),
        ("[calendar]\nwork_periods = []", "calendar.work_periods", "至少一个"),
        ('[calendar]\nwork_periods = ["8:30-12:00"]', "calendar.work_periods.第1项", "时和分都写两位"),
        ('[calendar]\nwork_periods = ["08:30-24:00"]', "calendar.work_periods.第1项", "时段列表"),
        ('[calendar]\nwork_periods = ["12:00-08:30"]', "calendar.work_periods", "12:00-08:30 的开始要早于结束"),
        (
            '[calendar]\nwork_periods = ["08:30-12:00", "11:59-17:30"]',
            "calendar.work_periods",
            "11:59-17:30 应在 08:30-12:00 之后，不能重叠",
        ),
        (
            '[calendar]\nwork_periods = ["14:30-17:30", "08:30-12:00"]',
            "calendar.work_periods",
            "08:30-12:00 应在 14:30-17:30 之后",
        ),
        ("[cases]\nreopen_days = 0", "cases.reopen_days", "1 到 365 的整数"),
        ("[cases]\nask_again_days = 31", "cases.ask_again_days", "1 到 30 的整数"),
        ("[cases]\nhuman_idle_minutes = 4", "cases.human_idle_minutes", "5 到 240 的整数"),
        ("[cases]\ndanger_repeat_minutes = 121", "cases.danger_repeat_minutes", "5 到 120 的整数"),
        ('[[canned]]\nlabel = ""\ntext = "好"', "canned.第1项.label", "1 到 12 个字的文字"),
        ('[[canned]]\nlabel = "好"\ntext = ""', "canned.第1项.text", "1 到 300 个字的文字"),
        ('[[canned]]\nlabel = "好"\ntext = "{姓名}请{地址}，{最迟"', "canned.第1项.text", "{地址}、{最迟 不能用"),
        ('[[canned]]\nlabel = "好"\ntext = "{}{姓名}}"', "canned.第1项.text", "{}、} 不能用"),
        ("danger = []", "danger", "1 到 8 项"),
        ('[[danger]]\nlabel = ""\ncall = "120"\nwords = ["摔倒"]', "danger.第1项.label", "1 到 10 个字的文字"),
        ('[[danger]]\nlabel = "病"\ncall = "12"\nwords = ["摔倒"]', "danger.第1项.call", "3 到 20 个字符的号码"),
        ('[[danger]]\nlabel = "病"\ncall = "一二零"\nwords = ["摔倒"]', "danger.第1项.call", "可用数字、空格、+ 和 -"),
        ('[[danger]]\nlabel = "病"\ncall = " -+- "\nwords = ["摔倒"]', "danger.第1项.call", "3 到 20 个字符的号码"),
        ('[[danger]]\nlabel = "病"\ncall = 120\nwords = ["摔倒"]', "danger.第1项.call", "3 到 20 个字符的号码"),
        ('[[danger]]\nlabel = "病"\ncall = "120"\nwords = []', "danger.第1项.words", "至少一个"),
        ('[[danger]]\nlabel = "病"\ncall = "120"\nwords = "摔倒"', "danger.第1项.words", "文字列表"),
        ('[[danger]]\nlabel = "病"\ncall = "120"\nwords = ["摔倒", " "]', "danger.第1项.words.第2项", "1 到 30 个字"),
        (
            f'[[danger]]\nlabel = "病"\ncall = "120"\nwords = ["{"疼" * 31}"]',
            "danger.第1项.words.第1项",
            "1 到 30 个字",
        ),
        (
            '[[danger]]\nlabel = "病"\ncall = "120"\nwords = ["疼", "*", "。＊"]',
            "danger.第1项.words",
            "*、。＊ 里没有字",
        ),
        ('[[danger]]\nlabel = "病"\ncall = "120"', "danger.第1项.words", "缺少这一项"),
        ("category = []", "category", "1 到 6 项"),
        ('[[category]]\nkey = "x"\nlabel = "其他"\nworking_days = 1', "category", "key 是 other"),
        ('[[category]]\nkey = "other"\nworking_days = 1', "category.第1项.label", "缺少这一项，应为：1 到 10 个字"),
        ('[[category]]\nkey = "x"\nlabel = "其他"\nworking_days = 0', "category.第1项.working_days", "1 到 60 的整数"),
        ('[telegram]\nbase_url = "http://127.0.0.1:8081"', "telegram.base_url", "以 /bot 结尾"),
        ('[greetings]\ntime = "9:00"', "greetings.time", "时和分都写两位"),
        ("[greetings]\nages = [80, 80]", "greetings.ages", "不重复"),
        ('[greetings]\nbirthday = "{岁数}岁了"', "greetings.birthday", "{岁数} 不能用"),
        ('[greetings]\nhospital = "{党龄}"', "greetings.hospital", "{党龄} 不能用"),
        ('[[festival]]\nkey = "x"\nlabel = "节"\nday = "农历 8月15"', "festival.第1项.day", "农历 08-15"),
        ('[[festival]]\nkey = "x"\nlabel = "节"\nday = "公历 02-29"', "festival.第1项.day", "“公历 月-日”"),
        ('[[festival]]\nkey = "x"\nlabel = "节"\nday = "节气 清明节"', "festival.第1项.day", "“节气 名称”"),
        (
            '[[festival]]\nkey = "x"\nlabel = "节"\nday = "农历 除夕"\ngreeting = "{岁数}"',
            "festival.第1项.greeting",
            "{岁数} 不能用",
        ),
        ('[[duty]]\nkind = "chess"\nlabel = "棋"', "duty.第1项.kind", "situation、briefing"),
        ('[[duty]]\nkind = "day"\nlabel = "一"\n[[duty]]\nkind = "day"\nlabel = "二"', "duty", "day 写了不止一次"),
        ('[telegram]\nmode = "push"', "telegram.mode", "polling、webhook 中的一个"),
    ],
)
def test_a_wrong_value_is_told_once_with_what_is_allowed(write: Write, text: str, key: str, allowed: str) -> None:
    mistake = only_mistake(write(text))
    assert mistake.key == key
    assert allowed in mistake.allowed


@pytest.mark.parametrize(
    ("limit", "highest"),
    [
        ("progress_days", 60),
        ("accept_hours", 80),
        ("urgent_working_days", 60),
        ("urgent_progress_days", 60),
        ("urgent_accept_hours", 80),
    ],
)
def test_a_category_may_say_its_limits_and_each_has_its_bounds(write: Write, limit: str, highest: int) -> None:
    entry = '[[category]]\nkey = "other"\nlabel = "其他"\nworking_days = 1\n'
    (category,) = load(write(f"{entry}{limit} = {highest}"), {}).category
    assert getattr(category, limit) == highest
    for wrong in (0, highest + 1):
        mistake = only_mistake(write(f"{entry}{limit} = {wrong}"))
        assert (mistake.key, mistake.line) == (f"category.第1项.{limit}", 5)
        assert f"1 到 {highest} 的整数" in mistake.allowed


def test_two_canned_answers_alike_and_an_eighth_are_refused_and_none_is_allowed(write: Write) -> None:
    one = '[[canned]]\nlabel = "{}"\ntext = "{{姓名}}，好"\n'
    assert "甲 写了不止一次" in only_mistake(write(one.format("甲") * 2)).allowed
    eight = "".join(one.format(label) for label in "甲乙丙丁戊己庚辛")
    assert "0 到 7 项" in only_mistake(write(eight)).allowed
    assert load(write("canned = []\n[office]\n"), {}).canned == ()


def test_two_dangers_alike_and_a_ninth_are_refused(write: Write) -> None:
    one = '[[danger]]\nlabel = "{}"\ncall = "120"\nwords = ["摔倒"]\n'
    assert "甲 写了不止一次" in only_mistake(write(one.format("甲") * 2)).allowed
    nine = "".join(one.format(label) for label in "甲乙丙丁戊己庚辛壬")
    assert "1 到 8 项" in only_mistake(write(nine)).allowed


def test_the_office_says_itself_what_is_danger_and_whom_to_call(write: Write) -> None:
    own = '[[danger]]\nlabel = "走丢"\ncall = "0000-110 1"\nwords = ["走丢", "找*家"]\n'
    office = office_from(load(write(own), {}))
    assert office.dangers == (Danger("走丢", "0000-110 1", ("走丢", "找*家")),)
    assert office_from(Config()).dangers == DANGERS


def test_two_categories_alike_and_a_seventh_are_refused(write: Write) -> None:
    one = '[[category]]\nkey = "{}"\nlabel = "{}"\nworking_days = 1\n'
    for keys, labels in (("other other", "甲 乙"), ("other x", "甲 甲"), ("other a b c d e f", "甲 乙 丙 丁 戊 己 庚")):
        text = "".join(one.format(key, label) for key, label in zip(keys.split(), labels.split(), strict=True))
        assert only_mistake(write(text)).key == "category"


def test_a_line_is_found_through_comments_lists_and_long_texts() -> None:
    text = (
        '# [web]\n[office] # here\nconsent_text = """\nport = 1\n[web]\n"""\nname = "x = 1"\n'
        "[calendar]\nholidays = [ # [log]\n  2026-01-01,\n\n  2026-01-02]\n"
        'web = {port = 1, host = "x"}\n'
        '[[category]]\nkey = "a"\n[[category]]\n\n"label" = "b"\nx.y = 1\n[category.z]\n'
    )
    assert tomllib.loads(text), "the example itself must be right"
    assert key_lines(text) == {
        ("office",): 2,
        ("office", "consent_text"): 3,
        ("office", "name"): 7,
        ("calendar",): 8,
        ("calendar", "holidays"): 9,
        ("calendar", "web"): 13,
        ("calendar", "web", "port"): 13,
        ("calendar", "web", "host"): 13,
        ("category", 0): 14,
        ("category", 0, "key"): 15,
        ("category", 1): 16,
        ("category", 1, "label"): 18,
        ("category", 1, "x"): 19,
        ("category", 1, "x", "y"): 19,
        ("category", 1, "z"): 20,
    }


@pytest.mark.parametrize(
    ("raw", "line", "hint"),
    [
        (b"[web]\nport = 8080 x\n", 2, "读不懂"),
        (b"[web]\n\nport = [1,\n", 3, "读不懂"),
        ("[web]\n# 端口\nport = 1".encode("gbk"), 2, "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_understood_is_told_with_the_line(
    tmp_path: Path, raw: bytes, line: int, hint: str
) -> None:
    path = tmp_path / "office.toml"
    path.write_bytes(raw)
    broken, variable = mistakes(path, {"YINLING_WBE": "1"})
    assert (broken.file, broken.line) == (str(path), line)
    assert hint in broken.allowed
    assert variable.variable == "YINLING_WBE"


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    assert "没有这个文件" in only_mistake(tmp_path / "nowhere.toml").allowed
    assert "这是一个文件夹" in only_mistake(tmp_path).allowed


# Secrets


def test_secrets_come_from_variables_or_from_the_files_they_name(write: Write, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n", encoding="utf-8")
    environ = {
        "YINLING_TELEGRAM__TOKEN_FILE": str(tmp_path / "token"),
        "YINLING_TELEGRAM__WEBHOOK_SECRET": SECRET,
    }
    config = load(write('[telegram]\nenabled = true\nmode = "webhook"\nwebhook_url = "https://a.example/t"'), environ)
    assert config.telegram.token is not None
    assert config.telegram.webhook_secret is not None
    assert config.telegram.token.get_secret_value() == TOKEN
    assert config.telegram.webhook_secret.get_secret_value() == SECRET
    for shown in (repr(config), str(config), config.model_dump_json()):
        assert TOKEN not in shown
        assert SECRET not in shown


def test_a_secret_in_the_file_is_refused_even_when_the_environment_has_it_too(write: Write) -> None:
    path = write(f'[telegram]\nenabled = true\ntoken = "{TOKEN}"\nproxy = "http://name:word@10.0.0.1:3128"')
    for environ in ({}, {"YINLING_TELEGRAM__TOKEN": TOKEN}):
        token, proxy = mistakes(path, environ)
        assert (token.key, token.line, token.given) == ("telegram.token", 3, None)
        assert "YINLING_TELEGRAM__TOKEN_FILE" in token.allowed
        assert (proxy.key, proxy.line, proxy.given) == ("telegram.proxy", 4, None)
        assert "YINLING_TELEGRAM__PROXY" in proxy.allowed


def test_telegram_without_its_secrets_names_the_variables_to_set(write: Write) -> None:
    found = mistakes(write('[telegram]\nenabled = true\nmode = "webhook"'))
    assert [each.key for each in found] == ["telegram.webhook_url", "telegram.token", "telegram.webhook_secret"]
    report = "\n".join(map(str, found))
    for variable in ("TOKEN", "TOKEN_FILE", "WEBHOOK_SECRET", "WEBHOOK_SECRET_FILE", "WEBHOOK_URL"):
        assert f"YINLING_TELEGRAM__{variable}" in report


def test_a_telegram_that_is_off_needs_no_secrets(write: Write) -> None:
    assert load(write('[telegram]\nmode = "webhook"'), {}).telegram.token is None


def test_wecom_without_its_bot_and_secret_says_what_to_set(write: Write) -> None:
    found = mistakes(write('[wecom]\nenabled = true\nurl = "http://a.example"'))
    assert {each.key for each in found} == {"wecom.bot_id", "wecom.url", "wecom.secret"}
    report = "\n".join(map(str, found))
    assert "YINLING_WECOM__SECRET_FILE" in report and "[wecom] enabled = true" in report and "wss://" in report
    good = load(write('[wecom]\nenabled = true\nbot_id = "aib-1"'), {"YINLING_WECOM__SECRET": "s" * 43}).wecom
    assert good.secret is not None and good.secret.get_secret_value() == "s" * 43


def test_a_secrets_file_that_cannot_be_read_is_one_mistake_that_names_the_variable(
    write: Write, tmp_path: Path
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "nowhere", tmp_path, tmp_path / "binary"):
        mistake = only_mistake(write("[telegram]\nenabled = true"), {"YINLING_TELEGRAM__TOKEN_FILE": str(path)})
        assert (mistake.variable, mistake.key) == ("YINLING_TELEGRAM__TOKEN_FILE", "telegram.token")


def test_a_secret_given_twice_is_refused(write: Write, tmp_path: Path) -> None:
    environ = {"YINLING_TELEGRAM__TOKEN": TOKEN, "YINLING_TELEGRAM__TOKEN_FILE": str(tmp_path / "token")}
    assert "只能设一个" in only_mistake(write(""), environ).allowed


@pytest.mark.parametrize(
    "environ",
    [
        {"YINLING_TELEGRAM__TOKEN": f"{TOKEN} x"},
        {"YINLING_TELEGRAM__TOKEN": TOKEN[:20]},
        {"YINLING_TELEGRAM__TOKEN": ""},
        {"YINLING_TELEGRAM__WEBHOOK_SECRET": f"{SECRET}密"},
        {"YINLING_TELEGRAM__TOKEN_FILE": TOKEN},
        {"YINLING_TELEGRAM__MODE": TOKEN},
        {"YINLING_TELEGRAM__TOKNE": TOKEN},
    ],
)
def test_no_error_ever_shows_a_secret(write: Write, environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as refused:
        load(write(""), environ)
    told = "".join(traceback.format_exception(refused.value))
    assert next(iter(environ)) in told, "the variable is named"
    assert "AAH-" not in told
    assert "guess-this" not in told
    assert refused.value.__context__ is None, "pydantic's own error holds the values"


# What the handlers are given


def test_limits_go_by_category_and_urgency_and_a_wish_for_a_person_is_urgent(write: Write) -> None:
    fast = 'key = "medical"\nlabel = "就医"\nworking_days = 4\nprogress_days = 3\naccept_hours = 2\n'
    urgent = "urgent_working_days = 2\nurgent_progress_days = 2\nurgent_accept_hours = 3\n"
    other = '[[category]]\nkey = "other"\nlabel = "其他"\nworking_days = 15\n'
    office = office_from(load(write(f"[[category]]\n{fast}{urgent}{other}"), {}))
    assert office.limits("medical", False) == Limits(accept_hours=2, progress_days=3, working_days=4)
    assert office.limits("medical", True) == Limits(accept_hours=3, progress_days=2, working_days=2)
    assert office.limits("other", False) == Limits(accept_hours=6, progress_days=5, working_days=15)
    assert office.limits("contact", False) == office.limits("contact", True) == Limits(1, 1, 1)
    assert office.limits("gone", False) == office.limits("other", False), "config.toml no longer has it"
    assert office.category("gone").label == "其他"


def test_periods_canned_answers_and_waits_arrive_as_the_settings_have_them(write: Write) -> None:
    text = (
        '[calendar]\nwork_periods = ["09:00-17:00"]\n[cases]\nreopen_days = 7\nask_again_days = 2\n'
        'human_idle_minutes = 15\ndanger_repeat_minutes = 5\n[[canned]]\nlabel = "好"\ntext = "{姓名}，您好"\n'
    )
    office = office_from(load(write(text), {}))
    assert office.calendar.periods == ((datetime.time(9), datetime.time(17)),)
    assert office.calendar.zone == office.zone
    assert office.canned == (Canned("好", "{姓名}，您好"),)
    waits = (office.reopen_days, office.ask_again_days, office.human_idle_minutes, office.danger_repeat_minutes)
    assert waits == (7, 2, 15, 5)


# config.toml tells the truth about itself

LISTS: dict[str, type[BaseModel]] = {
    "category": Category,
    "canned": settings_of.Canned,
    "danger": ConfiguredDanger,
    "festival": ConfiguredFestival,
    "duty": ConfiguredDuty,
    "topic": Topic,
}
WHERE_THEY_STAND = {  # of what is too long for a comment
    *(
        "下面这段",
        "国务院公布的 2026 年安排",
        "下面六项",
        "下面三项",
        "下面四项",
        "下面十八项",
        "下面七项",
        "无，每项都要写",
    ),
}


def documented() -> dict[tuple[str, ...], FieldInfo]:
    """Every key that config.toml must explain: all settings but the secrets, and the keys of one entry of each list."""
    found = {setting.key: setting.field for setting in settings(Config) if not setting.secret}
    return found | {(name, key): field for name, each in LISTS.items() for key, field in each.model_fields.items()}


def key_places() -> dict[tuple[str, ...], int]:
    """The first line of each key in config.toml; what all entries of a list have in common is explained at the first."""
    places: dict[tuple[str, ...], int] = {}
    for key, line in key_lines(CONFIG_TOML.read_text(encoding="utf-8")).items():
        places.setdefault(tuple(part for part in key if isinstance(part, str)), line)
    return places


def comment_above(line: int) -> str:
    lines = CONFIG_TOML.read_text(encoding="utf-8").split("\n")[: line - 1]
    begins = next(number for number in range(len(lines), 0, -1) if not lines[number - 1].startswith("#"))
    return "\n".join(lines[begins:])


def test_config_toml_holds_every_setting_and_no_other() -> None:
    sections = {(name,) for name in Config.model_fields}
    assert set(key_places()) == set(documented()) | sections


def test_config_toml_is_the_defaults() -> None:
    loaded, defaults = load(CONFIG_TOML, {}), Config()
    assert loaded == defaults
    written = tomllib.loads(CONFIG_TOML.read_text(encoding="utf-8"))
    for section in written:
        if section not in LISTS:
            table: BaseModel = getattr(loaded, section)
            assert table.model_fields_set == set(type(table).model_fields) - {"token", "webhook_secret", "secret"}


@pytest.mark.parametrize("key", documented(), ids=".".join)
def test_the_comment_above_a_key_says_what_it_is_what_is_allowed_and_the_default(key: tuple[str, ...]) -> None:
    field, comment = documented()[key], comment_above(key_places()[key])
    meaning, _, rule = comment.partition("# 允许：")
    assert re.search(r"[一-鿿]{3}", meaning), "what it is, in Chinese"
    assert rule.startswith(f"{field.description}。默认："), "what is allowed, word for word as in an error"
    said = rule.partition("默认：")[2].split("\n")[0]
    if is_short(field):
        assert tomllib.loads(f"said = {said}")["said"] == as_toml(field.default)
    else:
        assert said in WHERE_THEY_STAND


def test_config_toml_names_the_variable_of_every_secret() -> None:
    text = CONFIG_TOML.read_text(encoding="utf-8")
    secrets = [setting.variable for setting in settings(Config) if setting.secret]
    assert len(secrets) == 3
    for variable in secrets:
        assert f"{variable}，" in text
        assert f"{variable}_FILE " in text


def test_the_holidays_of_2026_are_the_published_ones() -> None:
    calendar = load(CONFIG_TOML, {}).calendar
    assert len(calendar.holidays) == 3 + 9 + 3 + 5 + 3 + 3 + 7
    assert all(day.isoweekday() in {6, 7} for day in calendar.extra_work_days), "work in exchange is on weekends"


def is_short(field: FieldInfo) -> bool:
    """Whether the default fits into a comment."""
    return (
        not field.is_required()
        and not (get_origin(field.annotation) is tuple and (len(field.default) > 5 or table_of(field)))
        and not (isinstance(field.default, str) and len(field.default) > 60)
    )


def as_toml(value: Any) -> Any:
    """A default as TOML would hold it: lists for tuples, texts for paths and time zones."""
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, str | int) else str(value)
