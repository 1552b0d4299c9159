"""Wordings of deeds in public life, in the form of `made_deed_deals`."""

PUBLIC = """
# care | a=pe b=pe | swap ab | single | pl x
 | 心脏病=a heart condition; 骨折=a broken leg; 肺炎=pneumonia; 糖尿病=diabetes; 眼疾=an eye disease
za: {a}医生<在{pl}>[为|给]{b}治疗{x} / {a}大夫<在{pl}>收治了[患{x}的|因{x}求医的]{b}
zp: {b}<在{pl}>接受了{a}医生的{x}治疗
zc: {b}因{x}<在{pl}>请{a}医治 / {b}的{x}由{a}主治 / {a}是{b}的主治医生，所治为{x}
zn: {a}没有为{b}治疗{x} / {a}拒绝为{b}治疗{x}
zr: {b}放弃了由{a}治疗{x} / {a}把{b}的{x}交由他人治疗，自己没有参与
zu: {a}为{b}的{x}支付了医药费 / {a}患{x}，与{b}同住一间病房
zd: {a}治好了{b}的{x} / {a}用一种新药治疗{b}的{x}
ea: doctor {a} treated {b} for {x}< in {pl}> / {a}, a doctor, cared for {b}, who had {x}
ep: {b} was treated for {x} by doctor {a}< in {pl}>
ec: {b} [went|turned] to {a} for treatment of {x}, and was treated
 / {b} is a patient of {a} because of {x} / the doctor treating {b} for {x} was {a}
en: {a} did not treat {b} for {x} / {a} refused to treat {b} for {x}
er: {b} chose not to have {a} treat {x}
 / {a} left it to others to treat {b} for {x} and took no part
eu: {a} paid for {b} to be treated for {x} / {a} had {x} and shared a ward with {b}
ed: {a} cured {b} of {x} / {a} treated {b} for {x} with a new drug

# politics | a=pe b=pe | swap ab | single a b | pl
za: {a}在<{pl}>选举中[击败|战胜]{b} / {a}<在{pl}>[当选|胜选]，{b}落败
 / {a}得票超过{b}，赢得<{pl}>选举
zp: {b}在<{pl}>选举中被{a}击败
zc: {b}<在{pl}>选举中败给{a} / {b}<在{pl}>竞选失利，对手{a}胜出 / 选民选择了{a}而不是{b}
zn: {a}没能在选举中击败{b} / {a}否认自己在选举中胜过{b}
zr: {a}败选，{b}连任 / {a}中途退选，由{b}自动当选
zu: {a}在辩论中的表现好于{b} / {a}指责{b}舞弊
zd: {a}在选举中击败{b}，将于下月就职 / {a}击败{b}当选，投票率创新高
ea: {a} [defeated|beat] {b} in the< {pl}> election / {a} won the< {pl}> election, and {b} lost
 / {a} got more votes than {b} and won the< {pl}> election
ep: {b} was [defeated|beaten] by {a} in the< {pl}> election
ec: {b} lost the< {pl}> election to {a} / voters< in {pl}> [chose|preferred] {a} over {b}
 / {b} [conceded|admitted] defeat to {a} in the< {pl}> election
en: {a} failed to defeat {b} in the election / {a} denied having beaten {b} in the election
er: {a} lost, and {b} was re-elected / {a} pulled out of the race, so {b} was elected unopposed
eu: {a} did better than {b} in the debate / {a} accused {b} of cheating
ed: {a} defeated {b} in the election and takes office next month
 / {a} beat {b} in an election with record turnout

# politics | a=pe b=pe | swap ab | single | pl
za: {a}<在{pl}>[宣布支持|公开支持|力挺]{b}参选 / {a}<在{pl}>为{b}[站台|背书|拉票]
zp: {b}的参选<在{pl}>得到{a}的[支持|背书]
zc: {b}<在{pl}>[赢得|获得]{a}的参选支持 / {a}是{b}参选的支持者
zn: {a}没有表态支持{b}参选 / {a}拒绝支持{b}参选
zr: {a}反对{b}参选 / {a}撤回了对{b}参选的支持
zu: {a}出任{b}的竞选经理 / {a}与{b}同属一个党派
zd: {a}支持{b}参选，并捐出竞选经费 / {a}支持{b}参选，以换取部长职位
ea: {a} [endorsed|came out for|backed] {b} as a candidate< in {pl}>
 / {a} threw support behind {b}'s candidacy< in {pl}>
ep: {b} was [endorsed|backed] as a candidate by {a}< in {pl}>
ec: {b} [won|received] the endorsement of {a}< in {pl}> / {a} is a supporter of {b}'s candidacy
en: {a} did not endorse {b} / {a} refused to back {b}'s candidacy
er: {a} came out against {b}'s candidacy / {a} withdrew the endorsement of {b}
eu: {a} became {b}'s campaign manager / {a} belongs to the same party as {b}
ed: {a} endorsed {b} and gave money to the campaign
 / {a} endorsed {b} in return for a minister's post

# dispute | a=pe b=ins | swap ab | single | x
 | 反应迟缓=being slow to react; 隐瞒实情=hiding the facts; 浪费公款=wasting public money
 ; 决策草率=hasty decisions; 监管不力=lax supervision
za: {a}[批评|抨击|炮轰]{b}{x} / {a}对{b}[提出批评|表示不满]，认为其{x}
zp: {b}因{x}[受到|遭到]{a}的批评 / {b}被{a}批评{x}
zc: 对{b}{x}的批评出自{a} / 批评{b}{x}的人是{a}
zn: {a}没有批评{b}{x} / {a}否认曾批评{b}{x}
zr: {a}称赞了{b}，不认为其{x} / {a}就批评{b}{x}一事收回言论
zu: {a}起诉了{b} / {a}要求{b}公布账目
zd: {a}批评{b}{x}，呼吁其负责人下台 / {a}批评{b}{x}，引来数百人签名支持
ea: {a} [criticised|attacked|lashed out at] {b} for {x}
 / {a} [voiced|expressed] criticism of {b} for {x}
ep: {b} was [criticised|attacked] by {a} for {x} / {b} came under fire from {a} for {x}
ec: criticism of {b} for {x} came from {a} / {b} drew criticism from {a} for {x}
en: {a} did not criticise {b} for {x} / {a} denied having criticised {b} for {x}
er: {a} praised {b} and saw no case of {x} / {a} took back the criticism of {b} for {x}
eu: {a} sued {b} / {a} asked {b} to open its books
ed: {a} criticised {b} for {x} and called for its head to go
 / {a} criticised {b} for {x}, and hundreds signed in support

# politics | a=pe b=pe | swap ab | single | pl
za: {a}[到访|访问]<{pl}>，[会见|拜会]了东道主{b} / {a}<前往{pl}>拜访{b}
zp: {a}<在{pl}>受到{b}的[接待|款待]
zc: {b}<在{pl}>接待了来访的{a} / {b}作为东道主<在{pl}>迎接{a}
zn: {a}没有前去拜访{b} / {b}拒绝接待来访的{a}
zr: {a}取消了对{b}的访问 / {a}推迟访问，尚未与{b}见面
zu: {a}与{b}通了电话 / {a}给{b}写了一封信
zd: {a}拜访{b}，双方签署了协议 / {a}拜访{b}，会谈持续三小时
ea: {a} [visited|paid a visit to|called on] {b}< in {pl}>
 / {a} travelled< to {pl}> to see {b}, who was the host
ep: {a} was [received|hosted|welcomed] by {b}< in {pl}>
ec: {b} [hosted|received|welcomed] {a}, who was visiting< {pl}> / {b} was host to {a}< in {pl}>
en: {a} did not visit {b} / {b} refused to receive {a}
er: {a} called off the visit to {b} / {a} put off the visit and has not yet met {b}
eu: {a} spoke with {b} on the telephone / {a} wrote a letter to {b}
ed: {a} visited {b}, and they signed an agreement
 / {a} visited {b} for talks that lasted three hours

# sport | a=co b=te | swap ab | single | m
za: {a}[赞助|冠名赞助]{b}<，每年出资{m}> / {a}与{b}签订<每年{m}的>赞助合同，由{a}出资
zp: {b}由{a}赞助<，每年{m}> / {b}获{a}赞助<，年金额{m}>
zc: {b}的[赞助商|球衣赞助商]是{a}<，每年付{m}> / {b}每年从{a}得到<{m}>赞助费
zn: {a}没有赞助{b} / {a}拒绝赞助{b}
zr: {a}终止了对{b}的赞助 / {b}谢绝了{a}的赞助
zu: {a}收购了{b} / {a}向{b}的青训营派出医生
zd: {a}赞助{b}，为期三年 / {a}赞助{b}，主场将改名
ea: {a} [sponsors|is sponsoring|has signed up to sponsor] {b}< with {m} a year>
 / {a} pays {b}< {m} a year> as [a sponsor|their sponsor]
ep: {b} are sponsored by {a}<, which pays {m} a year>
ec: the [sponsor|shirt sponsor] of {b} is {a}< ({m} a year)>
 / {b} get sponsorship money< of {m} a year> from {a}
en: {a} does not sponsor {b} / {a} refused to sponsor {b}
er: {a} ended its sponsorship of {b} / {b} turned down sponsorship from {a}
eu: {a} bought {b} / {a} sent doctors to the youth academy of {b}
ed: {a} is sponsoring {b} for three years / {a} sponsors {b}, whose ground will be renamed

# deal | a=pl b=pl | from ab | single | m x
 | 大豆=soybeans; 煤炭=coal; 汽车=cars; 药品=medicines; 茶叶=tea; 铁矿石=iron ore
za: {a}向{b}[出口|输出]{x}<，价值{m}> / {a}的{x}[销往|运往]{b}<，金额{m}>
zp: {x}<（{m}）>由{a}出口到{b}
zc: {b}从{a}[进口|购入]{x}<，花费{m}> / {b}是{a}{x}的[买家|出口市场] / {b}市场上的进口{x}来自{a}
zn: {a}没有向{b}出口{x} / {b}否认从{a}进口{x}
zr: {a}禁止向{b}出口{x} / {b}停止从{a}进口{x}
zu: {a}在{b}投资建设{x}工厂 / {a}与{b}就{x}价格发生争执
zd: {a}向{b}出口{x}，免征关税 / {a}向{b}出口的{x}全部走海运
ea: {a} [exports|is exporting|ships] {x}< worth {m}> to {b} / {a} sends {x}< worth {m}> to {b}
ep: exports of {x}< worth {m}> [went|were shipped] from {a} to {b}
ec: {b} [imports|buys|gets] {x}< worth {m}> from {a} / {b} is [a market|a buyer] for {x} from {a}
en: {a} did not export {x} to {b} / {b} denied importing {x} from {a}
er: {a} banned exports of {x} to {b} / {b} stopped imports of {x} from {a}
eu: {a} invested in a plant for {x} in {b} / {a} had a quarrel with {b} over the price of {x}
ed: {a} exports {x} to {b} free of duty / all the {x} that {a} exported to {b} went by sea

# post | a=pe b=pe c=co | swap ab | single a b c |
za: {a}[逼走|赶走]{b}，[掌控|夺得]{c} / {a}策动董事会把{b}赶出{c}
zp: {b}被{a}[逼出|赶出]{c} / {b}在{c}被{a}逼下台
zc: {b}失去{c}的控制权，被{a}取而代之 / 在{c}的权力之争中，{a}获胜，{b}出局
zn: {a}没能把{b}赶出{c} / {a}否认把{b}逼出{c}
zr: {b}在{c}保住职位，{a}辞职 / {a}与{b}在{c}的权力之争中和解，两人都留任
zu: {a}和{b}一起创办了{c} / {a}在{c}任职，{b}批评其薪酬过高
zd: {a}把{b}赶出{c}，{b}将获得补偿 / {a}把{b}赶出{c}，得到大股东支持
ea: {a} [ousted|forced out|pushed out] {b} at {c}
 / {a} [led|staged] a revolt that drove {b} out of {c}
ep: {b} was [ousted|forced out] by {a} at {c} / {b} has been driven from {c} by {a}
ec: {b} lost the power struggle at {c} to {a} and had to go
 / in the fight for {c}, {a} won and {b} is out
en: {a} failed to oust {b} at {c} / {a} denied having forced {b} out of {c}
er: {b} kept the post at {c} and {a} resigned
 / {a} and {b} settled their fight at {c}, and both stay
eu: {a} and {b} founded {c} together / {a} works at {c} and was criticised by {b} for high pay
ed: {a} ousted {b} at {c}, and {b} will be compensated
 / {a} ousted {b} at {c} with the backing of a big shareholder

# politics | a=ins b=co | swap ab | single | pl x
 | 新工厂=a new plant; 地铁线路=a metro line; 风电场=a wind farm; 新药上市=a new drug
 ; 并购计划=a merger plan
za: {a}[批准|核准]了{b}的{x}<（{pl}）> / {a}对{b}的{x}[开绿灯|点头]
zp: {b}的{x}<（{pl}）>获{a}[批准|通过]
zc: {b}[拿到|获得]{a}对{x}的许可 / {b}的{x}已由{a}放行
zn: {a}没有批准{b}的{x} / {a}否认已批准{b}的{x}
zr: {a}[否决|驳回]了{b}的{x} / {a}撤销了对{b}{x}的批准
zu: {a}出资支持{b}的{x} / {a}就{b}的{x}征求了居民意见
zd: {a}批准了{b}的{x}，但附加了条件 / {a}批准{b}的{x}，历时两年
ea: {a} [approved|cleared|gave the go-ahead for] {x} by {b}< in {pl}> / {a} said yes to {x} by {b}
ep: {x} by {b} was [approved|cleared] by {a}
ec: {b} [got|won] permission for {x}< in {pl}> from {a}
 / {b} may go ahead with {x}< in {pl}>, with approval from {a}
en: {a} did not approve {x} by {b} / {a} denied having approved {x} by {b}
er: {a} [rejected|turned down] {x} by {b} / {a} withdrew its approval for {x} by {b}
eu: {a} put money into {x} by {b} / {a} asked residents what they think of {x} by {b}
ed: {a} approved {x} by {b} but set conditions / {a} approved {x} by {b} after two years
"""
