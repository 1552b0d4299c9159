"""The words around a file of questions, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass

from rag.messages import Language


@dataclass(frozen=True, kw_only=True)
class Texts:
    """All words in one language. `{}` is the place of a value."""

    section: str
    intro: str
    choose: str
    limits: str
    kept: str
    kept_reader: str
    kept_owner: str
    reading: str
    progress: str
    stopping: str
    stop: str
    stopped: str
    go_on: str
    ask_again: str
    compared: str
    before: str
    now: str
    more_changed: str
    done: str
    skipped: str
    row: str
    more: str
    save_xlsx: str
    save_csv: str
    no_longer: str

    busy: str
    ending: str
    empty: str
    too_large: str
    too_many: str
    not_kept: str
    unexpected: str


EN = Texts(
    section="Many questions at once",
    intro="Choose a table with a question in each row (column “question”), or a text with one in"
    " each line. You get the same table with answers, sources and exact quotes.",
    choose="Choose a file of questions",
    limits=".csv, .xlsx or .txt, up to {} MB and {} questions.",
    kept="The file and its answers stay on the server for {}: if a run was stopped or the page"
    " was closed, choose the same file again, and it goes on. If articles have come or changed"
    " since, its questions are asked again, and you see what changed.",
    kept_reader="a day",
    kept_owner="90 days",
    reading="Reading the file…",
    progress="{} of {} answered",
    stopping="Stopping…",
    stop="Stop",
    stopped="Stopped: {} of {} are answered.",
    go_on="Go on",
    ask_again="Ask again and show what changed",
    compared="Compared with the answers before: {} questions, {} with another answer, {}"
    " unchanged.",
    before="Before",
    now="Now",
    more_changed="{} more changed: they are in the table.",
    done="{} questions: {} answered, {} in part, {} not answered by the articles, {} skipped.",
    skipped="Skipped rows",
    row="Row {}: {}",
    more="and {} more",
    save_xlsx="Save as Excel",
    save_csv="Save as CSV",
    no_longer="This file is no longer kept: choose it again.",
    busy="Another file is being answered now: try again when it is done.",
    ending="{} can't be used: choose a file that ends in {}.",
    empty="{} has no question: write one in each row.",
    too_large="{} has {} MB: choose a file of at most {} MB.",
    too_many="{} has {} questions: at most {} are answered at once.",
    not_kept="The file can't be kept on the server ({}): make room there, and try again.",
    unexpected="Something went wrong on our side. What is answered is kept: go on later.",
)

ZH = Texts(
    section="一次提很多问题",
    intro="请选择一个表格（“问题”列中每行一个问题）或文本文件（每行一个问题）。"
    "您会得到同一表格，并附回答、出处和原文引文。",
    choose="选择问题文件",
    limits=".csv、.xlsx 或 .txt，不超过 {} MB、{} 个问题。",
    kept="文件和回答在服务器上保留{}：中途停止或关闭页面后，再次选择同一文件即可继续。"
    "若此后文章有增加或变化，会重新提问，并显示哪些回答有变化。",
    kept_reader="一天",
    kept_owner="90 天",
    reading="正在读取文件……",
    progress="已回答 {}/{}",
    stopping="正在停止……",
    stop="停止",
    stopped="已停止：{}/{} 已回答。",
    go_on="继续",
    ask_again="重新提问并显示变化",
    compared="与此前的回答相比：{} 个问题中，{} 个的回答有变化，{} 个未变。",
    before="此前",
    now="现在",
    more_changed="另有 {} 个有变化，见表格。",
    done="共 {} 个问题：{} 个已回答，{} 个部分回答，{} 个文章没有回答，{} 个已跳过。",
    skipped="跳过的行",
    row="第 {} 行：{}",
    more="另有 {} 行",
    save_xlsx="存为 Excel",
    save_csv="存为 CSV",
    no_longer="此文件已不再保留：请重新选择。",
    busy="正在回答另一个文件：请等它完成后再试。",
    ending="{} 无法使用：请选择以 {} 结尾的文件。",
    empty="{} 中没有问题：请每行写一个。",
    too_large="{} 有 {} MB：请选择不超过 {} MB 的文件。",
    too_many="{} 有 {} 个问题：一次最多回答 {} 个。",
    not_kept="服务器无法保存文件（{}）：请腾出空间后重试。",
    unexpected="我们这边出了错。已有的回答已保存：请稍后继续。",
)


def texts(language: Language) -> Texts:
    """Return the words in `language`."""
    return ZH if language == "zh" else EN
