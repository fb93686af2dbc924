package figure

import (
	"maps"
	"math"
	"math/bits"
	"slices"

	"guanxi/internal/history"
)

// Spread is a histogram of amounts that merges in any order. Amounts below 256
// have a bucket each, larger ones share one with those that agree in their first
// eight binary digits; each bucket knows its exact sum. So a bucket's amounts
// differ by less than 1/128, and only within the one bucket through which a cut
// goes is the sum not exact.
type Spread map[int]Bucket

// Bucket is how many amounts fell into it, and their sum.
type Bucket struct {
	Count int64 `json:"n"`
	Sum   int64 `json:"s"`
}

// bucket numbers ascend with the amounts.
func bucket(amount int64) int {
	shift := max(0, bits.Len64(uint64(amount))-8)
	return shift<<7 + int(amount>>shift)
}

func (s Spread) add(amount int64) { s.put(bucket(amount), Bucket{1, amount}) }

func (s Spread) put(at int, b Bucket) {
	s[at] = Bucket{s[at].Count + b.Count, history.Plus(s[at].Sum, b.Sum)}
}

func (s Spread) merge(other Spread) {
	for at, b := range other {
		s.put(at, b)
	}
}

// Top is what the customers who spent most brought.
type Top struct {
	Percent float64  `json:"percent" doc:"Of the buyers, those who spent most." example:"5"`
	Many    int64    `json:"top_customers" doc:"How many that are, rounded up." example:"12"`
	Cases   int64    `json:"cases" doc:"Buyers of the last 365 days." example:"236"`
	Net     int64    `json:"net" doc:"What all of them spent, less refunds: minor units of the base currency." example:"12345600"`
	Value   *float64 `json:"value,omitempty" doc:"The share of it that the top brought, off by less than 0.8 % of itself; absent where nothing was spent." example:"0.4"`
}

// Top is the share of the sum that the largest percent of the amounts have.
func (s Spread) Top(percent float64) Top {
	t := Top{Percent: percent}
	for _, b := range s {
		t.Cases, t.Net = t.Cases+b.Count, history.Plus(t.Net, b.Sum)
	}
	t.Many = min(t.Cases, int64(math.Ceil(float64(t.Cases)*percent/100-1e-9)))
	if t.Net == 0 {
		return t
	}
	left, top := t.Many, 0.0
	for _, at := range slices.Backward(slices.Sorted(maps.Keys(s))) {
		b := s[at]
		if take := min(left, b.Count); take > 0 {
			top += float64(b.Sum) * float64(take) / float64(b.Count)
			left -= take
		}
	}
	t.Value = rounded(top / float64(t.Net))
	return t
}
