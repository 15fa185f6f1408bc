"""`python -m bot check`: one line for each thing that must be right."""

import asyncio
import socket
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.lock import ProcessLock
from storage.database import open_database
from storage.migrate import migrations
from storage.people import Person, add
from tests.command_line import CONFIG, NOW, CommandLine
from tests.ports import free_port
from tests.telegram_server import TelegramServer
from tests.wecom_server import BOT_ID, SECRET, WecomServer


def office(folder: Path, config: str = CONFIG, **environ: str) -> CommandLine:
    cli = CommandLine(folder, config, **environ)
    cli.does(lambda tx: add(tx, Person("王老"), NOW))
    return cli


def test_everything_is_right_before_the_first_start_and_nothing_is_made(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    outcome = cli("check")
    assert (outcome.code, outcome.said.count("正常  "), outcome.said.count("\n")) == (0, 4, 4)
    assert "数据库：还没有" in outcome.said
    assert not cli.database.parent.exists()


def test_it_tells_whether_the_office_runs_and_how_it_is(tmp_path: Path) -> None:
    port = free_port()
    cli = office(tmp_path, YINLING_WEB__PORT=str(port))
    with cli.running():
        running = cli("check")
    stopped = cli("check")
    assert (running.code, stopped.code) == (0, 0)
    assert f"第 {len(migrations())} 版，程序正在运行" in running.said
    assert f"网页对话：http://127.0.0.1:{port} 有应答" in running.said
    assert "程序没有在运行" in stopped.said
    assert f"网页对话：http://127.0.0.1:{port} 可以用" in stopped.said


def test_troubles_of_the_running_process_are_passed_on(tmp_path: Path) -> None:
    port = free_port()
    config = CONFIG.replace("minimum_free_megabytes = 50", "minimum_free_megabytes = 1000000")
    cli = office(tmp_path, config, YINLING_WEB__PORT=str(port))
    with cli.running():
        outcome = cli("check")
    assert outcome.code == 1
    assert "程序报告：only" in outcome.said
    assert "有误  磁盘：还剩" in outcome.said


def test_a_damaged_database_is_found(tmp_path: Path) -> None:
    cli = office(tmp_path)
    content = bytearray(cli.database.read_bytes())
    content[4096 * 3 : 4096 * 20] = b"x" * (4096 * 17)
    cli.database.write_bytes(content)
    outcome = cli("check")
    assert outcome.code == 1
    assert "有误  数据库：" in outcome.said
    assert "Traceback" not in outcome.said + outcome.complained


def test_a_database_that_cannot_be_written_is_found(tmp_path: Path) -> None:
    cli = office(tmp_path)
    with closing(sqlite3.connect(cli.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        outcome = cli("check")
    assert outcome.code == 1
    assert "有误  数据库：数据库被别的程序占用" in outcome.said


def test_a_database_of_a_newer_program_is_found(tmp_path: Path) -> None:
    cli = office(tmp_path)
    cli.does(lambda tx: tx.run("PRAGMA user_version = 9999"))
    outcome = cli("check")
    assert outcome.code == 1
    assert "有误  数据库：是较新版本的程序写的" in outcome.said


def test_a_port_that_is_taken_is_found(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        outcome = CommandLine(tmp_path, YINLING_WEB__PORT=str(taken.getsockname()[1]))("check")
    assert outcome.code == 1
    assert "被别的程序占用" in outcome.said


@pytest.mark.parametrize("there", [True, False])
async def test_telegram_is_asked_who_we_are(tmp_path: Path, there: bool) -> None:
    async with TelegramServer() as server:
        config = CONFIG + f'[telegram]\nenabled = true\nbase_url = "{server.base_url}"\n'
        cli = CommandLine(tmp_path, config, YINLING_TELEGRAM__TOKEN=server.token)
        if not there:
            await server.goes_down()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "check", cwd=tmp_path, env=cli.environ, stdout=asyncio.subprocess.PIPE
        )
        said = (await process.communicate())[0].decode()
    assert process.returncode == (0 if there else 1)
    assert ("正常  Telegram：已连上，机器人是 @" in said) == there
    assert ("有误  Telegram：连不上" in said) == (not there)
    assert server.token not in said


@pytest.mark.parametrize(
    ("secret", "words"), [(SECRET, "正常  企业微信：已连上"), ("x" * 20, "有误  企业微信：不让连")]
)
async def test_wecom_is_asked_whether_we_may_come_in(tmp_path: Path, secret: str, words: str) -> None:
    async with WecomServer() as server:
        config = CONFIG + f'[wecom]\nenabled = true\nbot_id = "{BOT_ID}"\nurl = "{server.url}"\n'
        cli = CommandLine(tmp_path, config, YINLING_WECOM__SECRET=secret)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "check", cwd=tmp_path, env=cli.environ, stdout=asyncio.subprocess.PIPE
        )
        said = (await process.communicate())[0].decode()
    assert words in said and secret not in said
    assert process.returncode == (0 if secret == SECRET else 1)


async def test_a_running_office_is_not_pushed_out_by_a_check(tmp_path: Path) -> None:
    async with WecomServer() as server:
        config = CONFIG + f'[wecom]\nenabled = true\nbot_id = "{BOT_ID}"\nurl = "{server.url}"\n'
        cli = CommandLine(tmp_path, config, YINLING_WECOM__SECRET=SECRET)
        lock = ProcessLock(cli.database)
        await (await open_database(cli.database)).close()
        lock.take()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "check", cwd=tmp_path, env=cli.environ, stdout=asyncio.subprocess.PIPE
        )
        said = (await process.communicate())[0].decode()
        lock.release()
    assert "正常  企业微信：程序正在运行，不另外去连" in said
    assert server.subscriptions == 0


def test_no_channel_at_all_is_found(tmp_path: Path) -> None:
    outcome = CommandLine(tmp_path, CONFIG.replace("port = 0", "enabled = false"))("check")
    assert outcome.code == 1
    assert "有误  渠道：一个都没有开通" in outcome.said
