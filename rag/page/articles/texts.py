"""The words of the articles tab, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.messages import Language


@dataclass(frozen=True, kw_only=True)
class Texts:
    """All words of the articles tab in one language. `{}` is the place of a value."""

    indexed: str
    counts: str
    languages: str
    language_names: Mapping[Language, str]
    dates: str
    undated_count: str
    outlets: str
    no_outlet: str
    more: str
    folders: str
    uploads: str
    updated: str
    failures: str
    failures_hidden: str
    notices: str
    notices_hidden: str

    add: str
    outlet_of_files: str
    choose: str
    or_drop: str
    limits: str
    replaces: str
    not_editable: str
    sending: str
    lost: str
    too_many: str

    stages: Mapping[str, str]
    counted_stages: Mapping[str, str]
    new: str
    replaced: str
    same: str
    refused: str
    hidden: str
    nothing_taken: str
    later: str
    removed: str
    unexpected: str

    search: str
    search_hint: str
    every_language: str
    uploaded_only: str
    ticked_only: str
    found: str
    found_none: str
    pages: str
    previous: str
    next: str
    page_of: str
    undated: str
    uploaded: str

    back: str
    correct: str
    correct_info: str
    outlet: str
    title: str
    day: str
    correct_now: str
    corrected: str
    remove: str
    remove_question: str
    remove_one: str
    remove_file: str
    remove_alone: str
    remove_all: str
    remove_now: str
    how_to_remove: str
    gone: str
    original: str
    colon: str


EN = Texts(
    indexed="What is indexed",
    counts="Articles: {} · passages: {}",
    languages="Languages",
    language_names={"zh": "Chinese", "en": "English"},
    dates="Published",
    undated_count="without a date: {}",
    outlets="Outlets",
    no_outlet="none named",
    more="and {} more",
    folders="Folders",
    uploads="uploaded here",
    updated="Last change",
    failures="Could not be read: {}",
    failures_hidden="Could not be read: {} (the operator of this page can list them with"
    " `rag status`).",
    notices="Indexed, but not fully understood: {}",
    notices_hidden="Indexed, but not fully understood: {} (the operator of this page can list them"
    " with `rag status`).",
    add="Add articles",
    outlet_of_files="Outlet of articles that name none (optional)",
    choose="Choose files",
    or_drop="or drop them here",
    limits="{}; a file up to {} MB (PDF, Word, RTF and JSON {} MB, zip and JSON Lines"
    " {} MB),"
    " at most {} files at once.",
    replaces="A file of the same name replaces the one uploaded before.",
    not_editable="Only the owner of this page adds and removes articles: open it on the machine"
    " that it runs on, or sign in at /owner with the owner’s password.",
    sending="Sending {0} of {1}: {2}",
    lost="could not be sent: check the connection. Zip folders before you add them.",
    too_many="{} files are too many at once: add at most {}, or run `rag index` with their folder.",
    stages={
        "waiting": "Waiting for another change of the articles…",
        "checking": "Checking the files…",
        "indexing": "Indexing…",
    },
    counted_stages={"checking": "Checking the files: {} done…", "indexing": "Indexing: {} %…"},
    new="Added",
    replaced="Replaced (there was a file of that name)",
    same="Already there",
    refused="These files were not added",
    hidden="Hidden files of the zip, skipped: {}.",
    nothing_taken="Nothing was added.",
    later="The files are kept, but can't be searched yet. {}",
    removed="Removed",
    unexpected="Something went wrong on our side. Please look at the list, and try again.",
    search="Search the list",
    search_hint="Words of the title, outlet or path",
    every_language="All",
    uploaded_only="Uploaded only",
    ticked_only="Ticked only",
    found="Articles {1}–{2} of {0}",
    found_none="No article matches.",
    pages="Pages of the list",
    previous="Previous",
    next="Next",
    page_of="Page {} of {}",
    undated="undated",
    uploaded="uploaded",
    back="Back to the list",
    correct="Correct the outlet, title or day",
    correct_info="The article’s file stays as it is. An empty field takes a correction back.",
    outlet="Outlet",
    title="Title",
    day="Day",
    correct_now="Save",
    corrected="Saved.",
    remove="Remove…",
    remove_question="“{}” will be deleted from the uploads and will no longer be searched.",
    remove_one="“{}” is one of {} articles of its file.",
    remove_file="If it is removed alone, it is no longer searched, and stays out until its file is"
    " uploaded again. If all are removed, the file is deleted from the uploads.",
    remove_alone="Remove this article alone",
    remove_all="Remove all {} articles and the file",
    remove_now="Remove it",
    how_to_remove="From the folder {}. To remove it, delete its file there, then run `rag index`.",
    gone="This article is no longer in the index.",
    original="Original",
    colon=": ",
)

ZH = Texts(
    indexed="已索引的内容",
    counts="文章：{} 篇 · 段落：{} 个",
    languages="语言",
    language_names={"zh": "中文", "en": "英文"},
    dates="发布日期",
    undated_count="{} 篇日期不详",
    outlets="媒体",
    no_outlet="未注明",
    more="另有 {} 个",
    folders="文件夹",
    uploads="在此上传",
    updated="最近变动",
    failures="{} 处无法读取",
    failures_hidden="{} 处无法读取（本页面的管理员可用 `rag status` 查看）。",
    notices="{} 处已索引但未能完全读懂",
    notices_hidden="{} 处已索引但未能完全读懂（本页面的管理员可用 `rag status` 查看）。",
    add="添加文章",
    outlet_of_files="没有注明媒体的文章出自（可不填）",
    choose="选择文件",
    or_drop="或拖放到这里",
    limits="{}；单个文件不超过 {} MB（PDF、Word、RTF 和 JSON {} MB，zip 和 JSON Lines {} MB），"
    "一次最多 {} 个文件。",
    replaces="同名文件会替换之前上传的文件。",
    not_editable="只有本页面的所有者可以添加和移除文章：请在运行它的机器上打开本页面，"
    "或在 /owner 用所有者的密码登录。",
    sending="正在发送 {0}/{1}：{2}",
    lost="未能发送：请检查连接；文件夹请先压缩再添加。",
    too_many="{} 个文件一次太多：最多添加 {} 个，或对其文件夹运行 `rag index`。",
    stages={
        "waiting": "正在等待文章的另一项变动……",
        "checking": "正在检查文件……",
        "indexing": "正在建立索引……",
    },
    counted_stages={
        "checking": "正在检查文件：已完成 {} 个……",
        "indexing": "正在建立索引：{} %……",
    },
    new="已添加",
    replaced="已替换（原有同名文件）",
    same="已经存在",
    refused="以下文件没有添加",
    hidden="略过了 zip 中的 {} 个隐藏文件。",
    nothing_taken="没有添加任何文章。",
    later="文件已保存，但还无法检索。{}",
    removed="已移除",
    unexpected="我们这边出了错，请查看列表后重试。",
    search="搜索列表",
    search_hint="标题、媒体或路径中的词",
    every_language="全部",
    uploaded_only="仅上传的",
    ticked_only="仅勾选的",
    found="共 {0} 篇，显示第 {1}–{2} 篇",
    found_none="没有符合的文章。",
    pages="列表分页",
    previous="上一页",
    next="下一页",
    page_of="第 {} 页，共 {} 页",
    undated="日期不详",
    uploaded="上传",
    back="返回列表",
    correct="更正媒体、标题或日期",
    correct_info="文章的文件不会改动。留空则撤销更正。",
    outlet="媒体",
    title="标题",
    day="日期",
    correct_now="保存",
    corrected="已保存。",
    remove="移除……",
    remove_question="将从上传的文件中删除“{}”，之后不再检索。",
    remove_one="“{}”是其文件 {} 篇文章中的一篇。",
    remove_file="只移除这一篇：不再检索它，直到重新上传该文件。全部移除：从上传的文件中删除该文件。",
    remove_alone="只移除这一篇",
    remove_all="移除全部 {} 篇及其文件",
    remove_now="确认移除",
    how_to_remove="来自文件夹 {}。如要移除，请在其中删除该文件，然后运行 `rag index`。",
    gone="索引中已没有这篇文章。",
    original="原文链接",
    colon="：",
)


def texts(language: Language) -> Texts:
    """Return the words of the articles tab in `language`."""
    return ZH if language == "zh" else EN
