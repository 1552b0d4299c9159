"""Make Chinese follow-up questions self-contained.

A new name, day or measure replaces the one of the same kind in the previous question: "那华为呢？"
after "苹果卖了多少手机？" becomes "华为卖了多少手机？". The segmenter and the dictionary decide
which words are names. Nothing is guessed from meaning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.retrieval.conversation import (
    Before,
    ShiftUnit,
    choose_slot,
    quotes_at_length,
    replaced_word,
    shifted,
    with_member,
)
from rag.text.names import (
    Name,
    NameClass,
    Word,
    chinese_names,
    chinese_people,
    is_common_noun,
    words_of,
)

_LEAD = re.compile(
    r"^\s*(?:那么?(?![个些件次家种时天年里])|还有|以及|另外|而|再说|换成|至于|(?:那)?如果是)[，,\s]*"
)
_LED = re.compile(r"呢\s*[？?]?\s*$")
_TAIL = re.compile(r"[呢嘛呀啊]?\s*[？?。！!]*\s*$")
_TOPIC = re.compile(r"^(?P<topic>[^，,？?]{1,20})呢[，,？?\s]+(?P<rest>\S.*)$")
_ASKS = re.compile(
    r"什么|为何|何时|何地|如何|怎么|怎样|多少|多大|多高|多久|多长|几|哪|谁|吗|是否|有没有|能否|会不会|还是|是不是"
)
_BARE = re.compile(
    r"^(?:这|那)?是?(?P<word>为什么|为何|怎么会|什么时候|何时|哪天|在?哪里|在?哪儿|谁|多少钱?|什么原因|因为什么|原因)"
    r"(?:的事|的)?$"
)
_LATER = re.compile(r"^(?:后来|之后|然后|接着|接下来|结果|现在|最后)(?:怎么样了?|如何|怎样)?$")
_PRONOUN = re.compile(
    r"(?<![其吉])(?P<word>[他她它]们?|该公司|该国|该队|该片|这家公司|这家企业|这个人|此人|这款(?:产品|车|手机|模型)|^公司)"
    r"(?![人国乡日法])"
)
_PAIR = re.compile(r"双方|两家公司|两家|两国|两人|两队|二者|两者")
_EVENT = re.compile(
    r"(?:这|那)(?:件事情?|一?消息|一?决定|个决定|一?说法|项计划|笔交易|项合作|场比赛|次会面|个消息|个?事儿?)"
)
_PLACE_WORD = re.compile(r"(?:^|在)(?:那儿|那里|那边|当地)")
_PROPOSITION = re.compile(
    r"^(?:关于)?(?P<what>.{4,40}?)(?:这[件个一]?)?的?(?:风声|消息|传闻|传言|新闻|报道|说法|计划|决定|事情?)(?=最|是|在|何|什|怎|从|被|由|传|，)"
)
_NEXT: dict[str, tuple[ShiftUnit, int]] = {
    "第二天": ("day", 1), "次日": ("day", 1), "隔天": ("day", 1), "后一天": ("day", 1),
    "前一天": ("day", -1), "前一日": ("day", -1), "第二年": ("year", 1), "次年": ("year", 1),
    "后一年": ("year", 1), "前一年": ("year", -1), "上一年": ("year", -1),
}  # fmt: skip
_SHIFT = re.compile("|".join(_NEXT))
_PART_OF_A_YEAR = re.compile(r"^(?:第?[一二三四1-4]季度?|\d{1,2}月|[上下]半年)")
_WH = re.compile(
    r"(?:大概|大约|究竟|到底|一共|总共|具体)?(?:是|为|有|达到?)?"
    r"(?:在?什么(?:时候|地方)|在?哪里|在?哪儿|何时|哪一?[天年月日]|多少[钱名个台家万亿]*|多大|多高|多久|几|谁|为什么|为何|怎么样?|如何)"
)
_LINKS = frozenset("是 为 有 达 达到 大概 大约 约 目前 现在 究竟 到底 又".split())
_NOT_SUBJECT = ("v", "p", "d", "a")


def self_contained(question: str, before: Before) -> str | None:
    """Return the follow-up as a question of its own, or None if it needs no history.

    If nothing can be replaced safely, the previous topic is put before it.
    """
    core = _core(question)
    if is_bare(question):
        return _bare(core, before)
    topic = _TOPIC.match(_LEAD.sub("", question))
    if topic and not _ASKS.search(topic["topic"]):
        return _with_topic(topic["topic"], topic["rest"], before)
    if fragment_of(question):
        return _replace(core, before) or _joined(question, before)
    return _resolved(question, before)


def is_bare(question: str) -> bool:
    """Return True if a text is only a question word ("为什么？", "后来呢？")."""
    core = _core(question)
    return bool(_LATER.match(core) or _BARE.match(core))


def fragment_of(question: str, *, led: bool = False) -> str | None:
    """Return the new part of a text that is not a sentence (华为 of "那华为呢？"), or None.

    With `led` it must have the form of a follow-up.
    """
    core = _core(question)
    if not core or _ASKS.search(core) or is_bare(question):
        return None
    begun = bool(_LEAD.match(question) or _LED.search(question))
    return core if begun or (not led and _is_fragment(core)) else None


def _core(question: str) -> str:
    return _TAIL.sub("", _LEAD.sub("", question))


def _with_topic(topic: str, rest: str, before: Before) -> str:
    """Return a question that first names its topic: "那OpenAI呢，苹果付它钱吗？"."""
    if match := _PRONOUN.search(rest):
        return rest[: match.start()] + topic + rest[match.end() :]
    names = chinese_names(rest)
    if names:
        return f"{topic}，{rest}"
    replaced = _replace(topic, before)
    return f"{replaced.rstrip('？?')}，{rest}" if replaced else f"{topic}{rest}"


def _replace(fragment: str, before: Before) -> str | None:
    """Return the previous question with the name, days and measure of the fragment, or None."""
    if quotes_at_length(before.question):
        return None
    if text := with_member(fragment, before.question):
        return text
    text = before.question
    fragment, text, moved = _days(fragment, text, before)
    if not fragment:
        return text if moved else None
    if match := _PRONOUN.match(fragment):
        fragment = fragment[match.end() :].removeprefix("的")
    at_place = fragment.startswith("在")
    fragment = fragment.removeprefix("在").removeprefix("的")
    owner, _, measure = fragment.rpartition("的")
    if not owner and not _is_measure(fragment):
        return _with_name(fragment, text, at_place=at_place)
    if owner and not _is_measure(measure):
        return _with_name(fragment, text, at_place=at_place)
    if owner:
        text = _with_name(owner, text, at_place=False) or text
    return _with_measure(measure or fragment, text, before)


def _days(fragment: str, text: str, before: Before) -> tuple[str, str, bool]:
    """Move the days of a fragment into a question.

    Returns the fragment without its words for days, the question with these days, and True if the
    fragment had any.
    """
    phrase, day = before.days_in(text)
    if match := _SHIFT.search(fragment):
        target = day and shifted(day, *_NEXT[match[0]])
        rest = (fragment[: match.start()] + fragment[match.end() :]).removeprefix("的")
        if not target:
            return rest, f"{match[0]}，{text}", True
        written = f"{target.month}月{target.day}日"
        if "年" in phrase or target.year != (day or target).year:
            written = f"{target.year}年{written}"
        return rest, text.replace(phrase, written, 1), True
    said, _ = before.days_in(fragment)
    if not said:
        return fragment, text, False
    rest = fragment.replace(said, "", 1).removeprefix("的")
    if not phrase:
        return rest, f"{said}{text}", True
    year = re.match(r"\d{4}年", phrase)
    if year and _PART_OF_A_YEAR.match(said):
        said = year[0] + said
    return rest, text.replace(phrase, said, 1), True


def _with_name(fragment: str, text: str, *, at_place: bool) -> str | None:
    names = chinese_names(text)
    own = chinese_names(fragment)
    # 云岭 is a place, 云岭茶业 is not.
    is_place = bool(own) and own[0].kind == "place" and own[0].text == fragment
    kind: NameClass = "place" if at_place or is_place else "other"
    alike = [n for n in names if n.text[-1:] == fragment[-1:] and n.text[-1:] in "队省市县州国"]
    slot = alike[0] if alike else choose_slot(names, kind)
    if slot and (slot.kind == kind or (kind == "other" and not at_place)):
        return replaced_word(text, _whole_name(text, slot, names, fragment), fragment)
    if kind == "place" and names:
        subject = subject_of(text)
        at = text.find(subject) + len(subject) if subject else names[0].end
        return f"{text[:at]}在{fragment}{text[at:]}"
    noun = _noun_subject(text)
    if noun and own and kind == "other":
        return text.replace(noun, fragment, 1)
    return None


def _whole_name(text: str, slot: Name, names: Sequence[Name], fragment: str) -> str:
    """Return a name together with the words that belong to it: 青禾乳业, 白溪乳业.

    The segmenter cuts such names, and may take either part as the name. The fragment shows which
    parts belong together.
    """
    start, end = slot.start, slot.end
    ends = (fragment[at:] for at in range(1, len(fragment)))
    end += len(next((e for e in ends if text.startswith(e, end)), ""))
    if fragment.endswith(slot.text) and fragment != slot.text:
        start = next((name.start for name in names if name.end == start), start)
    return text[start:end]


def _with_measure(measure: str, text: str, before: Before) -> str | None:
    """Return the question with another noun asked about, or None.

    The noun is the last one before the question word.
    """
    words = words_of(text)
    asks = _ASKS.search(text)
    if asks is None:
        return None
    ahead = [w for w in words if w.end <= asks.start()]
    while ahead and (ahead[-1].tag[:1] in "dpxu" or ahead[-1].text in _LINKS):
        ahead.pop()
    nouns: list[Word] = []
    names = chinese_names(text)
    while ahead and ahead[-1].tag.startswith(("n", "vn", "b", "j", "l", "v")):
        # A word after 的 is a noun, even if the segmenter has another tag for it: 营收.
        verb = ahead[-1].tag == "v" and text[: ahead[-1].start][-1:] != "的"
        if verb or any(n.start <= ahead[-1].start < n.end for n in names):
            break
        nouns.insert(0, ahead.pop())
    verb_between = text[nouns[-1].end : asks.start()] if nouns else ""
    plain = re.fullmatch(
        r"(?:大?[概约]|现在|目前|又|是|为|有|达到?|约|到底|究竟|，)*", verb_between
    )
    if nouns and plain:
        return text[: nouns[0].start] + measure + text[nouns[-1].end :]
    subject = subject_of(text)
    if not subject:
        return None
    days, _ = before.days_in(text)
    asked = "是谁" if "谁" in text else "是多少"
    return f"{days}{subject}的{measure}{asked}？"


def _bare(core: str, before: Before) -> str:
    """Return a question word with the previous topic: "为什么？", "什么时候？", "后来呢？"."""
    topic = topic_of(before.question)
    match = _BARE.match(core)
    if not match:
        return f"{topic}，{core if len(core) > 2 else core + '怎么样了'}？"
    word = match["word"]
    if word in ("为什么", "为何", "怎么会", "什么原因", "因为什么", "原因"):
        return f"为什么{topic}？"
    return f"{topic}，{word}？"


def _resolved(question: str, before: Before) -> str | None:
    """Return a question with its pronouns resolved, or None if it needs no change."""
    core = _LEAD.sub("", question)
    about = f"{topic_of(before.question)}，{core}"
    event = _EVENT.search(core)
    if event and len(chinese_names(core[: event.start()])) < 2:
        what = _PROPOSITION.match(before.question)
        return core[: event.start()] + what["what"] + core[event.end() :] if what else about
    text = _PLACE_WORD.sub("", core)
    own, said = chinese_names(text), chinese_names(before.question)
    pair = _PAIR.search(text)
    if pair and len(own) < 2 and len(said) > 1:
        return text[: pair.start()] + f"{said[0].text}和{said[1].text}" + text[pair.end() :]
    pronoun = _PRONOUN.search(text)
    if pronoun and not any(name.end <= pronoun.start() for name in own):
        meant = _meant(pronoun["word"], before)
        return text[: pronoun.start()] + meant + text[pronoun.end() :] if meant else about
    if not pronoun and text == core and not _has_subject(core):
        meant = focus_of(before)
        return f"{meant}{core}" if meant else about
    return None if text == core else text


def _meant(pronoun: str, before: Before) -> str | None:
    """Return what a pronoun means: the person in the answer, or the subject of the question."""
    if pronoun[0] in "他她此" or pronoun == "这个人":
        if "谁" in before.question:
            people = chinese_people("。".join(before.answered), before.question)
            if len(people) == 1:
                return people[0]
            match = re.match(r"^(.{2,20}?)(?:是谁|叫什么)", before.question)
            return match[1] if match else None
        people = chinese_people(before.question, "")
        if people:
            return people[0]
    return focus_of(before)


def focus_of(before: Before) -> str | None:
    """Return the topic of the conversation.

    It is the name that the last follow-up introduced, or else the subject of its question.
    """
    if before.wording != before.question:
        topic = _TOPIC.match(_LEAD.sub("", before.wording))
        if topic and chinese_names(topic["topic"]):
            return topic["topic"]
        brought = chinese_names(before.wording)
        if brought and not _ASKS.search(before.wording) and brought[0].text in before.question:
            return brought[0].text
    return subject_of(before.question)


def subject_of(text: str) -> str | None:
    """Return who or what a question is about, as a noun phrase, or None if it names nothing."""
    names = chinese_names(text)
    asks = _ASKS.search(text)
    clause = (
        max(text.rfind("，", 0, asks.start()), text.rfind(",", 0, asks.start())) if asks else -1
    )
    for first in (clause + 1, 0):
        for name in names:
            if name.start >= first and not name.adjunct and name.kind == "other":
                return _phrase_of(text, name, first)
    return names[0].text if names else None


def topic_of(text: str) -> str:
    """Return the topic of a question, without its question words."""
    plain = _WH.sub("", text)
    return re.sub(r"吗(?=[？?]|$)|[？?。！!]+\s*$", "", plain).strip("，, ") or text.strip("？?")


def _phrase_of(text: str, name: Name, first: int) -> str:
    """Return the whole phrase that a name is part of: 阿里最强的Qwen模型 for 阿里."""
    head = ""
    for word in words_of(text):
        if word.end <= name.start or word.start < first:
            continue
        if word.start >= name.end and not word.tag.startswith(("n", "a", "uj", "eng", "b", "d")):
            break
        head += word.text
    owner, _, rest = head.rpartition("的")
    if owner and any(n.start == 0 or n.text.isascii() for n in chinese_names(rest)):
        return head
    return owner if owner.startswith(name.text) and "的" not in owner else name.text


def _has_subject(core: str) -> bool:
    """Return True if a question names its subject before it says something about it."""
    if chinese_names(core):
        first = words_of(re.sub(r"^(?:后来|之前|此前|随后|当时|最后|之后)", "", core))
        return not (first and first[0].tag == "p" and first[0].text in "跟与和同对向")
    for word in words_of(re.sub(rf"^(?:{_WH.pattern}|\s)+", "", core)):
        if word.tag[:1] in "tfdr" or word.text in ("是", "又", "第几"):
            continue
        return word.text.startswith("有") or not word.tag.startswith(_NOT_SUBJECT)
    return False


def _is_fragment(core: str) -> bool:
    """Return True if a text without a question word is not a sentence: a name, or some days."""
    words = [w for w in words_of(core) if w.tag != "x"]
    if not words or len(core) > 12:
        return False
    if any(w.tag.startswith("v") and w.tag != "vn" for w in words):
        return False
    # "华为的市场份额" can be a question. A bare name or bare days cannot.
    names = [name.text for name in chinese_names(core)]
    return names == [core.strip()] or all(w.tag[:1] in "tmqf" for w in words)


def _is_measure(fragment: str) -> bool:
    names = chinese_names(fragment)
    return not names and is_common_noun(fragment)


def _joined(question: str, before: Before) -> str:
    return f"{topic_of(before.question)}，{question}"


def _noun_subject(text: str) -> str | None:
    """Return the first common noun, for a question that names nothing."""
    return next((w.text for w in words_of(text) if w.tag == "n" and len(w.text) > 1), None)
