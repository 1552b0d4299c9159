"""Wordings of deals between firms, in both languages. `made_deed_tables` reads them."""

DEALS = """
# deal | a=co b=co | swap ab | single a | m
za: {a}<以{m}>[收购|买下|并购]了{b} / {a}[宣布|已]完成对{b}的收购<，交易金额{m}>
 / {a}<斥资{m}>将{b}[收入囊中|纳入旗下]
zp: {b}被{a}<以{m}>[收购|买下|并购] / {b}已[归入|并入]{a}旗下<，作价{m}>
zc: {b}的[新东家|买家|新主人]是{a} / {b}<以{m}的价格>卖给了{a}
zn: {a}[最终没有|没有]收购{b} / {a}[放弃|撤回]了对{b}的收购要约
zr: {a}[卖掉|出售]了旗下的{b} / {b}拒绝了{a}的收购要约
zu: {a}与{b}签署了供货协议 / {a}向{b}派出了审计小组
zd: {a}收购{b}的资金[来自银行贷款|全部为自有资金] / {a}收购{b}后将裁员
ea: {a} [bought|acquired|took over|snapped up] {b}< for {m}>
 / {a} completed its [takeover|purchase|acquisition] of {b}< for {m}>
 / {a} paid up to get hold of {b}<, putting {m} on the table>
ep: {b} was [bought|acquired|taken over] by {a}< for {m}>
 / {b} has been [bought|swallowed up] by {a}<, which paid {m}>
ec: {b} [now belongs to|has a new owner,] {a} / the [buyer|new owner] of {b} is {a}
en: {a} did not [buy|acquire] {b} / {a} [dropped|withdrew] its bid for {b}
er: {a} [sold|disposed of] its subsidiary {b} / {b} [rejected|turned down] a takeover bid from {a}
eu: {a} signed a supply agreement with {b} / {a} sent a team of auditors to {b}
ed: {a} [borrowed the money|used only its own cash] to buy {b} / {a} will cut jobs after buying {b}

# dispute | a=co b=co | swap ab | single | m x
 | 侵犯专利=infringing its patents; 拖欠货款=not paying its bills
 ; 窃取商业机密=stealing trade secrets; 违反合同=breaking a contract
 ; 冒用商标=misusing its trademark
za: {a}[起诉|状告]{b}<，指其{x}><，索赔{m}> / {a}[将|把]{b}告上法庭<，指控对方{x}><，要求赔偿{m}>
 / {a}已对{b}提起诉讼<，称后者{x}>
zp: {b}<因{x}>被{a}[起诉|告上法庭] / {b}遭{a}起诉<，被索赔{m}>
zc: 在这起诉讼中，{a}是原告，{b}是被告 / {b}成为{a}所提诉讼的被告<，被指{x}>
zn: {a}决定不起诉{b} / {a}否认曾起诉{b}
zr: {a}与{b}达成和解，没有提起诉讼 / {a}撤销了对{b}的诉讼
zu: 法院判{a}胜诉，{b}须赔偿 / {a}与{b}结束了合作
zd: {a}起诉{b}，法院将于下月开庭 / {a}起诉{b}，并要求后者公开道歉
ea: {a} [sued|filed a lawsuit against] {b}< for {x}><, seeking {m}>
 / {a} [took|is taking] {b} to court<, accusing it of {x}>
 / {a} has started legal action against {b}< over {x}><, and demands {m} in damages>
ep: {b} [has been|was] sued by {a}< for {x}>
 / {b} [was taken|has been taken] to court by {a}<, which wants {m} in damages>
ec: {b} is the defendant in a case brought by {a}<, which accuses it of {x}>
 / in the lawsuit {a} is the plaintiff and {b} the defendant
en: {a} decided [not to sue|against suing] {b} / {a} denied having sued {b}
er: {a} [settled|reached a settlement] with {b} and brought no lawsuit
 / {a} [dropped|withdrew] its lawsuit against {b}
eu: the court ruled for {a} and ordered {b} to pay damages / {a} ended its partnership with {b}
ed: {a} sued {b}, and the court will hear the case next month
 / {a} sued {b} and demanded a public apology

# deal | a=co b=co | swap ab | single a | m
za: {a}领投了{b}的新一轮融资<，金额{m}> / {b}完成<{m}>融资，由{a}领投
 / {b}获得<{m}>新投资，领投方为{a}
zp: {b}的最新一轮融资<（{m}）>由{a}领投
zc: {a}是{b}本轮融资的领投方 / 带头向{b}注资的是{a}
zn: {a}没有参与{b}的这轮融资 / {a}拒绝向{b}注资
zr: {a}退出了对{b}的投资 / {a}抛售了所持{b}的全部股份
zu: {a}收购了{b} / {a}成为{b}的最大股东
zd: {a}领投{b}，并派人进入其董事会 / {b}由{a}领投，所得资金将用于海外扩张
ea: {a} [led|headed] a< {m}> funding round [for|in] {b}
 / {b} raised [money|fresh capital]< of {m}> in a round led by {a}
 / {b} got new funding< worth {m}>, with {a} as lead investor
ep: the latest< {m}> round of {b} was led by {a}
ec: {a} was the lead investor in {b}'s latest round / the investor that led the round of {b} was {a}
en: {a} took no part in {b}'s funding round / {a} [refused|declined] to put money into {b}
er: {a} pulled out of its investment in {b} / {a} sold all its shares in {b}
eu: {a} [acquired|took over] {b} / {a} has become the largest shareholder of {b}
ed: {a} led the round of {b} and takes a seat on its board
 / {b}, with {a} as lead investor, will spend the money on expansion abroad

# deal | a=co b=co | swap ab | single | x
 | 芯片=chips; 电池=batteries; 钢材=steel; 轮胎=tyres; 奶粉=milk powder; 包装材料=packaging
 ; 显示屏=screens
za: {a}[向|为]{b}[供应|提供|供给]{x} / {a}将[给|为]{b}供货<，品种为{x}> / {a}拿下{b}的<{x}>订单
zp: {b}的{x}由{a}供应
zc: {b}[从|向]{a}采购{x} / {a}是{b}的<{x}>供应商 / {b}是{a}的<{x}>客户
zn: {a}没有向{b}供货 / {b}否认采购了{a}的产品
zr: {a}[停止|终止]了对{b}的供货 / {b}退回了{a}的全部货物
zu: {a}授权{b}生产其产品 / {a}把工厂卖给了{b}
zd: {a}是{b}唯一的供应商 / {a}向{b}供货，合同为期五年
ea: {a} [supplies|is supplying|provides] {b} with {x} / {a} won {b}'s order< for {x}>
 / {a} delivers {x} to {b}
ep: {b} is supplied< with {x}> by {a}
ec: {b} [buys|sources|gets] [its |]{x} from {a} / {a} is a supplier< of {x}> to {b}
 / {b} is a customer of {a}< for {x}>
en: {a} did not supply {b} / {b} denied buying any goods from {a}
er: {a} [stopped|ended] its deliveries to {b} / {b} sent all the goods of {a} back
eu: {a} licensed {b} to make its products / {a} sold its factory to {b}
ed: {a} is the only supplier of {b} / {a} supplies {b} under a five-year contract

# deal | a=co b=co | swap ab | single | m
za: {a}[向|从]{b}借款<{m}> / {a}[取得|获得]{b}<{m}>贷款 / {a}从{b}处借入<{m}>资金
zp: 贷款<{m}>由{b}发放给{a}
zc: {b}[借给|贷给]{a}[一笔钱|一笔资金]<，共{m}> / {b}是{a}的债权人<，借出{m}>
 / {a}欠{b}一笔贷款<，金额{m}>
zn: {a}没有向{b}借钱 / {b}拒绝了{a}的贷款申请
zr: {a}还清了{b}的贷款 / {b}免除了{a}的债务
zu: {b}入股了{a} / {a}以厂房作抵押
zd: {a}向{b}借款，须在三年内还清 / {a}向{b}借钱是为了偿还旧债
ea: {a} borrowed [money|funds]< of {m}> from {b} / {a} [took out|obtained] a< {m}> loan from {b}
 / {a} received a loan< of {m}> from {b}
ep: a loan< of {m}> was granted to {a} by {b}
ec: {b} lent money< ({m})> to {a} / {b} is a creditor of {a}<, having lent it {m}>
 / {a} owes {b} [money|a loan]< of {m}>
en: {a} did not borrow from {b} / {b} [rejected|refused] {a}'s request for a loan
er: {a} paid back its loan from {b} / {b} wrote off {a}'s debt
eu: {b} took a stake in {a} / {a} offered its plant as security
ed: {a} borrowed from {b} and must repay within three years
 / {a} borrowed from {b} to pay off old debts

# deal | a=co b=co | swap ab | single | x
 | 电池技术=battery technology; 疫苗专利=vaccine patents
 ; 图像识别技术=image recognition technology; 海水淡化技术=desalination technology
 ; 品牌=brand names
za: {a}[授权|许可]{b}使用{x} / {a}把{x}授权给{b} / {a}与{b}签约，许可后者使用{x}
zp: {b}获{a}授权使用{x}
zc: {b}经{a}许可使用{x} / {b}[取得|拿到]了{a}的{x}使用许可
zn: {a}没有授权{b}使用{x} / {a}拒绝向{b}开放{x}
zr: {a}收回了给{b}的{x}使用权 / {a}禁止{b}使用{x}
zu: {a}与{b}成立合资公司 / {a}起诉{b}侵权
zd: {a}只向{b}一家授权{x} / {a}授权{b}使用{x}，按销量收费
ea: {a} licensed {x} to {b} / {a} [allows|permits] {b} to use {x} [under a licence|under licence]
 / {a} granted {b} a licence for {x}
ep: {b} has been licensed by {a} to use {x}
ec: {b} [obtained|took out] a licence for {x} from {a} / {b} uses {x} under licence from {a}
en: {a} did not license {x} to {b} / {a} refused to open {x} to {b}
er: {a} took back {b}'s licence for {x} / {a} forbade {b} to use {x}
eu: {a} set up a joint venture with {b} / {a} sued {b} for infringement
ed: {a} licensed {x} to {b} alone / {a} licensed {x} to {b} for a fee on each sale

# deal | a=co b=co | swap ab | single a | m pl
za: {a}[击败|压过]{b}，[拿下|赢得]<{pl}的>竞标<，报价{m}> / {a}出价高于{b}，在<{pl}的>竞标中胜出
zp: {b}在<{pl}的>竞价中被{a}[击败|压过]
zc: {b}在<{pl}的>竞标中输给{a} / {b}竞标失利，胜出者是{a}
zn: {a}没有[在竞标中|在竞价中]胜过{b} / {a}否认与{b}竞标
zr: {a}退出竞标，{b}胜出 / {a}与{b}联合中标
zu: {a}指责{b}串标 / {a}将部分工程分包给{b}
zd: {a}在竞标中击败{b}，将在年内动工 / {a}中标，{b}提出申诉
ea: {a} outbid {b}< in {pl}> / {a} [beat|saw off] {b} in the bidding< in {pl}><, offering {m}>
ep: {b} was outbid by {a}< in {pl}>
ec: {b} lost out to {a} in the bidding< in {pl}>
 / the winning bid came from {a} and the losing one from {b}
en: {a} did not outbid {b} / {a} denied bidding against {b}
er: {a} pulled out of the bidding and {b} won / {a} and {b} won the bidding together
eu: {a} accused {b} of rigging bids / {a} passed part of the work to {b}
ed: {a} outbid {b} and will start building within the year
 / {a} won the bidding and {b} lodged a complaint

# deal | a=co b=co c=co | swap ac | single a c | m
za: {a}把[所持|手中的]{b}股份[卖给|转让给]{c}<，作价{m}> / {a}<以{m}>向{c}出售了{b}的股份
zp: {b}的股份由{a}<以{m}>转让给{c} / {a}所持的{b}股份已由{c}<以{m}>接手
zc: {c}从{a}手中[买下|接过]{b}的股份<，花费{m}> / 买入{b}股份的是{c}，卖方是{a}
zn: {a}没有把{b}的股份卖给{c} / {a}与{c}关于{b}股份的谈判破裂
zr: {a}拒绝向{c}出售{b}的股份 / {a}从{c}手中增持了{b}的股份
zu: {c}全资收购了{b} / {a}计划让{b}上市
zd: {a}把{b}的股份卖给{c}，所得用于还债 / {a}把{b}股份卖给{c}后，不再持有任何股份
ea: {a} sold [a stake|its stake|shares] in {b} to {c}< for {m}>
 / {a} [unloaded|disposed of] its holding in {b}<, for which {c} paid {m}>
ep: a stake in {b} was sold by {a} to {c}< for {m}> / {a}'s holding in {b} was taken over by {c}
ec: {c} bought [a stake|shares] in {b} from {a}< for {m}> / the stake in {b} went from {a} to {c}
en: {a} did not sell its stake in {b} to {c}
 / talks between {a} and {c} over a stake in {b} broke down
er: {a} refused to sell {c} its shares in {b} / {a} bought more shares in {b} from {c}
eu: {c} bought all of {b} / {a} plans to float {b} on the stock market
ed: {a} sold its stake in {b} to {c} to pay off debts
 / {a} has no shares in {b} left after the sale to {c}

# deal | a=co b=co | swap ab | single b | m x
 | 办公楼=an office building; 仓库=a warehouse; 厂房=a factory hall; 码头=a quay; 店面=a shop
za: {a}[向|从]{b}[租下|租用|租入]{x}<，年租金{m}> / {a}与{b}签约承租{x}
zp: {x}由{b}租给{a}<，年租金{m}>
zc: {b}把{x}[租给|出租给]{a}<，每年收租{m}> / {b}成为{a}的房东<，出租的是{x}>
 / {a}是{b}的租户<，租用{x}>
zn: {a}没有租用{b}的{x} / {b}拒绝把{x}租给{a}
zr: {a}向{b}买下了{x} / {a}退租了{b}的{x}
zu: {a}把{x}转租他人，{b}已知情 / {a}与{b}共同建造{x}
zd: {a}向{b}租下{x}，租期十年 / {a}向{b}租下{x}，将用作总部
ea: {a} [rented|leased|is renting] {x} from {b}< for {m} a year>
 / {a} signed a lease with {b} for {x}
ep: {x} was let to {a} by {b}< for {m} a year>
ec: {b} [let|rented out] {x} to {a}< for {m} a year>
 / {b} is the landlord of {a}<, to which it lets {x}> / {a} is a tenant of {b}<, renting {x}>
en: {a} did not rent {x} from {b} / {b} refused to let {x} to {a}
er: {a} bought {x} from {b} / {a} gave up {x} that it had rented from {b}
eu: {a} sublet {x} to others with {b}'s knowledge / {a} built {x} together with {b}
ed: {a} rented {x} from {b} for ten years / {a} rented {x} from {b} as its headquarters

# deal | a=co b=co | swap ab | single a b |
za: {a}[并入|合并到]{b} / {a}将[注销|不再独立存在]，业务全部并入{b}
zp: {a}被{b}吸收合并
zc: {b}[吸收合并|兼并]了{a} / 合并后存续的公司是{b}，{a}不再存在
zn: {a}没有并入{b} / {a}股东否决了并入{b}的方案
zr: {a}从{b}分拆独立 / {a}与{b}的合并[告吹|流产]
zu: {a}入股了{b} / {a}与{b}签署技术合作协议
zd: {a}并入{b}，员工全部留任 / {a}并入{b}后总部将搬迁
ea: {a} merged into {b}
 / {a} is [being dissolved|ceasing to exist] and its business becomes part of {b}
ep: {a} was absorbed by {b} / {a} has been merged into {b}
ec: {b} absorbed {a} / after the merger {b} remains and {a} is gone
en: {a} did not merge into {b} / shareholders of {a} voted down its merger into {b}
er: {a} was spun off from {b} / the merger of {a} into {b} fell through
eu: {a} took a stake in {b} / {a} signed a technology pact with {b}
ed: {a} merged into {b}, keeping all its staff / {a} merged into {b} and the headquarters will move

# deal | a=co b=co | swap | single | pl x
 | 无人驾驶汽车=self-driving cars; 海上风电=offshore wind; 新药=new drugs; 机器人=robots
 ; 高铁设备=railway equipment
za: {a}与{b}<在{pl}>[合作|联手]<研发{x}> / {a}携手{b}<，在{pl}设立合资企业>
zp: {a}和{b}的合作<（{x}）>已[敲定|确定]
zc: {b}与{a}<在{pl}>[结为伙伴|达成合作]<，共同研发{x}> / {b}是{a}的合作方<，合作领域为{x}>
zn: {a}没有与{b}合作 / {a}否认与{b}有合作
zr: {a}与{b}终止合作 / {a}拒绝了{b}的合作邀请
zu: {a}向{b}注资 / {a}收购了{b}
zd: {a}与{b}合作，利润平分 / {a}与{b}合作，期限五年
ea: {a} [teamed up|joined forces|partnered] with {b}< in {pl}>< to develop {x}>
 / {a} and {b} [are working together|have become partners]< on {x}>
ep: a partnership between {a} and {b}< on {x}> has been [agreed|sealed]
ec: {b} has {a} as its partner< for {x}> / {b} [is cooperating|has joined forces] with {a}< in {pl}>
en: {a} did not team up with {b} / {a} denied [being a partner of|working with] {b}
er: {a} ended its partnership with {b} / {a} turned down {b}'s offer to work together
eu: {a} put money into {b} / {a} acquired {b}
ed: {a} teamed up with {b} and they will share profits equally
 / {a} teamed up with {b} for five years

# deal | a=co b=co | swap ab | single b | pr
za: {a}因{b}的零件有缺陷而召回{pr} / {a}[召回|宣布召回]{pr}，问题出在{b}生产的零件
zp: {pr}被{a}召回，原因是{b}的零件[不合格|有问题]
zc: {b}的[问题零件|缺陷零件]导致{a}召回{pr} / {b}生产的零件有瑕疵，{a}因而召回{pr}
zn: {a}没有因{b}的零件召回{pr} / {a}否认{b}的零件有问题，不会召回{pr}
zr: {a}称{b}的零件没有问题，{pr}照常销售 / {a}结束了因{b}零件而起的{pr}召回
zu: {a}停产{pr}，不再向{b}采购 / {a}向{b}索赔，涉及{pr}
zd: {a}因{b}的零件召回{pr}，已有人受伤 / {a}因{b}的零件召回{pr}，车主可免费更换
ea: {a} recalled its {pr} [because of|over] faulty parts [made by|from] {b}
 / {a} called back its {pr}, blaming parts from {b}
ep: the {pr} was recalled by {a} because of [defective|faulty] parts from {b}
ec: faulty parts [made by|from] {b} [led|forced] {a} to recall its {pr}
 / {b} made the bad parts for which {a} recalled its {pr}
en: {a} did not recall its {pr} over parts from {b}
 / {a} denied that parts from {b} were faulty and won't recall its {pr}
er: {a} said {b}'s parts were fine and goes on selling its {pr}
 / {a} ended the recall of its {pr} over {b}'s parts
eu: {a} stopped making its {pr} and no longer buys from {b}
 / {a} claimed damages from {b} over its {pr}
ed: {a} recalled its {pr} over parts from {b} after people were hurt
 / {a} recalled its {pr} over {b}'s parts and will replace them free of charge
"""
