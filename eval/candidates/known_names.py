"""Well-known names by kind, in Chinese and English. Names of one kind can replace each other.

No Chinese name is also a common word. So 小米 is not used, because it also means millet.
"""

from __future__ import annotations

_COMPANIES = (
    ("阿里巴巴", "Alibaba"), ("腾讯", "Tencent"), ("百度", "Baidu"), ("华为", "Huawei"),
    ("字节跳动", "ByteDance"), ("京东", "JD.com"), ("苹果公司", "Apple"), ("微软", "Microsoft"),
    ("谷歌", "Google"), ("亚马逊", "Amazon"), ("特斯拉", "Tesla"), ("英伟达", "Nvidia"),
    ("三星", "Samsung"), ("比亚迪", "BYD"), ("丰田", "Toyota"), ("索尼", "Sony"),
    ("波音", "Boeing"), ("西门子", "Siemens"), ("诺基亚", "Nokia"), ("沃尔玛", "Walmart"),
    ("雀巢", "Nestle"), ("拜耳", "Bayer"), ("米其林", "Michelin"), ("普利司通", "Bridgestone"),
    ("喜利得", "Hilti"), ("蒂森克虏伯", "Thyssenkrupp"),
)  # fmt: skip
_COUNTRIES = (
    ("中国", "China"), ("美国", "United States"), ("日本", "Japan"), ("韩国", "South Korea"),
    ("印度", "India"), ("德国", "Germany"), ("法国", "France"), ("英国", "Britain"),
    ("俄罗斯", "Russia"), ("巴西", "Brazil"), ("阿联酋", "United Arab Emirates"),
    ("墨西哥", "Mexico"), ("越南", "Vietnam"), ("挪威", "Norway"), ("智利", "Chile"),
    ("肯尼亚", "Kenya"), ("葡萄牙", "Portugal"), ("冰岛", "Iceland"), ("乌拉圭", "Uruguay"),
    ("博茨瓦纳", "Botswana"), ("苏里南", "Suriname"), ("莱索托", "Lesotho"),
)  # fmt: skip
_CITIES = (
    ("北京", "Beijing"), ("上海", "Shanghai"), ("深圳", "Shenzhen"), ("杭州", "Hangzhou"),
    ("纽约", "New York"), ("伦敦", "London"), ("巴黎", "Paris"), ("东京", "Tokyo"),
    ("迪拜", "Dubai"), ("新德里", "New Delhi"), ("柏林", "Berlin"), ("莫斯科", "Moscow"),
    ("赫尔辛基", "Helsinki"), ("利马", "Lima"), ("奥斯陆", "Oslo"), ("内罗毕", "Nairobi"),
    ("里加", "Riga"), ("达喀尔", "Dakar"), ("雷克雅未克", "Reykjavik"), ("瓦莱塔", "Valletta"),
)  # fmt: skip

KINDS = (_COMPANIES, _COUNTRIES, _CITIES)
"""The names by kind, as pairs (Chinese, English)."""

PLACES = 1
"""The index of the first kind that is a place."""
