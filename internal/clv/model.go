package clv

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"guanxi/internal/crm"
)

// Model is a version of the purchase model, used or not.
type Model struct {
	Version  int       `json:"version"`
	On       crm.Date  `json:"on"` // the date up to which the base was looked at
	FittedAt time.Time `json:"fitted_at"`
	Currency string    `json:"currency"` // the amounts are in its units, not minor ones
	Usable   bool      `json:"usable"`   // decisions may rest on it
	Learnt
}

// Seen is a customer as a fit sees them: on the date of the fit and, where they
// had bought by then, on the date from which on days are held out.
type Seen struct {
	Customer
	Held *Case // nil: they had not bought yet
}

// HeldOut is how many of the last days a fit foresees from what went before, to
// judge the model: the horizon of the churn risk.
const HeldOut = 90

// Base gathers the customers that a model is fitted to. It keeps unique rows
// with their counts, so that millions of customers fit into memory.
type Base struct {
	now    map[Row]int
	held   map[Case]int
	spend  map[Spend]int
	buyers int
	oldest int // greatest age
	recent int // least days since a purchase
	most   int // purchase dates of who has the most
}

// NewBase has no customers yet.
func NewBase() *Base {
	return &Base{now: map[Row]int{}, held: map[Case]int{}, spend: map[Spend]int{}}
}

// Add takes in one customer who has bought.
func (b *Base) Add(s Seen) {
	if b.buyers == 0 || s.Age-s.Recency < b.recent {
		b.recent = s.Age - s.Recency
	}
	b.buyers++
	b.oldest, b.most = max(b.oldest, s.Age), max(b.most, s.Frequency+1)
	b.now[s.Row]++
	if s.Held != nil {
		b.held[*s.Held]++
	}
	if s.Frequency > 0 {
		b.spend[Spend{Frequency: s.Frequency, Mean: s.Mean}]++
	}
}

// Merge takes in another part of the base.
func (b *Base) Merge(part *Base) {
	if part.buyers == 0 {
		return
	}
	if b.buyers == 0 || part.recent < b.recent {
		b.recent = part.recent
	}
	b.buyers += part.buyers
	b.oldest, b.most = max(b.oldest, part.oldest), max(b.most, part.most)
	for k, n := range part.now {
		b.now[k] += n
	}
	for k, n := range part.held {
		b.held[k] += n
	}
	for k, n := range part.spend {
		b.spend[k] += n
	}
}

// Learnt is what a fit came to. What could not be fitted has a Refusal, what
// may not be used its closed gates: both stay on record.
type Learnt struct {
	Figures        Figures          `json:"figures"`
	Purchases      *Fit[BGNBD]      `json:"purchases,omitempty"`
	PurchasesShut  []Closed         `json:"purchases_closed,omitempty"`
	PurchasesUnfit *Refusal         `json:"purchases_refused,omitempty"`
	Spend          *Fit[GammaGamma] `json:"spend,omitempty"`
	SpendShut      []Closed         `json:"spend_closed,omitempty"`
	SpendUnfit     *Refusal         `json:"spend_refused,omitempty"`
}

// Usable tells whether decisions may rest on the purchase model.
func (l Learnt) Usable() bool { return l.Purchases != nil && len(l.PurchasesShut) == 0 }

// SpendUsable tells whether they may rest on the spend model, too.
func (l Learnt) SpendUsable() bool { return l.Usable() && l.Spend != nil && len(l.SpendShut) == 0 }

// Learn fits both models to the base, and judges the purchase model by how well
// one that is fitted without the last HeldOut days foresees them.
func (b *Base) Learn(g Gates) (l Learnt) {
	spend := b.spendGroups()
	l.Figures = Figures{Buyers: b.buyers, HistoryDays: b.oldest, DaysSinceOrder: b.recent, MostOrders: b.most, SpendCorrelation: SpendCorrelation(spend)}
	l.Purchases, l.PurchasesUnfit = b.learnPurchases(&l.Figures)
	if l.Purchases != nil {
		l.PurchasesShut = g.Purchases(l.Figures)
	}
	if amounts, err := FitSpend(spend); !errors.As(err, &l.SpendUnfit) {
		l.Spend, l.SpendShut = &amounts, g.Spend(l.Figures)
	}
	return l
}

func (b *Base) learnPurchases(f *Figures) (_ *Fit[BGNBD], refused *Refusal) {
	fit, err := FitPurchases(b.groups())
	if errors.As(err, &refused) {
		return nil, refused
	}
	f.StartsApart = fit.StartsApart
	cases := b.cases()
	rows := make([]Row, len(cases))
	for i, c := range cases {
		rows[i] = c.Row
	}
	before, err := FitPurchases(Unique(rows))
	if errors.As(err, &refused) {
		return nil, refused
	}
	f.HoldOut = Hold(before.Model, cases, HeldOut)
	return &fit, nil
}

// What the maps hold comes out sorted: sums over floats depend on the order,
// and the same base shall give the same model.

func (b *Base) groups() []Group {
	groups := make([]Group, 0, len(b.now))
	for row, n := range b.now {
		groups = append(groups, Group{row, n})
	}
	slices.SortFunc(groups, func(x, y Group) int { return x.Row.compare(y.Row) })
	return groups
}

func (b *Base) cases() []Case {
	var cases []Case
	for c, n := range b.held {
		cases = append(cases, slices.Repeat([]Case{c}, n)...)
	}
	slices.SortFunc(cases, func(x, y Case) int { return cmp.Or(x.Row.compare(y.Row), cmp.Compare(x.Bought, y.Bought)) })
	return cases
}

func (b *Base) spendGroups() []Spend {
	groups := make([]Spend, 0, len(b.spend))
	for s, n := range b.spend {
		s.Customers = n
		groups = append(groups, s)
	}
	slices.SortFunc(groups, func(x, y Spend) int {
		return cmp.Or(cmp.Compare(x.Frequency, y.Frequency), cmp.Compare(x.Mean, y.Mean))
	})
	return groups
}
