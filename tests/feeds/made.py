"""Feeds and pages in the shapes in which news sites write them."""

from __future__ import annotations

from xml.sax.saxutils import escape

STORIES = {
    "harbour": (
        "Lund opens its new harbour",
        "The harbour of Lund opened on Monday after eleven years of work.",
        "Forty ships came on the first day, said harbour master Erik Sand. "
        "The port cost 310 million euros, twice what was planned in 2014.",
    ),
    "bridge": (
        "Storm closes the Orla bridge",
        "The Orla bridge was closed on Tuesday after gusts of 130 kilometres per hour.",
        "About 9,000 cars cross it each day, the road office said. "
        "It will open again when the wind falls below 80 kilometres per hour.",
    ),
    "bank": (
        "Bank of Tavia cuts its rate",
        "The Bank of Tavia cut its key rate by a quarter point to 3.25 percent.",
        "Governor Mira Holt said that inflation had fallen to 2.1 percent in January. "
        "Analysts had expected no change before the summer.",
    ),
}
LONG = (
    "The council voted by 31 to 14 after a debate of six hours. "
    "Opponents said that the plan was too dear, and asked for a new report by the end of May. "
)
SHIPS_ZH = (
    "云岭新港周一正式启用。",
    "港务局局长沈柏年介绍，首日共有四十艘货轮靠泊，全年吞吐量预计达到三百二十万吨。",
    "该项目总投资二十三亿元，历时十一年建成，比原计划晚了两年。",
)


def page(slug: str, *, extra: str = "", site: str = "", date: str = "") -> str:
    """A page of a news site: menu, article, footer."""
    title, *paragraphs = STORIES[slug]
    body = "".join(f"<p>{escape(p)}</p>" for p in [*paragraphs, *([extra] if extra else [])])
    head = f'<meta property="og:site_name" content="{site}">' if site else ""
    head += f'<meta property="article:published_time" content="{date}">' if date else ""
    return (
        f"<!doctype html><html lang='en'><head><title>{escape(title)}</title>{head}</head><body>"
        "<nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav>"
        f"<article><h1>{escape(title)}</h1>{body}</article>"
        "<footer>About us. Contact. All rights reserved.</footer></body></html>"
    )


def item(
    slug: str,
    link: str,
    *,
    date: str = "Mon, 03 Feb 2025 08:30:00 +0100",
    content: str = "",
    title: str = "",
) -> str:
    """An item of RSS 2.0: a teaser, or with `content` the whole text."""
    whole = f"<content:encoded><![CDATA[{content}]]></content:encoded>" if content else ""
    told = escape(title or STORIES[slug][0])
    return (
        f"<item><title>{told}</title><link>{escape(link)}</link><guid isPermaLink='false'>{slug}"
        f"</guid><pubDate>{date}</pubDate><description>{escape(STORIES[slug][1][:60])} ..."
        f"</description>{whole}</item>"
    )


def rss(*items: str, title: str = "Lund Courier", head: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{title}</title><link>https://courier.example/</link>"
        f"<description>News</description>{''.join(items)}</channel></rss>"
    )


def atom(slug: str, link: str, *, content: str) -> str:
    title = STORIES[slug][0]
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        "<title>Tavia Times</title><id>urn:feed</id><updated>2025-02-05T10:00:00Z</updated>"
        f"<entry><title>{title}</title><link rel='alternate' href='{link}'/><id>urn:{slug}</id>"
        "<published>2025-02-05T09:15:00+01:00</published><updated>2025-02-05T10:00:00Z</updated>"
        f"<author><name>Ina Beck</name></author><content type='html'>{escape(content)}</content>"
        "</entry></feed>"
    )


def whole(slug: str) -> str:
    """The whole article as the HTML of a feed."""
    _, *paragraphs = STORIES[slug]
    return "".join(f"<p>{p}</p>" for p in [*paragraphs, *[f"{i}. {LONG}" for i in range(8)]])
