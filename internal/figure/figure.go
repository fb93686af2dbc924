// Package figure decides how the figures of the business are calculated: sums
// of days, rates of the base, scores of answers, and when one of them is an
// alarm. All are folds over facts and standing decisions, never counters: parts
// merge in any order, and taking a part again changes nothing.
//
// Every figure carries the number of its cases, and where it is compared its
// interval; without a case there is no value. docs/figures.md has each formula
// with its source.
package figure

import "math"

// z for 95 %: two-sided for what is shown, one-sided for alarms.
const (
	twoSided = 1.959964
	oneSided = 1.644854
)

// Rate is a share of cases. Value, Low and High are 0 to 1, absent where there
// is no case; Low and High are the 95 % interval of Wilson (1927), which stays
// within 0 to 1 and is sound for few cases.
type Rate struct {
	Hits  int64    `json:"hits" doc:"How many of the cases." example:"28"`
	Cases int64    `json:"cases" doc:"Of how many." example:"100"`
	Value *float64 `json:"value,omitempty" doc:"hits ÷ cases; absent without a case." example:"0.28"`
	Low   *float64 `json:"low,omitempty" doc:"The lower end of the 95 % interval (Wilson)." example:"0.201387"`
	High  *float64 `json:"high,omitempty" doc:"The upper end." example:"0.375175"`
}

// NewRate is hits of cases, with its interval; without cases there is no rate.
func NewRate(hits, cases int64) Rate {
	r := Rate{Hits: hits, Cases: cases}
	if cases > 0 {
		low, high := wilson(hits, cases, twoSided)
		r.Value, r.Low, r.High = rounded(float64(hits)/float64(cases)), rounded(low), rounded(high)
	}
	return r
}

func wilson(hits, cases int64, z float64) (low, high float64) {
	n, p := float64(cases), float64(hits)/float64(cases)
	centre := p + z*z/(2*n)
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	whole := 1 + z*z/n
	return max(0, (centre-half)/whole), min(1, (centre+half)/whole)
}

// rounded to six decimals: more would be noise, and not alike everywhere.
func rounded(x float64) *float64 {
	x = math.Round(x*1e6) / 1e6
	return &x
}
