"""What becomes of a file that an author sent: a draft and the news of it, or why it could not be read."""

from handlers.act import Act, Button
from handlers.briefings import publishing, words
from handlers.briefings.files import Article, Unreadable
from handlers.briefings.publishing import Written
from handlers.menu import MENU_BUTTON
from storage.briefing_files import WantedFile


async def was_read(act: Act, wanted: WantedFile, article: Article) -> None:
    """Make a draft of what stood in a file, and ask its author to go on."""
    written = Written(wanted.content_class, title=article.title, text=article.text, file_id=wanted.media_id)
    briefing = await publishing.draft(act, written, wanted.person_id)
    called = f"《{article.title}》，" if article.title else ""
    left_out = article.pictures_left_out
    pictures = f"文件里有 {left_out} 张图没有带进来，要配图请接着发图片。\n" if left_out else ""
    act.tell_account(
        wanted.account_id,
        f"文件读好了：{called}{len(article.text)} 个字，{len(words.pages(briefing))} 页。\n{pictures}"
        f"开头是：{words.first_sentences(article.text)}",
        [
            Button("1 接着写", f"a:briefgoon:{briefing.id}"),
            Button("2 不要了", f"a:briefdrop:{briefing.id}"),
            MENU_BUTTON,
        ],
    )


def was_not_read(act: Act, wanted: WantedFile, why: Unreadable) -> None:
    """Tell its author why, and what to do next."""
    act.tell_account(wanted.account_id, str(why), [Button("1 再写一篇", "a:go:brief"), MENU_BUTTON])
