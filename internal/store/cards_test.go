package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"guanxi/internal/card"
	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/decision"
	"guanxi/internal/standing"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
)

// desk is all that makes cards.
type desk struct {
	customers store.Customers
	facts     store.Facts
	cards     store.Cards
	keeper    card.Keeper
}

func newDesk(env *storetest.Env) desk {
	facts := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone)
	book := standing.Book{Documents: store.NewSettings(env.DB, env.Settings, env.Audit, env.Keys), Currency: "CNY", Zone: env.Zone}
	decide := decision.Keeper[standing.Measures, standing.Classes]{Facts: facts, Book: book, Store: decisions(env)}
	cards := store.NewCards(env.DB, env.Customers)
	return desk{customers(env), facts, cards, card.Keeper{Decide: decide.Keep, Shelf: cards}}
}

func (d desk) wake(t *testing.T, id crm.CustomerID, at time.Time) {
	t.Helper()
	for range 2 { // whatever comes, comes twice
		if _, _, err := d.keeper.Keep(storetest.Context(at), id, "", "", at); err != nil {
			t.Fatal(err)
		}
	}
}

// walk reads a list to its end; between runs after each page.
func (d desk) walk(t *testing.T, lists []card.List, match func(card.Card) bool, limit int, between func(page int)) (all []crm.CustomerID) {
	t.Helper()
	for page, after := 1, crm.CustomerID(""); ; page++ {
		cards, next, err := d.cards.List(context.Background(), lists, match, limit, after)
		if err != nil {
			t.Fatal(err)
		}
		if len(cards) > limit {
			t.Fatalf("a page of %d, asked for %d", len(cards), limit)
		}
		for _, c := range cards {
			all = append(all, c.Customer)
		}
		if next == "" {
			return all
		}
		after = next
		between(page)
	}
}

func (d desk) names(t *testing.T, lists []card.List, prefix string) (found []crm.CustomerID) {
	t.Helper()
	cards, err := d.cards.Named(context.Background(), lists, prefix, anybody, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cards {
		found = append(found, c.Customer)
	}
	return found
}

func anybody(card.Card) bool { return true }
func pause(int)              {}

func TestACustomerIsListedWhereverStaffMaySeeThem(t *testing.T) {
	env := storetest.Open(t)
	d, person := newDesk(env), crm.WithEvent(context.Background(), crm.Event{At: noon, Subject: "u-li", Trace: "t"})
	home, shop := crm.StoreID(newCustomer()), crm.StoreID(newCustomer()) // names of their own
	p := mei()
	p.Name, p.HomeStore, p.Owner = "Mei "+string(p.ID), home, crm.Subject(p.ID)
	if err := d.customers.Create(person, p, p.Keys()); err != nil {
		t.Fatal(err)
	}
	o := order(p.ID, string(p.ID), noon, crm.OrderPaid)
	o.Store, o.Total.Minor = shop, 1_200_000
	if _, err := d.facts.PutOrder(storetest.Context(noon), o); err != nil {
		t.Fatal(err)
	}
	d.wake(t, p.ID, noon.Add(time.Minute))

	everywhere := map[string][]card.List{"all": {{}}, "home": {{Store: home}}, "shop": {{Store: shop}}, "owner": {{Owner: p.Owner}}, "stores": {{Store: home}, {Store: shop}, {Owner: p.Owner}}}
	gold := func(c card.Card) bool { return c.Customer == p.ID && c.Level == "gold" && c.Status == "active" }
	for name, lists := range everywhere {
		if got := d.walk(t, lists, gold, 3, pause); !slices.Equal(got, []crm.CustomerID{p.ID}) {
			t.Errorf("%s lists %v", name, got)
		}
		if got := d.names(t, lists, card.Fold("MEI "+string(p.ID)[:20])); !slices.Contains(got, p.ID) {
			t.Errorf("%s finds %v by name", name, got)
		}
		if got := d.names(t, lists, "meicus_f"); len(got) > 0 {
			t.Errorf("%s finds %v by another name", name, got)
		}
	}

	moved := p
	moved.Name, moved.HomeStore, moved.Owner, moved.Revision = "", "", "", customer.NewRevision(noon.Add(time.Minute))
	if err := d.customers.Replace(person, p, moved, nil); err != nil {
		t.Fatal(err)
	}
	d.wake(t, p.ID, noon.Add(2*time.Minute))
	for name, listed := range map[string]bool{"all": true, "home": false, "shop": true, "owner": false, "stores": true} {
		if got := d.walk(t, everywhere[name], gold, 3, pause); (len(got) == 1) != listed {
			t.Errorf("moved away: %s lists %v", name, got)
		}
	}
	if err := d.customers.Delete(person, moved); err != nil {
		t.Fatal(err)
	}
	d.wake(t, p.ID, noon.Add(3*time.Minute))
	for name, lists := range everywhere {
		if got := d.walk(t, lists, gold, 3, pause); len(got) > 0 {
			t.Errorf("deleted: %s lists %v", name, got)
		}
	}
}

// A filing whose decision no longer stands is refused whole.
func TestCardsOfAnOldDecisionAreRefused(t *testing.T) {
	env := storetest.Open(t)
	d, p := newDesk(env), mei()
	if err := d.customers.Create(storetest.Context(noon), p, nil); err != nil {
		t.Fatal(err)
	}
	d.wake(t, p.ID, noon.Add(time.Minute))
	old, err := decisions(env).Latest(storetest.Context(noon), p.ID, true)
	if err != nil {
		t.Fatal(err)
	}
	d.wake(t, p.ID, noon.Add(2*time.Minute))
	stale := card.Of(card.Person{ID: p.ID, Name: "of yesterday"}, old)
	if err := d.cards.Replace(storetest.Context(noon), old, card.Filing{Cards: stale}, card.Filing{}); crm.KindOf(err) != crm.Conflict {
		t.Fatalf("filed after a later decision: %v", err)
	}
	filed, err := d.cards.Filed(storetest.Context(noon), p.ID)
	if err != nil || len(filed.Cards) != 2 || filed.Cards[0].Name != p.Name || filed.Cards[1].Name != p.Name {
		t.Fatal(filed, err)
	}
}

// While somebody pages, others come, change and go. Who stood throughout is
// named once.
func TestACursorMissesNobodyAndNamesNobodyTwice(t *testing.T) {
	env := storetest.Open(t)
	d := newDesk(env)
	first, second := crm.StoreID(newCustomer()), crm.StoreID(newCustomer())
	serial := 0
	enter := func(stores ...crm.StoreID) crm.CustomerID {
		serial++
		id := crm.NewCustomerID(noon.Add(time.Duration(serial) * time.Second))
		file(t, env, id, fmt.Sprint("name ", serial), stores...)
		return id
	}
	var stood, gone []crm.CustomerID
	for i := range 40 {
		stood = append(stood, enter([][]crm.StoreID{{first}, {second}, {first, second}}[i%3]...))
		gone = append(gone, enter(first))
	}
	mine := []card.List{{Store: first}, {Store: second}}
	for _, limit := range []int{1, 7, 50} {
		listed := d.walk(t, mine, anybody, limit, func(page int) {
			file(t, env, stood[page%40], fmt.Sprint("renamed ", page), first) // and perhaps no longer in the second
			if page < 40 {
				enter(second)
				unfile(t, env, gone[page], first)
			}
		})
		for _, id := range stood {
			if n := count(listed, id); n != 1 {
				t.Errorf("limit %d: %s, who stood throughout, is named %d times", limit, id, n)
			}
		}
		slices.Sort(listed)
		if once := slices.Compact(slices.Clone(listed)); len(once) != len(listed) {
			t.Errorf("limit %d: %d names of %d customers", limit, len(listed), len(once))
		}
	}
}

func count(ids []crm.CustomerID, id crm.CustomerID) (n int) {
	for _, i := range ids {
		if i == id {
			n++
		}
	}
	return n
}

// file puts cards in stores, as a decision would.
func file(t *testing.T, env *storetest.Env, id crm.CustomerID, name string, stores ...crm.StoreID) {
	t.Helper()
	d, ctx := decisions(env), storetest.Context(noon)
	r, err := d.Latest(ctx, id, true)
	if err != nil {
		t.Fatal(err)
	}
	if r.Guard == (decision.Guard{}) {
		r = judged(id, 1, noon, env.Zone)
		if err := d.Save(ctx, standing.Record{Customer: id}, r); err != nil {
			t.Fatal(err)
		}
	}
	var cards []card.Card
	for _, s := range stores {
		cards = append(cards, card.Card{Customer: id, Store: s, Name: name})
	}
	if err := store.NewCards(env.DB, env.Customers).Replace(ctx, r, card.Filing{Cards: cards}, card.Filing{}); err != nil {
		t.Fatal(err)
	}
}

func unfile(t *testing.T, env *storetest.Env, id crm.CustomerID, from crm.StoreID) {
	t.Helper()
	d, ctx := decisions(env), storetest.Context(noon)
	r, err := d.Latest(ctx, id, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.NewCards(env.DB, env.Customers).Replace(ctx, r, card.Filing{}, card.Filing{Cards: []card.Card{{Customer: id, Store: from}}}); err != nil {
		t.Fatal(err)
	}
}

// Cards cost nothing where nothing changes: two reads beside the decision.
func TestCardsAreWrittenOnlyWhereTheyChange(t *testing.T) {
	env := storetest.Open(t)
	d, p := newDesk(env), mei()
	if err := d.customers.Create(storetest.Context(noon), p, nil); err != nil {
		t.Fatal(err)
	}
	decide := d.keeper.Decide
	costs := func(keep func(context.Context, crm.CustomerID, string, string, time.Time) (standing.Record, bool, error), at time.Time) storetest.Units {
		return env.Meter.Of(func() {
			if _, _, err := keep(storetest.Context(at), p.ID, "", "", at); err != nil {
				t.Fatal(err)
			}
		})
	}
	for i, c := range []struct {
		what string
		most storetest.Units
	}{
		// the check and two cards, doubled by the transaction; two places in cards, two in names, one in owners
		{"the first two cards of a customer", storetest.Units{Write: 6 + 5, Read: 2}},
		{"cards that do not change", storetest.Units{Read: 2}},
	} {
		at := noon.Add(time.Duration(i+1) * time.Minute)
		alone := costs(decide, at)
		both := costs(d.keeper.Keep, at.Add(time.Second))
		used := storetest.Units{Write: both.Write - alone.Write, Read: both.Read - alone.Read}
		t.Logf("%-40s %.1f WRU %.1f RRU", c.what, used.Write, used.Read)
		if used.Write > c.most.Write || used.Read > c.most.Read {
			t.Errorf("%s: %+v, more than %+v", c.what, used, c.most)
		}
	}
}
