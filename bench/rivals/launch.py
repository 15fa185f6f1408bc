"""What every contender's command line has in common, and the words of the form that all of them hold."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

TOKEN = "1:loopback-only-loopback-only-loopback"

ASK_NAME = "您好，请问您的姓名？"
ASK_NUMBER = "{name}您好，请问您的年龄？请直接发数字。"
ASK_CHOICE = "请问您遇到哪方面的困难？"
ASK_CONFIRM = "请您核对：{name}，{number}岁，{choice}。没有问题请发“确认”。"
DONE = "已登记：{name}，{number}岁，{choice}。工作人员会尽快联系您。"


@dataclass(frozen=True)
class Launch:
    base_url: str  # http://127.0.0.1:PORT, without /bot and without a slash at the end
    data_dir: Path
    uvloop: bool


def read_arguments() -> Launch:
    """Read `--base-url --data-dir --loop`, which the harness gives to every contender."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--loop", choices=("uvloop", "asyncio"), required=True)
    read = parser.parse_args()
    return Launch(read.base_url, read.data_dir, read.loop == "uvloop")
