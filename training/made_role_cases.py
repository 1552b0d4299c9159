"""Facts of who did what to whom, and claims about them.

`x co co2` says that the fact and its true wordings are wrong with those two exchanged.
"""

from __future__ import annotations

import re

from training.made_cases import Case, read_cases

_TABLE = """
zh: {co}以{big}[收购|买下]{co2}
zh: {co2}被{co}以{big}[收购|收入囊中]
en: {co} [bought|acquired|took over] {co2} for {big}
en: {co2} was [bought|acquired] by {co} for {big}
~ co co2 big
x co co2
+ passive
zh: {co2}被{co}收购
zh: {co2}归入{co}旗下
en: {co2} has been taken over by {co}
en: {co2} now belongs to {co}
+ converse
zh: {co2}的新主人是{co}
zh: {co}成为{co2}的买家
en: {co} is the new owner of {co2}
en: the buyer of {co2} was {co}
! other verb refuted
zh: {co}[卖掉了|出售了]{co2}
zh: {co}放弃收购{co2}
en: {co} [sold|got rid of] {co2}
en: {co} dropped its bid for {co2}
! added unknown
zh: {co}收购{co2}的资金全部来自银行贷款
en: {co} borrowed all the money with which it bought {co2}

zh: {co}[起诉|状告]{co2}，指其[侵犯专利|拖欠货款]
zh: {co}把{co2}告上法庭，称其侵犯专利
en: {co} [sued|has taken legal action against] {co2} over [patents|unpaid bills]
en: {co} took {co2} to court over patents
~ co co2
x co co2
+ passive
zh: {co2}被{co}起诉
zh: {co2}遭{co}状告
en: {co2} has been sued by {co}
en: {co2} is being taken to court by {co}
+ converse
zh: {co}是原告，{co2}是被告
zh: 在这起诉讼中，{co2}是被告
en: {co2} is the defendant in the case brought by {co}
en: the plaintiff is {co}
! other verb refuted
zh: {co}与{co2}已达成和解，从未起诉
zh: {co}撤回了对{co2}的起诉
en: {co} decided against suing {co2}
! other verb unknown
zh: {co}打赢了与{co2}的官司
zh: 法院判{co2}败诉
en: {co} won its case against {co2}
en: the court ruled against {co2}

zh: {co}由{co2}领投，融资{big}
zh: {co}完成{big}融资，领投方是{co2}
en: {co} raised {big} in a round led by {co2}
en: {co2} led a {big} funding round for {co}
~ co co2 big
x co co2
+ converse
zh: {co2}领投了{co}的新一轮融资
zh: {co}本轮的领投方为{co2}
en: the lead investor in {co} was {co2}
en: {co2} headed the investment in {co}
+ synonym
zh: {co}从{co2}等投资者那里筹得资金
en: {co} took money from investors headed by {co2}
! other verb refuted
zh: {co2}收购了{co}
zh: {co2}退出了对{co}的投资
en: {co2} declined to put money into {co}
! actor unknown
zh: {co}本轮融资由{ins}领投
zh: {co}本轮融资的领投方是{pe}
en: the round of {co} was led by {pe}
en: {ins} was the main backer of {co}

zh: {co}向{co2}供应[芯片|电池|零部件]
zh: {co2}从{co}采购[芯片|电池|零部件]
en: {co} supplies {co2} with [chips|batteries|parts]
en: {co2} buys [chips|batteries|parts] from {co}
~ co co2
x co co2
+ converse
zh: {co}是{co2}的供应商
zh: {co2}是{co}的客户
en: {co} is a supplier of {co2}
en: {co2} is a customer of {co}
+ passive
zh: {co2}由{co}供货
en: {co2} is supplied by {co}
! other verb refuted
zh: {co}已停止向{co2}供货
zh: {co}与{co2}没有业务往来
en: {co} no longer supplies {co2}
! added unknown
zh: {co}是{co2}唯一的供应商
en: {co} is the only supplier of {co2}

zh: {te}以{g}比{g2}[战胜|击败|力克]{te2}
zh: {te2}以{g2}比{g}[不敌|负于|输给]{te}
en: {te} [beat|defeated] {te2} {g}-{g2}
en: {te2} lost {g2}-{g} to {te}
~ te te2
x te te2
+ converse
zh: {te2}输给了{te}
zh: {te}赢了{te2}
en: {te2} were beaten by {te}
en: {te} won against {te2}
+ synonym
zh: {te}战胜{te2}，攻入{g}球
en: {te} scored {g} goals and won against {te2}
! other verb refuted
zh: {te}与{te2}战平
zh: 双方战成{g}比{g}平
en: {te} and {te2} drew
en: {te} drew {g}-{g} with {te2}

zh: {co}任命{pe}为[首席执行官|总经理]，接替{pe2}
zh: {pe}接替{pe2}出任{co}[首席执行官|总经理]
en: {co} [named|appointed] {pe} chief executive to replace {pe2}
en: {pe} succeeds {pe2} as chief executive of {co}
~ co pe pe2
x pe pe2
+ converse
zh: {pe2}的职务由{pe}接任
zh: {pe2}卸任，继任者是{pe}
en: {pe2} makes way for {pe} at {co}
en: the successor of {pe2} is {pe}
+ shorter
zh: {pe}将执掌{co}
en: {pe} takes the helm at {co}
! roles refuted
zh: {pe}从{co}离职
en: {pe} is leaving {co}
! object unknown
zh: {co}任命{pe}为董事长
zh: {co}任命{pe}为财务总监
en: {co} has made {pe} its chairman
en: {pe} becomes finance director of {co}

zh: {ins}对{co}[处以|开出]{big}罚款
zh: {co}被{ins}罚款{big}
en: {ins} [fined|has fined] {co} {big}
en: {co} was ordered by {ins} to pay a fine of {big}
~ ins co big
+ passive
zh: {co}遭{ins}处罚
zh: {co}收到{ins}的罚单
en: {co} has been fined by {ins}
+ synonym
zh: {ins}处罚了{co}，金额为{big}
en: a penalty of {big} was imposed on {co} by {ins}
! actor refuted
zh: {co}被{ins2}罚款
en: it was {ins2} that fined {co}
! object refuted
zh: {ins}罚的是{co2}，不是{co}
en: {ins} fined {co2}, not {co}
! other verb refuted
zh: {ins}免除了对{co}的罚款
zh: {ins}向{co}发放了{big}补贴
en: {ins} let {co} off without a fine
en: {ins} paid {co} a subsidy of {big}
! added unknown
zh: {co}已对{ins}的罚款提出上诉
en: {co} is appealing against the fine

zh: {pe}[指责|批评]{pe2}[泄露机密|不守承诺]
zh: {pe2}遭到{pe}的批评
en: {pe} [accused|has accused] {pe2} of [leaking secrets|breaking promises]
en: {pe2} was accused by {pe} of breaking promises
~ pe pe2
x pe pe2
+ passive
zh: {pe2}受到{pe}指责
en: {pe2} came under attack from {pe}
+ converse
zh: 批评{pe2}的人是{pe}
en: the accusation against {pe2} came from {pe}
! other verb refuted
zh: {pe}为{pe2}辩护
zh: {pe}称赞{pe2}
en: {pe} praised {pe2}
en: {pe} defended {pe2}

zh: {pe}从{te}[转会|转投]{te2}，转会费{big}
zh: {te2}以{big}从{te}签下{pe}
en: {pe} has moved from {te} to {te2} for {big}
en: {te2} signed {pe} from {te} for {big}
~ pe te te2 big
x te te2
+ converse
zh: {te}把{pe}卖给了{te2}
zh: {pe}离开{te}，加盟{te2}
en: {te} sold {pe} to {te2}
en: {pe} left {te} to join {te2}
+ shorter
zh: {pe}加盟{te2}
zh: {te2}签下{pe}
en: {pe} has joined {te2}
! from against to refuted
zh: {pe}加盟{te}
zh: {te}得到了{pe}
en: {pe} has joined {te}
en: {te} are the new club of {pe}

zh: {co}向{ins}捐赠{big}
zh: {ins}获{co}捐款{big}
en: {co} [donated|gave] {big} to {ins}
en: {ins} received {big} from {co}
~ co ins big
x co ins
+ passive
zh: {big}由{co}捐给{ins}
en: {big} was given to {ins} by {co}
+ synonym
zh: {co}出资{big}帮助{ins}
en: {co} made a gift of {big} to {ins}
! other verb refuted
zh: {co}借给{ins}{big}，须三年内归还
zh: {co}要求{ins}赔偿{big}
en: {co} lent {big} to {ins}, to be repaid in three years
en: {co} demanded {big} from {ins}

zh: {co}向{co2}[借款|贷款]{big}
zh: {co2}借给{co}{big}
en: {co} borrowed {big} from {co2}
en: {co2} lent {big} to {co}
~ co co2 big
x co co2
+ converse
zh: {co2}为{co}提供了{big}贷款
zh: {co}欠{co2}{big}
en: {co} owes {co2} {big}
en: {co} got a loan of {big} from {co2}
! other verb refuted
zh: {co2}拒绝贷款给{co}
zh: {co2}向{co}无偿捐赠{big}
en: {co2} turned down {co}'s request for a loan
en: {co2} made {co} a gift of {big}

zh: {co}[授权|许可]{co2}使用其专利技术
zh: {co2}获得{co}的专利许可
en: {co} licensed its technology to {co2}
en: {co2} may use the technology of {co} under a licence
~ co co2
x co co2
+ converse
zh: 专利的所有者是{co}，使用者是{co2}
zh: {co2}经{co}许可使用其技术
en: {co2} took out a licence from {co}
en: the technology that {co2} uses is owned by {co}
! other verb refuted
zh: {co}禁止{co2}使用其专利
zh: {co}把专利卖给了{co2}
en: {co} forbade {co2} to use its technology
en: {co} sold its patents to {co2} outright

zh: {co}向{co2}[出售|转让]其在{co}旗下工厂的全部股份，作价{big}
zh: {co2}以{big}从{co}手中买下一座工厂
en: {co} sold a factory to {co2} for {big}
en: {co2} bought a factory from {co} for {big}
~ co co2 big
x co co2
+ converse
zh: 工厂的买家是{co2}，卖家是{co}
zh: {co2}接手了{co}的工厂
en: {co2} is taking over a factory from {co}
en: {co} parted with a factory, which went to {co2}
! other verb refuted
zh: {co}把工厂租给了{co2}，仍持有所有权
en: {co} let a factory to {co2} and remains its owner

zh: {co}从{pe}手里[租下|租用]一栋办公楼
zh: {pe}把一栋办公楼租给{co}
en: {co} rents an office building from {pe}
en: {pe} lets an office building to {co}
~ co pe
x co pe
+ converse
zh: {co}的房东是{pe}
zh: {pe}向{co}收取租金
en: {pe} is the landlord of {co}
en: {co} is a tenant of {pe}
! other verb refuted
zh: {co}从{pe}手里买下了办公楼
en: {co} bought its office building from {pe}

zh: {pl}向{pl2}出口[大豆|煤炭|汽车]
zh: {pl2}从{pl}进口[大豆|煤炭|汽车]
en: {pl} exports [soybeans|coal|cars] to {pl2}
en: {pl2} imports [soybeans|coal|cars] from {pl}
~ pl pl2
x pl pl2
+ converse
zh: {pl2}是{pl}的出口市场
zh: {pl}是{pl2}的供货地
en: {pl2} is a market for goods from {pl}
en: goods go from {pl} to {pl2}
! other verb refuted
zh: {pl}禁止向{pl2}出口
en: {pl} has banned exports to {pl2}

zh: {pe}在[选举|市长选举]中击败{pe2}
zh: {pe2}在选举中败给{pe}
en: {pe} defeated {pe2} in the election
en: {pe2} lost the election to {pe}
~ pe pe2
x pe pe2
+ converse
zh: {pe}胜选，{pe2}落败
zh: 赢得选举的是{pe}
en: {pe} won the election, ahead of {pe2}
en: voters chose {pe} over {pe2}
! other verb refuted
zh: {pe}退选，转而支持{pe2}
en: {pe} pulled out of the race in favour of {pe2}

zh: {pe}[救出|救起]了被困的{pe2}
zh: 被困的{pe2}被{pe}救出
en: {pe} rescued {pe2} from the water
en: {pe2} was pulled from the water by {pe}
~ pe pe2
x pe pe2
+ passive
zh: {pe2}获{pe}搭救
en: {pe2} was saved by {pe}
+ converse
zh: 救人的是{pe}
en: the rescuer was {pe}
! other verb refuted
zh: {pe}没能救出{pe2}
en: {pe} failed to save {pe2}

zh: [警方|检方]逮捕了{pe}，指其诈骗{pe2}{big}
zh: {pe}因涉嫌诈骗{pe2}{big}被捕
en: police arrested {pe} on suspicion of defrauding {pe2} of {big}
en: {pe} was arrested for allegedly cheating {pe2} out of {big}
~ pe pe2 big
x pe pe2
+ converse
zh: 本案的受害人是{pe2}
zh: 被捕的是{pe}
en: {pe2} is the alleged victim
en: the suspect is {pe}
! modality unknown
zh: {pe}因诈骗{pe2}被判刑
zh: {pe}承认诈骗{pe2}
en: {pe} was convicted of defrauding {pe2}
en: {pe} admitted having defrauded {pe2}

zh: {co}[召回|宣布召回]由{co2}供应零件的{pr}
zh: 因{co2}的零件有缺陷，{co}召回{pr}
en: {co} recalled its {pr} because of faulty parts from {co2}
en: faulty parts made by {co2} led {co} to recall its {pr}
~ co co2 pr
x co co2
+ converse
zh: 有缺陷的零件来自{co2}
zh: 发起召回的是{co}
en: the faulty parts came from {co2}
en: the recall was made by {co}
! other verb refuted
zh: {co}否认{pr}需要召回
en: {co} sees no need to recall its {pr}

zh: {pe}[访问|到访]{pl}，会见{pe2}
zh: {pe2}在{pl}会见来访的{pe}
en: {pe} visited {pl} and met {pe2}
en: {pe2} received {pe} in {pl}
~ pe pe2 pl
x pe pe2
+ converse
zh: {pe}是客人，{pe2}是东道主
zh: {pe2}接待了{pe}
en: {pe2} was the host, {pe} the guest
en: {pe} was received by {pe2}
! place refuted
zh: {pe}在{pl2}会见{pe2}
en: the meeting between {pe} and {pe2} took place in {pl2}
! other verb refuted
zh: {pe}取消了对{pl}的访问
en: {pe} called off the visit to {pl}

zh: {co}[赞助|冠名赞助]{te}，每年出资{big}
zh: {te}由{co}赞助，每年获{big}
en: {co} sponsors {te} with {big} a year
en: {te} are sponsored by {co}, which pays {big} a year
~ co te big
x co te
+ converse
zh: {te}的赞助商是{co}
zh: {te}每年从{co}得到{big}
en: the sponsor of {te} is {co}
en: {te} get {big} a year from {co}
! other verb refuted
zh: {co}收购了{te}
zh: {co}终止了对{te}的赞助
en: {co} bought {te}
en: {co} has ended its sponsorship of {te}

zh: {co}的报价高于{co2}，[赢得|拿下]{pl}的合同
zh: {co2}在竞标中输给{co}，{pl}的合同归后者
en: {co} outbid {co2} for the contract in {pl}
en: {co2} lost the contract in {pl} to {co}
~ co co2 pl
x co co2
+ converse
zh: {pl}的合同由{co}获得
zh: {co2}未能得到{pl}的合同
en: the contract in {pl} went to {co}
en: {co2} failed to get the contract in {pl}
! other verb refuted
zh: {co}和{co2}共同获得{pl}的合同
en: {co} and {co2} share the contract in {pl}

zh: {co}从{co2}[挖走|聘来]{pe}
zh: {pe}离开{co2}，入职{co}
en: {co} hired {pe} away from {co2}
en: {pe} left {co2} for a job at {co}
~ co co2 pe
x co co2
+ converse
zh: {pe}的新东家是{co}
zh: {co2}失去了{pe}
en: the new employer of {pe} is {co}
en: {co2} has lost {pe} to {co}
! from against to refuted
zh: {pe}去了{co2}工作
en: {pe} now works for {co2}

zh: {pe}警告{co}，称{co2}的产品不安全
zh: {co}收到{pe}的警告：{co2}的产品不安全
en: {pe} warned {co} that the products of {co2} were unsafe
en: {co} was warned by {pe} about unsafe products of {co2}
~ pe co co2
x co co2
+ converse
zh: 发出警告的是{pe}
zh: {pe}认为{co2}的产品不安全
en: the warning to {co} came from {pe}
en: {pe} considers the products of {co2} unsafe
! other verb refuted
zh: {pe}称{co2}的产品是安全的
en: {pe} vouched for the safety of {co2}'s products

zh: {ins}[委托|请]{co}调查{co2}
zh: {co}受{ins}委托调查{co2}
en: {ins} asked {co} to investigate {co2}
en: {co} was hired by {ins} to look into {co2}
~ ins co co2
x co co2
+ converse
zh: 被调查的是{co2}
zh: 负责调查的是{co}
en: {co2} is under investigation by {co}
en: the investigation of {co2} is done by {co}
! actor refuted
zh: {co}主动要求{ins}接受调查
en: {ins} is being investigated by {co}
! added unknown
zh: 调查发现{co2}做假账
en: {co} found that {co2} had cooked its books

zh: {pe}为{pe2}[做手术|做了手术]，手术在{pl}进行
zh: {pe2}在{pl}接受了{pe}的手术
en: {pe} operated on {pe2} in {pl}
en: {pe2} had surgery in {pl}, carried out by {pe}
~ pe pe2 pl
x pe pe2
+ converse
zh: 医生是{pe}，病人是{pe2}
zh: 给{pe2}动手术的是{pe}
en: {pe2} was the patient and {pe} the surgeon
en: the surgeon was {pe}
! place refuted
zh: 手术在{pl2}进行
en: {pe2} was operated on in {pl2}

zh: {co}和{co2}[合资|联合]在{pl}建厂，{co}出资{big}，{co2}出资{small}
zh: 在{pl}的合资工厂，{co}出{big}，{co2}出{small}
en: {co} and {co2} are building a plant in {pl} together; {co} puts up {big}, {co2} {small}
en: for a joint plant in {pl}, {co} pays {big} and {co2} {small}
~ co co2 pl
x co co2
+ inference
zh: {co}出的钱比{co2}多
zh: {co2}出资较少
en: {co} is paying more than {co2}
en: {co2} puts in the smaller share
+ shorter
zh: {co}为{pl}的工厂出资{big}
en: {co2}'s share in the plant costs it {small}
! actor refuted
zh: {co}独自在{pl}建厂
en: {co} is building the plant in {pl} alone

zh: {pe}称{co}的财报[有误|不实]，{co}对此予以否认
zh: {co}否认{pe}关于其财报不实的说法
en: {pe} said the accounts of {co} were wrong, which {co} denied
en: {co} rejected a claim by {pe} that its accounts were wrong
~ pe co
+ synonym
zh: {co}不同意{pe}的说法
zh: {pe}质疑{co}的账目
en: {co} disputes what {pe} said about its accounts
en: {pe} called the accounts of {co} into question
! attribution refuted
zh: {co}承认财报有误
zh: {pe}说{co}的财报无误
en: {co} said its accounts were wrong
en: {pe} vouched for the accounts of {co}
! modality unknown
zh: {co}的财报确实有误
en: the accounts of {co} are wrong

zh: [记者问到|被问及]此事时，{pe}表示支持，{pe2}表示反对
zh: {pe}赞成这一方案，{pe2}不赞成
en: {pe} came out for the plan, {pe2} against it
en: the plan is backed by {pe} and opposed by {pe2}
~ pe pe2
x pe pe2
+ converse
zh: 反对者是{pe2}
zh: {pe}站在方案一边
en: the opponent of the plan is {pe2}
en: {pe} is on the side of the plan
! attribution refuted
zh: {pe}和{pe2}都支持这一方案
zh: 两人都反对这一方案
en: both {pe} and {pe2} are for the plan
en: neither of the two backs the plan
"""


def _with_roles(block: str) -> str:
    """The case with what `x one other` says written out."""
    pairs = [line.split()[1:] for line in block.splitlines() if line.startswith("x ")]
    lines = [line for line in block.splitlines() if not line.startswith("x ")]
    true, section_is_true = [], True
    for line in lines:
        if line.startswith(("+ ", "! ")):
            section_is_true = line.startswith("+ ")
        elif section_is_true and line.startswith(("zh: ", "en: ")):
            true.append(line)
    wrong = [_exchanged(line, *pair) for pair in pairs for line in true]
    wrong = [line for line in wrong if line not in true]
    return "\n".join([*lines, *(["! roles refuted", *wrong] if wrong else [])])


def _exchanged(line: str, one: str, other: str) -> str:
    swap = {f"{{{one}}}": f"{{{other}}}", f"{{{other}}}": f"{{{one}}}"}
    return re.sub("|".join(map(re.escape, swap)), lambda match: swap[match[0]], line)


ROLE_CASES: tuple[Case, ...] = read_cases(
    "\n\n".join(_with_roles(block) for block in _TABLE.strip().split("\n\n"))
)
