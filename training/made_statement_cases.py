"""Facts about how much, how often, where and whether, and claims about them."""

from __future__ import annotations

from training.made_cases import read_cases

STATEMENT_CASES = read_cases("""
zh: {ins}的全体员工都[接种了疫苗|打了疫苗]
zh: {ins}没有一名员工未接种疫苗
en: all [staff|employees] at {ins} have been vaccinated
en: there is nobody on the staff of {ins} who has not been vaccinated
+ double negation
zh: {ins}的员工无一例外都打了疫苗
en: not one employee of {ins} has gone without the vaccine
! quantifier refuted
zh: {ins}只有[部分|一半]员工接种了疫苗
zh: {ins}没有任何员工接种疫苗
zh: {ins}有几名员工拒绝接种
en: [only some|not all|only half] of the staff at {ins} have been vaccinated
en: none of the employees of {ins} has been vaccinated
en: several people working at {ins} remain unvaccinated
! owner unknown
zh: {ins2}的全体员工都接种了疫苗
en: everybody at {ins2} has been vaccinated

zh: {pl}[大多数|多数]商店周末[停业|不营业]
zh: 周末，{pl}的大部分商店[关门|不开门]
en: most shops in {pl} are closed at weekends
en: the majority of shops in {pl} do not open at weekends
+ converse
zh: 周末在{pl}营业的只有少数商店
en: only a minority of shops in {pl} open at weekends
! quantifier unknown
zh: {pl}的所有商店周末都停业
zh: 周末{pl}没有一家商店开门
en: every shop in {pl} is closed at weekends
en: not a single shop in {pl} opens at weekends
! quantifier refuted
zh: {pl}的大多数商店周末照常营业
zh: {pl}只有少数商店周末停业
en: most shops in {pl} stay open at weekends
en: few shops in {pl} close at weekends
! period unknown
zh: {pl}大多数商店晚上停业
en: most shops in {pl} are closed in the evenings

zh: {pr}[只|仅|目前只]在{pl}[发售|销售]
zh: 除{pl}外，其他地方买不到{pr}
en: {pr} is on sale [only|solely|exclusively] in {pl}
en: {pr} cannot be bought anywhere but in {pl}
+ synonym
zh: 在{pl2}买不到{pr}
en: buyers in {pl2} cannot get {pr}
! scope refuted
zh: {pr}在{pl}和{pl2}都有销售
zh: 除{pl}外，{pr}还在{pl2}发售
zh: {pr}在全球销售
en: {pr} is [also on sale in {pl2}|available in {pl} and {pl2}]
en: {pr} is sold [around the world|in {pl} among other places]
! negation refuted
zh: {pl}买不到{pr}
en: {pr} is not on sale in {pl}
~ pl

zh: {pe}[首次|第一次]获得{ins}奖
zh: {pe}获得了{ins}奖，此前从未得过该奖
en: {pe} has won {ins}'s prize for the first time
en: {pe} was given {ins}'s prize, never having won it before
! scope refuted
zh: {pe}[再次|第二次|又一次]获得{ins}奖
zh: {pe}蝉联{ins}奖
en: {pe} has won {ins}'s prize [again|for the second time]
en: {pe} [successfully defended|has once more won] {ins}'s prize
! negation refuted
zh: {pe}[拒绝领取|未能获得]{ins}奖
en: {pe} [turned down|missed out on] {ins}'s prize
! owner refuted
zh: {pe}是第一个获得{ins}奖的人
zh: {pe2}首次获得了{ins}奖，{pe}落选
en: it was {pe2} and not {pe} who won {ins}'s prize
en: {pe2} beat {pe} to {ins}'s prize

zh: {pl}到{pl2}的[轮渡|渡轮]每天[开行|开航]
zh: {pl}与{pl2}之间天天都有渡轮
en: ferries between {pl} and {pl2} run [every day|daily]
en: there is a ferry from {pl} to {pl2} seven days a week
+ shorter
zh: 周日也有渡轮从{pl}开往{pl2}
en: the ferry from {pl} to {pl2} runs on Sundays too
! scope refuted
zh: {pl}到{pl2}的渡轮只在工作日开行
zh: {pl}到{pl2}的渡轮周末停航
en: ferries between {pl} and {pl2} run [on weekdays only|only at weekends]
en: there is no ferry from {pl} to {pl2} on Sundays
! negation refuted
zh: {pl}到{pl2}的渡轮已停运
en: the ferry from {pl} to {pl2} no longer runs

zh: {pl}的新体育馆是[该国|全国]最大的
zh: 全国最大的体育馆[如今位于|现在在]{pl}
en: the new arena in {pl} is the [largest in the country|country's largest]
en: no arena in the country is larger than the new one in {pl}
! scope unknown
zh: {pl}的新体育馆是世界最大的
en: the new arena in {pl} is the largest in the world
! rank refuted
zh: {pl}的新体育馆是全国[第二大|最小]的
zh: 全国还有比{pl}新体育馆更大的体育馆
en: the new arena in {pl} is the second largest in the country
en: there are bigger arenas in the country than the new one in {pl}
! comparison unknown
zh: {pl}的新体育馆是全国造价最高的
en: the new arena in {pl} was the most expensive in the country

zh: 法院[驳回|未支持]了{co}对{co2}的诉讼请求
zh: {co}起诉{co2}，但[败诉|被法院驳回]
en: the court [dismissed|threw out|rejected] the suit that {co} brought against {co2}
en: {co} lost its case against {co2}
+ converse
zh: {co2}在与{co}的官司中胜诉
en: {co2} won the case that {co} had brought
! negation refuted
zh: 法院支持了{co}对{co2}的诉讼请求
zh: {co}打赢了与{co2}的官司
en: the court [upheld|ruled in favour of] {co} against {co2}
en: {co} won its case against {co2}
! owner refuted
zh: {co2}起诉{co}，被法院驳回
en: the court dismissed the suit of {co2} against {co}
! tense refuted
zh: {co}对{co2}的案件尚未宣判
zh: {co}与{co2}庭外和解
en: the court has yet to rule on the case of {co} against {co2}
en: {co} and {co2} settled out of court

zh: 议会[否决|投票反对]了{pe}提出的法案
zh: {pe}的法案未获议会通过
en: parliament [rejected|voted down|defeated] the bill put forward by {pe}
en: {pe}'s bill failed to get through parliament
+ double negation
zh: 议会没有通过{pe}提出的法案
en: the bill from {pe} did not win parliament's approval
! negation refuted
zh: 议会[通过|批准]了{pe}提出的法案
zh: {pe}的法案[已成为法律|顺利过关]
en: parliament [passed|approved|adopted] the bill from {pe}
en: {pe}'s bill has become law
! tense refuted
zh: 议会[将于下周|尚未]对{pe}的法案进行表决
en: parliament [will vote next week|has not voted yet] on the bill from {pe}
! owner unknown
zh: {pe}自己投票反对该法案
en: {pe2} was among those who voted against the bill

zh: {pl}的大桥[仍然关闭|尚未重新开放]
zh: {pl}的大桥至今封闭，没有恢复通车
en: the bridge in {pl} [remains closed|has yet to reopen|is still shut]
en: the bridge in {pl} is not open to traffic yet
! negation refuted
zh: {pl}的大桥[已恢复通车|已重新开放]
zh: {pl}的大桥照常通行
en: the bridge in {pl} [has reopened|is open to traffic again]
en: traffic is crossing the bridge in {pl} once more
! tense unknown
zh: {pl}的大桥将于下周重新开放
zh: {pl}的大桥将被拆除
en: the bridge in {pl} will reopen next week
en: the bridge in {pl} is to be torn down
~ pl

zh: {te}的比赛[继续进行|没有中断]，尽管下着大雨
zh: 虽然大雨不停，{te}的比赛仍照常进行
en: {te}'s match went ahead despite the heavy rain
en: heavy rain did not stop {te}'s match from being played
! negation refuted
zh: {te}的比赛因大雨[取消|推迟|中断]
en: {te}'s match was [cancelled|postponed|called off] because of heavy rain
! cause refuted
zh: 大雨迫使{te}的比赛改期
en: heavy rain forced {te}'s match to another date
! cause unknown
zh: {te}输掉了这场雨中的比赛
en: {te} lost the match in the rain

zh: {ins}的研究人员[未发现|没有发现]{pr}与该疾病之间的联系
zh: {ins}的研究没有找到{pr}引发该疾病的证据
en: researchers at {ins} found no link between {pr} and the disease
en: a study by {ins} failed to find evidence that {pr} causes the disease
! negation refuted
zh: {ins}的研究[证实|发现]{pr}会引发该疾病
en: {ins} researchers [found|showed] that {pr} causes the disease
en: a link between {pr} and the disease was established by {ins}
! negation unknown
zh: {ins}已[证明{pr}绝对安全|建议停用{pr}]
en: {ins} has [proved that {pr} is entirely safe|advised against using {pr}]
~ pr

zh: {co}的工人[结束罢工|停止罢工]，[重返岗位|恢复上班]
zh: {co}工人的罢工已告结束
en: the strike at {co} is over
en: workers at {co} have [ended their strike|gone back to work after a strike]
! negation refuted
zh: {co}的工人仍在罢工
zh: {co}的工人开始罢工
en: workers at {co} are still on strike
en: a strike has begun at {co}
! tense refuted
zh: {co}的工人将于下周结束罢工
zh: {co}的工人威胁要罢工
en: the strike at {co} will end next week
en: workers at {co} are threatening to strike
! cause unknown
zh: {co}的工人因获得加薪而结束罢工
en: workers at {co} ended their strike after winning a pay rise
~ co

zh: 除飞往{pl2}的以外，[从{pl}出发的|{pl}的]航线均已恢复
zh: {pl}出发的航线都已恢复，[唯独|只有]飞往{pl2}的除外
en: all air routes from {pl} have resumed except the one to {pl2}
en: flights from {pl} are back on every route but that to {pl2}
+ shorter
zh: 从{pl}飞往{pl2}的航线尚未恢复
en: flights from {pl} to {pl2} have not resumed
! scope refuted
zh: {pl}的航线均已恢复，包括飞往{pl2}的
zh: 从{pl}出发的航线中，恢复的只有飞往{pl2}的一条
en: all air routes from {pl}, that to {pl2} included, have resumed
en: the route to {pl2} is the only one on which flights from {pl} have resumed

zh: {pe}[被判无罪|获判无罪]
zh: 法院裁定{pe}无罪
en: {pe} was [acquitted|found not guilty|cleared of all charges]
en: a court cleared {pe}
+ double negation
zh: 法院没有认定{pe}有罪
en: {pe} was not convicted
! negation refuted
zh: {pe}[被判有罪|被定罪]
zh: {pe}被判入狱
en: {pe} was [convicted|found guilty|sent to prison]
! tense refuted
zh: {pe}的案件仍在等待宣判
zh: {pe}的案件明年才开庭
en: the verdict on {pe} is still awaited
en: {pe} goes on trial next year
! modality unknown
zh: {pe}承认有错
zh: 检方将对{pe}的判决提出上诉
en: {pe} has admitted wrongdoing
en: prosecutors will appeal in the case of {pe}
~ pe

zh: {pe}导演的新片[在{pl}|于{pl}]首映，观众[反响热烈|好评如潮]
zh: {pe}的新电影在{pl}举行首映，受到观众欢迎
en: the new film directed by {pe} had its premiere in {pl} and was well received
en: audiences in {pl} gave a warm welcome to the premiere of {pe}'s new film
+ shorter
zh: {pe}的新片已经首映
en: {pe}'s new film has had its premiere
! negation refuted
zh: {pe}的新片首映遭到观众冷遇
zh: 观众对{pe}的新片反应冷淡
en: audiences were cool about {pe}'s new film
en: {pe}'s new film was poorly received at its premiere
! tense refuted
zh: {pe}的新片将于下月首映
zh: {pe}的新片首映被取消
en: {pe}'s new film will have its premiere next month
en: the premiere of {pe}'s new film was called off
! owner refuted
zh: {pe}的新片首映地是{pl2}
en: {pe}'s new film was first shown in {pl2}

zh: {co}只召回了[在{pl}|{pl}市场]销售的{pr}，其他地区不在召回之列
zh: {co}对{pr}的召回仅限于{pl}，别处不召回
en: {co} has recalled {pr} in {pl} only, and nowhere else
en: {co}'s recall of {pr} is limited to {pl}
! scope refuted
zh: {co}在全球召回{pr}
zh: {co}在{pl}和{pl2}都召回了{pr}
en: {co} has recalled {pr} worldwide
en: {co}'s recall of {pr} also covers {pl2}
! negation refuted
zh: {co}拒绝在{pl}召回{pr}
en: {co} has refused to recall {pr} in {pl}
! cause unknown
zh: {co}因起火风险召回{pl}的{pr}
en: {co} recalled {pr} in {pl} because of a fire risk
~ pl

zh: {pl}与{pl2}的条约尚未生效，[仍需|还要等]双方议会批准
zh: {pl}和{pl2}签署的条约须经双方议会批准后才能生效
en: the treaty between {pl} and {pl2} takes effect only once both parliaments have approved it
en: {pl} and {pl2} have signed a treaty, but both parliaments still have to approve it
+ tense kept
zh: {pl}与{pl2}的条约还没有得到两边议会的批准
en: parliamentary approval of the treaty between {pl} and {pl2} is outstanding
! condition refuted
zh: {pl}与{pl2}的条约已经生效
zh: {pl}与{pl2}的条约无须议会批准
en: the treaty between {pl} and {pl2} is in force
en: no approval by parliament is needed for the treaty between {pl} and {pl2}
! tense refuted
zh: {pl}与{pl2}仍在就是否签约进行谈判
en: {pl} and {pl2} are still negotiating whether to sign a treaty
! negation refuted
zh: 议会否决了{pl}与{pl2}的条约
en: parliament has thrown out the treaty between {pl} and {pl2}

zh: {ins}的疫苗试验[暂停|中止]，[因为|原因是]一名志愿者患病
zh: 一名志愿者患病后，{ins}[暂停|叫停]了疫苗试验
en: {ins} has [suspended|halted] its vaccine trial because a volunteer fell ill
en: after a volunteer fell ill, {ins} [paused|suspended] its vaccine trial
+ shorter
zh: {ins}的疫苗试验目前没有进行
en: the vaccine trial at {ins} is not going on at present
! negation refuted
zh: {ins}的疫苗试验照常进行
zh: 虽有志愿者患病，{ins}仍继续疫苗试验
en: {ins} is going ahead with its vaccine trial
en: {ins} carried on with its vaccine trial although a volunteer fell ill
! cause refuted
zh: {ins}因经费不足暂停疫苗试验
en: {ins} halted its vaccine trial for want of money
! cause unknown
zh: 疫苗导致{ins}的志愿者患病
en: the vaccine made a volunteer at {ins} ill
~ ins

zh: {pl}[一些|部分]选民因洪水[无法投票|未能投票]
zh: 洪水使{pl}的[一些|部分]选民没能投票
en: floods kept some voters in {pl} from casting their ballots
en: some people in {pl} were unable to vote because of flooding
+ double negation
zh: {pl}并非所有选民都能投票
en: not everybody in {pl} was able to vote
! quantifier refuted
zh: {pl}所有选民都顺利投票
zh: 洪水没有妨碍{pl}任何人投票
en: everyone in {pl} who wanted to vote could do so
en: the floods kept nobody in {pl} from voting
! quantifier unknown
zh: {pl}大多数选民因洪水无法投票
zh: {pl}的选举被推迟
en: most voters in {pl} were unable to cast their ballots
en: the election in {pl} was put off
~ pl

zh: {co}[允许|准许]员工在家办公，但不作强制要求
zh: {co}的员工可以选择在家办公，也可到办公室上班
en: {co} [lets its staff|allows its staff to] work from home but does not require it
en: staff at {co} may work from home if they wish
+ synonym
zh: 在{co}，居家办公是自愿的
en: working from home is voluntary at {co}
! modality refuted
zh: {co}要求员工必须在家办公
zh: {co}禁止员工在家办公
en: {co} [requires|has ordered] its staff to work from home
en: {co} [forbids|does not let] its staff work from home
! quantifier unknown
zh: {co}的大部分员工在家办公
en: most of the staff at {co} work from home
~ co

zh: {pl}{mo}起[禁止|不再允许]在餐馆吸烟，露天座位[不受此限|除外]
zh: 从{mo}起，{pl}的餐馆室内禁烟，户外仍可吸烟
en: from {mo}, smoking is banned inside restaurants in {pl} but not at tables outdoors
en: restaurants in {pl} must be smoke-free indoors from {mo}; outdoors it is still allowed
+ shorter
zh: {pl}的餐馆户外座位仍可吸烟
en: smoking at outdoor tables is still permitted in {pl}
! scope refuted
zh: {pl}的餐馆室内外一律禁烟
zh: {pl}的餐馆只在户外禁烟
en: the ban in {pl} covers indoor and outdoor tables alike
en: smoking is banned only at outdoor tables in {pl}
! period refuted
zh: {pl}餐馆室内禁烟从{mo2}才开始
en: the smoking ban in {pl} does not begin until {mo2}
! negation refuted
zh: {pl}仍允许在餐馆室内吸烟
en: {pl} has decided against a smoking ban in restaurants
""")
