package clv

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/history"
)

func TestLook(t *testing.T) {
	bought := []history.Purchase{{Date: 100, Net: 5000}, {Date: 130, Net: 1000}, {Date: 170, Net: 2001}}
	for name, c := range map[string]struct {
		on       crm.Date
		currency string
		want     Customer
		bought   int // until 170
		ok       bool
	}{
		"the day before the first": {99, "CNY", Customer{}, 3, false},
		"the first day":            {100, "CNY", Customer{}, 2, true},
		"before the second":        {129, "CNY", Customer{Row: Row{0, 0, 29}}, 2, true},
		"the day of the second":    {130, "CNY", Customer{Row{1, 30, 30}, 10}, 1, true},
		"later":                    {200, "CNY", Customer{Row{2, 70, 100}, 15.005}, 0, true},
		"yen have no decimals":     {200, "JPY", Customer{Row{2, 70, 100}, 1500.5}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := Look(bought, c.on, c.currency)
			if ok != c.ok || got != c.want {
				t.Errorf("got %+v, %v", got, ok)
			}
			if n := Bought(bought, c.on, 170); n != c.bought {
				t.Errorf("bought %d until day 170, want %d", n, c.bought)
			}
		})
	}
	if _, ok := Look(nil, 100, "CNY"); ok {
		t.Error("a customer without a purchase")
	}
}

// Groups hold the same customers as a map of counts, whatever their order.
func TestUnique(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.Custom(func(t *rapid.T) Row {
			return Row{rapid.IntRange(0, 2).Draw(t, "x"), rapid.IntRange(0, 2).Draw(t, "tx"), rapid.IntRange(0, 2).Draw(t, "T")}
		})
		rows := rapid.SliceOf(few).Draw(t, "rows")
		want := map[Row]int{}
		for _, r := range rows {
			want[r]++
		}
		got := map[Row]int{}
		for _, g := range Unique(rows) {
			if got[g.Row] > 0 {
				t.Fatalf("%+v twice", g.Row)
			}
			got[g.Row] = g.Customers
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestUniqueSpend(t *testing.T) {
	got := UniqueSpend([]Customer{
		{Row{2, 5, 9}, 30}, {Row{0, 0, 9}, 0}, {Row{1, 5, 9}, 30}, {Row{2, 7, 8}, 30}, {Row{1, 5, 9}, 0},
	})
	want := []Spend{{1, 0, 1}, {1, 30, 1}, {2, 30, 2}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
