package keyorder_test

import (
	"errors"
	"testing"
	"time"

	"offsite/registry"
	"offsite/registry/account"
	"offsite/registry/keyorder"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestAnOrderIsGivenByOneAndAgreedToByAnother(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	o := keyorder.New(pool, time.Now)
	ctx := t.Context()
	admin, head := keyorder.Person{ID: "0198c000-0000-7000-8000-000000000001", Name: "管理员"}, keyorder.Person{ID: "0198c000-0000-7000-8000-000000000002", Name: "负责人"}
	if _, err := o.Give(ctx, admin, keyorder.Rotate, "k1", "  "); !errors.Is(err, registry.ErrInvalid) {
		t.Errorf("without a reason: %v", err)
	}
	order, err := o.Give(ctx, admin, keyorder.Rotate, "k1", "两年到期")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Give(ctx, head, keyorder.Rotate, "k1", "又一次"); !errors.Is(err, registry.ErrConflict) {
		t.Errorf("the same order waits already: %v", err)
	}
	if err := o.Agree(ctx, admin, order.ID); !errors.Is(err, account.ErrInvalid) {
		t.Errorf("agreed to by its giver: %v", err)
	}
	if err := o.Agree(ctx, head, order.ID); err != nil {
		t.Fatal(err)
	}
	if err := o.Agree(ctx, head, order.ID); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("agreed to twice: %v", err)
	}
	all, err := o.List(ctx)
	if err != nil || len(all) != 1 || all[0].By != admin.Name || all[0].AgreedBy != head.Name || all[0].AgreedAt == nil || all[0].Reason != "两年到期" {
		t.Errorf("listed: %+v, %v", all, err)
	}
	for _, sql := range []string{`DELETE FROM key_order`, `UPDATE key_order SET reason = 'another'`, `UPDATE key_order SET agreed_name = 'somebody'`} {
		if _, err := pool.Exec(ctx, sql); err == nil {
			t.Errorf("taken: %s", sql)
		}
	}
}
