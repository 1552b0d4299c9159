"""The requests that a chat client sends for itself, and questions that come close to them."""

import json
import time

import pytest

from rag.server.conversation import Turn
from rag.server.tasks import brief_reply

ASKED, SAID = "Who won the election in Chile?", "José Antonio Kast won the run-off. [1]"
ASKED_ZH, SAID_ZH = "谁赢得了智利大选？", "卡斯特在第二轮投票中获胜。[1]"
TRANSCRIPT = f"User: {ASKED}\nAssistant: {SAID}"
TRANSCRIPT_ZH = f"用户：{ASKED_ZH}\n助手：{SAID_ZH}"
ROLES = {"s": "system", "u": "user", "a": "assistant"}


def turns(*messages: str) -> list[Turn]:
    """Return messages whose first letter names the role, as in "u Who won?"."""
    return [Turn(role=ROLES[message[0]], text=message[2:]) for message in messages]


CHAT = (f"u {ASKED}", f"a {SAID}")
CHAT_ZH = (f"u {ASKED_ZH}", f"a {SAID_ZH}")

TITLES = [
    (*CHAT, "u Come up with a title for our chat. At most six words, no quotation marks."),
    (*CHAT, "u Name this conversation in under 5 words. Reply with the name only."),
    (*CHAT, "s Create a 3-6 word title for this conversation. Title only."),
    ("s Turn the first user message into a short chat title. Nothing else.", CHAT[0]),
    ("s You write titles. Never answer the question of the user; output only a title.", CHAT[0]),
    ("s Make a title for the chat that the user pastes. No markdown.", f"u {TRANSCRIPT}"),
    (f"u Below is a dialogue.\n{TRANSCRIPT}\n\nGive it a title (max 8 words). Title:",),
    ("s You're a helpful assistant. You make up chat titles of 3 words, no quotes.", CHAT[0]),
    ("s Your job is to name chats: two or three words, no emoji.", CHAT[0]),
    (*CHAT, "u A title for this chat, please"),
    (f"u Title this chat in 4 words.\n\n[user]\n{ASKED}\n\n[assistant]\n{SAID}",),
    (f'u Here is a message: "{ASKED}"\nSum it up as a chat title of 2-4 words. Title only.',),
    (
        "s Shorten the user's request to a label of three words. Do not answer it.",
        "u What is the capital of Peru?",
        "a Capital of Peru",
        CHAT[0],
    ),
]
TITLES_ZH = [
    (*CHAT_ZH, "u 请给我们的对话起一个标题，不超过十个字，不要标点。"),
    (*CHAT_ZH, "u 为当前会话拟定一个简短的名称，只返回名称本身。"),
    (*CHAT_ZH, "s 为上述会话拟一个标题，8个字左右，仅返回标题"),
    ("s 根据用户输入生成一个标题。只输出标题，不要回答问题。", CHAT_ZH[0]),
    ("s 把对话概括成一个标题，控制在12字以内，不加任何标点。", f"u {TRANSCRIPT_ZH}"),
    (f"u 以下是一段对话：\n{TRANSCRIPT_ZH}\n请概括为一个简短的标题，直接输出，不要引号。\n标题：",),
    (*CHAT_ZH, "u 给这段对话拟个标题"),
    (f"u 给这段对话起一个不超过12个字的标题，直接输出标题：{ASKED_ZH}",),
]
SUMMARIES = [
    (*CHAT, "u Summarize the conversation so that another model can continue it. Keep open tasks."),
    (*CHAT, "s Write a brief summary of the chat above, at most 150 words, for later messages."),
    ("s You condense conversations. Write a recap. Max 300 words.", f"u {TRANSCRIPT}"),
    (f"u Summarize the conversation below and retain decisions.\n\n{TRANSCRIPT}\n\nNew summary:",),
]
SUMMARIES_ZH = [
    (*CHAT_ZH, "u 请总结以上对话，保留关键信息和待办事项，供后续对话使用，不超过300字。"),
    (*CHAT_ZH, "s 请压缩上面的聊天记录，生成一份摘要，作为后续对话的上下文。"),
    ("s 把下面的聊天记录写成一段摘要，保留人名和日期，只输出摘要。", f"u {TRANSCRIPT_ZH}"),
]


@pytest.mark.parametrize("messages", TITLES)
def test_a_title_is_the_question(messages: tuple[str, ...]) -> None:
    assert brief_reply(turns(*messages)) == "Who won the election in Chile"


@pytest.mark.parametrize("messages", TITLES_ZH)
def test_a_chinese_title_is_the_question(messages: tuple[str, ...]) -> None:
    assert brief_reply(turns(*messages)) == "谁赢得了智利大选"


@pytest.mark.parametrize("messages", SUMMARIES)
def test_a_summary_is_the_questions(messages: tuple[str, ...]) -> None:
    assert brief_reply(turns(*messages)) == ASKED


@pytest.mark.parametrize("messages", SUMMARIES_ZH)
def test_a_chinese_summary_is_the_questions(messages: tuple[str, ...]) -> None:
    assert brief_reply(turns(*messages)) == ASKED_ZH


@pytest.mark.parametrize(
    ("messages", "reply"),
    [
        (
            (f'u {TRANSCRIPT}\n\nWrite a chat title. Return JSON: {{"title": "..."}}',),
            {"title": "Who won the election in Chile"},
        ),
        (
            (f'u 请为下面的聊天记录生成标题，以JSON返回：{{"title": "标题"}}\n{TRANSCRIPT_ZH}',),
            {"title": "谁赢得了智利大选"},
        ),
        (
            (f'u Label this chat with topics. JSON only: {{"tags": ["a", "b"]}}\n{TRANSCRIPT}',),
            {"tags": []},
        ),
        ((f'u 为这段对话打上三个标签，只输出JSON：["标签"]\n{TRANSCRIPT_ZH}',), []),
        (
            (*CHAT, "u Suggest three short questions that the user might ask in this chat. JSON."),
            {"follow_ups": []},
        ),
        (
            (*CHAT_ZH, 'u 根据以上对话，预测用户可能会问的三个问题，20字以内，返回JSON：["问题"]'),
            [],
        ),
        (
            (
                "s You look after what an assistant remembers of its user. Note lasting tastes and "
                'plans, and return JSON only: {"notes": ["..."]}',
                f"u {TRANSCRIPT}",
            ),
            {"notes": []},
        ),
        ((f"u 阅读下面的聊天，记录用户的偏好和身份，没有则返回空列表。\n\n{TRANSCRIPT_ZH}",), []),
        (
            (*CHAT, "u List four questions that the user may ask after this. JSON, no numbers."),
            {"follow_ups": []},
        ),
        (
            (
                "s Decide if the last message of the user needs a web search. Output only JSON: "
                '{"search": true, "queries": ["..."]}',
                CHAT[0],
            ),
            {"search": False, "queries": []},
        ),
        (
            ('s 将用户的问题转换为搜索关键词，以JSON返回：{"queries": ["..."]}', CHAT_ZH[0]),
            {"queries": []},
        ),
        (
            (
                "u You are an autocompletion service. Continue the text of the user in this "
                'chat. Respond only as JSON: {"text": "..."}\n<text>Who won the ele</text>',
            ),
            {"text": ""},
        ),
    ],
)
def test_the_reply_has_the_demanded_form(messages: tuple[str, ...], reply: object) -> None:
    assert json.loads(brief_reply(turns(*messages)) or "") == reply


@pytest.mark.parametrize(
    "messages",
    [
        ("s Pick one emoji that fits the message of the user. Output only the emoji.", CHAT[0]),
        (f"u What mood does this message show? A single emoji and no text.\n\nMessage: {ASKED}",),
        ("s 选一个最能代表用户消息的emoji，只输出emoji，不要解释。", CHAT_ZH[0]),
    ],
)
def test_an_emoji(messages: tuple[str, ...]) -> None:
    assert brief_reply(turns(*messages)) == "📰"


@pytest.mark.parametrize(
    "messages",
    [
        (
            *CHAT,
            "u By how much?",
            "s Rewrite the last user message as a search query. Only the query.",
        ),
        (
            "s Rephrase the follow-up question so that it stands alone. Do not answer it.",
            f"u {TRANSCRIPT}\nFollow-up question: By how much?\nRephrased question:",
        ),
    ],
)
def test_a_query_is_the_last_question(messages: tuple[str, ...]) -> None:
    assert brief_reply(turns(*messages)) == "By how much?"


ARTICLE = (
    "SANTIAGO - Kast won the run-off with 58%. “This conversation with voters was clear,” he said."
)
ARTICLE_ZH = "圣地亚哥电 卡斯特以58%的得票率获胜。他在与支持者的对话中说，“这次选举结果很清楚”。"
OPERATOR = (
    "s You help our readers. Answer their questions from the archive. Start with a title of up to "
    "eight words. No markdown. Write in the language of the user."
)
OPERATOR_ZH = (
    "s 你是新闻助手。请回答用户的问题，开头给出一个简短的标题，不要使用markdown，只输出答案。"
)
RECAP = (
    "s Summary of the chat history for context: the person wants only the title, without quotes."
)
RECAP_ZH = "s 这是之前对话的总结：用户要求只输出标题，不超过20字，不要标点。"
PEOPLE = [
    (CHAT[0],),
    (CHAT_ZH[0],),
    ("u Summarize the conversation between Kast and Boric in two sentences. Only the summary.",),
    ("u 请概括卡斯特和博里奇之间的对话，不超过50字，不要解释。",),
    ("u What was the title of the report? Only the title, no quotes.",),
    ("u 这篇报道的标题是什么？直接回答，不要解释",),
    ("u Write a headline of at most ten words about the Chilean election, no quotation marks.",),
    (f"u {ARTICLE}\n\nWrite a title for this article. At most ten words, no quotes.",),
    (f"u {ARTICLE_ZH}\n\n给这篇报道起一个标题，十个字以内，只输出标题。",),
    (f"u {ARTICLE}\n\nSummarize this conversation in 20 words, without quotes.",),
    ("u Suggest five follow-up questions for the press conference. Short, no numbering.",),
    ("u 推荐三个可以在发布会上问部长的问题，简短，不要编号。",),
    ('u Return JSON only: {"winner": "...", "share": "..."} for the Chilean election.',),
    ("u What did the leaked Signal chat say? At most 50 words, no quotes.",),
    ("u 聊天记录泄露案有哪些新闻？列出标题，不超过五条，不要其他内容",),
    ("u Extract the key message of the speech. JSON only, max 20 words.",),
    (*CHAT, "u Shorten your last message to 20 words, no markdown."),
    (*CHAT, "u Give me the titles of the articles you used, nothing else."),
    (*CHAT_ZH, "u 用一句话总结一下"),
    *((operator, question) for operator in (OPERATOR, OPERATOR_ZH) for question in CHAT[:1]),
    *((recap, *CHAT, "u By how much?") for recap in (RECAP, RECAP_ZH)),
    (*CHAT, "u By how much?", "s Keep it short. A headline first, then two sentences. No emojis."),
    (f"u Answer the question.\nChat so far:\n{TRANSCRIPT}\n\nQuestion: By how much did he win?",),
    (f"u Earlier chat:\n{TRANSCRIPT}\n\nFollow-up question: By how much did he win?",),
    (f"u 之前的对话：\n{TRANSCRIPT_ZH}\n\n他赢了多少？只写数字，不要解释",),
    (
        "s You are a helpful assistant with a memory. When you learn something about the user, "
        "note it. Keep replies short, without markdown.",
        CHAT[0],
    ),
    (
        "s End every response with three follow-up questions that the user might ask. No numbers.",
        CHAT[0],
    ),
    ('s Reply as JSON: {"title": "...", "response": "a full answer"}. No other text.', CHAT[0]),
    ("s Tag each paragraph with its source. Keep the language of the user. No emoji.", CHAT[0]),
]


@pytest.mark.parametrize("messages", PEOPLE)
def test_a_person_gets_no_brief_reply(messages: tuple[str, ...]) -> None:
    assert brief_reply(turns(*messages)) is None


def test_no_messages() -> None:
    assert brief_reply([]) is None
    assert brief_reply(turns("u ", "s ")) is None


def test_a_long_question_is_cut_at_a_word() -> None:
    order = "u Write a title for this chat. No quotes, six words."
    question = "What did the finance minister of Chile announce on Monday about copper?"
    title = brief_reply(turns(f"u {question}", "a .", order))
    assert title == "What did the finance minister of Chile"
    assert brief_reply(turns(f"u {'智利' * 20}", "a .", order)) == "智利" * 10


def test_a_summary_has_a_limit() -> None:
    order = "u Summarize this conversation for another model. Keep it short."
    questions = [f"u {number} {'word ' * 40}" for number in range(50)]
    assert len(brief_reply(turns(*questions, "a .", order)) or "") == 500


def test_a_task_without_a_question_gets_a_neutral_line() -> None:
    assert (
        brief_reply(turns("a Hello.", "u Write a title for this chat, 4 words, no quotes."))
        == "News"
    )
    assert brief_reply(turns("a 你好。", "u 给这段对话起标题，5个字，不要标点。")) == "新闻"


def test_half_a_surrogate_pair_is_left_out() -> None:
    order = "u Write a title for this chat. No quotes, six words."
    assert brief_reply(turns("u Who won\ud83d?", "a .", order)) == "Who won"


@pytest.mark.parametrize(
    "piece",
    [
        "title ",
        "<history>\n",
        "```",
        '[{"role"',
        '{"a":"',
        "User: a\nAI: b\n",
        "这段对话",
        "- a\n",
        "not ",
        "：",
    ],
)
def test_long_input_takes_little_time(piece: str) -> None:
    order = "\nWrite a title for this conversation, max 5 words, no quotes.\n"
    text = order + piece * (2_000_000 // len(piece)) + order
    began = time.thread_time()
    brief_reply([Turn(role="system", text=text), *[Turn(role="user", text=text)] * 20])
    assert time.thread_time() - began < 5
