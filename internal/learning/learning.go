// Package learning fits the purchase model to the whole base, and parts it into
// quintiles, as its standing decisions tell it: who bought how often, when, and
// for how much. Nothing else is read, so either is one scan of small items.
package learning

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"guanxi/internal/clv"
	"guanxi/internal/crm"
	"guanxi/internal/insight"
	"guanxi/internal/standing"
)

// Models keeps the documents of models. Keep adds a version, and puts one that
// may be used in force; Conflict where the version is there already.
type Models interface {
	LastModel(ctx context.Context) (version int, err error)
	KeepModel(ctx context.Context, version int, usable bool, document []byte) error
}

// Class is where models are fitted.
type Class struct {
	Decisions Decisions
	Models    Models
	Currency  string // the deployment's base currency
	Zone      *time.Location
}

// Fit reads the base as of the end of yesterday and keeps what a fit comes to.
func (c Class) Fit(ctx context.Context) error {
	at := crm.AsOf(ctx)
	on := crm.DateIn(at, c.Zone) - 1
	version, err := c.Models.LastModel(ctx)
	if err != nil {
		return err
	}
	base, err := c.read(ctx, on)
	if err != nil {
		return err
	}
	learnt := base.Learn(clv.DefaultGates())
	m := clv.Model{Version: version + 1, On: on, FittedAt: at, Currency: c.Currency, Usable: learnt.Usable(), Learnt: learnt}
	document, err := json.Marshal(m)
	if err != nil {
		return &crm.Error{Op: "learning.Fit", Err: err}
	}
	return c.Models.KeepModel(ctx, m.Version, m.Usable, document)
}

func (c Class) read(ctx context.Context, on crm.Date) (*clv.Base, error) {
	return scan(ctx, c.Decisions, clv.NewBase, func(part *clv.Base, m standing.Measures) error {
		seen, ok, err := See(m, on, c.Currency)
		if ok {
			part.Add(seen)
		}
		return err
	}, (*clv.Base).Merge)
}

// See looks at a customer as they stood at the end of the date, by the measures
// of a decision that still stands then. False: they had not bought yet.
func See(m standing.Measures, on crm.Date, currency string) (s clv.Seen, ok bool, err error) {
	i, err := m.Insight.Unpack()
	if err != nil || i.First == 0 || i.First > on {
		return s, false, err
	}
	dates := recent(i, on)
	later := recent(i, crm.Date(math.MaxInt32))[len(dates):] // bought after the date, and decided about since
	s.Row = row(i, dates, m.Purchases-len(later))
	s.Age = int(on - i.First)
	if s.Frequency > 0 {
		s.Mean = float64(spent(m, i, on)-i.FirstNet) / float64(s.Frequency) / math.Pow10(crm.Exponent(currency))
	}
	if start := on - clv.HeldOut; i.First <= start {
		before := recent(i, start)
		bought := len(dates) - len(before)
		s.Held = &clv.Case{Row: row(i, before, m.Purchases-len(later)-bought), Bought: bought}
		s.Held.Age = int(start - i.First)
	}
	return s, true, nil
}

// spent is the net spend up to the date.
func spent(m standing.Measures, i insight.Insight, on crm.Date) int64 {
	net := m.Spend
	for _, p := range i.Recent {
		if p.Date > on {
			net -= p.Net
		}
	}
	return net
}

// row is frequency and recency after so many purchase dates, of which dates are
// the recent ones.
func row(i insight.Insight, dates []crm.Date, purchases int) clv.Row {
	return clv.Row{Frequency: purchases - 1, Recency: int(last(i, dates) - i.First)}
}

// last is the date of the last purchase, where dates are the recent ones.
func last(i insight.Insight, dates []crm.Date) crm.Date {
	if len(dates) > 0 {
		return dates[len(dates)-1]
	}
	return max(i.Before, i.First)
}

// recent are the distinct dates up to on with a purchase, of the window that the
// insight keeps.
func recent(i insight.Insight, on crm.Date) (dates []crm.Date) {
	for _, p := range i.Recent {
		if p.Date <= on && (len(dates) == 0 || dates[len(dates)-1] != p.Date) {
			dates = append(dates, p.Date)
		}
	}
	return dates
}
