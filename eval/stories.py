"""Measure stories through time on articles with known dated facts, in both languages.

    python -m eval stories [--kinds developed|looked-at|held-out] [--seeds N]

Each story is made from a kind of event (a ferry accident, a strike, …) and a seed, which gives
names, days and figures. Two or three outlets, one of them English, tell its facts in their own
words, some with the day in the sentence, some without; other articles tell of something else. The
figures of the fact that is told again change, and on one day two outlets differ.

Printed are: the facts that have a row, the outlets' sentences that are in the row of their fact,
the rows whose day is right, the rows that mix two facts, the changed figures that are marked with
the values before and after, the disagreements found, and the wrong ones of both.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from eval.in_memory import snapshot_of
from eval.intervals import wilson
from rag.answering.story.result import Story
from rag.assistant import Assistant
from rag.config import Config
from rag.messages import Language
from rag.models.loading import load_embedder, load_reader
from rag.text.dates import ENGLISH_MONTHS, ENGLISH_WEEKDAYS
from rag.types import Document, Published


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of story: its topic, its facts in both languages, and other news of the same days.

    A fact is (day after the first, Chinese, English); `{d}` is its day, and `{n}`, `{m}` are
    figures that rise with the facts that have them.
    """

    topic: str
    facts: tuple[tuple[int, str, str], ...]
    other: tuple[str, str]


DEVELOPED = (
    Kind(
        topic="白石渡轮事故",
        facts=(
            (0, "{d}，白石渡轮在海峡沉没，造成{n}人死亡。",
                "The Baishi ferry sank in the strait on {d}, and {n} people died."),
            (1, "{d}，白石渡轮事故的死亡人数升至{n}人。",
                "The death toll of the Baishi ferry accident rose to {n} on {d}."),
            (4, "{d}，警方逮捕了白石渡轮的船长。",
                "Police arrested the captain of the Baishi ferry on {d}."),
            (20, "{d}，白石渡轮的残骸被打捞出水。",
                 "The wreck of the Baishi ferry was raised from the sea on {d}."),
        ),
        other=("{d}，市图书馆的新馆向读者开放。", "A new library opened in the city on {d}."),
    ),
    Kind(
        topic="青原钢铁罢工",
        facts=(
            (0, "{d}，青原钢铁的工人开始罢工，要求加薪。",
                "Workers at Qingyuan Steel went on strike for higher pay on {d}."),
            (3, "{d}，青原钢铁的管理层与工会举行了首次谈判。",
                "Managers of Qingyuan Steel and the union held first talks on {d}."),
            (9, "{d}，青原钢铁同意加薪，罢工结束。",
                "Qingyuan Steel agreed to raise pay and the strike ended on {d}."),
        ),
        other=("{d}，动物园的大熊猫产下双胞胎。", "A panda gave birth to twins at the zoo on {d}."),
    ),
    Kind(
        topic="赤水矿难",
        facts=(
            (0, "赤水煤矿{d}发生透水事故，{n}人被困井下。",
                "A flood trapped {n} miners in the Chishui coal mine on {d}."),
            (2, "截至{d}，赤水煤矿仍有{m}人被困。",
                "On {d}, {m} miners were still trapped in the Chishui mine."),
            (3, "{d}，救援人员在赤水煤矿打通了一条通风管道。",
                "Rescuers drilled an air shaft into the Chishui mine on {d}."),
            (11, "{d}，省政府责令赤水煤矿停产整顿。",
                 "The province ordered the Chishui mine to stop work on {d}."),
        ),
        other=("{d}，国家队公布了大名单。", "The national team named its squad on {d}."),
    ),
    Kind(
        topic="澜江集团收购北桥制药",
        facts=(
            (0, "{d}，澜江集团宣布将收购北桥制药。",
                "Lanjiang Group said on {d} that it would buy Northbridge Pharma."),
            (6, "{d}，北桥制药的董事会拒绝了澜江集团的报价。",
                "The board of Northbridge Pharma turned down Lanjiang's offer on {d}."),
            (15, "{d}，澜江集团提高了对北桥制药的报价，并承诺保留全部工厂。",
                 "Lanjiang raised its offer on {d} and promised to keep all plants."),
            (40, "{d}，监管机构批准澜江集团收购北桥制药。",
                 "Regulators cleared Lanjiang's purchase of Northbridge Pharma on {d}."),
        ),
        other=("{d}，气象台发布了今年首个高温预警。", "Forecasters issued a heat warning on {d}."),
    ),
    Kind(
        topic="南屿岛流感疫情",
        facts=(
            (0, "{d}，南屿岛报告了{n}例流感确诊病例。",
                "Nanyu Island reported {n} confirmed cases of flu on {d}."),
            (4, "{d}，南屿岛的流感确诊病例增至{m}例。",
                "Confirmed cases of flu on Nanyu Island rose to {m} on {d}."),
            (5, "{d}，南屿岛的所有学校因流感停课。",
                "All schools on Nanyu Island closed because of the flu on {d}."),
            (18, "{d}，首批流感疫苗运抵南屿岛。",
                 "The first flu vaccines arrived on Nanyu Island on {d}."),
        ),
        other=("{d}，造币厂发行了一套纪念币。", "The mint issued new coins on {d}."),
    ),
    Kind(
        topic="长岭水坝工程",
        facts=(
            (0, "{d}，长岭水坝正式动工，总投资{n}亿元。",
                "Work on the Changling dam began on {d}."),
            (30, "{d}，法院以环评缺失为由下令长岭水坝停工。",
                 "A court halted work on the Changling dam on {d} for want of a review."),
            (70, "{d}，长岭水坝通过环评后复工。",
                 "Work on the Changling dam resumed on {d} after it passed the review."),
            (200, "{d}，长岭水坝开始蓄水。", "The Changling dam began to fill with water on {d}."),
        ),
        other=("{d}，一家老牌剧院宣布停业。", "An old theatre closed its doors on {d}."),
    ),
)  # fmt: skip
LOOKED_AT = (
    Kind(
        topic="云帆科技的股价",
        facts=(
            (0, "{d}，云帆科技股价收报{n}港元。",
                "Shares of Yunfan Technology closed at HK${n} on {d}."),
            (0, "{d}，云帆科技股价盘中一度涨至88港元。",
                "Yunfan Technology shares rose as high as HK$88 on {d}."),
            (1, "{d}，云帆科技股价收报{m}港元。",
                "On {d}, Yunfan Technology shares closed at HK${m}."),
            (6, "{d}，云帆科技宣布回购股份。", "Yunfan Technology announced a buyback on {d}."),
        ),
        other=("{d}，一座古塔完成修缮。", "The repair of an old pagoda was completed on {d}."),
    ),
    Kind(
        topic="Songling wildfire",
        facts=(
            (0, "{d}，松岭林区发生山火，{n}人受伤。",
                "A wildfire broke out in the Songling forest on {d} and injured {n} people."),
            (1, "{d}，松岭山火迫使三个村庄的村民撤离。",
                "Three villages were evacuated on {d} because of the Songling wildfire."),
            (1, "{d}，军方派出直升机扑救松岭山火。",
                "The army sent helicopters to fight the Songling wildfire on {d}."),
            (7, "{d}，松岭山火被完全扑灭，受伤人数为{m}人。",
                "The Songling wildfire was put out on {d}; {m} people had been injured."),
        ),
        other=("{d}，航空公司开通了直飞航线。", "An airline began direct flights on {d}."),
    ),
    Kind(
        topic="东洲央行降息",
        facts=(
            (0, "{d}，东洲央行将利率下调至{m}%。",
                "The central bank of Dongzhou cut its interest rate to {m}% on {d}."),
            (2, "{d}，东洲的商业银行跟随央行下调了存款利息。",
                "Commercial banks in Dongzhou followed the central bank on {d}."),
            (45, "{d}，东洲央行再次降息，利率降至{n}%。",
                 "The Dongzhou central bank cut again on {d}, bringing the interest rate to {n}%."),
        ),
        other=("{d}，马拉松吸引了上万名跑者。", "A marathon drew thousands of runners on {d}."),
    ),
    Kind(
        topic="何志远受贿案",
        facts=(
            (0, "{d}，何志远受贿案开庭审理。",
                "The bribery trial of He Zhiyuan opened on {d}."),
            (25, "{d}，法院以受贿罪判处何志远有期徒刑十二年。",
                 "A court sentenced He Zhiyuan to twelve years in prison for bribery on {d}."),
            (33, "{d}，何志远就受贿案判决提出上诉。",
                 "He Zhiyuan appealed against the verdict on {d}."),
            (120, "{d}，高级法院驳回何志远的上诉。",
                  "A higher court rejected the appeal of He Zhiyuan on {d}."),
        ),
        other=("{d}，城郊新增一座湿地公园。", "A wetland park opened outside the city on {d}."),
    ),
)  # fmt: skip
HELD_OUT = (
    Kind(
        topic="春晖学校学生食物中毒",
        facts=(
            (0, "{d}，春晖学校的学生在午餐后出现食物中毒，确诊病例为{n}例。",
                "Pupils of Chunhui School fell ill after lunch on {d}; {n} cases were confirmed."),
            (1, "{d}，卫生部门查封了春晖学校的食堂。",
                "Health officials closed the canteen of Chunhui School on {d}."),
            (2, "{d}，春晖学校食物中毒的确诊病例增至{m}例。",
                "On {d} the confirmed cases at Chunhui School rose to {m}."),
            (8, "{d}，春晖学校校长引咎辞职。",
                "The headteacher of Chunhui School stepped down on {d}."),
        ),
        other=("{d}，邮政部门发行了新邮票。", "The post office issued a new stamp on {d}."),
    ),
    Kind(
        topic="Orion Motors recall",
        facts=(
            (0, "{d}，猎户座汽车宣布因刹车故障召回轿车。",
                "Orion Motors recalled cars on {d} because of faulty brakes."),
            (4, "{d}，监管部门对Orion Motors的刹车故障展开调查。",
                "Regulators opened an inquiry into the brakes of Orion Motors on {d}."),
            (4, "{d}，车主对Orion Motors提起集体诉讼。",
                "Owners filed a class action against Orion Motors on {d}."),
            (30, "{d}，Orion Motors的首席执行官卡尔·维斯特辞职。",
                 "Karl Vest, the chief executive of Orion Motors, resigned on {d}."),
        ),
        other=("{d}，动物保护组织放生了海龟。", "Sea turtles were set free on {d}."),
    ),
    Kind(
        topic="北川列车脱轨",
        facts=(
            (0, "{d}，一列客车在北川境内脱轨，{n}人受伤。",
                "A passenger train came off the rails near Beichuan on {d}, and {n} were injured."),
            (0, "{d}，北川所在的铁路线全线停运。",
                "The railway line through Beichuan was closed on {d}."),
            (1, "{d}，北川列车脱轨事故的受伤人数升至{m}人。",
                "The number of injured in the Beichuan derailment rose to {m} on {d}."),
            (3, "{d}，北川的铁路恢复通车。", "Trains ran again through Beichuan on {d}."),
        ),
        other=("{d}，作家协会公布了年度奖项。", "A writers' guild named its prizes on {d}."),
    ),
    Kind(
        topic="江陵队主教练更换",
        facts=(
            (0, "{d}，江陵队解雇了主教练周凯。", "Jiangling sacked head coach Zhou Kai on {d}."),
            (2, "{d}，江陵队任命马丁·洛克为新任主教练。",
                "Jiangling named Martin Locke as the new head coach on {d}."),
            (9, "{d}，洛克率领江陵队取得首场胜利。",
                "Locke led Jiangling to a first win on {d}."),
        ),
        other=("{d}，电力公司完成了线路检修。", "A power company finished repairs on {d}."),
    ),
)  # fmt: skip


_KINDS = {"developed": DEVELOPED, "looked-at": LOOKED_AT, "held-out": HELD_OUT}
"""The program was made with the first, mended after a look at the second, and has not seen the
third."""


@dataclass
class Made:
    """A story as articles, with what is true of it."""

    topic: str
    documents: list[Document] = field(default_factory=list)
    facts: dict[str, tuple[int, str]] = field(default_factory=dict)
    """For each sentence the number of its fact and its day."""
    changes: set[tuple[int, str, str]] = field(default_factory=set)
    differing: set[frozenset[str]] = field(default_factory=set)


def made(kind: Kind, seed: int) -> Made:
    """Return the articles of a story: two Chinese outlets and an English one."""
    chance = random.Random(f"{kind.topic}{seed}")  # noqa: S311 - no secret
    begins = date(2025, chance.randint(2, 5), chance.randint(2, 27))
    story = Made(topic=kind.topic)
    figures = sorted(chance.sample(range(11, 60), 2))
    if re.search("被困|利率", kind.facts[0][1]):
        figures.reverse()  # fewer and fewer are trapped
    step, last = 0, ""
    for number, (after, chinese, english) in enumerate(kind.facts):
        day = begins + timedelta(days=after)
        has_figure = "{n}" in chinese or "{m}" in chinese
        figure = str(figures[min(step, 1)])
        if has_figure and "投资" not in chinese:
            step += 1
            if last:
                story.changes.add((number, last, figure))
            last = figure
        # The second Chinese outlet gives another figure on the first day, for some seeds.
        differs = has_figure and step == 1 and seed % 2 == 0 and "投资" not in chinese
        for outlet in ("滨海早报", "中原晚报", "The Courier"):
            if number and outlet != "滨海早报" and chance.random() < 0.35:
                continue
            said = str(int(figure) + 4) if differs and outlet == "中原晚报" else figure
            if differs and outlet == "中原晚报":
                story.differing.add(frozenset((figure, said)))
            language: Language = "en" if outlet == "The Courier" else "zh"
            text = english if language == "en" else chinese
            if outlet == "中原晚报":
                text = _reworded(text)
            # The day stands in the sentence, or is only the article's.
            plain = outlet == "中原晚报" and chance.random() < 0.5
            # Some articles of a day later say "yesterday", and English ones the day of the week.
            late = outlet == "滨海早报" and seed % 3 == 1
            sentence = _with_day(text, day, language, plain, late=late, weekday=seed % 2 == 1)
            sentence = sentence.replace("{n}", said).replace("{m}", said)
            other = kind.other[language == "en"]
            story.facts[sentence] = (number, str(day))
            text = f"{sentence}\n\n{_with_day(other, day, language, False)}"
            told = day + timedelta(days=late)
            story.documents.append(_document(f"{outlet}-{number}", outlet, told, language, text))
    return story


_OTHER_WORDS = (
    ("正式", ""), ("造成", "导致"), ("宣布将", "表示计划"),
    ("逮捕了", "拘捕了"), ("升至", "上升到"), ("增至", "上升到"),
    ("拒绝了", "回绝了"), ("责令", "要求"), ("批准", "放行"),
    ("运抵", "送达"), ("同意加薪", "答应加薪"), ("仍有", "还有"),
    ("举行了首次谈判", "首次坐下来谈判"),
)  # fmt: skip


def _reworded(text: str) -> str:
    for old, new in _OTHER_WORDS:
        text = text.replace(old, new)
    return text


def _with_day(
    text: str,
    day: date,
    language: Language,
    plain: bool,
    *,
    late: bool = False,
    weekday: bool = False,
) -> str:
    if language == "en" and weekday:
        return text.replace("{d}", ENGLISH_WEEKDAYS[day.weekday()])
    if late:
        return text.replace("{d}", "昨日")
    if language == "en":
        return text.replace("{d}", f"{ENGLISH_MONTHS[day.month - 1]} {day.day}")
    if plain:
        return text.replace("截至{d}，", "").replace("{d}，", "").replace("{d}", "")
    return text.replace("{d}", f"{day.month}月{day.day}日")


def _document(doc_id: str, outlet: str, day: date, language: Language, text: str) -> Document:
    moment = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    return Document(
        doc_id=doc_id,
        path="",
        title="",
        outlet=outlet,
        published=Published(moment=moment, precision="minute", zone_assumed=False),
        language=language,
        url=None,
        text=text,
        content_hash="",
    )


@dataclass
class Counts:
    """What was counted, over all stories: of each name how many are right, of how many."""

    found: dict[str, list[int]] = field(default_factory=dict)

    def add(self, name: str, right: int, total: int) -> None:
        """Count `right` of `total`."""
        counted = self.found.setdefault(name, [0, 0])
        counted[0] += right
        counted[1] += total

    def lines(self) -> list[str]:
        """Return a line for each name, with Wilson's interval."""
        lines = []
        for name, (right, total) in self.found.items():
            share = right / total if total else 0.0
            low, high = wilson(share, total) if total else (0.0, 1.0)
            lines.append(f"{name}: {right} of {total} ({share:.2f}, {low:.2f}-{high:.2f})")
        return lines


def score(story: Made, told: Story, counts: Counts) -> None:
    """Count what a story found of what is true."""
    rows = [[story.facts.get(c.quote) for c in row.citations] for row in told.rows]
    numbers = {number for number, _ in story.facts.values()}
    with_row = {fact[0] for row in rows for fact in row if fact}
    counts.add("facts that have a row", len(with_row & numbers), len(numbers))
    beside = right_days = mixed = 0
    for number in numbers:
        best = max(sum(bool(f) and f[0] == number for f in row if f) for row in rows or [[]])
        beside += best
    counts.add("sentences in the row of their fact", beside, len(story.facts))
    for row, shown in zip(rows, told.rows, strict=True):
        facts = {fact for fact in row if fact}
        right_days += any(shown.day == day for _, day in facts)
        mixed += len({number for number, _ in facts}) > 1 or (None in row and bool(facts))
    counts.add("rows with the right day", right_days, len(rows))
    counts.add("rows that mix two facts", mixed, len(rows))
    changes = [
        (row_numbers, change.before.value, change.after.value)
        for row, row_facts in zip(told.rows, rows, strict=True)
        for row_numbers in [{fact[0] for fact in row_facts if fact}]
        for change in row.changes
    ]
    disputed = {value for pair in story.differing for value in pair}
    marked = sum(
        any(
            number in ns and after in a and any(value in b for value in (before, *disputed))
            for ns, b, a in changes
        )
        for number, before, after in story.changes
    )
    counts.add("changed figures that are marked", marked, len(story.changes))
    wrong = sum(
        not any(number in ns and after in a for number, _, after in story.changes)
        for ns, _, a in changes
    )
    counts.add("marked changes that are none", wrong, len(changes))
    shown_differences = [
        {value.value for value in differing.values}
        for row in told.rows
        for differing in row.disagreements
    ]
    found = sum(
        any(all(any(v in w for w in shown) for v in pair) for shown in shown_differences)
        for pair in story.differing
    )
    counts.add("disagreements found", found, len(story.differing))
    counts.add(
        "disagreements that are none",
        max(0, len(shown_differences) - found),
        len(shown_differences),
    )


def main(arguments: Sequence[str]) -> int:
    """Run the command of `arguments`, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval stories")
    parser.add_argument("--kinds", choices=tuple(_KINDS), default="held-out")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--show", action="store_true", help="print the stories")
    given = parser.parse_args(arguments)
    config = Config.from_environment()
    embedder = load_embedder(config.embedder)
    reader, _ = load_reader(config.reader, embedder)
    counts = Counts()
    for kind in _KINDS[given.kinds]:
        for seed in range(given.seeds):
            story = made(kind, seed)
            snapshot = snapshot_of(story.documents, embedder, lambda *_: lambda _: None)
            with Assistant(snapshot=snapshot, embedder=embedder, reader=reader) as assistant:
                told = assistant.story(story.topic, today=date(2026, 1, 1))
            if given.show:
                print(told.to_markdown("en"))
            score(story, told, counts)
    print("\n".join(counts.lines()))
    return 0
