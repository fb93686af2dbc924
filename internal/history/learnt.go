package history

import (
	"cmp"
	"slices"
	"time"

	"guanxi/internal/crm"
)

// Learnt names a fact and says when we learnt what it says now.
type Learnt struct {
	Kind       string    `json:"kind" enum:"order,refund,interaction,answer"`
	ID         string    `json:"id" doc:"Of an order its connection and number, of a refund its own after those of its order." example:"shopify-cn/1001"`
	Dated      crm.Date  `json:"dated" doc:"The date on which it counts: of a refund its order's." example:"2026-03-31"`
	RecordedAt time.Time `json:"recorded_at"`
	Gone       bool      `json:"gone,omitempty" doc:"It was deleted, withdrawn or moved to another customer."`
}

// After are the facts that came or were changed after a time, in the order in
// which we learnt of them.
func (f Facts) After(t time.Time, zone *time.Location) (all []Learnt) {
	add := func(kind, id string, dated crm.Date, from crm.Origin, gone bool) {
		if from.RecordedAt.After(t) {
			all = append(all, Learnt{kind, id, dated, from.RecordedAt, gone})
		}
	}
	dates := map[crm.OrderKey]crm.Date{}
	name := func(o crm.OrderKey) string { return string(o.Connection) + "/" + o.ID }
	for _, o := range f.Orders {
		dates[o.Key] = crm.DateIn(o.PlacedAt, zone)
		add("order", name(o.Key), dates[o.Key], o.Origin, o.State == crm.OrderDeleted)
	}
	for _, r := range f.Refunds {
		add("refund", name(r.Key.Order)+"/"+r.Key.ID, dates[r.Key.Order], r.Origin, false)
	}
	for _, i := range f.Interactions {
		add("interaction", string(i.ID), crm.DateIn(i.At, zone), i.Origin, false)
	}
	for _, i := range f.Withdrawn {
		add("interaction", string(i.ID), crm.DateIn(i.At, zone), i.Origin, true)
	}
	for _, a := range f.Answers {
		add("answer", string(a.Invitation), a.On, a.Origin, false)
	}
	slices.SortFunc(all, func(a, b Learnt) int {
		return cmp.Or(a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	return all
}
