package figure_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/figure"
	"guanxi/internal/history"
	"guanxi/internal/level"
	"guanxi/internal/standing"
	"guanxi/internal/tier"
)

// leaver is a customer with the churn warnings that were closed.
type leaver struct {
	facts   history.Facts
	endings []churn.Ending
}

func leavers(t *rapid.T) (l leaver) {
	l.facts = person(t)
	since := rapid.SliceOfNDistinct(rapid.IntRange(0, 600), 0, 3, func(d int) int { return d }).Draw(t, "warned days ago")
	if cameBackLongAgo(l.facts) {
		return l
	}
	for _, ago := range since {
		l.endings = append(l.endings, churn.Ending{Since: night - crm.Date(ago), On: night - crm.Date(rapid.IntRange(-3, ago).Draw(t, "closed days ago")),
			Outcome: rapid.SampledFrom([]churn.Outcome{churn.Retained, churn.Unreachable, churn.Purchased}).Draw(t, "outcome"),
			Loss:    rapid.SampledFrom([]churn.LossReason{"", churn.Price, churn.Service}).Draw(t, "reason"), Store: rapid.SampledFrom([]crm.StoreID{"", sh}).Draw(t, "store")})
	}
	return l
}

// cameBackLongAgo tells of purchases between the oldest point and the year that
// the insight tells purchase by purchase: of who was lost before, it may not
// know the last one.
func cameBackLongAgo(f history.Facts) bool {
	for d := range bought(f) {
		if d > figure.PointOn(0, night) && d <= night-365 {
			return true
		}
	}
	return false
}

func bought(f history.Facts) map[crm.Date]bool {
	dates, _ := scope{every: true}.dates(f, 0, figure.Both)
	return dates
}

// reason is the oracle: it looks for the last warning day by day, back to the
// purchase before.
func (l leaver) reason(lost crm.Date) string {
	for d := lost; d > 0 && !bought(l.facts)[d]; d-- {
		for _, e := range l.endings {
			if e.Since == d && e.Loss != "" {
				return string(e.Loss)
			}
			if e.Since == d {
				return "unknown"
			}
		}
	}
	return "unknown"
}

func TestChurnByTierAndReasonAgreesWithAskingEverybody(t *testing.T) {
	rules := standing.Rules(standing.Basis{Policy: standing.Default()}, shanghai)
	rapid.Check(t, func(t *rapid.T) {
		people := make([]leaver, rapid.IntRange(0, 12).Draw(t, "people"))
		parts := []figure.Base{figure.NewBase(), figure.NewBase()}
		for i := range people {
			people[i] = leavers(t)
			judged, err := figure.Judge(decided(t, people[i].facts), night)
			if err != nil {
				t.Fatal(err)
			}
			judged.Endings = people[i].endings
			part := parts[i%2]
			part.Add(judged, night)
			for _, e := range people[i].endings {
				part.AddEnding(e, night)
			}
		}
		whole := figure.NewBase()
		whole.Merge(stored(t, parts[0]))
		whole.Merge(stored(t, parts[1]))
		for _, pair := range [][2]int{{0, figure.Now}, {4, 7}, {11, 12}, {12, figure.Now}} {
			from, to := pair[0], pair[1]
			lost, were, reasons := map[string]int64{}, map[string]int64{}, map[string]int64{}
			var all int64
			for _, p := range people {
				_, a, _ := rules.Judge(p.facts, figure.PointOn(from, night))
				_, b, _ := rules.Judge(p.facts, figure.PointOn(to, night))
				if a.Level == level.None || a.Status == tier.Lost {
					continue
				}
				all++
				were[string(a.Tier)]++
				if b.Status == tier.Lost {
					lost[string(a.Tier)]++
					reasons[p.reason(figure.PointOn(to, night))]++
				}
			}
			byTier, byReason := map[string]figure.Rate{}, map[string]figure.Rate{}
			for _, part := range whole.All.ChurnByTier(from, to) {
				byTier[part.Name] = part.Churn
			}
			for _, part := range whole.All.ChurnByReason(from, to) {
				byReason[part.Name] = part.Churn
			}
			wantTier, wantReason := map[string]figure.Rate{}, map[string]figure.Rate{}
			for name, n := range were {
				wantTier[name] = figure.NewRate(lost[name], n)
			}
			for name, n := range reasons {
				wantReason[name] = figure.NewRate(n, all)
			}
			if diff := cmp.Diff(wantTier, byTier) + cmp.Diff(wantReason, byReason); diff != "" {
				t.Fatalf("%v: %s", pair, diff)
			}
		}
		checkEnds(t, people, whole)
	})
}

// checkEnds counts the warnings of each period one by one.
func checkEnds(t *rapid.T, people []leaver, whole figure.Base) {
	for _, by := range []figure.By{figure.ByMonth, figure.ByQuarter} {
		for _, store := range []crm.StoreID{"*", sh} {
			count := whole.All
			if store != "*" {
				count = whole.Stores[store]
			}
			if count == nil {
				continue
			}
			for _, p := range count.EndsBy(by, night) {
				var closed, heard int64
				outcomes, reasons, retained := map[string]int64{}, map[string]int64{}, map[string]int64{}
				for _, who := range people {
					for _, e := range who.endings {
						if e.On < p.From || e.On > p.To || store != "*" && e.Store != store {
							continue
						}
						closed++
						outcomes[string(e.Outcome)]++
						if e.Loss != "" {
							heard++
							reasons[string(e.Loss)]++
							if e.Outcome == churn.Retained {
								retained[string(e.Loss)]++
							}
						}
					}
				}
				if p.Closed != closed || len(p.Outcomes) != len(outcomes) || len(p.Reasons) != len(reasons) {
					t.Fatalf("%s, %q: %+v, want %d closed, %v, %v", p.Name, store, p, closed, outcomes, reasons)
				}
				for _, o := range p.Outcomes {
					if diff := cmp.Diff(figure.NewRate(outcomes[o.Name], closed), o.Share); diff != "" {
						t.Fatalf("%s, %s: %s", p.Name, o.Name, diff)
					}
				}
				for _, r := range p.Reasons {
					if diff := cmp.Diff(figure.NewRate(reasons[r.Name], heard), r.Share) + cmp.Diff(figure.NewRate(retained[r.Name], reasons[r.Name]), r.Retained); diff != "" {
						t.Fatalf("%s, %s: %s", p.Name, r.Name, diff)
					}
				}
				if !slices.IsSortedFunc(p.Outcomes, func(a, b figure.EndPart) int { return int(b.Share.Hits - a.Share.Hits) }) {
					t.Fatalf("%s: the most frequent first: %+v", p.Name, p.Outcomes)
				}
			}
		}
	}
}
