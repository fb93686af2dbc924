package figure_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/figure"
	"guanxi/internal/insight"
)

// However the base is cut: each segment's figures are what asking everybody gives.
func TestSegmentsAgreeWithAskingEverybody(t *testing.T) {
	const yesterday = night - 1
	rapid.Check(t, func(t *rapid.T) {
		parts := []figure.Base{figure.NewBase(), figure.NewBase()}
		people := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) figure.Judged {
			j := figure.Judged{Stores: rapid.SampledFrom([][]crm.StoreID{{sh}, {sh, mall}}).Draw(t, "stores"),
				Member: decision.Membership{In: rapid.SampledFrom([][]crm.SegmentID{nil, {"gold"}, {"gold", "silk"}}).Draw(t, "in"),
					Failed: rapid.SampledFrom([][]crm.SegmentID{nil, {"broken"}}).Draw(t, "failed")}}
			if spent := rapid.Int64Range(0, 3).Draw(t, "spent"); spent > 0 {
				j.Insight = insight.Insight{First: yesterday, FirstStore: sh, Recent: []insight.Purchase{{Date: yesterday, Store: sh, Net: spent * 1000}}}
			}
			if score := rapid.IntRange(-1, 10).Draw(t, "nps"); score >= 0 {
				j.Insight.Asked, j.Insight.NPS = yesterday, score
			}
			return j
		}), 0, 20).Draw(t, "people")
		for i, j := range people {
			parts[i%2].Add(j, night)
		}
		whole := figure.NewBase()
		whole.Merge(stored(t, parts[1]))
		whole.Merge(stored(t, parts[0]))

		for _, of := range []struct {
			count *figure.Count
			has   func(figure.Judged) bool
			every bool
		}{
			{whole.All, func(figure.Judged) bool { return true }, true},
			{whole.Stores[mall], func(j figure.Judged) bool { return slices.Contains(j.Stores, mall) }, false}, // where nobody bought
		} {
			if of.count == nil {
				continue
			}
			got := map[crm.SegmentID]figure.OfSegment{}
			for _, s := range of.count.OfSegments() {
				got[s.Segment] = s
			}
			for _, id := range []crm.SegmentID{"gold", "silk", "broken"} {
				var want figure.OfSegment
				var members, all int64
				var answers []figure.Answer
				for _, j := range people {
					if !of.has(j) {
						continue
					}
					all++
					if slices.Contains(j.Member.Failed, id) {
						want.Failed++
					}
					if !slices.Contains(j.Member.In, id) {
						continue
					}
					members++
					if len(j.Insight.Recent) > 0 && of.every {
						want.Buyers++
						want.Net += j.Insight.Recent[0].Net
					}
					if j.Insight.Asked != 0 {
						answers = append(answers, figure.Answer{Metric: crm.NPS, Score: j.Insight.NPS})
					}
				}
				if members+want.Failed == 0 {
					if _, there := got[id]; there {
						t.Fatalf("%s has nobody, and is told of", id)
					}
					continue
				}
				want.Segment, want.Members, want.NPS = id, figure.NewRate(members, all), figure.Scored(crm.NPS, answers)
				if diff := cmp.Diff(want, got[id], cmpopts.IgnoreUnexported(figure.Score{})); diff != "" {
					t.Fatalf("%s, every %v: %s", id, of.every, diff)
				}
			}
		}
	})
}
