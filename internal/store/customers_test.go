package store_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
)

func customers(env *storetest.Env) store.Customers {
	return store.NewCustomers(env.DB, env.Customers, env.Facts, env.Audit, env.Keys, env.Zone)
}

// mei is a profile of about the usual size, with an e-mail of her own.
func mei() customer.Profile {
	id := newCustomer()
	return customer.Profile{ID: id, Kind: customer.Person, Name: "张美", Salutation: "女士", Sex: customer.Female, Tags: []string{"vip"}, Owner: "u-li",
		HomeStore: "sh-001", Source: crm.ChannelPOS, CreatedAt: noon, UpdatedAt: noon, Revision: customer.NewRevision(noon),
		Stated: map[customer.Field]crm.Version{customer.FieldName: crm.NewVersion(noon, 9, nil)},
		Private: customer.Private{Email: string(id) + "@example.com", Birthday: "1988-05-17",
			Address: &customer.Address{Country: "CN", City: "上海", Lines: []string{"淮海中路 1000 号"}}}}
}

func TestAProfileComesBackAsItWasWritten(t *testing.T) {
	env := storetest.Open(t)
	c, ctx, want := customers(env), storetest.Context(noon), mei()
	want.Kind, want.Size, want.Industry, want.Occupation = customer.Organisation, customer.Small, "hotels", "buyer"
	want.Interests, want.Preferences, want.Team = []string{"silk"}, []string{"calls after 18:00"}, []crm.Subject{"u-hu"}
	want.Consents = []customer.Consent{{Channel: "sms", Purpose: customer.Marketing, State: customer.Granted, At: noon, Source: "paper"}}
	want.Custom, want.Sensitive = map[string]any{"shoe_size": 38.0, "member": true}, map[string]any{"allergy": "wool"}
	want.IncomeBand, want.Comment, want.Colleagues = "200k-500k", "prefers mornings", []customer.Colleague{{Name: "王磊", Role: "buyer"}}
	if err := c.Create(ctx, want, want.Keys()); err != nil {
		t.Fatal(err)
	}
	got, err := c.Profile(ctx, want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := c.Create(ctx, want, nil); crm.KindOf(err) != crm.Conflict {
		t.Errorf("created twice: %v", err)
	}
}

func TestOfManyWhoClaimAKeyOneHoldsIt(t *testing.T) {
	env := storetest.Open(t)
	c, ctx := customers(env), storetest.Context(noon)
	k := customer.Key{Kind: customer.PhoneKey, Value: "+86" + string(newCustomer())}
	const many = 64
	won := make(chan crm.CustomerID, many)
	var all sync.WaitGroup
	for range many {
		all.Go(func() {
			p := mei()
			p.Email, p.Phone = "", k.Value
			switch err := c.Create(ctx, p, []customer.Key{k}); {
			case err == nil:
				won <- p.ID
			case crm.KindOf(err) != crm.Conflict:
				t.Error(err)
			}
		})
	}
	all.Wait()
	close(won)
	holders, err := c.Holders(ctx, []customer.Key{k, k}, true)
	if err != nil || len(won) != 1 || holders[0] != <-won || holders[1] != holders[0] {
		t.Fatalf("%d won, holders %v: %v", len(won), holders, err)
	}
}

func TestAnAmendmentNamesTheRevisionItReplaces(t *testing.T) {
	env := storetest.Open(t)
	c, ctx, before := customers(env), storetest.Context(noon), mei()
	if err := c.Create(ctx, before, before.Keys()); err != nil {
		t.Fatal(err)
	}
	next := before
	next.Name, next.Revision = "张小美", customer.NewRevision(noon.Add(time.Minute))
	phone := customer.Key{Kind: customer.PhoneKey, Value: "+86" + string(before.ID)}
	for i, want := range []crm.Kind{crm.Internal, crm.Conflict} {
		if err := c.Amend(ctx, next, before.Revision, []customer.Key{phone}); crm.KindOf(err) != want || (i == 0) != (err == nil) {
			t.Fatalf("amendment %d: %v", i, err)
		}
	}
}

func TestAKeyTakenAwayIsFree(t *testing.T) {
	env := storetest.Open(t)
	c, ctx, before := customers(env), storetest.Context(noon), mei()
	if err := c.Create(ctx, before, before.Keys()); err != nil {
		t.Fatal(err)
	}
	next := before
	next.Email, next.Revision = "", customer.NewRevision(noon.Add(time.Minute))
	if err := c.Replace(ctx, before, next, nil); err != nil {
		t.Fatal(err)
	}
	other := mei()
	if err := c.Create(ctx, other, before.Keys()); err != nil {
		t.Fatal("the e-mail is not free:", err)
	}
}

func TestADeletedCustomerIsGoneAndTheirKeysAreFree(t *testing.T) {
	env := storetest.Open(t)
	c, people, ctx, p := customers(env), store.NewPeople(env.DB, env.Customers), storetest.Context(noon), mei()
	if err := c.Create(ctx, p, p.Keys()); err != nil {
		t.Fatal(err)
	}
	if err := c.Delete(ctx, p); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Profile(ctx, p.ID); crm.KindOf(err) != crm.NotFound {
		t.Error(err)
	}
	if _, _, err := people.Reach(ctx, p.ID); crm.KindOf(err) != crm.NotFound {
		t.Error(err)
	}
	if holders, err := c.Holders(ctx, p.Keys(), true); err != nil || holders[0] != "" {
		t.Error(holders, err)
	}
	if err := c.Delete(ctx, p); crm.KindOf(err) != crm.Conflict {
		t.Errorf("deleted twice: %v", err)
	}
}

func TestADeletionIsUndoneWithTheKeysThatAreStillFree(t *testing.T) {
	env := storetest.Open(t)
	c, ctx, p := customers(env), storetest.Context(noon), mei()
	p.Phone = "+86" + string(p.ID)
	if err := c.Create(ctx, p, p.Keys()); err != nil {
		t.Fatal(err)
	}
	if _, since, err := c.Deleted(ctx, p.ID); err != nil || !since.IsZero() {
		t.Fatal(since, err)
	}
	if err := c.Restore(ctx, p, p.Revision, nil); crm.KindOf(err) != crm.Conflict {
		t.Errorf("restored though not deleted: %v", err)
	}
	if err := c.Delete(ctx, p); err != nil {
		t.Fatal(err)
	}
	other := mei()
	other.Email = p.Email
	if err := c.Create(ctx, other, other.Keys()); err != nil {
		t.Fatal(err)
	}
	gone, since, err := c.Deleted(ctx, p.ID)
	if err != nil || !since.Equal(noon) || gone.Phone != p.Phone {
		t.Fatal(since, gone, err)
	}
	next := gone
	next.Revision = customer.NewRevision(noon.Add(time.Hour))
	if err := c.Restore(ctx, next, gone.Revision, gone.Keys()); crm.KindOf(err) != crm.Conflict {
		t.Errorf("restored with a key of somebody else's: %v", err)
	}
	phone := customer.Key{Kind: customer.PhoneKey, Value: p.Phone}
	if err := c.Restore(ctx, next, gone.Revision, []customer.Key{phone}); err != nil {
		t.Fatal(err)
	}
	if back, err := c.Profile(ctx, p.ID); err != nil || back.Revision != next.Revision || back.Email != p.Email {
		t.Error(back, err)
	}
	holders, err := c.Holders(ctx, p.Keys(), true)
	if err != nil || holders[0] != other.ID || holders[1] != p.ID {
		t.Error(holders, err)
	}
	if _, _, err := c.Deleted(ctx, newCustomer()); crm.KindOf(err) != crm.NotFound {
		t.Error(err)
	}
}

func TestAGlanceShowsNameAndLevel(t *testing.T) {
	env := storetest.Open(t)
	c, people, ctx, p := customers(env), store.NewPeople(env.DB, env.Customers), storetest.Context(noon), mei()
	if err := c.Create(ctx, p, p.Keys()); err != nil {
		t.Fatal(err)
	}
	if name, level, err := people.Glance(ctx, p.ID); err != nil || name != p.Name || level != "" {
		t.Error(name, level, err)
	}
	if err := c.Delete(ctx, p); err != nil {
		t.Fatal(err)
	}
	if _, _, err := people.Glance(ctx, p.ID); crm.KindOf(err) != crm.NotFound {
		t.Error(err)
	}
}

// TestASignUpIsKeptUnderTheKey: sealed, the last one of each store.
func TestASignUpIsKeptUnderTheKey(t *testing.T) {
	env := storetest.Open(t)
	c, ctx, p := customers(env), storetest.Context(noon), mei()
	k := p.Keys()[0]
	if err := c.Create(ctx, p, p.Keys()); err != nil {
		t.Fatal(err)
	}
	for range 2 { // delivered twice
		if err := c.ClaimSignUp(ctx, k, p); err != nil {
			t.Fatal(err)
		}
	}
	if holders, err := c.Holders(ctx, []customer.Key{k}, true); err != nil || holders[0] != p.ID {
		t.Error(holders, err)
	}
	if got, err := c.Profile(ctx, p.ID); err != nil || got.Revision != p.Revision {
		t.Error(got, err)
	}
}

func TestReachNamesHomeStoreAndOwner(t *testing.T) {
	env := storetest.Open(t)
	c, people, ctx, p := customers(env), store.NewPeople(env.DB, env.Customers), storetest.Context(noon), mei()
	if err := c.Create(ctx, p, p.Keys()); err != nil {
		t.Fatal(err)
	}
	stores, owner, err := people.Reach(ctx, p.ID)
	if err != nil || owner != p.Owner || !cmp.Equal(stores, []crm.StoreID{"sh-001"}) {
		t.Fatal(stores, owner, err)
	}
	if _, _, err := people.Reach(ctx, newCustomer()); crm.KindOf(err) != crm.NotFound {
		t.Error(err)
	}
}
