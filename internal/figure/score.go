package figure

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"guanxi/internal/crm"
)

// Score is what a set of answers to one metric comes to. Value, Low and High
// are absent without an answer: the NPS of -100 to 100, or the mean of the
// scores for CSAT and CES. Low and High are the 95 % interval by the normal
// distribution.
type Score struct {
	Cases      int64    `json:"cases" doc:"Customers: each one's latest answer in the window." example:"130"`
	Value      *float64 `json:"value,omitempty" doc:"NPS: share of 9 and 10 less share of 0 to 6, times 100. CSAT and CES: the mean. Absent without an answer." example:"42.3"`
	Low        *float64 `json:"low,omitempty" doc:"The lower end of the 95 % interval." example:"28.7"`
	High       *float64 `json:"high,omitempty" doc:"The upper end." example:"55.9"`
	Promoters  int64    `json:"promoters" doc:"NPS: 9 and 10." example:"80"`
	Passives   int64    `json:"passives" doc:"NPS: 7 and 8." example:"25"`
	Detractors int64    `json:"detractors" doc:"NPS: 0 to 6." example:"25"`

	deviation float64 // of the value: its standard error
}

// Scored calculates the score of answers to one metric.
//
// NPS (Reichheld 2003): each answer is +100, 0 or -100, so the standard error
// is 100·√((p + d - (p-d)²) ÷ n). Means: s ÷ √n.
func Scored(metric crm.Metric, answers []Answer) Score {
	var sum, squares float64
	var promoters, passives, detractors int64
	for _, a := range answers {
		switch x := float64(a.Score); {
		case metric != crm.NPS:
			sum += x
			squares += x * x
		case a.Score >= promoter:
			promoters++
		case a.Score <= detractor:
			detractors++
		default:
			passives++
		}
	}
	if metric == crm.NPS {
		return ofNPS(promoters, passives, detractors)
	}
	lowest, highest := metric.Range()
	return Score{Cases: int64(len(answers))}.of(sum, squares, float64(lowest), float64(highest))
}

// promoter is the lowest answer of one who recommends us, detractor the highest
// of one who does not.
const promoter, detractor = 9, 6

func ofNPS(promoters, passives, detractors int64) Score {
	s := Score{Cases: promoters + passives + detractors, Promoters: promoters, Passives: passives, Detractors: detractors}
	return s.of(100*float64(promoters-detractors), 100*100*float64(promoters+detractors), -100, 100)
}

// of is the score of answers with this sum and sum of squares.
func (s Score) of(sum, squares, bottom, top float64) Score {
	if s.Cases == 0 {
		return s
	}
	n := float64(s.Cases)
	mean := sum / n
	s.deviation = math.Sqrt(max(0, squares/n-mean*mean) / n)
	s.Value = rounded(mean)
	s.Low, s.High = rounded(max(bottom, mean-twoSided*s.deviation)), rounded(min(top, mean+twoSided*s.deviation))
	return s
}

// Answer is what a figure needs to know of an answer to a survey.
type Answer struct {
	Customer crm.CustomerID `json:"c"`
	At       int64          `json:"t"` // Unix milliseconds
	Metric   crm.Metric     `json:"m"`
	Score    int            `json:"s"`
	Level    string         `json:"l,omitempty"`
	Tier     string         `json:"v,omitempty"`
	Channel  crm.Channel    `json:"h,omitempty"`
}

// AnswerOf takes what figures need.
func AnswerOf(a crm.Answer) Answer {
	return Answer{a.Customer, a.At.UnixMilli(), a.Metric, a.Score, a.Level, a.Tier, a.Channel}
}

// Latest keeps each customer's latest answer to the metric. Of two at the same
// instant the lower score stays, so that the order of the answers does not matter.
func Latest(metric crm.Metric, answers []Answer) (kept []Answer) {
	at := make(map[crm.CustomerID]int, len(answers))
	for _, a := range answers {
		if a.Metric != metric {
			continue
		}
		i, known := at[a.Customer]
		switch {
		case !known:
			at[a.Customer] = len(kept)
			kept = append(kept, a)
		case a.At > kept[i].At || a.At == kept[i].At && a.less(kept[i]):
			kept[i] = a
		}
	}
	return kept
}

func (a Answer) less(b Answer) bool {
	switch {
	case a.Score != b.Score:
		return a.Score < b.Score
	case a.Level != b.Level:
		return a.Level < b.Level
	case a.Tier != b.Tier:
		return a.Tier < b.Tier
	}
	return a.Channel < b.Channel
}

// GroupScore is what the answers of one group come to.
type GroupScore struct {
	Name string `json:"name" example:"gold"`
	Score
}

// Groups scores answers by what name says of each, in alphabetical order.
func Groups(metric crm.Metric, answers []Answer, name func(Answer) string) []GroupScore {
	by := map[string][]Answer{}
	for _, a := range answers {
		group := cmp.Or(name(a), none)
		by[group] = append(by[group], a)
	}
	all := []GroupScore{}
	for _, group := range slices.Sorted(maps.Keys(by)) {
		all = append(all, GroupScore{group, Scored(metric, by[group])})
	}
	return all
}
