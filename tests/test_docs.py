"""The guides in docs/ tell the truth: what they name exists, and what the program says they quote word for word.

The guides write 【】 for what stands on a button or on the page, 「」 for what the program says with …… where it varies, and
`code` for commands, options and keys.
"""

import argparse
import ast
import math
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from bot import health as health_module
from bot.app import STOP_BUDGET_SECONDS
from bot.cli import COMMANDS
from bot.cli.parser import make_parser
from bot.clock import DIALOG_DAYS, REMINDER_DAYS
from bot.config import Config, load
from bot.config.keys import settings
from bot.health import health
from bot.pulse import Pulse
from handlers.calendar import duties, evening, plan
from handlers.cases import clocks
from handlers.cases.words import OUTCOMES, SATISFIED, SOLVED
from handlers.converse import ALWAYS
from handlers.desk.card import DEEDS
from handlers.desk.failures import FAILURE_DAYS
from handlers.desk.lists import FOLDERS, LONGEST_LIST
from handlers.desk.promising import LONGEST_EXTENSION_DAYS
from handlers.flows import ACTIONS, FLOWS, KEYWORDS
from handlers.gatherings import attendance, changing, repeating
from handlers.hall import asking
from handlers.menu import CLIENT_MENU, OFFICE_MENU, OFFICE_MORE
from handlers.reminders import KINDS
from handlers.roster.columns import FIELD_OF
from handlers.roster.people import read_sheets
from handlers.roster.rows import Sheet
from handlers.roster.sheet import csv_rows
from storage.database import open_database

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
GUIDES = ("operating.md", "staff.md", "cadre.md")
LINKED = (*(DOCS / name for name in (*GUIDES, "design.md")), ROOT / "README.md", ROOT / "bench" / "README.md")
SECRETS = {
    "YINLING_TELEGRAM__TOKEN": "123456:" + "a" * 35,
    "YINLING_TELEGRAM__WEBHOOK_SECRET": "b" * 16,
    "YINLING_WECOM__SECRET": "c" * 32,
}
VARIES = "……"
PAGE_LINES, LINE_CHARACTERS = 32, 28  # A4 with 1.5 cm margins in 18 point, 1.3 lines apart: printed and looked at


def guide(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """Return what stands under a heading, down to the next heading."""
    match = re.search(rf"(?ms)^#+ {re.escape(title)}$\n(.*?)(?=^#+ |\Z)", text)
    assert match, title
    return match[1]


def blocks(text: str, language: str) -> list[str]:
    """Return the code blocks of a language, without the indentation that a list gives them."""
    found = re.findall(rf"(?ms)^( *)```{language}\n(.*?)^ *```$", text)
    return ["".join(line.removeprefix(indent) for line in body.splitlines(keepends=True)) for indent, body in found]


def inline(text: str) -> list[str]:
    """Return what stands in `code`, outside blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^ *```.*?^ *```$", "", text))


def table(text: str, first_title: str) -> list[list[str]]:
    """Return the rows of the table whose first column has this title."""
    match = re.search(rf"(?m)^\| {re.escape(first_title)} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text)
    assert match, first_title
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in match[1].splitlines()]


# ── what the program can say ────────────────────────────────────────────────────────────────────────────────────────


def sentences(folder: str) -> Iterator[str]:
    """Every text constant of a package, the pieces of f-strings each for itself, docstrings left out."""
    for path in (ROOT / folder).rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        remarks = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in remarks:
                yield node.value


def page_words() -> Iterator[str]:
    """Every text of the web page: what stands between tags, and the constants of its scripts."""
    for path in (ROOT / "bot" / "web" / "static").iterdir():
        text = path.read_text(encoding="utf-8").replace("<wbr>", "")
        yield from re.findall(r">([^<>]+)<" if path.suffix == ".html" else r"'([^'\n]*)'", text)


@cache
def labels() -> frozenset[str]:
    """What stands on buttons: the texts of handlers/ and of the page, without a number in front or brackets around."""
    return frozenset(re.sub(r"^\d? ?", "", each).strip(" 【】\n") for each in (*sentences("handlers"), *page_words()))


@cache
def everything_said() -> str:
    return "\0".join((*sentences("handlers"), *sentences("bot"), *sentences("storage"), *page_words()))


def is_label(words: str) -> bool:
    """Tell whether a button can read so; 【改内容】 is put together from 改 and what is to be changed."""
    pieces = [each for each in words.split(VARIES) if each]
    return all(each in labels() or (each.startswith("改") and each[1:] in labels()) for each in pieces)


@pytest.mark.parametrize("name", GUIDES)
def test_every_button_that_a_guide_names_is_there(name: str) -> None:
    named = set(re.findall(r"【([^】]*)】", guide(name)))
    assert len(named) > 5
    assert {each for each in named if not is_label(each)} == set()


@pytest.mark.parametrize("name", ["operating.md", "staff.md"])
def test_every_sentence_that_a_guide_quotes_is_one_the_program_says(name: str) -> None:
    quoted = set(re.findall(r"「([^」]*)」", guide(name))) - {""}
    assert len(quoted) > 15
    unsaid = {
        f"{each}: {piece}"
        for each in quoted
        for piece in each.split(VARIES)
        if piece.strip() and piece.strip() not in everything_said()
    }
    assert unsaid == set()


def test_a_button_or_a_sentence_that_is_not_there_would_be_noticed() -> None:
    assert not is_label("反映问题")
    assert not is_label("登记为新")  # part of a label is not the label
    assert is_label("反映困难")
    assert "没有困难不要说" not in everything_said()


def understood() -> set[str]:
    keywords = {word for flow in FLOWS.values() for word in flow.keywords}
    return set(ALWAYS) | set(KEYWORDS) | keywords


@pytest.mark.parametrize("name", GUIDES)
def test_every_word_that_a_guide_tells_people_to_say_is_understood(name: str) -> None:
    told = set(re.findall(r"说“([^”]+)”", guide(name)))
    assert told
    assert told - understood() == set()


def test_the_words_that_always_work_for_staff_are_understood() -> None:
    rows = table(section(guide("staff.md"), "随时可以说的话"), "说")
    assert {row[0] for row in rows} <= understood()
    assert {"菜单", "返回", "取消", "接着填", "待办", "我承办的", "更多"} <= {row[0] for row in rows}


def test_the_guides_name_every_entry_of_the_menus() -> None:
    staff, cadre = guide("staff.md"), guide("cadre.md")
    assert [each.label for each in OFFICE_MENU + OFFICE_MORE if f"【{each.label.split()[1]}】" not in staff] == []
    assert f"【{CLIENT_MENU[1].label.split()[1]}】" in cadre


def deeds_on_cards() -> set[str]:
    """The labels of everything that can be done with a case: pairs of a label and an action in handlers/desk/card.py."""
    tree = ast.parse((ROOT / "handlers" / "desk" / "card.py").read_text(encoding="utf-8"))
    tuples = [node.elts for node in ast.walk(tree) if isinstance(node, ast.Tuple) and len(node.elts) == 2]
    pairs = [[part.value for part in pair if isinstance(part, ast.Constant)] for pair in tuples]
    return {str(pair[0]) for pair in pairs if len(pair) == 2 and pair[1] in ACTIONS}


def test_staff_are_told_of_every_deed_every_folder_and_every_answer() -> None:
    staff = guide("staff.md")
    assert {"接手", "转交", "拆分", "重新办理"} <= deeds_on_cards()
    only_for_leaders_who_handle = {"指派"}
    assert {each for each in deeds_on_cards() if f"【{each}】" not in staff} == only_for_leaders_who_handle
    assert [row[0] for row in table(section(staff, "待办和查找"), "类")] == list(FOLDERS.values())
    answers = (*OUTCOMES.values(), *SOLVED.values(), *SATISFIED.values())
    assert [each for each in answers if f"【{each}】" not in staff] == []


def test_the_numbers_that_staff_are_told_are_those_of_the_desk() -> None:
    assert f"一次最多列 {LONGEST_LIST} 件" in guide("staff.md")
    assert f"一次最多列 {LONGEST_LIST} 件" in guide("operating.md")
    assert f"最近 {FAILURE_DAYS} 天没送到的" in guide("staff.md")


def test_the_times_that_staff_are_told_are_those_of_the_code_and_of_the_settings_as_delivered() -> None:
    staff, config = guide("staff.md"), Config()
    other = next(each for each in config.category if each.key == "other")
    assert [row[1:] for row in table(staff, "期限")] == [
        [f"{other.accept_hours} 个上班小时", f"{other.urgent_accept_hours} 个上班小时"],
        [f"{other.progress_days} 个工作日", f"{other.urgent_progress_days} 个工作日"],
        ["看类别", f"{other.urgent_working_days} 个工作日"],
    ]
    assert clocks.URGENT_LEADER_MINUTES == 60
    assert "再过一个工作日（急事一个上班小时）" in staff
    assert f"{clocks.NEVER_ANSWERS_DAYS} 个工作日没有回话" in staff
    assert f"最远到今天以后 {LONGEST_EXTENSION_DAYS} 天" in staff
    assert f"{config.cases.danger_repeat_minutes} 分钟没有人接手" in staff
    assert f"{config.cases.human_idle_minutes} 分钟没有人说话" in staff
    assert f"{config.cases.ask_again_days} 天以后再问一次" in staff
    assert f"{config.cases.reopen_days} 天以内" in staff


def test_the_numbers_of_gatherings_and_greetings_that_staff_are_told_are_those_of_the_code() -> None:
    staff, config = guide("staff.md"), Config()
    gatherings, greetings = config.gatherings, config.greetings
    assert f"每人一学期最多 {gatherings.courses_per_person} 门" in staff
    assert f"{gatherings.remind_days} 天以前，上午 9 点" in staff
    assert f"开始以前 {gatherings.remind_hours} 小时" in staff
    assert f"前一天 {asking.USUAL_DEADLINE:%H:%M} 截止" in staff
    assert f"最多 {repeating.MOST_TIMES} 次" in staff
    assert f"各在办的 {changing.OPENS_BEFORE.days} 天以前" in staff
    assert f"结束以后 {attendance.AFTERWARDS.days} 天以内" in staff
    assert f"满 {'、'.join(map(str, greetings.ages))} 岁的，提前 {greetings.ages_lead_days} 天" in staff
    assert f"当天早上 {greetings.time}" in staff
    assert f"今天 {plan.EVENING:%H:%M} 列给您" in staff
    assert f"最近 {evening.LATE_DAYS} 天的都在" in staff
    assert f"结束前 {duties.TIME_LEFT.days} 天" in staff


def test_the_cadres_guide_fits_one_printed_page_in_large_print() -> None:
    lines = [line.replace("**", "").lstrip("# ") for line in guide("cadre.md").splitlines() if line]
    assert sum(math.ceil(len(line) / LINE_CHARACTERS) for line in lines) <= PAGE_LINES
    assert "`" not in guide("cadre.md")


# ── commands ────────────────────────────────────────────────────────────────────────────────────────────────────────


def subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def command_parsers() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command by its name: 'run', 'roster import'."""
    tops = subparsers(make_parser(COMMANDS))
    nested = {f"{top} {name}": each for top, parser in tops.items() for name, each in subparsers(parser).items()}
    return {name: parser for name, parser in (tops | nested).items() if name in {each.name for each in COMMANDS}}


def options(parser: argparse.ArgumentParser) -> set[str]:
    return {name for action in parser._actions for name in action.option_strings if name.startswith("--")}


def typed_commands(text: str) -> list[str]:
    """Return what stands behind `python -m bot` in the code blocks, one command each."""
    code = "\n".join(blocks(text, r"\w+"))
    return [match[1].strip() for match in re.finditer(r"(?m)-m bot\b([^\n]*)$", code)]


def test_every_command_in_a_code_block_can_be_typed_as_it_stands() -> None:
    commands = [each for name in GUIDES for each in typed_commands(guide(name))]
    commands += [each for each in typed_commands((ROOT / "README.md").read_text(encoding="utf-8")) if each]
    assert len(commands) > 10
    for each in commands:
        assert make_parser(COMMANDS).parse_args(shlex.split(each, comments=True)).command in COMMANDS


def test_the_operators_guide_shows_every_command_and_explains_every_option() -> None:
    text = guide("operating.md")
    rows = {row[0].strip("`"): set(inline(row[2])) for row in table(section(text, "16. 命令一览"), "命令")}
    always = {"--help", "--config"}
    assert rows == {name: options(parser) - always for name, parser in command_parsers().items()}
    assert always <= set(inline(text))
    typed = typed_commands(text)
    assert [each.name for each in COMMANDS if not any(line.startswith(each.name) for line in typed)] == []


def test_every_option_that_a_guide_names_exists() -> None:
    known = {option for parser in command_parsers().values() for option in options(parser)}
    named = {word for name in GUIDES for code in inline(guide(name)) for word in re.findall(r"--[a-z-]+", code)}
    assert named
    assert named - known == set()


def test_an_inline_command_names_a_command_that_exists() -> None:
    tops = subparsers(make_parser(COMMANDS))
    named = {code for name in GUIDES for code in inline(guide(name)) if "-m bot" in code}
    words = {code.partition("-m bot")[2].strip().partition(" ")[0] for code in named} - {"", "命令"}
    assert named
    assert words <= set(tops)


# ── settings ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_key_and_variable_that_a_guide_names_exists() -> None:
    known = {".".join(setting.key): setting for setting in settings(Config)}
    variables = {setting.variable for setting in known.values()}
    variables |= {f"{setting.variable}_FILE" for setting in known.values() if setting.secret}
    code = {each for name in GUIDES for each in inline(guide(name))}
    keys = {each for each in code if re.fullmatch(r"[a-z]+\.[a-z_]+", each) and not (ROOT / each).exists()}
    keys -= {row[0].strip("`") for row in table(section(guide("operating.md"), "/healthz"), "字段")}
    assert len(keys) > 15
    assert keys - set(known) - set(GUIDES) == set()
    named = {match for name in GUIDES for match in re.findall(r"YINLING_[A-Z_]+", guide(name))} - {"YINLING_"}
    assert len(named) > 5
    assert named - variables == set()
    sections = {each.strip("[]") for each in code if re.fullmatch(r"\[+[a-z]+\]+", each)}
    assert sections <= set(Config.model_fields)


def test_every_example_of_settings_is_valid(tmp_path: Path) -> None:
    examples = blocks(guide("operating.md"), "toml")
    assert len(examples) == 3
    for number, example in enumerate(examples):
        path = tmp_path / f"{number}.toml"
        path.write_text(example, encoding="utf-8")
        load(path, SECRETS)  # raises for anything that is not a setting


def test_the_service_waits_longer_than_stopping_may_take() -> None:
    text = guide("operating.md")
    [waits] = re.findall(r"TimeoutStopSec=(\d+)", text)
    assert int(waits) > STOP_BUDGET_SECONDS
    assert f"最多 {STOP_BUDGET_SECONDS:.0f} 秒" in text


# ── the roster ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_column_that_the_guide_names_is_read() -> None:
    rows = table(guide("operating.md"), "栏")
    fields = [
        {FIELD_OF.get(name) for name in (row[0], *row[1].split("、")) if name and not name.startswith("家属情况")}
        for row in rows
    ]
    assert all(len(each) == 1 and None not in each for each in fields), fields
    assert set(FIELD_OF.values()) == {field for each in fields for field in each}


def test_the_example_of_a_roster_is_taken_whole() -> None:
    [example] = blocks(guide("operating.md"), "csv")
    file = read_sheets([Sheet("例子", csv_rows(example))], date(2026, 11, 22))
    assert [each.name for each in file.people] == ["王老", "小李", "赵科", "钱局"]
    assert (file.refusals, file.doubts, file.remarks) == ((), (), ())
    assert file.people[1].acts_for == ("王老",)


# ── looking after it ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_guide_explains_every_field_of_healthz(tmp_path: Path) -> None:
    database = await open_database(tmp_path / "office.db")
    try:
        report = await health(database, [Pulse("clock")], tmp_path, 1, lambda: datetime.now(UTC))
    finally:
        await database.close()
    fields = {
        field
        for key, value in report.items()
        for field in ([f"{key}.{inner}" for inner in value] if isinstance(value, dict) and key != "loops" else [key])
    }
    text = section(guide("operating.md"), "/healthz")
    assert {row[0].strip("`") for row in table(text, "字段")} == fields
    assert all(name in text for name in report["loops"]["clock"])
    seconds = (health_module.LATE_SECONDS, *health_module.SILENT_SECONDS.values())
    assert [each for each in seconds if f"{each:.0f} 秒" not in text] == []
    parts = "、".join(row[0] for row in table(text, "部分")).split("、")
    assert set(health_module.SILENT_SECONDS) | {"intake", "fetching", "reminders", "delivery web"} <= set(parts)


async def tables(path: Path) -> set[str]:
    """The tables of a new database; a virtual one counts as one, with what SQLite keeps for it."""
    database = await open_database(path)
    try:
        async with database.read() as tx:
            rows = await tx.all("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    finally:
        await database.close()
    virtual = [name for name, sql in rows if sql.startswith("CREATE VIRTUAL TABLE")]
    return {name for name, _ in rows if not name.startswith(tuple(f"{each}_" for each in virtual))}


async def test_the_guide_tells_what_every_table_keeps(tmp_path: Path) -> None:
    told = {name for row in table(guide("operating.md"), "内容") for name in re.findall(r"[a-z_]{4,}|kin", row[1])}
    assert told == await tables(tmp_path / "office.db") - {"counters", "marks"}  # these two hold nothing of people
    assert f"结束 {DIALOG_DAYS} 天后删除" in guide("operating.md")
    assert f"发过 {REMINDER_DAYS} 天后删除" in guide("operating.md")


# Kinds of entries without a deed of their kind: what the clock says to the cadre, and a talk, which has deeds of its own.
NOT_IN_THE_TRAIL = {"talk_begins", "talk_ends"}


def test_the_guide_lists_every_deed_that_the_trail_records_and_no_other() -> None:
    rooms = "absence access account away case consent course gathering interests invite life link mailing message person quiet reminder"
    rooms += " briefing report request role signup talk topics workdays"
    form = re.compile(rf"\b(?:{'|'.join(rooms.split())})\.[a-z]+\b")
    written = {each for room in ("bot", "handlers", "storage") for each in sentences(room) if form.fullmatch(each)}
    written |= {f"case.{kind}" for kind in DEEDS.keys() - NOT_IN_THE_TRAIL}  # some are put together from the kind
    told = re.search(r"有这些：(.*?)。", guide("operating.md"), re.DOTALL)
    assert told
    assert set(form.findall(told[1])) == written - set(KINDS)


def test_every_deed_is_of_a_kind_that_the_list_of_deeds_looks_for() -> None:
    """What is handed to an audit function is a deed, whatever it is called."""
    calls = [
        node
        for room in ("bot", "handlers")
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and "audit" in ast.unparse(node.func)
    ]
    given = {part.value for call in calls for part in call.args if isinstance(part, ast.Constant)}
    deeds = {each for each in given if isinstance(each, str) and re.fullmatch(r"[a-z]+\.[a-z]+", each)}
    assert len(deeds) > 30
    assert {each for each in deeds if each not in guide("operating.md")} == set()


# ── links ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def anchors(text: str) -> set[str]:
    """The anchors that headings get where such pages are read: small letters, no punctuation, hyphens for spaces."""
    headings = re.findall(r"(?m)^#+ (.+)$", text)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("path", LINKED, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_between_the_pages_leads_somewhere(path: Path) -> None:
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        if re.match(r"https?:", name):
            continue
        page = path.parent / name if name else path
        if not page.exists() or (anchor and anchor not in anchors(page.read_text(encoding="utf-8"))):
            lost.append(target)
    assert lost == []
