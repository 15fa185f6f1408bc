"""What people say in the cases of `bench.desk`: made up from a few hundred words, the same every time.

A sentence need not make sense; its words must come as often as words do: the first of a list often, the last seldom.
"""

from __future__ import annotations

from itertools import accumulate
from random import Random

THINGS = """
    暖气 水管 电梯 药费 电灯 门锁 屋顶 马桶 煤气费 热水 窗户 轮椅 医保卡 电视 下水道 天然气 血压计 老年证 床位 保姆 助听器 护理床 物业费 楼道灯
    空调 墙皮 插座 补贴 报纸 电话 网络 井盖 扶手 台阶 垃圾 噪音 煤气 热水器 洗衣机 冰箱 燃气灶 油烟机 水表 电表 气表 阳台 地板 天花板 纱窗 门铃
    信箱 路灯 停车位 健身器材 凉亭 围墙 花坛 化粪池 消防门 监控 快递柜 公交卡 体检表 处方 假牙 老花镜 拐杖 坐便椅 氧气机 胰岛素 疫苗 病历 住院押金
    陪护 救济款 抚恤金 工资条 房产证 户口本 身份证 遗属证 光荣证 党费证 活动室 合唱团 书法班 食堂 理发
""".split()
TROUBLES = """
    坏了 漏水 没人管 不热 报不了 打不开 不通 太贵 没办下来 一直响 堵了 找不到人 没信号 丢了 用不了 不会用 不给换 停了 生锈了 裂了 掉下来了 不亮
    不灵 太旧 过期了 没送来 少了一半 弄错了 没登记上 排不上号 够不着 太高 太吵 太滑 看不清 听不见 没暖起来 返味 渗水 发霉 断了 松了 卡住了 不够用
    不合适 没发下来 没有回音 要排队 要盖章 换了地方
""".split()
PLACES = """
    家里 厨房 卫生间 楼道 单元门口 客厅 卧室 阳台 院子里 小区东门 小区西门 社区卫生站 县医院 中医院 管理处 活动中心 老年大学 菜市场 银行 邮局 车站
    干休所 招待所 食堂门口 三楼 五楼 六楼 地下室 车棚 锅炉房 物业办公室 居委会
""".split()
SINCE = """
    三天了 一个星期了 从昨天起 半个月了 上个月就这样 有两回了 一下雨就这样 天气不好就厉害 入冬以后 国庆前就说过 修过一次 夜里更厉害 每天早上
    来过人没修好 打了三次电话 一年多了 前天下午开始 停水以后 搬家以后 换人以后
""".split()
WISHES = """
    请派人来看看 想问问费用 能不能早点办 请给个准话 麻烦催一催 我腿脚不便出不了门 孩子不在身边 老伴也着急 家里只有两个老人 该找谁说 请打我电话
    上午在家 下午在家 我不会上网 材料都交了 收据还在 邻居也反映过 愿意自己出一部分 别的单位都办了 请领导过问 不急慢慢来 先谢谢你们 请帮我问清楚
    还要等多久 能不能上门 请带上工具 楼下也受影响 怕过年赶不上 我年纪大了 八十多岁了
""".split()
NEWS = """
    已经联系物业 维修师傅明天上午来 正在跟医保局核对 材料收到了 已经报给分管领导 请您把收据准备好 下周一给您送去 社区同志会上门 需要您签个字
    已经登记排队 零件要等两天 今天下午给您回电话 跟您女儿通过电话了 供热公司说管网在检修 报销款月底到账 已经约好时间 请先用备用的 街道同意协调
    县医院留了号 这一项按规定要本人到场 可以代办 我明天过来看 您别着急 已经催过了 费用由局里先垫 已经换了新的 修好了请您看看 补发的款到了
    手续办完了 按规定办不了请到民政局
""".split()
ANSWERS = "已经好了 谢谢你们 还是老样子 好一些了 不用再跑了 辛苦了 问题解决了 比以前强 还差一点 我很满意".split()
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN = "建国 秀英 桂兰 志强 玉珍 德明 淑芬 文华 永福 春梅 国庆 凤英 振华 玉兰 守信 素珍 长河 月娥 宝山 爱莲 兴旺 慧敏 克勤 美玲 忠义".split()
MIDDLE = "子文永德世玉金春明国"

COMMON = THINGS[0]
PHRASE = f"{THINGS[0]}{TROUBLES[3]}"  # each of its pairs stands in many other places as well: 天气不好, 热水不热
NOWHERE = "暖气费用"  # its pairs are common, 煤气费 and 想问问费用 for two, but nobody says it
RARE = "鹦鹉"  # said only where `bench.desk_files` puts it
CHARACTER = "灯"


def _falling(words: list[str]) -> list[float]:
    return list(accumulate(1 / place for place in range(1, len(words) + 1)))


_OFTEN = {id(each): _falling(each) for each in (THINGS, TROUBLES, PLACES, SINCE, WISHES, NEWS, ANSWERS)}


class Speech:
    """What is said in one case: always the same for the same number."""

    def __init__(self, number: int) -> None:
        self.chance = Random(number)

    def one_of(self, words: list[str]) -> str:
        return self.chance.choices(words, cum_weights=_OFTEN[id(words)])[0]

    def trouble(self) -> str:
        """Return what somebody reports."""
        said = f"{self.one_of(PLACES)}{self.one_of(THINGS)}{self.one_of(TROUBLES)}，{self.one_of(SINCE)}，{self.one_of(WISHES)}"
        return f"{said}，{self.figures()}" if self.chance.random() < 0.4 else said

    def more(self) -> str:
        """Return what the same person adds later."""
        return f"{self.one_of(SINCE)}，{self.one_of(THINGS)}也{self.one_of(TROUBLES)}，{self.one_of(WISHES)}"

    def news(self, name: str) -> str:
        """Return what staff answer, to somebody of this name."""
        to_whom = f"{name}同志您好，" if self.chance.random() < 0.3 else ""
        return f"{to_whom}{self.one_of(NEWS)}，{self.one_of(NEWS)}。"

    def ending(self) -> str:
        return f"{self.one_of(THINGS)}的事{self.one_of(NEWS)}。"

    def answer(self) -> str:
        return self.one_of(ANSWERS)

    def figures(self) -> str:
        """Return a flat, a sum, a day or a telephone: whoever searches for a number meets them all."""
        number = self.chance.randrange
        kinds = (
            f"我住{number(1, 40)}号楼{number(1, 7)}单元{number(101, 2600)}",
            f"一共{number(20, 4000)}元",
            f"{number(2017, 2027)}年{number(1, 13)}月{number(1, 29)}号的事",
            f"电话1380000{number(1000, 9999)}",
        )
        return self.chance.choice(kinds)


def name(number: int) -> str:
    """Return the name of a person: the same for a few of five thousand, as in life."""
    chance = Random(number)
    return chance.choice(SURNAMES) + chance.choice(("", chance.choice(MIDDLE))) + chance.choice(GIVEN)
