"""Asking the operator before something is changed."""

import sys

from bot.cli.failure import Failed


def confirmed(question: str, *, yes: bool) -> bool:
    """Ask on the terminal. Raises Failed without a terminal: nobody is there to answer, and silence is not consent."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise Failed(f"{question}\n这里没有人可以回答，什么都没有改动。确定的话，请加上 --yes 再运行。")
    return input(f"{question}请输入“是”或 y：").strip().lower() in ("是", "y", "yes", "确定")
