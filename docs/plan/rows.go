package plan

// Row is a sentence of the plan with what it became.
type Row struct {
	Item     string   // of the plan
	Sentence string   // as the plan has it
	Page     string   // where it is seen: an address of the console, or a command
	Tests    []string // "folder TestName"; none: nothing proves it yet
	Missing  string   // what is not there
}

// Rows are the sentences that ask for something a program can do.
func Rows() []Row {
	return []Row{
		{Item: "一（1）", Sentence: "以“日记实、月计分、季评价、年考核”的方式开展全方位执法人员综合跟踪考核", Page: "/supervision/reports",
			Tests:   []string{"casework/team TestAMonthIsCountedFromTheRecords", "casework/team TestAQuarterAndAYearAreTheirMonths", "casework/team TestADayIsToldInOrder"},
			Missing: "what no record of casework shows (training, discipline) is not counted"},
		{Item: "一（1）", Sentence: "实行年度一乡镇一报告制度", Page: "/supervision?township=, /api/v1/quotas/report",
			Tests:   []string{"api TestFiguresAndReportsOfBrigades", "casework/quota TestFiguresEqualTheRecount", "casework/quota TestTheReportSaysWhatTheFiguresSay"},
			Missing: "the report has the plan's figures; what people write in it besides is theirs to add"},
		{Item: "二（2）", Sentence: "建立执法预警通报、案件线索移送、执法信息共享、执法结果互认、信用联合惩戒等制度", Page: "/leads, /transfers, /cases/:id (移送)",
			Tests:   []string{"exchange/transfer TestACaseIsHandedOverSignedForAndFollowed", "exchange/transfer TestALeadOfConstructionWasteGoesToAnotherDistrictWithAPaperReceipt", "casework/document TestEveryKind"},
			Missing: "results recognised from other districts (执法结果互认) are not taken in; warnings (预警通报) are events of webhooks alone"},
		{Item: "二（2）", Sentence: "建立24小时实时派单联络小组,通过“线索发现—案件移送—执法处置”的闭环模式", Page: "/leads, /transfers",
			Tests: []string{"exchange/lead TestALeadIsFollowedFromHotlineToItsEnd", "exchange/lead TestALeadThatNobodySeesToAlarms", "exchange/lead TestHoursWithoutDutyAreShown", "api TestALeadByAPIAndItsTransfer"}},
		{Item: "二（2）", Sentence: "健全行政执法与刑事司法衔接机制", Page: "/transfers",
			Tests: []string{"exchange/transfer TestACaseIsHandedOverSignedForAndFollowed", "exchange/transfer TestOnlyWhatIsTransferredIsHandedOver"}},
		{Item: "二（3）", Sentence: "进一步规范事前、事中公示,完善事后公示", Page: "/public/cameras, /public/matters, /public/draws, /public/decisions",
			Tests: []string{"api TestSignsOfListedCamerasArePublic", "api TestADrawGivesTasks", "casework TestPublishedDecisionsNameNobody"}},
		{Item: "二（3）", Sentence: "行政处罚公开比例年均不低于99%", Page: "/supervision/publications, /public/decisions, /supervision/figures/publication",
			Tests: []string{"casework TestPublicationIsCheckedByAPersonAndWithdrawnWithReason", "casework TestAnUnpublishedDecisionAlarmsAndIsListedAsLate", "casework TestPublishedDecisionsNameNobody", "casework/quota TestFiguresEqualTheRecount"}},
		{Item: "二（3）", Sentence: "按照不低于30%的检查比例抽查全过程记录情况", Page: "/supervision/draws, /supervision/figures/record_check",
			Tests: []string{"casework/supervision TestChecksCountInThePlansFigures", "casework/quota TestFiguresEqualTheRecount", "casework TestProcessRecordStandsInTheLog"}},
		{Item: "二（3）", Sentence: "重大行政执法决定法制审核比例保持100%", Page: "/cases/:id, /supervision/figures/legal_review",
			Tests: []string{"casework/quota TestFiguresEqualTheRecount", "casework/flow TestNoWalkBreaksTheLaw"}},
		{Item: "二（3）", Sentence: "事后评查数占总案件数的比例不低于10%,重大法核案件应查尽查", Page: "/supervision/draws, /supervision/figures/review_after",
			Tests: []string{"casework/supervision TestReviewsTakeEveryMajorCase", "casework/quota TestFiguresEqualTheRecount"}},
		{Item: "二（3）", Sentence: "事中评查占案件总数的比例达到10%", Page: "/supervision/draws, /supervision/figures/review_during",
			Tests: []string{"casework/supervision TestReviewInProcessDrawsOpenCases", "casework/supervision TestChecksCountInThePlansFigures", "casework/quota TestFiguresEqualTheRecount"}},
		{Item: "二（3）", Sentence: "完善联合监管、“双随机、一公开”监管等工作机制", Page: "/supervision/draws, /public/draws",
			Tests: []string{"casework/supervision TestDoubleRandomCanBeCheckedByEverybody", "casework/supervision TestRedIsDrawnThreeTimesAsOftenAsGreen"}},
		{Item: "二（3）", Sentence: "制定信用监管规则和标准,实现分类监管、动态监管、精准监管", Page: "/credit, /grades",
			Tests: []string{"casework/credit TestLevelsFollowTheRulesThatHold", "casework/credit TestRulesAreVersioned", "registry/grade TestAFormulaIsTriedThenHolds"}},
		{Item: "二（3）", Sentence: "严格规范、准确高效地提出城管执法建议", Missing: "a suggestion to another body (执法建议书) is no document of the program yet"},
		{Item: "二（4）", Sentence: "餐厨废弃油脂产生单位实行“一点一码”全覆盖管控", Missing: "objects carry no code of their own; waste is no matter that is enforced off-site yet"},
		{Item: "二（4）", Sentence: "违法大型户外广告、重点区域无序设摊动态清零", Page: "/, /cameras/map, /findings", Tests: []string{"detectors/stall TestStallIsOverAndComesBack", "api TestKeyAreas", "casework TestStallsStandUntilTheyAreGone"},
			Missing: "outdoor advertising has no detector"},
		{Item: "二（4）", Sentence: "加大对无序设摊、超出门窗或外墙经营", Page: "/findings", Tests: []string{"detectors/stall TestStall", "detectors/crossdoor TestCrossdoor"}},
		{Item: "二（4）", Sentence: "从严查处施工场所裸露土地、露天焚烧秸秆、露天焚烧垃圾等污染大气环境违法行为", Page: "/findings",
			Tests: []string{"detectors/soil TestSoil", "detectors/burning TestBurning"}},
		{Item: "三（6）", Sentence: "推进不动产“注记”“解注”工作平台化运行", Missing: "the register of real estate is not connected"},
		{Item: "三（6）", Sentence: "完善信用修复工作方案,梳理信用修复工作流程,明确信用修复线上处理方式、方法,为相对人通过网络平台申请信用修复提供便利", Page: "/p/:link, /credit",
			Tests: []string{"casework/credit TestARecordIsRepairedByApplicationReviewAndDecision", "casework/credit TestARecordEndsOrIsWithdrawn"}},
		{Item: "三（6）", Sentence: "通过相关部门共享的审批备案、日常监管等业务数据,结合本部门执法数据", Page: "/objects/imports, /leads, /integration, /api/v1/openapi.json",
			Tests: []string{"registry/intake TestFromPreviewToUndo", "api TestALeadByAPIAndItsTransfer", "api TestEveryOperationForEveryScope", "exchange/bulk TestACopyIsKeptBySinceAndNamesNobody"}},
		{Item: "三（6）", Sentence: "引入大数据分析、人工智能等技术,探索数字监管", Page: "/findings, /cameras/map, /settings/services",
			Tests:   []string{"detectors/stall TestStall", "detectors/crossdoor TestCrossdoor", "detectors/soil TestSoil", "detectors/burning TestBurning"},
			Missing: "figures are counted and carried on to the year's end; nothing is predicted by a model"},
		{Item: "三（6）", Sentence: "融入“一网统管”平台", Page: "/integration, docs/integration",
			Tests: []string{"exchange/webhook TestJobsDeliverEachOnceByID", "exchange/webhook TestTheReferenceReceiverTakesEachEventOnce", "exchange/key TestAKeyOpensWhatItNamesUntilItEnds", "api TestOpenAPI"}},
		{Item: "三（7）", Sentence: "依托执法对象监管系统,完善对象数据库的日常更新和维护", Page: "/objects, /objects/imports",
			Tests: []string{"registry/intake TestFromPreviewToUndo", "registry/intake TestRowErrorsNameRowAndColumn"}},
		{Item: "三（7）", Sentence: "对风险(颜色)等级作动态升降调整", Page: "/grades, /objects/:id", Tests: []string{"registry/grade TestGradesFollowEvents", "registry/grade TestAFormulaIsTriedThenHolds"}},
		{Item: "三（7）", Sentence: "对应实施相应频次的执法检查", Page: "/grades", Tests: []string{"registry/grade TestInspectionsFallDueByGrade"}},
		{Item: "三（7）", Sentence: "结合前期采集的基础数据", Page: "/objects, /objects/:id, /objects/imports",
			Tests: []string{"registry TestACommitmentIsThePartysThatSignedIt", "registry TestAPhotographOfAShopCarriesNoMetadata", "api TestPapersOfAShopAreCollected", "registry/intake TestManyShops"}},
		{Item: "三（7）", Sentence: "实现对违法事实的远程收集、固定", Page: "/evidence/:bundle", Tests: []string{"casework TestEvidenceIsRecordedOnceAndJoinsTheOpenCase", "evidence/translog TestEntriesAreProvedAndOutliveTheProcess"}},
		{Item: "三（7）", Sentence: "通过信息化方式进行违法行为告知、调查取证、文书送达、罚款收缴", Page: "/cases/:id, /cases/:id/inquiry, /p/:link", Tests: []string{"casework TestFromFindingToArchive", "casework TestAnInquiryByVideoIsRecordedSealedAndConfirmed"}},
		{Item: "三（7）", Sentence: "“非现场执法”事项覆盖率达10%", Page: "/supervision/figures/matter_coverage",
			Tests: []string{"casework/quota TestFiguresEqualTheRecount", "casework/quota TestForecastGoesOnAtThePaceOfTheLastNinetyDays", "casework TestFiguresAreSealedAtTheMonthsEnd"}},
		{Item: "四（8）", Sentence: "严格执行执法人员持证上岗和资格管理制度", Page: "/settings/users, /cases/:id", Tests: []string{"casework TestFilingNeedsTwoOtherLicensedOfficers"},
			Missing: "licence numbers are entered by hand; examinations, ranks and careers are kept elsewhere"},
		{Item: "四（10）", Sentence: "构建督察人员“1+3+19”三级督察队伍建设模式", Page: "/settings/users, /supervision, /supervision/reports",
			Tests: []string{"registry TestATownshipIsOfOneBrigade", "registry/account TestReachIsOfThreeLevels", "api TestFiguresAndReportsOfBrigades", "casework/team TestAMonthIsCountedFromTheRecords"}},
		{Item: "四（10）", Sentence: "完善督查督办、定期通报、跟踪问效等闭环机制", Page: "/supervision/draws, /supervision/reports, /settings/users",
			Tests: []string{"casework/supervision TestDoubleRandomCanBeCheckedByEverybody", "casework/supervision TestChecksCountInThePlansFigures", "api TestADrawGivesTasks", "api TestNothingOfAnotherTownshipIsRead", "api TestNothingOfAnotherTownshipIsChanged", "api TestATownshipReadsItsOwnFigures", "registry/account TestReachIsOfThreeLevels"}},
		{Item: "工作要求（二）", Sentence: "各乡镇综合行政执法机构要实行挂图作战和销项管理", Page: "/supervision, /supervision/figures/:key", Tests: []string{"api TestFiguresAndReportsOfBrigades", "casework/quota TestFiguresEqualTheRecount"}},
	}
}
