package gateway_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"offsite/exchange/gateway"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const who = "0198c000-0000-7000-8000-000000000001"

func TestTrialsAreMadeAndKept(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	var wrong error
	o := gateway.New(pool, []gateway.Service{
		{Key: "payment", Setting: "payment.url", Address: "pay.example", Try: func(ctx context.Context) (gateway.Sentence, error) {
			if _, bounded := ctx.Deadline(); !bounded {
				t.Error("a trial may last for ever")
			}
			return gateway.Sentence{ZH: "三笔", EN: "three payments"}, wrong
		}},
		{Key: "messages", Setting: "reminder.url"},
	}, time.Now)
	ctx := t.Context()
	all, err := o.List(ctx)
	if err != nil || len(all) != 2 || !all[0].Configured || all[0].Latest != nil || all[1].Configured {
		t.Fatalf("before the first trial: %+v, %v", all, err)
	}
	trial, err := o.Try(ctx, who, "管理员", "payment")
	if err != nil || !trial.OK || trial.Said.EN != "three payments" {
		t.Errorf("tried: %+v, %v", trial, err)
	}
	wrong = errors.New("no route\x00 to \xff " + strings.Repeat("x", 1000))
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if trial, err = o.Try(gone, who, "管理员", "payment"); err != nil || trial.OK || !strings.HasPrefix(trial.Said.ZH, "未成功：no route") {
		t.Errorf("tried in vain: %+v, %v", trial, err)
	}
	all, err = o.List(ctx)
	if err != nil || all[0].Latest == nil || all[0].Latest.OK || all[0].Latest.By != "管理员" || all[0].Latest.Said != trial.Said {
		t.Errorf("the latest: %+v, %v", all[0].Latest, err)
	}
	for _, key := range []string{"messages", "nothing"} {
		if _, err := o.Try(ctx, who, "管理员", key); !errors.Is(err, gateway.ErrUnknown) {
			t.Errorf("%s: %v", key, err)
		}
	}
	var kept int
	if err := pool.QueryRow(ctx, `SELECT count(*) FROM gateway_trial`).Scan(&kept); err != nil || kept != 2 {
		t.Errorf("%d trials are kept, %v", kept, err)
	}
	if _, err := pool.Exec(ctx, `DELETE FROM gateway_trial`); err == nil {
		t.Error("a trial was deleted")
	}
}
