package customers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"guanxi/internal/card"
	"guanxi/internal/crm"
	"guanxi/internal/insight"
	"guanxi/internal/standing"
	"guanxi/internal/tier"
)

// shop is a store's orders and customers, in memory.
type shop struct {
	orders  map[crm.Date][]crm.Order
	cards   map[crm.CustomerID]card.Card
	records map[crm.CustomerID]standing.Record
}

func (s shop) OrdersOn(_ context.Context, _ crm.StoreID, on crm.Date, limit int, after string) (page []crm.Order, next string, err error) {
	from := 0
	_, _ = fmt.Sscan(after, &from)
	all := s.orders[on]
	if from+2 < len(all) {
		next = fmt.Sprint(from + 2)
	}
	return all[from:min(len(all), from+2)], next, nil
}

func (s shop) In(_ context.Context, _ crm.StoreID, ids []crm.CustomerID) (map[crm.CustomerID]card.Card, error) {
	found := map[crm.CustomerID]card.Card{}
	for _, id := range ids {
		if c, there := s.cards[id]; there {
			found[id] = c
		}
	}
	return found, nil
}

func (s shop) Several(_ context.Context, ids []crm.CustomerID) (map[crm.CustomerID]standing.Record, error) {
	found := map[crm.CustomerID]standing.Record{}
	for _, id := range ids {
		found[id] = s.records[id]
	}
	return found, nil
}

// Page after page, everybody who bought on one date comes once, the newest
// first, and nobody else.
func TestPagesOfNewcomersMissNobodyAndNameNobodyTwice(t *testing.T) {
	const today = crm.Date(20500)
	rapid.Check(t, func(t *rapid.T) {
		s := shop{map[crm.Date][]crm.Order{}, map[crm.CustomerID]card.Card{}, map[crm.CustomerID]standing.Record{}}
		owner := rapid.SampledFrom([]crm.Subject{"", "u-mei"}).Draw(t, "whose")
		newest, oldest := today-crm.Date(rapid.IntRange(0, 10).Draw(t, "from")), today-crm.Date(rapid.IntRange(10, 300).Draw(t, "to"))
		var want []Newcomer
		for i := range rapid.IntRange(0, 25).Draw(t, "customers") {
			id := crm.CustomerID(fmt.Sprintf("cus_%02d", i))
			dates := rapid.SliceOfNDistinct(rapid.IntRange(0, 310), 1, 2, func(d int) int { return d }).Draw(t, "days ago")
			slices.Sort(dates)
			slices.Reverse(dates)
			known := insight.Insight{First: today - crm.Date(dates[0]), FirstNet: rapid.Int64Range(0, 3).Draw(t, "spent")}
			for _, ago := range dates { // some twice on a date
				for range rapid.IntRange(1, 2).Draw(t, "orders") {
					s.orders[today-crm.Date(ago)] = append(s.orders[today-crm.Date(ago)], crm.Order{Customer: id, State: crm.OrderPaid})
				}
			}
			need := tier.NeedOf(len(dates))
			if len(dates) == 2 && rapid.Bool().Draw(t, "given back") { // the other order stands for nothing
				need = tier.New
			} else if len(dates) == 2 {
				known.Second = today - crm.Date(dates[1])
			}
			s.records[id] = standing.Record{Customer: id, Measures: standing.Measures{Insight: insight.Pack(known)}}
			c := card.Card{Customer: id, Need: need, Owner: rapid.SampledFrom([]crm.Subject{"", "u-mei"}).Draw(t, "owner")}
			if rapid.IntRange(0, 9).Draw(t, "deleted") > 0 {
				s.cards[id] = c
			}
			if _, there := s.cards[id]; there && need == tier.New && known.First <= newest && known.First >= oldest && (owner == "" || c.Owner == owner) {
				want = append(want, Newcomer{Entry: Entry{Customer: Customer{ID: id}}, First: known.First, Spent: crm.Money{Minor: known.FirstNet}})
			}
		}
		slices.SortFunc(want, func(a, b Newcomer) int {
			return cmp.Or(cmp.Compare(b.First, a.First), cmp.Compare(b.Spent.Minor, a.Spent.Minor), cmp.Compare(a.ID, b.ID))
		})
		l := newcomers{orders: s, cards: s, decisions: s}
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		for after, pages := "", 0; ; pages++ {
			page, next, err := l.page(context.Background(), "sh-001", owner, today, newest, oldest, limit, after)
			if err != nil || len(page) > limit || len(page) > len(want) || pages > 40 {
				t.Fatalf("%d of %d on page %d, %v", len(page), len(want), pages, err)
			}
			for i, n := range page {
				if n.ID != want[i].ID || n.Days != int(today-want[i].First) {
					t.Fatalf("%s after %d days, want %s after %d", n.ID, n.Days, want[i].ID, today-want[i].First)
				}
			}
			want = want[len(page):]
			if after = next; after == "" {
				break
			}
		}
		if len(want) > 0 {
			t.Fatalf("missed: %v", want)
		}
	})
}
