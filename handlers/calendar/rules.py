"""What the office decides of the calendar: festivals with their words, birthdays, the duties of the year. Values only."""

from dataclasses import dataclass
from datetime import time

AUDIENCES = {"all": "老同志", "women": "女同志", "party": "党员"}
PERIODS = {"year": "每年", "quarter": "每季度", "month": "每月"}


@dataclass(frozen=True, slots=True)
class Festival:
    """A festival. Without a greeting only staff are told of it."""

    key: str  # stored with the reminders, so it must not change its meaning
    label: str
    day: str  # as `handlers.calendar.days.read_rule` reads it: '公历 10-01', '农历 08-15', '农历 除夕', '节气 清明'
    audience: str = "all"  # a key of AUDIENCES
    greeting: str = ""  # may hold {姓名}
    prepare: str = ""  # to staff, some days ahead
    prepare_days: int = 0  # 0: as for all


@dataclass(frozen=True, slots=True)
class Greetings:
    """What holds for all festivals and birthdays. Texts may hold {姓名}, and what their names say."""

    time: time
    prepare_days: int
    southern_xiaonian: bool
    ages: tuple[int, ...]
    ages_lead_days: int
    birthday: str
    round_birthday: str  # {岁数}
    party_birthday: str  # {党龄}
    party_month: str  # {党龄}: for whom the roster knows the month only
    hospital: str  # {节日}: instead of all others


@dataclass(frozen=True, slots=True)
class Duty:
    """A kind of meeting that must be held so often."""

    kind: str  # a key of handlers.gatherings.kinds.KINDS
    label: str
    times: int
    per: str  # a key of PERIODS
    of: str  # 'office', or 'branch': each branch


FESTIVALS = (
    Festival(
        "new_year",
        "元旦",
        "公历 01-01",
        greeting="{姓名}，元旦好。新的一年，祝您身体健康，全家平安。",
        prepare="请核对问候名单，安排元旦春节的走访慰问。",
    ),
    Festival("laba", "腊八节", "农历 12-08", greeting="{姓名}，今天腊八，喝碗热粥，天冷注意保暖。"),
    Festival("xiaonian", "小年", "农历 小年", greeting="{姓名}，今天小年，给您问个好。天冷路滑，出门请慢些走。"),
    Festival("new_years_eve", "除夕", "农历 除夕", greeting="{姓名}，今天除夕，祝您和家人团团圆圆，平平安安。"),
    Festival(
        "spring_festival",
        "春节",
        "农历 01-01",
        greeting="{姓名}，给您拜年了。祝您新春快乐，身体健康，阖家幸福。",
        prepare="请安排春节走访慰问，先看住院的、独居的、失能的，定好值班和值班电话。",
        prepare_days=20,
    ),
    Festival("lantern", "元宵节", "农历 01-15", greeting="{姓名}，元宵节好，祝您全家团圆。汤圆黏，请慢慢吃。"),
    Festival(
        "women",
        "妇女节",
        "公历 03-08",
        audience="women",
        greeting="{姓名}，今天是妇女节，祝您节日快乐，身体健康。",
        prepare="请核对女同志的名单，看要不要办座谈或者活动。",
    ),
    Festival(
        "qingming",
        "清明",
        "节气 清明",
        prepare="请安排祭扫烈士墓，看望今年有亲人去世的老同志和遗属，提醒上坟注意防火、注意身体。",
    ),
    Festival("labour", "劳动节", "公历 05-01", greeting="{姓名}，劳动节好。您辛苦了一辈子，祝您身体健康，天天舒心。"),
    Festival(
        "dragon_boat",
        "端午节",
        "农历 05-05",
        greeting="{姓名}，端午节安康。粽子不好消化，请少吃一点。",
        prepare="请安排端午节的活动和慰问。",
    ),
    Festival(
        "party",
        "建党节",
        "公历 07-01",
        audience="party",
        greeting="{姓名}，今天是党的生日，向您这位老党员致敬，祝您身体健康。",
        prepare="请安排七一走访慰问老党员，准备纪念章和主题党日。",
        prepare_days=14,
    ),
    Festival(
        "army",
        "建军节",
        "公历 08-01",
        prepare="花名册里不知道谁当过兵，请向参过军的老同志打电话问候，安排走访。天热，顺便看看降温的事。",
    ),
    Festival("zhongyuan", "中元节", "农历 07-15", prepare="民间这一天祭祖，请留意今年有亲人去世的老同志和遗属。"),
    Festival(
        "teachers",
        "教师节",
        "公历 09-10",
        prepare="花名册里不知道谁当过教师，请向从教育战线退下来的老同志打电话问候。",
    ),
    Festival(
        "mid_autumn",
        "中秋节",
        "农历 08-15",
        greeting="{姓名}，中秋节好，祝您阖家团圆，身体健康。",
        prepare="请安排中秋节的慰问，先看独居的、空巢的。",
    ),
    Festival("national", "国庆节", "公历 10-01", greeting="{姓名}，国庆节好，祝您身体健康，全家幸福。"),
    Festival(
        "chongyang",
        "重阳节",
        "农历 09-09",
        greeting="{姓名}，今天重阳节，也是老年节，祝您健康长寿，天天开心。",
        prepare="老年节快到了，请安排敬老月的走访、活动和高龄老同志的看望。",
        prepare_days=14,
    ),
    Festival("winter_solstice", "冬至", "节气 冬至", prepare="天最冷的时候到了，请看看独居、高龄老同志家里的取暖。"),
)

BIRTHDAY = "{姓名}，今天是您的生日，祝您生日快乐，身体健康。"
ROUND_BIRTHDAY = "{姓名}，今天是您{岁数}岁的生日，祝您生日快乐，健康长寿。"
PARTY_BIRTHDAY = "{姓名}，今天是您的政治生日，您入党{党龄}年了。感谢您多年的奉献，祝您身体健康。"
PARTY_MONTH = (
    "{姓名}，这个月是您的政治生日，您入党{党龄}年了。花名册里只有入党的年月，所以在1号向您祝贺，祝您身体健康。"
)
HOSPITAL = "{姓名}，今天是{节日}，局里的同志都惦记着您。请安心养病，要我们办什么，随时告诉我们。"

DUTIES = (
    Duty("situation", "形势报告会", 1, "year", "office"),
    Duty("briefing", "情况通报会", 2, "year", "office"),
    Duty("general", "党员大会", 1, "quarter", "branch"),
    Duty("committee", "支委会", 1, "month", "branch"),
    Duty("group", "党小组会", 1, "month", "branch"),
    Duty("lecture", "党课", 1, "quarter", "branch"),
    Duty("day", "主题党日", 1, "month", "branch"),
)
