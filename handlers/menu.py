"""The menu: at most six entries, each at its place for ever. A place that was given once is not given to something else."""

from handlers import access
from handlers.turn import Button, Turn

MENU_BUTTON = Button("菜单", "w:menu")

CLIENT_MENU = (
    Button("1 反映困难", "a:go:report"),
    Button("2 我的困难", "a:mine:"),
    Button("3 找人工", "w:human"),
    Button("4 使用帮助", "w:help"),
    Button("5 活动和课程", "a:events:"),
    Button("6 学习简报", "a:briefs:0"),
)
OFFICE_MENU = (
    Button("1 待办", "a:todo:"),
    Button("2 我承办的", "a:taken:"),
    Button("3 申请使用的人", "a:requests:"),
    Button("4 没送到的消息", "a:failures:"),
    Button("5 使用帮助", "w:help"),
    Button("6 更多", "a:office:"),
)
OFFICE_MORE = (
    Button("1 代老同志登记", "a:phone:"),
    Button("2 回访", "a:calls:"),
    Button("3 等我审签", "a:proposed:"),
    Button("4 请假", "a:leave:"),
    Button("5 住院、去世等", "a:life:"),
    Button("6 一年要办的会", "a:duties:"),
    Button("7 明天要发的", "a:tomorrow:"),
    Button("8 活动和课程", "a:hall:"),
    Button("9 通知和简报", "a:mailings:"),
    Button("10 学习简报", "a:briefdesk:0"),
)


def show_menu(turn: Turn) -> None:
    """Show the menu of the person's role, with the telephone for whoever would rather call."""
    if access.only_works_here(turn.visitor):
        turn.say("请选一项，按按钮或者回复数字：", OFFICE_MENU)
    else:
        turn.say(f"您要办什么？按按钮、回复数字，或者直接说事都行。\n局里电话：{turn.office.phone}", CLIENT_MENU)


async def show_office_more(turn: Turn, argument: str) -> None:
    """The button 【更多】 of the office's menu."""
    if access.works_here(turn.visitor):
        turn.say("请选一项：", [*OFFICE_MORE, MENU_BUTTON])
    else:
        show_menu(turn)


async def show_help(turn: Turn, argument: str) -> None:
    """The button 【使用帮助】."""
    office = turn.office
    if access.only_works_here(turn.visitor):
        turn.say(
            "按【待办】看没办完的事，点开一件可以接手、答复、问老同志、转交、延期、办结。\n"
            "老同志补充的话会自动推给承办人。直接打编号、姓名或者几个字，就能查。\n"
            "老同志打电话来说的事，按【更多】里的【代老同志登记】。请假、活动和课程、明天要发的，也在【更多】里。\n"
            "随时可以说：菜单、返回、取消。",
            [MENU_BUTTON],
        )
        return
    turn.say(
        f"这里是{office.name}的服务助手。\n"
        "有困难，直接把事情说出来就行，打字、语音、照片都可以。\n"
        "活动、上课，按【活动和课程】报名；要出远门说“外出”，怕吵说“不打扰”。\n"
        "局里的简报，按【学习简报】看；想问政策，直接问，比如：医药费怎么报销。\n"
        "随时可以说：菜单、返回、取消、人工。\n"
        "我们不会向您要钱、要密码、要验证码。\n"
        f"想找人说话，请打电话：{office.phone}（{office.service_hours}）。\n"
        "不想再用了，说“撤回同意”。",
        [MENU_BUTTON],
    )
