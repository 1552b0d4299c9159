"""Facts with figures about trials, matches, roads, prices and dates, and claims about them."""

from __future__ import annotations

from training.made_cases import read_cases

DETAIL_CASES = read_cases("""
zh: {pe}被判处{k}年有期徒刑，并处罚金{small}
zh: 法院判处{pe}有期徒刑{k}年，罚金{small}
en: a court sentenced {pe} to {k} years in prison and fined {small}
en: {pe} was jailed for {k} years and ordered to pay a fine of {small}
+ shorter
zh: {pe}被判入狱{k}年
en: {pe} must spend {k} years in prison
! number refuted
zh: {pe}被判处{k2}年有期徒刑
zh: {pe}被判处{k}个月有期徒刑
en: {pe} was given a prison term of {k2} years
en: {pe} was sentenced to {k} months in jail
! measure refuted
zh: {pe}只被判处罚金，无须入狱
zh: 法院宣判{pe}无罪
en: {pe} was let off with a fine
en: the court [acquitted|cleared] {pe}
~ pe

zh: {te}以{g}比{g2}[击败|战胜]{te2}
zh: {te2}以{g2}比{g}不敌{te}
en: {te} beat {te2} {g}-{g2}
en: {te2} lost {g2}-{g} to {te}
+ converse
zh: {te2}输给了{te}
zh: {te}赢得了与{te2}的比赛
en: {te} came out on top against {te2}
en: {te2} were defeated by {te}
! owner refuted
zh: {te2}以{g}比{g2}击败{te}
zh: {te}负于{te2}
en: {te2} [beat|defeated] {te} {g}-{g2}
en: {te} went down to {te2}
! comparison refuted
zh: {te}与{te2}战平
en: {te} and {te2} [drew|shared the points]

zh: {pl}到{pl2}的新公路全长{km}公里，[造价|投资]{big}
zh: 连接{pl}与{pl2}的新公路有{km}公里长，耗资{big}
en: the new road from {pl} to {pl2} is {km} kilometres long and cost {big}
en: {big} was spent on the {km} km road [between|that links] {pl} and {pl2}
+ shorter
zh: {pl}和{pl2}之间的新公路长{km}公里
en: a {km}-kilometre road now connects {pl2} with {pl}
! unit refuted
zh: {pl}到{pl2}的新公路长{km}英里
zh: {pl}到{pl2}的新公路长{km}米
en: the new road between {pl} and {pl2} is {km} miles long
en: the road from {pl} to {pl2} runs for {km} metres
! number refuted
zh: {pl}到{pl2}的新公路耗资{small}
en: the road between {pl} and {pl2} cost {small}
! measure refuted
zh: {pl}到{pl2}的新铁路长{km}公里
en: the new [railway|bridge] from {pl} to {pl2} is {km} kilometres long

zh: {pl}{wd}最高气温达{deg}度，最低气温{deg2}度
zh: {wd}，{pl}的气温最高{deg}度、最低{deg2}度
en: temperatures in {pl} ranged from {deg2} to {deg} degrees on {wd}
en: {pl} had a high of {deg} degrees and a low of {deg2} on {wd}
+ shorter
zh: {pl}{wd}的最高气温为{deg}度
en: it got as hot as {deg} degrees in {pl} on {wd}
! measure refuted
zh: {pl}{wd}的最低气温为{deg}度
zh: {pl}{wd}最高气温只有{deg2}度
en: the low in {pl} on {wd} was {deg} degrees
en: it was no warmer than {deg2} degrees in {pl} on {wd}
! period unknown
zh: {pl}{wd2}最高气温{deg}度
en: {pl} had a high of {deg} degrees on {wd2}

zh: {pr}的售价[下调|降低]{pct}%，至{h2}元
zh: {pr}降价{pct}%，新价格为{h2}元
en: the price of {pr} [was cut|came down] by {pct}% to {h2} yuan
en: {pr} now sells for {h2} yuan, {pct} percent less than before
+ shorter
zh: {pr}降价了
zh: {pr}现售{h2}元
en: {pr} has become cheaper
en: buyers now pay {h2} yuan for {pr}
! comparison refuted
zh: {pr}涨价{pct}%
zh: {pr}的价格降到原来的{pct}%以下，只要{h}美元
zh: {pr}的价格下调了{h2}元，至{h}元
en: {pr} has become {pct}% more expensive
en: the price of {pr} [rose|went up] to {h2} yuan
en: the price of {pr} was cut by {h2} yuan to {h} yuan
! unit refuted
zh: {pr}现在卖{h2}美元
en: {pr} now costs {h2} dollars
~ pr h2

zh: {ins}的调查显示，{yes}%的受访者支持该方案，{no}%反对
zh: {no}%的受访者反对该方案，支持的占{yes}%，{ins}的调查显示
en: {yes}% of those asked by {ins} support the scheme and {no}% oppose it
en: a survey by {ins} found {no} percent against the scheme and {yes} percent in favour
+ converse
zh: {ins}调查发现，反对该方案的人比支持者多
en: opponents of the scheme outnumber its supporters, [a survey by {ins} shows|according to {ins}]
! comparison refuted
zh: {ins}调查发现，支持该方案的人多于反对者
en: {ins} found more people for the scheme than against it
! measure refuted
zh: {no}%的受访者支持该方案，{ins}调查显示
en: {no}% back the scheme, {ins} found
en: only {yes}% are opposed to the scheme, {ins} says
~ ins

zh: {pl}近三成的学校位于洪水易发区
zh: 在{pl}，将近30%的学校处在易受洪水影响的区域
en: nearly 30 percent of schools in {pl} lie in areas prone to flooding
en: almost three in ten schools in {pl} stand where floods are likely
+ notation
zh: {pl}有接近十分之三的学校处在洪水易发区
en: just under 30% of schools in {pl} are in flood-prone areas
! number refuted
zh: {pl}超过三成的学校位于洪水易发区
zh: {pl}大多数学校处在洪水易发区
en: more than half of schools in {pl} are prone to flooding
en: most of the schools in {pl} stand on flood-prone land

zh: {co}{y}年成立于{pl}，{y2}年上市
zh: {y}年在{pl}创立的{co}于{y2}年挂牌上市
en: {co} was founded in {pl} in {y} and went public in {y2}
en: founded in {y} in {pl}, {co} has been listed since {y2}
+ shorter
zh: {co}的创立地是{pl}
zh: {co}从{y2}年起是上市公司
en: {co} started out in {pl} in {y}
en: {co} floated on the stock market in {y2}
! period refuted
zh: {co}成立于{y2}年
zh: {co}{y}年上市
en: {co} was set up in {y2}
en: {co} was first listed in {y}
! place refuted
zh: {co}在{pl2}创立
en: {co} was founded in {pl2}
~ co pl

zh: {ins}的展览从{mo}{d}日持续到{mo2}{d2}日，门票{n}元
zh: {ins}展览{mo}{d}日开幕，{mo2}{d2}日闭幕，票价{n}元
en: the exhibition at {ins} runs from {mo} {d} to {mo2} {d2}, and tickets cost {n} yuan
en: {ins} opens its exhibition on {mo} {d} and closes it on {mo2} {d2}; admission is {n} yuan
+ shorter
zh: {ins}的展览{mo2}{d2}日结束
en: the last day of the exhibition at {ins} is {mo2} {d2}
+ synonym
zh: {ins}的展览收费
en: visitors to the exhibition at {ins} have to pay
! period refuted
zh: {ins}的展览{mo2}{d2}日开幕
zh: {ins}的展览{mo}{d}日结束
en: the exhibition at {ins} begins on {mo2} {d2}
en: the exhibition at {ins} ends on {mo} {d}
! number refuted
zh: {ins}的展览免费[参观|入场]
zh: {ins}展览的门票为{n2}元
en: admission to the exhibition at {ins} is free
en: a ticket for the exhibition at {ins} costs {n2} yuan

zh: {co}的利润超过{co2}，两家分别为{big}和{small}
zh: {co}盈利{big}，{co2}盈利{small}
en: {co} made a profit of {big}, against {small} at {co2}
en: profits came to {big} at {co} and {small} at {co2}
+ converse
zh: {co2}的利润不及{co}
zh: {co}比{co2}赚得多
en: {co2} earned less than {co}
en: {co} was the more profitable of the two, ahead of {co2}
! comparison refuted
zh: {co}的利润低于{co2}
zh: {co2}赚得比{co}多
en: {co2} [earned more|made a bigger profit] than {co}
en: {co} was less profitable than {co2}
! loss for profit refuted
zh: {co}亏损{big}
zh: {co}和{co2}都[出现亏损|没有盈利]
en: {co} lost {big}
en: both {co} and {co2} are in the red
! owner refuted
zh: {co2}的利润为{big}
en: {co2} posted a profit of {big}
""")
