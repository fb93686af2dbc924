// Package rfm scores recency, frequency and money from 1 to 5 on fixed bands
// (R12): how long ago the last purchase was, on how many dates the customer
// bought, and how much they spent, both over the whole history.
package rfm

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"

	"guanxi/internal/crm"
)

// Best is the highest score; the lowest is 1, and 0 means never bought.
const Best = 5

// Policy holds the bands: four cuts make five of them.
type Policy struct {
	Mode          Mode    `json:"mode" enum:"fixed,quintiles" example:"fixed"`
	RecencyDays   []int   `json:"recency_days"`   // at most so many days since the last purchase score 5, 4, 3, 2; beyond, 1
	FrequencyFrom []int   `json:"frequency_from"` // at least so many purchase dates score 2, 3, 4, 5; below, 1
	MoneyFrom     []int64 `json:"money_from"`     // at least so many base minor units score 2, 3, 4, 5; below, 1
}

// Mode is where the bands of recency and money come from.
type Mode string

const (
	Fixed     Mode = "fixed"     // from the policy
	Quintiles Mode = "quintiles" // from the base, cut every month; the policy's while there are no cuts
)

//go:embed default.json
var defaults []byte

// Default is policy 1: 30, 90, 180, 365 days; 2, 3, 4, 6 purchases; 500,
// 2,000, 10,000, 30,000 CNY.
func Default() (p Policy) {
	if err := json.Unmarshal(defaults, &p); err != nil {
		panic("rfm: default.json: " + err.Error())
	}
	return p
}

// Validate names each list that does not cut the numbers into five bands.
func (p Policy) Validate() (wrong []crm.Field) {
	if p.Mode != Fixed && p.Mode != Quintiles {
		wrong = append(wrong, crm.Field{Path: "mode", Message: "must be fixed or quintiles"})
	}
	wrong = append(wrong, cuts("recency_days", p.RecencyDays, 0)...)
	wrong = append(wrong, cuts("frequency_from", p.FrequencyFrom, 2)...)
	return append(wrong, cuts("money_from", p.MoneyFrom, 1)...)
}

// cuts demands four rising numbers from least on: a lower first one would
// leave a band that nobody is in.
func cuts[N int | int64](path string, list []N, least N) []crm.Field {
	if len(list) != Best-1 {
		return []crm.Field{{Path: path, Message: fmt.Sprintf("must have %d cuts", Best-1)}}
	}
	if list[0] < least {
		return []crm.Field{{Path: path + "[0]", Message: fmt.Sprintf("must be at least %d", least)}}
	}
	for i := 1; i < len(list); i++ {
		if list[i] <= list[i-1] {
			return []crm.Field{{Path: fmt.Sprintf("%s[%d]", path, i), Message: "must be greater than the one before"}}
		}
	}
	return nil
}

// Scores are 1 (worst) to 5 (best), or all 0 for a customer who never bought.
type Scores struct {
	R int `json:"r,omitempty"`
	F int `json:"f,omitempty"`
	M int `json:"m,omitempty"`
}

// Of scores a customer by days since the last purchase, the number of purchase
// dates and the net spend of the whole history.
func (p Policy) Of(days, purchases int, spend int64) Scores {
	if purchases == 0 {
		return Scores{}
	}
	return Scores{R: p.Recency(days), F: 1 + reached(p.FrequencyFrom, purchases), M: p.Money(spend)}
}

// Recency is the score of who bought so many days ago.
func (p Policy) Recency(days int) int {
	for i, most := range p.RecencyDays {
		if days <= most {
			return Best - i
		}
	}
	return 1
}

// Money is the score of who bought and spent so much.
func (p Policy) Money(spend int64) int { return 1 + reached(p.MoneyFrom, spend) }

// reached counts the cuts that n is not below.
func reached[N cmp.Ordered](cuts []N, n N) (count int) {
	for _, cut := range cuts {
		if n >= cut {
			count++
		}
	}
	return count
}

// RecencyEnds is how many days after the last purchase a recency score above 1
// falls to the next.
func (p Policy) RecencyEnds(r int) int { return p.RecencyDays[Best-r] + 1 }

// FrequencyFor is the least number of purchase dates that scores f.
func (p Policy) FrequencyFor(f int) int {
	if f < 2 {
		return 1
	}
	return p.FrequencyFrom[f-2]
}

// MoneyFor is the least spend that scores m, in base minor units.
func (p Policy) MoneyFor(m int) int64 {
	if m < 2 {
		return 0
	}
	return p.MoneyFrom[m-2]
}
