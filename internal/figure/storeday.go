package figure

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/history"
)

// StoreDay is a local date in a store; the empty store stands for what belongs
// to none. Its sums are taken again whenever something of it was touched.
type StoreDay struct {
	Store crm.StoreID
	Date  crm.Date
}

// Days is how messages name days of one store: "2026-03-01,2026-02-22|sh-001".
// It names no customer.
func Days(store crm.StoreID, dates ...crm.Date) string {
	named := make([]string, len(dates))
	for i, d := range dates {
		named[i] = d.String()
	}
	return strings.Join(named, ",") + "|" + string(store)
}

// ParseDays reads what Days wrote.
func ParseDays(s string) (days []StoreDay, err error) {
	dates, store, ok := strings.Cut(s, "|")
	if !ok {
		return nil, fmt.Errorf("not days of a store: %q", s)
	}
	for date := range strings.SplitSeq(dates, ",") {
		d, err := crm.ParseDate(date)
		if err != nil {
			return nil, err
		}
		days = append(days, StoreDay{crm.StoreID(store), d})
	}
	return days, nil
}

// Touched are the days whose sums may differ, because a fact about them was
// recorded after since: of an order its own, of a refund its order's, of an
// answer its own. Ascending, each once.
func Touched(f history.Facts, since time.Time, zone *time.Location) (days []StoreDay) {
	refunds := map[crm.OrderKey]bool{}
	for i := range f.Refunds {
		if f.Refunds[i].Origin.RecordedAt.After(since) {
			refunds[f.Refunds[i].Key.Order] = true
		}
	}
	for i := range f.Orders {
		o := &f.Orders[i]
		if !o.PlacedAt.IsZero() && (refunds[o.Key] || o.Origin.RecordedAt.After(since)) {
			days = append(days, StoreDay{o.Store, crm.DateIn(o.PlacedAt, zone)})
		}
	}
	for _, a := range f.Answers {
		if a.Origin.RecordedAt.After(since) {
			days = append(days, StoreDay{a.Store, a.On})
		}
	}
	slices.SortFunc(days, func(a, b StoreDay) int { return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Store, b.Store)) })
	return slices.Compact(days)
}

// Day is what happened in a store on a date.
type Day struct {
	StoreDay
	Sums    Sums
	Answers []Answer
}
