package store_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/crm"
	"guanxi/internal/seal"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
	"guanxi/internal/webhook/intake"
)

func settings(env *storetest.Env) store.Settings {
	return store.NewSettings(env.DB, env.Settings, env.Audit, env.Keys)
}

func TestASettingIsPutWhereItsRevisionStands(t *testing.T) {
	env := storetest.Open(t)
	s, ctx := settings(env), storetest.Context(noon)
	want := crm.Connection{ID: crm.ConnectionID(newCustomer()), Platform: intake.Shopify, Shop: "a.myshopify.com", Secrets: []string{"hush-hush-hush-hush"}, Channel: crm.ChannelOnline, Active: true}
	if _, err := s.Connection(ctx, want.ID); crm.KindOf(err) != crm.NotFound {
		t.Fatal(err)
	}
	rev, err := s.PutConnection(ctx, want, 0)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.ReadConnection(ctx, want.ID) // a miss is not remembered
	if err != nil || got.Rev != rev {
		t.Fatal(got, err)
	}
	if diff := cmp.Diff(want, got.Value); diff != "" {
		t.Error(diff)
	}
	for _, stale := range []int64{0, rev + 1} {
		if _, err := s.PutConnection(ctx, want, stale); crm.KindOf(err) != crm.Conflict {
			t.Errorf("put over revision %d: %v", stale, err)
		}
	}
	if _, err := s.PutConnection(ctx, want, rev); err != nil {
		t.Error(err)
	}
}

// The first to make the keys wins; everybody else uses theirs.
func TestKeysAreMadeOnce(t *testing.T) {
	env := storetest.Open(t)
	ctx := storetest.Context(noon)
	reader := store.NewWrappedKeys(env.DB, env.Settings, nil)
	for _, class := range seal.Classes() {
		first, err := reader.Wrapped(ctx, class)
		if err != nil || len(first) == 0 {
			t.Fatal(class, err)
		}
		if again, err := reader.Wrapped(ctx, class); err != nil || !bytes.Equal(first, again) {
			t.Fatal(class, "changed", err)
		}
	}
	none := store.NewWrappedKeys(env.DB, env.Operations, nil) // a table without keys
	if _, err := none.Wrapped(ctx, seal.Contact); crm.KindOf(err) != crm.Unavailable {
		t.Fatal(err)
	}
}

func TestAnUnusableDeliveryIsKeptWholeAndOnce(t *testing.T) {
	env := storetest.Open(t)
	inbox, ctx := store.NewInbox(env.DB, env.Operations, env.Keys, env.Zone), storetest.Context(noon)
	small := intake.Unusable{ID: "small", Connection: "shopify-cn", Topic: "orders/create", Delivery: "d1", Reason: intake.NoRate, Body: []byte(`{"id":1}`)}
	large := small
	large.ID, large.Body = "large", make([]byte, 900<<10)
	for i := range large.Body { // what does not compress
		large.Body[i] = byte(i*i*31 + i>>3*17 + i>>7*101)
	}
	for range 2 {
		for _, u := range []intake.Unusable{small, large} {
			if err := inbox.Keep(ctx, u); err != nil {
				t.Fatal(err)
			}
		}
	}
	kept, err := inbox.List(ctx, crm.DateIn(noon, env.Zone))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]intake.Unusable{large, small}, kept); diff != "" {
		t.Errorf("%.500s", diff)
	}
}
