"""Facts with figures that are more than the value of a measure, and claims about them."""

from __future__ import annotations

from training.made_cases import read_cases

FIGURE_CASES = read_cases("""
zh: {co}[拟|将|宣布]每10股派发现金红利{dec}元[（含税）|]
zh: {co}[的分红方案为|公布的分红预案是]：向全体股东每10股派{dec}元
en: {co} will pay a cash dividend of {dec} yuan [for every 10 shares|per ten shares]
en: {co} [set its dividend at|announced a dividend of] {dec} yuan per 10 shares
+ arithmetic
zh: {co}每股派现{dec_x}元
en: {co}'s dividend works out at {dec_x} yuan a share
! unit refuted
zh: {co}每股派[发现金红利|现]{dec}元
zh: {co}每10股派[发|]{dec_y}元
en: {co} will pay [a dividend of|] {dec} yuan [per share|a share|for each share]
en: {co} will pay {dec_y} yuan for every ten shares
! comparison refuted
zh: {co}决定不派发[现金红利|股息]
en: {co} [will pay no dividend|has decided against paying a dividend]
! measure refuted
zh: {co}每10股转增{dec}股，不派现金
en: {co} will give shareholders new shares instead of cash
~ co

zh: {pr}是{pl}销量第二大的产品，[仅次于|排在]{pr2}[|之后]
zh: 在{pl}，{pr}的销量排名第二，{pr2}位居榜首
en: {pr} is the second best-selling product in {pl}, behind {pr2}
en: in {pl}, {pr2} tops the sales ranking, [with {pr} in second place|followed by {pr}]
+ converse
zh: {pr2}在{pl}的销量[高于|超过]{pr}
zh: {pr2}是{pl}销量最大的产品
en: {pr2} [outsells|sells more than] {pr} in {pl}
en: no product sells better in {pl} than {pr2}
! rank refuted
zh: {pr}[是{pl}销量最大的产品|在{pl}销量排名第一]
zh: {pl}销量第三的是{pr}
zh: 在{pl}，{pr2}销量居第二
en: {pr} [is the best-selling product in {pl}|leads the sales ranking in {pl}]
en: {pr2} ranks second by sales in {pl}, after {pr}
en: {pr} comes third by sales in {pl}
! comparison refuted
zh: {pr}在{pl}的销量超过{pr2}
en: {pr} sells better in {pl} than {pr2}
! scope unknown
zh: {pr}在全球销量排名第二
en: {pr} is the second best-selling product in the world
~ pl

zh: {te}在本赛季联赛中排名{kth}，{te2}排名垫底
zh: 本赛季联赛，{te}位列{kth}名，{te2}则是最后一名
en: {te} finished {kth} in the league this season, while {te2} came last
en: the league season ended with {te} in {kth} place and {te2} at the bottom
+ converse
zh: {te2}在本赛季联赛中的名次低于{te}
en: {te2} finished below {te} in the league
+ synonym
zh: 没有球队的名次比{te2}更低
en: no side in the league finished lower than {te2}
! rank refuted
zh: {te}在本赛季联赛中[夺冠|名列榜首]
zh: {te2}在联赛中名列榜首
zh: {te}本赛季联赛排名{k2th}
en: {te} [won the league|topped the table] this season
en: {te2} [came first|won the title] in the league
en: {te} came {k2th} in the league this season
! owner refuted
zh: {te}在本赛季联赛中垫底
en: {te} finished at the bottom of the league

zh: 至少有{n}人在{pl}的事故中[受伤|被送医]
zh: {pl}发生的事故造成至少{n}人受伤
en: at least {n} people were [hurt|injured] in the accident in {pl}
en: the accident in {pl} left {n} or more people injured
+ synonym
zh: {pl}事故中受伤的人不少于{n}人
en: no fewer than {n} people were injured in the accident in {pl}
! at least unknown
zh: {pl}的事故恰好造成{n}人受伤
zh: {pl}事故的伤者总数最终为{n}人，没有更多
en: exactly {n} people were injured in the accident in {pl}
en: the number of injured in the accident in {pl} is final at {n}
! at most refuted
zh: {pl}事故受伤的人不到{n2}人
en: fewer than {n2} people were hurt in the accident in {pl}
! measure unknown
zh: {pl}事故造成至少{n}人死亡
en: at least {n} people [died|were killed] in the accident in {pl}

zh: {co}最多将裁减{h}个岗位
zh: {co}表示，裁员人数[不会超过|至多为]{h}人
en: {co} will cut up to {h} jobs
en: {co} said [no more than|at most] {h} jobs would go
+ shorter
zh: {co}将裁减岗位
en: {co} is going to cut jobs
! at least refuted
zh: {co}将裁减至少{h}个岗位，可能更多
zh: {co}裁员将超过{h}人
en: {co} will cut at least {h} jobs, perhaps more
en: {co} plans to shed more than {h} jobs
! exactly unknown
zh: {co}已经裁掉了{h}名员工
en: {co} has already dismissed {h} employees
! direction refuted
zh: {co}将新增至多{h}个岗位
en: {co} will create up to {h} jobs
~ co h

zh: {co}以{big}收购了{co2}，这一价格高于{pe}出的{small}
zh: {co2}被{co}以{big}买下，{pe}只出价{small}
en: {co} bought {co2} for {big}, more than the {small} that {pe} had offered
en: {co2} went to {co} for {big}; {pe} had bid {small}
+ converse
zh: {pe}对{co2}的出价低于{co}
zh: {co2}现在归{co}所有，价格为{big}
en: {pe}'s bid for {co2} was lower than that of {co}
en: {co2} was [acquired|taken over] by {co} at a price of {big}
! comparison refuted
zh: {pe}对{co2}的出价高于{co}
en: {pe} offered more for {co2} than {co} did
! owner refuted
zh: {co2}以{big}收购了{co}
zh: {pe}以{small}买下了{co2}
en: {co2} [took over|bought] {co} for {big}
en: {pe} acquired {co2} for {small}
! number refuted
zh: {co}为收购{co2}支付了{small}
en: {co} paid {small} for {co2}

zh: {ins}的预算[从{small}增至{big}|由{small}提高到{big}]
zh: {ins}预算为{big}，此前为{small}
en: the budget of {ins} [rose|went up|was raised] from {small} to {big}
en: {ins} now has a budget of {big}, up from {small}
+ shorter
zh: {ins}的预算增加了
zh: {ins}的预算达到{big}
en: {ins} has more money in its budget than before
en: the budget of {ins} has grown to {big}
! comparison refuted
zh: {ins}的预算从{big}减至{small}
zh: {ins}的预算增加了{big}
zh: {ins}的预算被削减
en: {ins}'s budget was cut from {big} to {small}
en: {ins}'s budget grew by {big}
en: the budget of {ins} has shrunk
! number refuted
zh: {ins}现在的预算为{small}
en: {ins} has a budget of {small} today
~ ins big

zh: {pe}在{pl}选举中获得{crowd}票，{pe2}获得{crowd2}票
zh: {pl}选举结果：{pe}得{crowd}票，{pe2}得{crowd2}票
en: {pe} [won|received] {crowd} votes in the {pl} election and {pe2} {crowd2}
en: in the election in {pl}, {crowd} people voted for {pe} and {crowd2} for {pe2}
+ converse
zh: 在{pl}选举中，{pe2}的得票[少于|低于]{pe}
zh: {pl}选举中，{pe}得票多于{pe2}
en: {pe2} got fewer votes than {pe} in the {pl} election
en: {pe} was ahead of {pe2} in the {pl} election
! comparison refuted
zh: {pl}选举中，{pe2}的得票超过{pe}
en: {pe2} won more votes than {pe} in {pl}
en: {pe} was beaten by {pe2} in the {pl} vote
! owner refuted
zh: {pe2}在{pl}选举中得到{crowd}票
zh: {pe}得票{crowd2}张
en: {crowd} votes in {pl} went to {pe2}
en: {pe} received {crowd2} votes

zh: {co}的门店数量从{half}家增加到{whole}家
zh: {co}现有{whole}家门店，此前为{half}家
en: {co} has expanded from {half} stores to {whole}
en: {co} runs {whole} shops, compared with {half} before
+ arithmetic
zh: {co}的门店数[翻了一番|增加了一倍]
zh: {co}新增门店{half}家
en: {co} has doubled the number of its [stores|shops]
en: {co} has {half} more shops than before
en: {co} has twice as many shops as it used to
! arithmetic refuted
zh: {co}的门店数减少了一半
zh: {co}的门店数是原来的三倍
zh: {co}新增门店{whole}家
en: {co} has halved the number of its stores
en: {co} has tripled its store count
en: {co} has opened {whole} additional shops
! number refuted
zh: {co}现有门店{thrice}家
en: {co} has {thrice} shops
~ co

zh: {co}把{pr}的日产量从{whole}台减到{half}台
zh: {co}每天生产{half}台{pr}，而此前是{whole}台
en: {co} has cut daily output of {pr} from {whole} to {half} units
en: {co} makes {half} units of {pr} a day, down from {whole}
+ arithmetic
zh: {co}把{pr}的产量[减半|削减了一半]
en: {co} has halved [its output|production] of {pr}
en: {co} makes 50 percent fewer units of {pr} than before
! arithmetic refuted
zh: {co}把{pr}的产量[翻了一番|减少了三分之二]
zh: {co}已停产{pr}
en: {co} has [doubled|tripled] production of {pr}
en: {co} has stopped making {pr} altogether

zh: {ins}为{h}名居民发放补助，人均{n}元
zh: {h}名居民从{ins}领到补助，每人{n}元
en: {ins} paid {h} residents an allowance of {n} yuan each
en: {h} residents [received|were given] {n} yuan apiece from {ins}
+ synonym
zh: {ins}发放的补助为每人{n}元
en: the allowance from {ins} was {n} yuan per head
! unit refuted
zh: {ins}发放的补助总共为{n}元
zh: {ins}向{n}人发放了补助，每人{h}元
en: {ins} paid out {n} yuan in all
en: {ins} gave {n} people {h} yuan each
! unit refuted
zh: {ins}发给每人的补助是{n}美元
en: {ins} paid each of them {n} dollars
~ ins

zh: {pl}的事故造成{n2}人死亡、{n}人受伤
zh: {pl}发生事故，[已有|]{n2}人遇难，另有{n}人受伤
en: {n2} people were killed and {n} injured in the accident in {pl}
en: the accident in {pl} left {n2} dead and {n} hurt
+ shorter
zh: {pl}事故中的死者有{n2}人
zh: {pl}事故[致|造成]{n}人受伤
en: {n2} people lost their lives in the accident in {pl}
en: {n} people suffered injuries in {pl}
+ converse
zh: {pl}事故中伤者多于死者
en: more people were injured than killed in the {pl} accident
! measure refuted
zh: {pl}事故造成{n}人死亡
zh: {pl}事故中有{n2}人受伤、{n}人遇难
en: the accident in {pl} [killed|claimed the lives of] {n} people
en: {n2} people were injured and {n} killed in {pl}
! negation refuted
zh: {pl}事故没有造成人员死亡
en: nobody [died|was killed] in the accident in {pl}
~ pl n2
""")
