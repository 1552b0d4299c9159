"""The labels of an exported answer, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.messages import Language


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What stands around the words of an answer and its sources."""

    understood_as: str
    time_frame: str
    abstained: str
    missing: str
    incomplete: str
    nearest: str
    no_answer: str
    sources: str
    conflicts: str
    superseded: str
    partial: str
    undated: str
    also_in: str
    left_out: str
    model_saw: str
    colon: str
    comma: str
    in_brackets: str
    quoted: str


_LABELS: Mapping[Language, Labels] = {
    "en": Labels(
        understood_as="Understood as",
        time_frame="Time asked about",
        abstained="The articles don’t answer this",
        missing="Looked for and not found",
        incomplete="Not found in the articles",
        nearest="The nearest articles, which don’t answer",
        no_answer="Not an answer",
        sources="Sources",
        conflicts="The sources disagree",
        superseded="superseded by a newer report",
        partial="Read the quote",
        undated="undated",
        also_in="The same report is also in: {}",
        left_out="Sentences left out, because they failed the check: {}",
        model_saw="Written by a language model and checked: {}",
        colon=": ",
        comma=", ",
        in_brackets=" ({})",
        quoted="“{}”",
    ),
    "zh": Labels(
        understood_as="理解为",
        time_frame="所问时间",
        abstained="这些文章没有回答这个问题",
        missing="查找过但没有找到",
        incomplete="文章中没有找到",
        nearest="最接近的文章（没有回答这个问题）",
        no_answer="不是答案",
        sources="出处",
        conflicts="各出处说法不一",
        superseded="已有更新的报道",
        partial="请读引文",
        undated="日期不详",
        also_in="同一报道另见：{}",
        left_out="未通过核对而略去的句子：{}",
        model_saw="由语言模型撰写并经核对：{}",
        colon="：",
        comma="，",
        in_brackets="（{}）",
        quoted="“{}”",
    ),
}


def labels(language: Language) -> Labels:
    """Return the labels in `language`."""
    return _LABELS[language]
