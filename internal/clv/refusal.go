package clv

import "fmt"

// Refusal says why a base has no model. The caller falls back on the last good
// model or on a rule without one.
type Refusal struct {
	Reason Reason `json:"reason"`
	Detail string `json:"detail"`
}

func (r *Refusal) Error() string { return fmt.Sprintf("no model: %s: %s", r.Reason, r.Detail) }

// Reason is the kind of a Refusal.
type Reason string

// The reasons. What is called degenerate elsewhere has a name here.
const (
	BadRow         Reason = "bad_row"         // a row that no history can give
	TooFew         Reason = "too_few"         // less than two customers
	NobodyRepeats  Reason = "nobody_repeats"  // without a repeat there is no rate
	AllAlike       Reason = "all_alike"       // without differences the spread between customers is unknown
	ZeroAmounts    Reason = "zero_amounts"    // nobody paid anything
	NoMaximum      Reason = "no_maximum"      // the likelihood grows without end, or is flat
	StartsDisagree Reason = "starts_disagree" // two starts ended at different maxima
	NoMean         Reason = "no_mean"         // the fitted spend has an infinite mean (q ≤ 1)
)

func refuse(reason Reason, format string, args ...any) *Refusal {
	return &Refusal{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}
