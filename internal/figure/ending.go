package figure

import (
	"cmp"
	"slices"
	"strings"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
)

// End is in which month, how, and for which reason churn warnings ended:
// "2026-03|retained|price".
type End string

func newEnd(e churn.Ending) End {
	return End(strings.Join([]string{e.On.String()[:len("2026-03")], string(e.Outcome), string(e.Loss)}, "|"))
}

func (e End) parts() (month string, outcome churn.Outcome, why churn.LossReason) {
	month, rest, _ := strings.Cut(string(e), "|")
	how, reason, _ := strings.Cut(rest, "|")
	return month, churn.Outcome(how), churn.LossReason(reason)
}

// AddEnding counts a warning that was closed, for all and for its store, if that
// was in the months that are shown.
func (b Base) AddEnding(e churn.Ending, night crm.Date) {
	if e.On > night || e.On < firstEnd(night) {
		return
	}
	b.All.Ends[newEnd(e)]++
	b.of(e.Store).Ends[newEnd(e)]++
}

// firstEnd is the first date of the thirteen months that are shown.
func firstEnd(night crm.Date) crm.Date { return PointOn(0, night) + 1 }

// PeriodEnds is how the churn warnings ended that were closed in a period.
type PeriodEnds struct {
	Period
	Closed   int64       `json:"closed" example:"40"`
	Outcomes []EndPart   `json:"outcomes" nullable:"false" doc:"Of those closed, the most frequent first."`
	Reasons  []EndReason `json:"reasons" nullable:"false" doc:"Of those closed with a reason, the most frequent first."`
}

// EndPart is a share of the warnings.
type EndPart struct {
	Name  string `json:"name" example:"retained"`
	Share Rate   `json:"share"`
}

// EndReason is a reason for which customers stayed away, and whether that can
// be mended.
type EndReason struct {
	EndPart
	Retained Rate `json:"retained" doc:"Of those with this reason, the share that was retained."`
}

// EndsBy is how warnings ended in each of the last months or quarters, up to the
// night of the count.
func (c *Count) EndsBy(by By, night crm.Date) []PeriodEnds {
	periods := by.Cut(firstEnd(night), night)
	all := make([]PeriodEnds, len(periods))
	for i, p := range periods {
		outcomes, reasons, retained := map[string]int64{}, map[string]int64{}, map[string]int64{}
		var closed, heard int64
		for end, n := range c.Ends {
			month, outcome, why := end.parts()
			if first, err := crm.ParseDate(month + "-01"); err != nil || first.MonthEnd() < p.From || first > p.To {
				continue
			}
			closed += n
			outcomes[string(outcome)] += n
			if why == "" {
				continue
			}
			heard += n
			reasons[string(why)] += n
			if outcome == churn.Retained {
				retained[string(why)] += n
			}
		}
		all[i] = PeriodEnds{Period: p, Closed: closed, Outcomes: shares(outcomes, closed), Reasons: []EndReason{}}
		for _, part := range shares(reasons, heard) {
			all[i].Reasons = append(all[i].Reasons, EndReason{part, NewRate(retained[part.Name], part.Share.Hits)})
		}
	}
	return all
}

func shares(counts map[string]int64, of int64) []EndPart {
	parts := []EndPart{}
	for name, n := range counts {
		parts = append(parts, EndPart{name, NewRate(n, of)})
	}
	slices.SortFunc(parts, func(a, b EndPart) int {
		return cmp.Or(cmp.Compare(b.Share.Hits, a.Share.Hits), cmp.Compare(a.Name, b.Name))
	})
	return parts
}
