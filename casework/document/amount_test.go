package document

import "testing"

func TestCapital(t *testing.T) {
	t.Parallel()
	for fen, want := range map[int64]string{
		0: "零元整", 5: "伍分", 50: "伍角整", 55: "伍角伍分", 100: "壹元整", 105: "壹元零伍分", 150: "壹元伍角整",
		1000: "壹拾元整", 10000: "壹佰元整", 10500: "壹佰零伍元整", 20000: "贰佰元整", 100000: "壹仟元整", 100500: "壹仟零伍元整",
		1000000: "壹万元整", 1005000: "壹万零伍拾元整", 1050000: "壹万零伍佰元整", 1100000: "壹万壹仟元整", 10000000: "壹拾万元整",
		10010000: "壹拾万零壹佰元整", 12345678: "壹拾贰万叁仟肆佰伍拾陆元柒角捌分", 100000000: "壹佰万元整", 10000000000: "壹亿元整",
		10000100000: "壹亿零壹仟元整", 10000000100: "壹亿零壹元整", 10100000000: "壹亿零壹佰万元整", 2000000003: "贰仟万元零叁分",
	} {
		if got := capital(fen); got != want {
			t.Errorf("%d: %s, want %s", fen, got, want)
		}
	}
}

func TestOrdinalAndCode(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{1: "一", 10: "十", 12: "十二", 20: "二十", 31: "三十一"} {
		if got := ordinal(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	if got := grouped("ABCDEFGH2345"); got != "ABCD-EFGH-2345" {
		t.Error(got)
	}
	if got := grouped("ABCD-EFGH"); got != "ABCD-EFGH" {
		t.Error(got)
	}
}
