"""Which column is which. Offices name the same column in many ways; the ways are in COLUMN_NAMES, for all to see.

A header may have several rows (家属 over 姓名, 关系, 电话) and titles above it. `find_header` tries every place and
depth and takes the one that explains most columns.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.roster.cells import CellValue

COLUMN_NAMES: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "名字", "本人姓名", "人员姓名", "干部姓名", "老干部姓名", "老同志姓名", "离退休干部姓名",
             "成员姓名"),
    "sex": ("性别",),
    "birth": ("出生日期", "出生年月", "出生年月日", "出生时间", "出生年份", "出生", "生年", "生年月", "出生日期公历",
              "出生日期阳历", "公历出生日期", "公历生日", "阳历生日", "生日公历", "生日阳历"),
    "lunar_birth": ("农历生日", "阴历生日", "旧历生日", "生日农历", "生日阴历", "出生日期农历", "出生日期阴历",
                    "农历出生日期", "阴历出生日期", "出生年月农历", "出生年月阴历"),
    "birthday": ("生日", "过生日日期", "生日个人意愿", "实际生日", "本人意愿生日"),
    "birthday_calendar": ("生日按", "过生日按", "生日历法", "历法", "生日类型", "公历农历", "农历公历", "阳历阴历",
                          "阴历阳历", "公农历", "生日公农历"),
    "retirement_kind": ("离退休类型", "离退休类别", "离退类型", "离退类别", "离退休", "离休退休", "离退休性质", "离退"),
    "unit": ("原单位", "单位", "原工作单位", "工作单位", "单位名称", "单位全称", "所在单位", "原所在单位", "退休单位",
             "离退休单位", "退休前单位", "离退休前单位", "现管单位", "管理单位", "所属单位"),
    "branch": ("支部", "党支部", "支部名称", "党支部名称", "所在支部", "所在党支部", "所属支部", "所属党支部",
               "党组织", "所在党组织", "组织关系", "组织关系所在支部"),
    "post": ("职务职级", "职务", "原职务", "原职务职级", "原任职务", "职务级别", "退休前职务", "离退休前职务", "职级",
             "原职级"),
    "political_status": ("政治面貌", "党派"),
    "joined_party": ("入党时间", "入党日期", "入党年月", "加入党组织时间", "加入中国共产党时间"),
    "mobile": ("手机", "手机号", "手机号码", "移动电话", "本人手机", "本人手机号", "本人手机号码", "手机电话"),
    "telephone": ("联系电话", "电话", "电话号码", "联系方式", "本人电话", "本人联系电话", "联系号码", "常用电话"),
    "home_phone": ("住宅电话", "家庭电话", "宅电", "固定电话", "座机", "固话", "家里电话", "住宅"),
    "family": ("家属", "家属及电话", "家属姓名及电话", "家属姓名电话", "家属联系方式", "家属及联系方式", "家属信息",
               "亲属及电话", "子女及电话", "紧急联系人", "紧急联系人及电话", "紧急联系人联系方式"),
    "family_name": ("家属姓名", "亲属姓名", "子女姓名", "紧急联系人姓名", "家属联系人", "家庭联系人"),
    "family_relation": ("家属关系", "与本人关系", "与老干部关系", "与老同志关系", "亲属关系", "关系", "称谓",
                        "紧急联系人关系"),
    "family_phone": ("家属电话", "家属手机", "家属手机号", "家属手机号码", "家属联系电话", "亲属电话", "子女电话",
                     "子女联系电话", "紧急联系电话", "紧急联系人电话", "家属联系人电话"),
    "address": ("住址", "家庭住址", "现住址", "现住地址", "居住地址", "常住地址", "家庭地址", "详细地址", "地址",
                "通讯地址", "联系地址", "居住地", "现居住地", "现居住地址"),
    "living": ("居住状况", "居住情况", "居住方式", "居住类型"),
    "health": ("健康状况", "健康", "健康情况", "身体状况", "身体情况"),
    "contact_officer": ("联系人", "联系干部", "联络员", "联系工作人员", "包联干部", "包联人", "结对干部", "服务人员",
                        "责任人", "工作联系人", "联系服务人员"),
    "roles": ("身份", "角色", "人员身份", "系统角色"),
    "acts_for": ("代办老同志", "代谁办理", "为谁代办", "代办对象", "所属老同志", "所属老干部", "对应老同志",
                 "对应老干部", "照顾的老同志"),
    "work_account": ("企业微信账号", "企业微信", "企微账号", "企微", "企业微信号", "企业微信ID", "企业微信userid",
                     "企业微信帐号"),
    "alive": ("是否在世", "是否健在", "在世情况", "在世"),
    "id_card": ("身份证号", "身份证号码", "身份证", "公民身份号码", "公民身份证号码", "身份证件号码", "证件号码"),
    "note": ("备注", "说明", "附注", "其他"),
}  # fmt: skip
"""Field -> its names, punctuation and spaces taken out. The first column that fits a field is used; of two columns for
one field the other is reported as not imported. Columns not named here (民族, 籍贯, 待遇 ...) are not read: nothing in
this product needs them (个人信息保护法 art. 6)."""

FAMILY_GROUP = re.compile(r"家属|亲属|子女|家庭成员|紧急联系")
FAMILY_LEAVES = {
    "family_name": ("姓名", "名字"),
    "family_relation": ("关系", "称谓", "与本人关系", "与老干部关系", "与老同志关系"),
    "family_phone": ("电话", "手机", "手机号", "手机号码", "联系电话", "联系方式", "电话号码"),
}
"""Names of columns below a heading such as 家属情况, where 姓名 is not the cadre's."""

DEEPEST_HEADER = 3
SEARCHED_ROWS = 30
FIELD_OF = {name: field for field, names in COLUMN_NAMES.items() for name in names}
FAMILY_FIELD_OF = {name: field for field, names in FAMILY_LEAVES.items() for name in names}


@dataclass(frozen=True)
class Header:
    """Where the header stands (an index into the rows given) and what it says.

    `columns`: field -> index of its column, counted from 0. `titles`: index -> the words of that column, as the file
    has them. `unread`: the titles of columns that are not imported. `names_in_row`: more than 1 when people stand side
    by side in the table.
    """

    first: int
    depth: int
    columns: dict[str, int]
    titles: dict[int, str]
    unread: tuple[str, ...]
    names_in_row: int = 1

    def place(self, field: str) -> str:
        """The column of `field` in words that find it in the spreadsheet: D 列“出生年月”."""
        index = self.columns[field]
        return f"{column_letters(index)} 列“{self.titles[index]}”"


def column_letters(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters, rest = "", index + 1
    while rest:
        rest, place = divmod(rest - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


def header_words(value: CellValue) -> str:
    """The words of a header cell on one line; "" for anything that is not text."""
    return " ".join(unicodedata.normalize("NFKC", value).split()) if isinstance(value, str) else ""


def field_named(path: Sequence[str]) -> str | None:
    """The field meant by a header path from the top row to the bottom row, such as ("家属情况", "电话")."""
    leaf, groups = path[-1], path[:-1]
    if any(FAMILY_GROUP.search(group) for group in groups):
        return FAMILY_FIELD_OF.get(_bare(leaf)) or FIELD_OF.get(_bare(groups[-1]) + _bare(leaf))
    for words in (leaf, re.sub(r"\(.*?\)", "", leaf), "".join(path[-2:])):
        if field := FIELD_OF.get(_bare(words)):
            return field
    return None


def _bare(words: str) -> str:
    return re.sub(r"[\W_]+", "", words)


def find_header(rows: Sequence[Sequence[CellValue]]) -> Header | None:
    """The header that explains most columns, at the smallest depth and highest place; None when no row or pair of rows
    names at least 姓名 and one column more."""
    words = [[header_words(value) for value in row] for row in rows[: SEARCHED_ROWS + DEEPEST_HEADER]]
    found = [
        header
        for depth in range(1, DEEPEST_HEADER + 1)
        for first in range(min(SEARCHED_ROWS, len(words) - depth + 1))
        if (header := _header_at(words, first, depth))
    ]
    return max(found, key=lambda header: len(header.columns), default=None)


def _header_at(words: list[list[str]], first: int, depth: int) -> Header | None:
    columns: dict[str, int] = {}
    titles: dict[int, str] = {}
    unread: list[str] = []
    names_in_row = 0
    for index, path in enumerate(_paths(words[first : first + depth])):
        if not path:
            continue
        titles[index] = "".join(dict.fromkeys(path))
        field = field_named(path)
        names_in_row += field == "name"
        if field and field not in columns:
            columns[field] = index
        else:
            unread.append(titles[index])
    if "name" not in columns or len(columns) < 2:
        return None
    return Header(first, depth, columns, titles, tuple(unread), names_in_row)


def _paths(rows: list[list[str]]) -> list[tuple[str, ...]]:
    """For each column, its words from top to bottom, without repeats. An empty cell above a filled one belongs to the
    group on its left: that is what a merged cell leaves, in a .csv too."""
    width = max(map(len, rows), default=0)
    padded = [row + [""] * (width - len(row)) for row in rows]
    paths = []
    for index in range(width):
        path: list[str] = []
        for level, row in enumerate(padded):
            below = any(lower[index] for lower in padded[level + 1 :])
            word = row[index] or (_left_of(row, index) if below else "")
            if word and word not in path:
                path.append(word)
        paths.append(tuple(path))
    return paths


def _left_of(row: list[str], index: int) -> str:
    return next((row[left] for left in range(index - 1, -1, -1) if row[left]), "")
