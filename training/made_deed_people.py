"""Wordings of deeds of people, teams, offices and countries, in the form of `made_deed_deals`."""

PEOPLE = """
# sport | a=te b=te | swap ab | single a b | s pl
za: {a}<在{pl}>[以{s}|][战胜|击败|力克|挫败]{b} / {a}[打败|拿下]了{b}<，比赛地点在{pl}>
 / {a}<{s}>[胜|赢了]{b}
zp: {b}<在{pl}>[被{a}击败|遭{a}击败] / {b}<以{t}>[不敌|负于|输给]{a}
zc: {b}输给了{a}<，比赛在{pl}举行> / {a}与{b}之战，胜者是{a} / {b}败在{a}脚下
zn: {a}没能战胜{b} / {a}未能从{b}身上拿到胜利
zr: {a}与{b}战平 / {a}不敌{b}，惨遭淘汰
zu: {a}淘汰{b}，晋级决赛 / {a}与{b}交换了球员
zd: {a}战胜{b}，升至积分榜首位 / {a}击败{b}，这是其连续第五场胜利
ea: {a} [beat|defeated|overcame] {b}< {s}>< in {pl}>
 / {a} [won|took the match] against {b}< in {pl}>
 / {a} [claimed a win|came out on top] against {b}<, {s}>
ep: {b} were [beaten|defeated] by {a}< in {pl}> / {b} went down< {t}> to {a}
ec: {b} lost< {t}> to {a}< in {pl}> / in the match between {a} and {b} the winners were {a}
 / {b} fell to {a}< in {pl}>
en: {a} failed to beat {b} / {a} could not get a win against {b}
er: {a} drew with {b} / {a} lost to {b} and are out
eu: {a} knocked {b} out and are in the final / {a} exchanged players with {b}
ed: {a} beat {b} and went to the top of the table / {a} beat {b}, their fifth win in a row

# sport | a=pe b=te c=te | from bc | single a b c | m
za: {a}从{b}[转会|转投|转至]{c}<，转会费{m}> / {a}离开{b}，[加盟|加入]{c}<，身价{m}>
zp: {a}被{b}<以{m}>卖给{c} / {a}由{b}<以{m}>转让到{c}
zc: {c}从{b}[签下|引进|买入]{a}<，费用为{m}> / {b}把{a}[卖给|放给]{c}<，收入{m}>
zn: {a}没有从{b}转会{c} / {b}拒绝把{a}卖给{c}
zr: {a}与{b}续约，不去{c} / {a}未通过{c}的体检，留在{b}
zu: {a}曾在{c}的青训营试训，{b}并不知情 / {b}向{c}租借了{a}
zd: {a}从{b}转会{c}，将身披10号球衣 / {a}离开{b}加盟{c}，签约四年
ea: {a} [moved|transferred|has gone] from {b} to {c}< for {m}>
 / {a} [left {b} for {c}|left {b} to join {c}]<, for a fee of {m}>
ep: {a} was sold by {b} to {c}< for {m}> / {a} has been signed by {c} from {b}< for {m}>
ec: {c} [signed|bought|brought in] {a} from {b}< for {m}> / {b} sold {a} to {c}<, getting {m}>
en: {a} did not move from {b} to {c} / {b} refused to sell {a} to {c}
er: {a} signed a new contract with {b} rather than go to {c}
 / {a} failed a medical at {c} and stays with {b}
eu: {a} once had a trial at the academy of {c} without {b} knowing / {b} borrowed {a} from {c}
ed: {a} moved from {b} to {c} and will wear the number 10 shirt
 / {a} left {b} for {c} on a four-year contract

# post | a=pe b=pe c=co | swap ab | single a b c | x
 | 首席执行官=chief executive; 董事长=chairman; 财务总监=finance director; 总经理=general manager
 ; 法律顾问=general counsel
za: {a}接替{b}[出任|担任]{c}{x} / {a}[将取代|取代]{b}，[成为|出任]{c}{x}
 / {a}从{b}手中接过{c}{x}一职
zp: {a}获{c}任命为{x}，接替{b} / {b}的{c}{x}职位由{a}接任
zc: {b}卸任{c}{x}，由{a}[接班|继任] / {c}任命{a}为{x}，前任是{b} / {b}把{c}{x}之位交给{a}
zn: {a}没有接替{b}出任{c}{x} / {a}谢绝接替{b}担任{c}{x}
zr: {b}留任{c}{x}，{a}落选 / {c}否决了由{a}接替{b}任{x}的提名
zu: {c}解雇了{b}，{a}尚未表态 / {a}和{b}都持有{c}的股份
zd: {a}接替{b}出任{c}{x}，年薪翻倍 / {a}接替{b}任{c}{x}，任期三年
ea: {a} [succeeded|replaced] {b} as {c}'s {x}
 / {a} [took over|takes over] from {b} as {x} [of|at] {c}
 / {a} stepped into {b}'s shoes as {x} of {c}
ep: {a} was [appointed|named] {x} of {c} to [replace|succeed] {b}
 / {b} has been [replaced|succeeded] by {a} as {x} of {c}
ec: {b} [handed over to|made way for] {a} as {x} of {c}
 / {c} [appointed|named|picked] {a} {x} in place of {b}
 / {b} stepped down as {x} of {c} and {a} is the successor
en: {a} did not succeed {b} as {x} of {c} / {a} declined to replace {b} as {x} of {c}
er: {b} stays on as {x} of {c} and {a} was passed over
 / {c} voted down the nomination of {a} to replace {b} as {x}
eu: {c} dismissed {b}, and {a} has not commented / {a} and {b} both own shares in {c}
ed: {a} succeeded {b} as {x} of {c} at double the salary
 / {a} succeeded {b} as {x} of {c} for a term of three years

# dispute | a=ins b=co | swap ab | single | m x
 | 虚假宣传=misleading advertising; 排放超标=exceeding emission limits; 垄断=abusing a monopoly
 ; 泄露用户数据=leaking user data; 偷税=evading taxes
za: {a}[对{b}处以<{m}>罚款|对{b}罚款<{m}>]<，原因是{x}> / {a}向{b}开出<{m}>罚单
 / {a}<因{x}>对{b}作出罚款处罚<，金额{m}>
zp: {b}<因{x}>被{a}罚款<{m}> / {b}遭{a}罚款<，理由是{x}>
zc: {b}[须|必须]向{a}缴纳<{m}>罚款 / {b}收到{a}的<{m}>罚单
zn: {a}没有对{b}罚款 / {a}认定{b}没有违规，不予罚款
zr: {a}撤销了对{b}的罚款 / {a}仅口头提醒{b}，未予罚款
zu: {a}吊销了{b}的执照 / {a}查封了{b}的仓库
zd: {a}对{b}罚款，{b}已提出上诉 / {a}对{b}罚款，{b}的两名高管辞职
ea: {a} fined {b}< {m}>< for {x}> / {a} imposed a fine< of {m}> on {b}< for {x}>
 / {a} [hit|penalised] {b} with a< {m}> fine
ep: {b} was fined< {m}> by {a}< for {x}> / {b} has been [ordered|told] by {a} to pay a fine< of {m}>
ec: {b} must pay a< {m}> fine to {a}< for {x}> / {b} received a fine< of {m}> from {a}
en: {a} did not fine {b} / {a} found no breach by {b} and imposed no fine
er: {a} [lifted|cancelled] the fine on {b}
 / {a} let {b} off with a spoken reminder rather than a fine
eu: {a} took away {b}'s licence / {a} sealed off {b}'s warehouse
ed: {a} fined {b}, which has appealed / {a} fined {b}, where two executives then resigned

# dispute | a=pe b=pe | swap ab | single | pl x
 | 收受贿赂=taking bribes; 泄露机密=leaking secrets; 抄袭=plagiarism; 违背承诺=breaking promises
 ; 挪用公款=misusing public money
za: {a}<在{pl}>[指控|指责]{b}{x} / {a}公开[指责|指控]{b}，称其{x}
zp: {b}<在{pl}>被{a}[指控|指责]{x}
zc: {b}{x}的指控来自{a} / 指责{b}{x}的人是{a}
zn: {a}没有指责{b}{x} / {a}否认自己曾指控{b}{x}
zr: {a}收回了对{b}{x}的指控 / {a}为{b}辩护，称其没有{x}
zu: {a}起诉{b}，开庭日期未定 / {b}承认{x}，{a}尚未回应
zd: {a}指控{b}{x}，并拿出了录音 / {a}指控{b}{x}，要求其辞职
ea: {a} accused {b} of {x}< in {pl}> / {a} [claimed|charged] that {b} was guilty of {x}
 / {a} publicly blamed {b} for {x}
ep: {b} was accused [by {a} of {x}|of {x} by {a}]< in {pl}>
ec: the accusation of {x} against {b} came from {a} / it was {a} who accused {b} of {x}
en: {a} did not accuse {b} of {x} / {a} denied having accused {b} of {x}
er: {a} took back the accusation of {x} against {b} / {a} defended {b} against the charge of {x}
eu: {a} sued {b}, and no date has been set / {b} admitted to {x}, and {a} has yet to respond
ed: {a} accused {b} of {x} and produced a recording
 / {a} accused {b} of {x} and called on {b} to resign

# dispute | a=ins b=co | swap ab | single | pl x
 | 用水安全=water safety; 数据泄露=data leaks; 食品变质=spoiled food; 火灾隐患=fire hazards
 ; 资金链断裂=running out of cash
za: {a}<在{pl}>[警告|告诫]{b}注意{x}的风险 / {a}就{x}问题向{b}发出警告
 / {a}提醒{b}[防范|小心]{x}的风险
zp: {b}因{x}的风险[受到|收到]{a}的警告
zc: {b}收到{a}关于{x}的警告 / 就{x}向{b}发出警告的是{a}
zn: {a}没有就{x}警告{b} / {a}否认向{b}发过有关{x}的警告
zr: {a}撤回了对{b}的{x}警告 / {a}称{b}不存在{x}的问题，无须警告
zu: {a}因{x}对{b}处以罚款 / {a}因{x}责令{b}停业
zd: {a}就{x}警告{b}，限其十日内回复 / {a}已是第三次就{x}警告{b}
ea: {a} [warned|cautioned] {b} about {x}< in {pl}> / {a} [issued|sent] {b} a warning about {x}
 / {a} told {b} to beware of {x}
ep: {b} was [warned|cautioned] by {a} about {x}
ec: {b} received a warning about {x} from {a} / the warning to {b} about {x} came from {a}
en: {a} did not warn {b} about {x} / {a} denied having warned {b} about {x}
er: {a} withdrew its warning to {b} about {x}
 / {a} saw no problem of {x} at {b} and no need to warn it
eu: {a} fined {b} over {x} / {a} closed {b} down over {x}
ed: {a} warned {b} about {x} and wants an answer within ten days
 / {a} warned {b} about {x} for the third time

# deal | a=co b=ins | swap ab | single | m x
 | 图书=books; 医疗设备=medical equipment; 口罩=masks; 电脑=computers; 校车=school buses
za: {a}[向|给]{b}捐赠{x}<，价值{m}> / {a}把{x}[捐给|赠送给]{b}
zp: {x}由{a}捐赠给{b}<，总值{m}>
zc: {b}[获得|收到|接受]{a}捐赠的{x}<，价值{m}> / {b}的{x}来自{a}的捐赠
zn: {a}没有向{b}捐赠{x} / {b}谢绝了{a}捐赠的{x}
zr: {a}要求{b}归还{x}，称从未捐赠 / {a}把{x}有偿卖给{b}，并非捐赠
zu: {a}帮助{b}挑选{x} / {a}把{x}借给{b}使用，是否收费不详
zd: {a}向{b}捐赠{x}，并承诺每年再捐 / {a}向{b}捐赠{x}，可抵扣税款
ea: {a} [donated|gave] {x}< worth {m}> to {b} / {a} made {b} a [gift|donation] of {x}
ep: {b} was [presented with|given] {x}< worth {m}> by {a}, free of charge
ec: {b} [received|was given|accepted] {x}< worth {m}> as a [gift|donation] from {a}
 / {b} owes its {x} to a donation by {a}
en: {a} did not donate {x} to {b} / {b} turned down {x} that {a} wished to donate
er: {a} asked {b} to hand back {x}, saying they were never a gift
 / {a} sold {x} to {b} for money and donated none
eu: {a} helped {b} to choose {x} / {a} let {b} use {x}, on terms that are not known
ed: {a} donated {x} to {b} and promised more every year
 / {a} donated {x} to {b}, which lowers its taxes

# post | a=co b=co c=pe | from ab | single a b c |
za: {a}从{b}[挖走|聘来|招来]{c} / {a}聘用了来自{b}的{c}
zp: {c}被{a}从{b}[挖走|招走]
zc: {c}[离开|告别]{b}，[加入|入职]{a} / {b}失去了{c}，后者转投{a} / {c}由{b}跳槽到{a}
zn: {a}没有从{b}挖走{c} / {c}拒绝离开{b}加入{a}
zr: {c}留在{b}，回绝了{a} / {a}与{c}谈判破裂，{c}仍任职于{b}
zu: {c}持有{a}的股份，{b}对此知情 / {a}起诉{b}，{c}将出庭作证
zd: {a}从{b}挖走{c}，薪酬翻倍 / {c}离开{b}加入{a}，带走了整个团队
ea: {a} [hired|poached|recruited] {c} from {b} / {a} lured {c} away from {b}
ep: {c} was [hired away|poached] from {b} by {a}
ec: {c} left {b} [for|to join] {a} / {b} lost {c} to {a} / {c} switched from {b} to {a}
en: {a} did not hire {c} from {b} / {c} refused to leave {b} for {a}
er: {c} stays at {b} after turning {a} down
 / talks between {a} and {c} failed, and {c} still works for {b}
eu: {c} owns shares in {a}, and {b} knows of it / {a} sued {b}, and {c} will testify
ed: {a} hired {c} from {b} at twice the pay / {c} left {b} for {a} and took the whole team along

# post | a=ins b=pe | swap ab | single | pl
za: {a}<在{pl}>[逮捕|拘捕]了{b} / {a}<在{pl}>将{b}抓获
zp: {b}<在{pl}>被{a}[逮捕|拘捕|抓获] / {b}落入{a}之手<，地点在{pl}>
zc: 逮捕{b}的是{a}
zn: {a}没有逮捕{b} / {a}否认逮捕了{b}
zr: {a}释放了{b} / {a}放弃追捕{b}，{b}在逃
zu: {a}判定{b}有罪 / {a}向{b}授予奖章
zd: {a}逮捕了{b}，{b}对罪行供认不讳 / {a}在机场逮捕了{b}，缴获大量现金
ea: {a} [arrested|detained] {b}< in {pl}> / {a} [caught|seized] {b}< in {pl}>
ep: {b} was [arrested|detained|taken into custody] by {a}< in {pl}>
ec: the arrest of {b}< in {pl}> was made by {a} / it was {a} that arrested {b}
en: {a} did not arrest {b} / {a} denied having arrested {b}
er: {a} released {b} / {a} gave up the hunt for {b}, who is still at large
eu: {a} found {b} guilty / {a} awarded {b} a medal
ed: {a} arrested {b}, who has confessed / {a} arrested {b} at the airport with a lot of cash

# care | a=pe b=pe | swap ab | single a | pl
za: {a}<在{pl}>[救出|救起]{b} / {a}<在{pl}>奋不顾身救了{b}
zp: {b}<在{pl}>被{a}[救出|救起] / {b}获{a}相救
zc: {b}能够脱险，[多亏了|全靠]{a} / {b}的救命恩人是{a}
zn: {a}没能救出{b} / {a}否认救过{b}
zr: {a}赶到时{b}已经遇难，未能施救 / {b}自行脱险，并非{a}所救
zu: {a}与{b}一同接受表彰 / {a}认识{b}已有多年
zd: {a}救出{b}时自己受了伤 / {a}救出{b}，获得市民奖章
ea: {a} [rescued|saved] {b}< in {pl}> / {a} [pulled|brought] {b} to safety< in {pl}>
ep: {b} was [rescued|saved] by {a}< in {pl}> / {b} was brought to safety by {a}
ec: {b} owes {a} [his or her life|a rescue]< in {pl}> / the person who rescued {b} was {a}
en: {a} failed to rescue {b} / {a} denied having rescued {b}
er: {b} was dead when {a} arrived and could not be saved
 / {b} got out unaided and was not rescued by {a}
eu: {a} was honoured together with {b} / {a} has known {b} for years
ed: {a} was hurt while rescuing {b} / {a} rescued {b} and received a medal
"""
