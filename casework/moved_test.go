package casework_test

import (
	"testing"

	"offsite/registry"
)

// TestAShopMovesChangesOwnerAndClosesInMidCase sees that a case goes on against who had
// the shop, where it stood, when the act was done.
func TestAShopMovesChangesOwnerAndClosesInMidCase(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	h.shop.Township = "城桥镇"
	shop, err := h.registry.SaveObject(ctx, "test", h.shop)
	h.must(err)
	caseID := h.find(nil)
	before, err := h.Case(ctx, h.staff["auditor"], caseID)
	h.must(err)

	heir, err := h.registry.SaveParty(ctx, "test", registry.Party{Kind: "person", Name: "李四", Phone: "13800000002", Address: "堡镇"})
	h.must(err)
	shop.Address, shop.Township, shop.PartyID, shop.Name = "堡镇演示路2号", "堡镇", heir.ID, "李记水果店"
	shop, err = h.registry.SaveObject(ctx, "test", shop)
	h.must(err)
	h.must(h.do("r1", caseID, "confirm", fields{}))
	h.must(h.registry.RemoveObject(ctx, "test", shop.ID, 0)) // it closes
	h.recheck(caseID, true)

	after, err := h.Case(ctx, h.staff["auditor"], caseID)
	h.must(err)
	if after.Party != "张三" || after.Object != before.Object || after.Place != before.Place {
		t.Errorf("the case is now against %s, %s at %s; it began against %s, %s at %s", after.Party, after.Object, after.Place, before.Party, before.Object, before.Place)
	}
	var township, objectID string
	h.must(h.pool.QueryRow(ctx, `SELECT township, object_id::text FROM casefile WHERE id = $1`, caseID).Scan(&township, &objectID))
	if township != "城桥镇" || objectID != shop.ID {
		t.Errorf("the case is of %s, object %s", township, objectID)
	}
	if err := h.CheckRecord(ctx, caseID); err != nil {
		t.Error(err)
	}
}
