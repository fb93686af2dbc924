package store_test

import (
	"testing"

	"guanxi/internal/crm"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
)

func TestTheLastUsableModelIsInForce(t *testing.T) {
	env, ctx := storetest.Open(t), storetest.Context(noon)
	models := store.NewSettings(env.DB, env.Audit, env.Audit, env.Keys) // in a table of its own: the others decide without a model
	state := func(wantLast, wantActive int) {
		t.Helper()
		last, err := models.LastModel(ctx)
		active, err2 := models.Active(ctx, true)
		if err != nil || err2 != nil || last != wantLast || active.Model != wantActive {
			t.Fatalf("last %d, active %+v, %v, %v; want %d, %d", last, active, err, err2, wantLast, wantActive)
		}
	}
	state(0, 0)
	for version, usable := range []bool{1: false, 2: true, 3: false} {
		if version == 0 {
			continue
		}
		if err := models.KeepModel(ctx, version, usable, []byte(`{"version":1}`)); err != nil {
			t.Fatal(err)
		}
	}
	state(3, 2)
	if err := models.KeepModel(ctx, 3, true, []byte("{}")); crm.KindOf(err) != crm.Conflict {
		t.Error("a version is kept twice:", err)
	}
	state(3, 2)
	if document, err := models.ModelDocument(ctx, 2); err != nil || string(document) != `{"version":1}` {
		t.Errorf("%s, %v", document, err)
	}
	if _, err := models.ModelDocument(ctx, 9); crm.KindOf(err) != crm.NotFound {
		t.Error(err)
	}
}
