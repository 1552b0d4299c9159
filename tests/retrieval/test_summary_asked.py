"""Which texts ask for a summary, and which only look as if they did."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import rag
from rag.models.embedder import Embedder
from rag.retrieval.summary_asked import SummaryRequests
from rag.text.summary_requests import SummaryRequest

REQUESTS = {
    "总结一下": SummaryRequest(about=""),
    "总结界面新闻的文章": SummaryRequest(about="界面"),
    "what is new": SummaryRequest(about="", newest=True),
    "最新进展": SummaryRequest(about="", newest=True),
    "苹果的最新进展如何？": SummaryRequest(about="苹果", newest=True),
    "summarise the Jiemian article": SummaryRequest(about="Jiemian"),
    "今天有什么新闻": SummaryRequest(about="", when="今天", newest=True),
    "把昨天的报道总结一下": SummaryRequest(about="", when="昨天"),
    "Give me a brief summary of the articles about the tunnel": SummaryRequest(about="tunnel"),
    "What's the latest on the earthquake?": SummaryRequest(about="earthquake", newest=True),
    "Sum up this week's news please": SummaryRequest(about="", when="this week's"),
    "TL;DR": SummaryRequest(about=""),
}
# Written before the score, in other words than its examples.
UNSEEN = (
    "这两天有什么要紧的新闻没有",
    "帮我把这些报道捋一捋",
    "给个简短的概要",
    "请对上述文章做一个总结",
    "简单说说今天的新闻",
    "用一段话总结关于关税的报道",
    "今日头条新闻有哪些？",
    "请归纳上个月的报道要点",
    "关于芯片的新闻，帮我汇总一下",
    "最近有啥大新闻吗",
    "事件的最新动态",
    "我想看看本周的新闻综述",
    "请概述全文",
    "这篇文章的主要内容是什么",
    "读一下昨天的报道，给我个总结",
    "新的消息有吗",
    "三句话说完这条新闻",
    "整理一下北方晚报的报道",
    "有什么值得看的新闻",
    "案件后续进展",
    "Summarise today",
    "Could I get a quick summary?",
    "please summarize this article in two sentences",
    "Summarize the news about tariffs since Monday",
    "Give us an overview of recent coverage of the elections",
    "What's new this week?",
    "Is there any news on the strike?",
    "What are the top stories today?",
    "What is this article about?",
    "Recap yesterday's headlines",
    "I'd like a summary of the articles from March 2025",
    "In short, what do these articles say?",
    "Make a digest of the last three days",
    "Anything new about the tunnel?",
    "Summary of the Mountain Post article, please",
    "Sum it up",
    "What's happening today?",
    "Latest developments in the merger talks",
    "Write a one-paragraph summary of these reports",
    "Shorten this article",
    "帮我看看今天都有哪些新闻",
    "这条新闻大概讲的什么",
    "请提炼一下这几篇文章的核心观点",
    "用英文总结一下上面的报道",
    "近一周有哪些重要报道？",
    "国际新闻有什么新动态",
    "可以帮我概括一下每日经济新闻的报道吗",
    "关于暴雨的最新消息",
    "总结全部文章",
    "说一下这篇稿子的要点",
    "这些新闻的重点是什么",
    "昨天的新闻有哪些",
    "来个内容提要",
    "梳理苹果相关新闻",
    "把2月13日的文章汇总成摘要",
    "给领导写个简报",
    "有新文章吗",
    "最新报道说了什么",
    "总结下关于罢工的几篇文章",
    "一分钟看懂今天的新闻",
    "What is the news?",
    "Do you have any news for me?",
    "Just the highlights please",
    "Summarise the coverage",
    "Can you brief me on today's stories?",
    "Give a summary of the five newest articles",
    "What do the papers write about today?",
    "Could you sum this up in a couple of lines?",
    "What has happened this week?",
    "Show me what's new from the Mountain Post",
    "News about the ferry?",
    "Please provide an overview of all documents",
    "I want the short version",
    "Summarize yesterday",
    "What's the story?",
    "Can you give me the main takeaways from the Guardian's coverage of the vote?",
    "Round up the news of the last two weeks",
    "Any new articles?",
    "Tell me the news",
    "What were the headlines on 13 February 2025?",
    "麻烦归纳下这几则消息",
    "请把本月的新闻整理成摘要",
    "关于地铁的报道概括一下",
    "现在有什么新情况",
    "能给我讲讲今天的新闻吗",
    "写一段这篇文章的摘要",
    "股市的最新动态",
    "把所有报道浓缩成三句话",
    "昨日要闻",
    "请简述这篇报道",
    "总结一下科创板日报对阿里的报道",
    "周末发生了什么",
    "这周有哪些新进展",
    "快速总结",
    "南方周末最近的文章讲了什么",
    "Summarise it for me",
    "Give me the news in brief",
    "What's the latest news about the vaccine?",
    "a short recap of the week, please",
    "What have the newspapers reported lately?",
    "Summarize the story about the dam",
    "Please condense the report from the Post",
    "Fill me in on the talks",
    "What's new since yesterday?",
    "Overview of today's articles",
    "Are there any updates?",
    "Summarise all coverage of the floods from the Times",
    "what are these articles about",
    "Today's news in three sentences",
    "Give me a digest",
)
NO_REQUESTS = (
    "summarise why Apple chose Alibaba",
    "What did the summary of the EU report say?",
    "总结苹果选择阿里的原因",
    "谁在会议上做了总结发言？",
    "概括阿里巴巴选择通义的三个理由",
    "新闻集团的总裁是谁？",
    "最新款手机多少钱？",
    "蔡崇信昨天说了什么？",
    "哪家媒体最先报道了合作消息？",
    "2020年11月8日天津疫情有什么进展？",
    "Summarise the differences between the two proposals",
    "Summarize the key financial indicators of Acme in 2021",
    "what is new in iOS 18",
    "What's new about the chip that Apple presented?",
    "What happened in 1989?",
    "What happened to the pilot after the crash?",
    "Who wrote the article about Apple?",
    "What is the latest version of Qwen?",
    "What does Article 5 say?",
    "Which newspaper broke the story?",
    "any developments in the case against the mayor led to an arrest?",
    "outline the plan of the government",
    "总结报告什么时候发布的？",
    "苹果在新闻发布会上宣布了什么？",
    "这家公司去年的营收总结是多少",
    "政府对事故原因的总结是什么",
    "为什么说这是最新进展中最重要的一步",
    "梳理苹果在中国的合作伙伴",
    "今天的股价是多少？",
    "什么是新质生产力？",
    "苹果发生了什么事故",
    "汇总各公司第三季度净利润",
    "What is the new chip called?",
    "How many articles did the convention adopt?",
    "What news did the minister break in March?",
    "What did the Jiemian article say about Alibaba's price?",
    "What happened on the bridge yesterday?",
    "Give me the number of deaths in the report",
    "sum up the costs of the three projects",
    "recap the reasons for the strike",
    "What is in the summary report of the commission?",
    "What is the News Corp share price?",
    "news anchor who retired in 2024",
    "What updates did Apple ship in iOS 18?",
    "Is there news about whether the talks failed?",
    "",
    "？？",
)


@pytest.fixture(scope="module")
def requests(embedder: Embedder) -> SummaryRequests:
    return SummaryRequests(embedder)


@pytest.mark.parametrize("text", REQUESTS)
def test_a_request_is_read(requests: SummaryRequests, text: str) -> None:
    assert requests.read(text) == REQUESTS[text]


def test_a_question_is_no_request(requests: SummaryRequests) -> None:
    assert [text for text in NO_REQUESTS if requests.read(text)] == []


def test_most_requests_in_other_words_are_recognised(requests: SummaryRequests) -> None:
    missed = [text for text in UNSEEN if not requests.read(text)]
    assert len(missed) <= 0.1 * len(UNSEEN), missed


def test_no_question_of_the_evaluation_is_taken_for_a_request(requests: SummaryRequests) -> None:
    folder = Path(rag.__file__).parents[1] / "eval"
    lines = [
        json.loads(line)
        for name in ("questions.jsonl", "wordings.jsonl")
        for line in (folder / name).read_text(encoding="utf-8").splitlines()
    ]
    asked = [value for line in lines for value in line.values() if isinstance(value, str)]
    asked = [text for text in asked if text.endswith(("?", "？"))]
    assert len(asked) > 150
    assert [text for text in asked if requests.read(text)] == []


def test_a_bare_topic_is_no_request(requests: SummaryRequests) -> None:
    for topic in ("苹果与阿里的合作", "tariffs", "蔡崇信", "Qwen 2.5 Max"):
        assert requests.read(topic) is None
