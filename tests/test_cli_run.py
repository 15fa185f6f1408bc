"""`python -m bot run`: starts, says where it is, stops in order, and refuses in sentences."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from storage.people import Person, add
from tests.command_line import CAP_SECONDS, CONFIG, NOW, ROOT, CommandLine

STUBBORN = """
import asyncio
from bot.cli.run import obey_signals
async def never_ends():
    stop = asyncio.Event()
    obey_signals(stop)
    print("started", flush=True)
    await stop.wait()
    print("stopping", flush=True)
    await asyncio.Event().wait()
asyncio.run(never_ends())
"""


def with_one_person(cli: CommandLine) -> CommandLine:
    cli.does(lambda tx: add(tx, Person("王老"), NOW))
    return cli


def test_it_says_where_it_is_and_stops_in_order_when_told_to(tmp_path: Path) -> None:
    with with_one_person(CommandLine(tmp_path)).running() as bot:
        status, report, _ = bot.asks("GET", "/healthz")
        ended = bot.ends()
    assert (status, report["ok"]) == (200, True)
    assert "青禾县委老干部局的服务助手已经启动" in bot.greeting
    assert ended.code == 0
    assert '"message": "stopped"' in ended.complained
    assert "Traceback" not in ended.complained


def test_ctrl_c_stops_it_in_order_too(tmp_path: Path) -> None:
    with CommandLine(tmp_path).running() as bot:
        ended = bot.ends(signal.SIGINT)
    assert ended.code == 0
    assert '"message": "stopped"' in ended.complained


def test_a_second_signal_ends_it_at_once() -> None:
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", STUBBORN], env=environ, stdout=subprocess.PIPE, text=True)
    with process:
        try:
            assert process.stdout is not None  # a pipe
            assert process.stdout.readline() == "started\n"
            process.send_signal(signal.SIGTERM)
            assert process.stdout.readline() == "stopping\n"
            process.send_signal(signal.SIGTERM)
            assert process.wait(CAP_SECONDS) == 1
        finally:
            process.kill()


def test_a_second_process_on_the_same_database_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    with cli.running() as bot:
        second = cli("run")
        assert bot.process.poll() is None
    assert second.code == 1
    assert f"正由另一个进程使用（进程号 {bot.process.pid}）" in second.refused


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = CommandLine(tmp_path, YINLING_WEB__PORT=str(port))("run")
    assert outcome.code == 1
    assert f"端口 {port} 被别的程序占用" in outcome.refused


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    cli.database.parent.mkdir()
    cli.database.write_bytes(b"this is no database at all" * 100)
    outcome = cli("run")
    assert outcome.code == 1
    assert "不是本程序的数据库" in outcome.refused
    assert cli.database.read_bytes().startswith(b"this is no database")


def test_a_database_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    cli = with_one_person(CommandLine(tmp_path))
    cli.does(lambda tx: tx.run("PRAGMA user_version = 9999"))
    outcome = cli("run")
    assert outcome.code == 1
    assert "较新版本的程序" in outcome.refused


def test_without_any_channel_it_does_not_start(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path, config=CONFIG.replace("port = 0", "enabled = false"))
    assert "一个渠道都没有开通" in cli("run").refused
    assert not cli.database.exists()


def test_an_office_without_staff_is_told_how_to_get_some(tmp_path: Path) -> None:
    with with_one_person(CommandLine(tmp_path)).running() as bot:
        assert "person add 姓名 --role staff" in bot.greeting
