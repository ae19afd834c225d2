package flow_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// trouble is what goes wrong, what the law wants then, and the tests that show it:
// folder from casework's, then the test's name.
type trouble struct {
	zh, en    string
	outcome   string
	outcomeZH string
	tests     []string
}

func troubles() []trouble {
	return []trouble{
		{"两名办案人员同时操作", "Two officers press at once",
			"one step is taken; the other is told that the case has changed", "只办理一次，另一人被告知案件已变更", []string{". TestTwoOfficersAtOnce"}},
		{"两名负责人同时批准分期和延期", "One head grants instalments while another defers",
			"one grant holds; the other is told, and the law allows no second", "只有一项批准有效；另一项被告知已变更，且不得再批", []string{". TestTwoHeadsGrantAtOnce"}},
		{"多起事件同时报送", "Incidents of one act race each other", "one finding, with all the evidence", "并为一条线索", []string{". TestIncidentsOfOneActRaceToOneFinding"}},
		{"同一支付回调五次、次序颠倒", "The same callback five times, in wrong order",
			"the fine is credited once; a cancellation that was overtaken changes nothing", "只入账一次；迟到的取消不改变结果", []string{". TestCallbacksFiveTimesInAnyOrder", ". TestPaymentNotices"}},
		{"伪造的支付回调", "A forged callback", "refused by its signature, time and number; nothing is booked", "按签名、时间和编号拒绝，不入账", []string{". TestForgedCallbacks"}},
		{"金额不符、订单不明的回调", "A callback for another amount, or for an order that is none of ours",
			"noted as what it is and not credited; the case stays", "如实登记，不入账，案件不变", []string{". TestPaymentNotices"}},
		{"一笔罚款缴了两次", "One fine, or one instalment, paid twice", "the surplus is owed back", "多缴部分退还",
			[]string{". TestTwoOrdersPaidForOneFineOweARefund", ". TestNoInstalmentIsPaidTwice", ". TestNoFineIsPaidTwiceAtACounter"}},
		{"柜面缴款", "A fine paid at a counter", "booked once two people have seen the receipt, with the surcharge of its day; what the treasury's file says otherwise is found", "票据经两人核对后入账，加处罚款算到缴款当日；与国库对账不符的予以查出",
			[]string{". TestAFinePaidAtACounterIsBookedByTwo", ". TestTheSurchargeOfACounterPaymentEndsOnItsDay", ". TestReconciliationFindsWhatDoesNotMatchAtCounters"}},
		{"退款重复、超额", "A refund asked for twice, or beyond what was paid", "paid back once; beyond what was paid it is refused", "只退一次；超过缴款的拒绝",
			[]string{". TestRevocationIsPaidBack", ". TestNoMoreIsPaidBackThanWasPaid"}},
		{"短信网关已发送后超时", "A gateway that times out after sending", "asked again under the same number; the party gets one message", "以同一编号重发，当事人只收到一条",
			[]string{". TestGatewayTimesOutAfterSending"}},
		{"电子邮件退信", "An e-mail that bounces", "given up at 5xx, with the sentence in the record; nothing else where the SMS arrives", "5xx 即放弃并记入过程记录；短信送达的，不影响案件",
			[]string{". TestAnEMailBounces"}},
		{"短信未送达的语音电话", "A call in place of an SMS that does not arrive", "one call, also when its answer is lost; none from 21:00 to 8:00; not answered, the case goes to the second review; it serves nothing", "只拨打一次，应答丢失亦同；21:00–8:00不拨打；未接通的转复核；不作为送达",
			[]string{". TestAReminderIsSaidInACall", ". TestACallWhoseAnswerIsLost", ". TestNobodyIsCalledAtNight", ". TestAnSMSWithoutAReceipt"}},
		{"不满十四周岁", "A party under fourteen", "no filing and no penalty (APL art. 30); the birthday itself counts", "不予立案处罚（行政处罚法第三十条）",
			[]string{". TestPartyUnderFourteen", ". TestUnderFourteenIsNotFined"}},
		{"已满十四周岁不满十八周岁", "A party of fourteen to seventeen", "lighter or mitigated: at most the lower 30 % of the law's range, and down to one yuan; the papers say why (APL art. 30)", "从轻或者减轻处罚，文书载明理由（行政处罚法第三十条）",
			[]string{". TestPartyOfSixteenIsFinedLess", "matter TestBands"}},
		{"一个违法行为被两台设备发现", "One act seen by two cameras, or found as two matters", "one fine: the second is not filed, proposed or decided while the first stands, unless a head holds it for another act, with the reason (APL art. 29)", "不得给予两次以上罚款；负责人认定为不同违法行为的，载明理由（行政处罚法第二十九条）",
			[]string{". TestOneActIsFinedOnce", ". TestAnotherActIsFinedToo"}},
		{"当事人死亡", "A party that has died", "dismissed before the decision; afterwards enforcement ends and money that still comes is owed back", "决定前撤案；决定后终结执行，续缴退还",
			[]string{". TestPartyDies", ". TestPartyDiesAfterTheDecision"}},
		{"当事人更名", "A party that is renamed", "named anew from then on; papers that were issued stay as they are", "此后用新名，已出文书不变", []string{". TestPartyIsRenamed"}},
		{"送达地址退回", "An address that bounces", "no service: back to be served another way; a bounced reminder goes to the second review", "视为未送达，另行送达；提醒退回的转复核",
			[]string{". TestAddressBounces", ". TestReminderThatCannotArrive"}},
		{"办案中法律修改", "A statute that changes in mid-case", "the statute of the day of the act, or the milder later one (APL art. 37)", "从旧兼从轻（行政处罚法第三十七条）",
			[]string{". TestStatuteChangesInMidCase", "matter TestMilderLaterLaw"}},
		{"时钟跳过一天或者倒退", "A clock that jumps a day, or is set back", "what became due is done once, in order; nothing is undone", "到期事项各办一次，不回退", []string{". TestClockJumpsADay"}},
		{"缺少下一年的工作日历", "A calendar without next year", "the step is refused with what to do, and leaves nothing; so is a grant of instalments", "步骤被拒并说明补录方法，不留痕迹；分期批准亦同",
			[]string{". TestCalendarWithoutNextYear", ". TestInstalmentsWithoutNextYear", "calendar TestUnknownYearIsAnError"}},
		{"违法的分期、延期申请", "Instalments or a deferral beyond the law", "refused with the article: past days, one part or twenty-five, no reason, another's office", "按条款拒绝",
			[]string{". TestInstalmentsAreGrantedWithinTheLaw", ". TestPartyAsksForADeferral", ". TestDeferral"}},
		{"分期中一期逾期", "One instalment is late", "surcharge runs on that one alone; the court waits for the last", "只就该期计加处罚款；末期届满后方可申请执行",
			[]string{". TestSurchargeOnTheLateInstalmentAlone", ". TestCourtWaitsForTheLastInstalment"}},
		{"批准分期前开出的订单后缴", "An order from before the grant is paid after it", "it pays all instalments", "视为缴清各期", []string{". TestAnOrderFromBeforeTheGrantPaysAll"}},
		{"复议、诉讼重复登记或者并行", "Reconsideration and lawsuit noted twice, or side by side",
			"one suspension: no surcharge and no demand until it is upheld; what is not pending cannot be upheld", "只中止一次；维持前不加处、不催告；未登记的不得登记维持",
			[]string{". TestReconsiderationSuspendsOnce", ". TestOverdueSurchargeDemandAndCourt"}},
		{"分期中复议，后撤销决定", "A reconsideration amid instalments, and the decision is revoked", "instalments rest meanwhile; what was paid is owed back", "分期中止计算，已缴退还",
			[]string{". TestReconsiderationAmidInstalments"}},
	}
}

// troublesPage is the part of docs/casework.md about bad input.
func troublesPage() string {
	var b strings.Builder
	b.WriteString("\n## Bad input, and what the law wants then\n\nEach row is shown by the tests named, in casework's folder; a test checks that they are there.\n\n| 异常情形 | bad input | 结果 | outcome | tests |\n| --- | --- | --- | --- | --- |\n")
	for _, t := range troubles() {
		var names []string
		for _, test := range t.tests {
			folder, name, _ := strings.Cut(test, " ")
			names = append(names, "`"+strings.TrimPrefix(folder+"/", "./")+name+"`")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", t.zh, t.en, t.outcomeZH, t.outcome, strings.Join(names, ", "))
	}
	return b.String()
}

// Every test that the page names is there, takes a *testing.T and is not skipped.
func TestTroublesAreTested(t *testing.T) {
	t.Parallel()
	known := map[string]map[string]bool{}
	for _, one := range troubles() {
		if one.zh == "" || one.en == "" || one.outcome == "" || one.outcomeZH == "" || len(one.tests) == 0 {
			t.Errorf("%q is not whole", one.en)
		}
		for _, test := range one.tests {
			folder, name, _ := strings.Cut(test, " ")
			if known[folder] == nil {
				known[folder] = testsOf(t, filepath.Join("..", folder))
			}
			if !known[folder][name] {
				t.Errorf("%s: there is no test %s in casework/%s that always runs", one.en, name, folder)
			}
		}
	}
}

// testsOf are the tests of a folder that cannot skip themselves.
func testsOf(t *testing.T, folder string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in %s: %v", folder, err)
	}
	found := map[string]bool{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Test") {
				continue
			}
			skips := false
			ast.Inspect(f, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && strings.HasPrefix(s.Sel.Name, "Skip") {
					skips = true
				}
				return !skips
			})
			found[f.Name.Name] = !skips
		}
	}
	return found
}
