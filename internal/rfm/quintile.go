package rfm

import (
	"cmp"
	"slices"
	"time"

	"guanxi/internal/crm"
)

// Histogram counts how often each value occurs. Histograms of parts of the base
// merge into the exact one of the whole, in any order.
type Histogram[N int | int64] map[N]int64

// Merge adds the counts of another part.
func (h Histogram[N]) Merge(part Histogram[N]) {
	for value, count := range part {
		h[value] += count
	}
}

// Counts are the histograms that cuts are taken from: every buyer once in each.
type Counts struct {
	Days  Histogram[int]   `json:"days"`  // since the last purchase
	Spend Histogram[int64] `json:"spend"` // net, whole history, base minor units
}

// NewCounts counts nobody yet.
func NewCounts() Counts { return Counts{Histogram[int]{}, Histogram[int64]{}} }

// Add counts one buyer.
func (c Counts) Add(days int, spend int64) {
	c.Days[days]++
	c.Spend[spend]++
}

// Merge adds another part of the base.
func (c Counts) Merge(part Counts) {
	c.Days.Merge(part.Days)
	c.Spend.Merge(part.Spend)
}

// Cuts are the bands that part the buyers of a base into fifths.
type Cuts struct {
	RecencyDays []int   `json:"recency_days"` // as in Policy
	MoneyFrom   []int64 `json:"money_from"`
}

// Frozen are the cuts of a month: a version that never changes.
type Frozen struct {
	Version int       `json:"version"`
	On      crm.Date  `json:"on"` // the date at whose end the base was counted
	CutAt   time.Time `json:"cut_at"`
	Buyers  int64     `json:"buyers"` // how many were counted
	Cuts
}

// Buyers is how many were counted.
func (c Counts) Buyers() (n int64) {
	for _, count := range c.Days {
		n += count
	}
	return n
}

// Quintiles are the cuts that give each of the counted buyers, for recency and
// for money,
//
//	1 + ⌊5 × share of the buyers who are strictly worse⌋
//
// Frequency keeps the bands of the policy: where most buyers bought once,
// quintiles of the number of purchases would part people who are alike. Equal
// values share a score, so one that many have can leave a band empty: then two
// cuts are equal. Without buyers there are no cuts.
func (c Counts) Quintiles() (cuts Cuts, ok bool) {
	if len(c.Days) == 0 {
		return Cuts{}, false
	}
	cuts = Cuts{RecencyDays: make([]int, Best-1), MoneyFrom: make([]int64, Best-1)}
	for i, reaches := range parts(c.Days, func(a, b int) int { return cmp.Compare(b, a) }) {
		cuts.RecencyDays[Best-2-i] = reaches - 1 // whoever came a day later than they scores more
	}
	for i, reaches := range parts(c.Spend, cmp.Compare[int64]) {
		cuts.MoneyFrom[i] = reaches + 1
	}
	return cuts, true
}

// With is the policy with these bands in place of its own.
func (p Policy) With(c Cuts) Policy {
	p.RecencyDays, p.MoneyFrom = c.RecencyDays, c.MoneyFrom
	return p
}

// parts are, for each fifth but the last, the value at which it is full when
// the buyers stand in a row, the worst first.
func parts[N int | int64](h Histogram[N], worseFirst func(a, b N) int) (full [Best - 1]N) {
	var all int64
	values := make([]N, 0, len(h))
	for value, count := range h {
		values = append(values, value)
		all += count
	}
	slices.SortFunc(values, worseFirst)
	var passed int64
	fifth := int64(1)
	for _, value := range values {
		passed += h[value]
		for fifth < Best && passed*Best >= fifth*all {
			full[fifth-1] = value
			fifth++
		}
	}
	return full
}
