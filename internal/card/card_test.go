package card_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guanxi/internal/card"
	"guanxi/internal/crm"
	"guanxi/internal/standing"
)

func TestACardInEachStoreAndOneAmongAll(t *testing.T) {
	r := standing.Record{Customer: "cus_1", Stores: []crm.StoreID{"bj-001", "sh-001"}, Classes: standing.Classes{Level: "gold", Tier: "growth", Need: "existing", Status: "active"}}
	mei := card.Person{ID: "cus_1", Name: "张美", Owner: "u-li", Home: "sh-001"}
	in := func(store crm.StoreID) card.Card {
		return card.Card{Customer: "cus_1", Store: store, Name: "张美", Owner: "u-li", Level: "gold", Tier: "growth", Need: "existing", Status: "active"}
	}
	if diff := cmp.Diff([]card.Card{in(""), in("bj-001"), in("sh-001")}, card.Of(mei, r)); diff != "" {
		t.Error(diff)
	}
	if nobody := card.Of(card.Person{}, r); nobody != nil {
		t.Errorf("somebody who was deleted has %v", nobody)
	}
	r.Member.In = []crm.SegmentID{"gold", "silk"}
	var entries []card.Entry
	for _, id := range r.Member.In {
		for _, of := range []card.List{{}, {Store: "bj-001"}, {Store: "sh-001"}, {Owner: "u-li"}} {
			entries = append(entries, card.Entry{Customer: "cus_1", Segment: id, List: of})
		}
	}
	if diff := cmp.Diff(entries, card.Entries(mei, r)); diff != "" {
		t.Error(diff)
	}
	if nobody := card.Entries(card.Person{}, r); nobody != nil {
		t.Errorf("somebody who was deleted is a member: %v", nobody)
	}
	if none := card.Of(card.Person{ID: "cus_1"}, standing.Record{}); len(none) != 1 || none[0].Store != "" {
		t.Errorf("somebody without a store has %v", none)
	}
}

func TestNamesAreFoundHoweverTheyAreWritten(t *testing.T) {
	for name, want := range map[string]string{"Mei Zhang": "meizhang", " ÉMILIE\t": "émilie", "张 美": "张美", "": "", " \u3000": ""} {
		if got := card.Fold(name); got != want {
			t.Errorf("%q folds to %q, want %q", name, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		if once := card.Fold(name); card.Fold(once) != once {
			t.Fatalf("%q folds to %q, which folds to %q", name, once, card.Fold(once))
		}
	})
}
