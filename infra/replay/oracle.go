package main

import (
	"fmt"
	"math/big"
)

// standing is what the system must have decided about a customer.
type standing struct {
	Level  string
	Spend  int64 // of the last 365 days, in fen
	Status string
	Tier   string
}

func (s standing) String() string {
	return fmt.Sprintf("level %s, spend %d.%02d CNY, status %s, tier %s", s.Level, s.Spend/100, s.Spend%100, s.Status, s.Tier)
}

// bruteForce judges a customer on a date by reading their purchases, one by
// one, as the requirements say (R5, R10, R11, R12 on fixed bands). It is
// written without a look at the rules of the system, and shares nothing with
// them: two who calculate alike by accident are rare.
func bruteForce(purchases []purchase, rate *big.Rat, on day) standing {
	var spend int64
	var last day
	dates := map[day]bool{}
	for _, p := range purchases {
		if p.Date > on {
			continue
		}
		dates[p.Date] = true
		last = max(last, p.Date)
		if on-p.Date < 365 { // it counts on its date and on 364 more
			spend += inBase(p.Amount, rate)
		}
	}
	if len(dates) == 0 {
		return standing{Level: "none", Status: "none", Tier: "none"}
	}
	silence := on - last
	level := levelOf(spend, silence)
	status := statusOf(silence)
	return standing{level, spend, status, tierOf(level, status, recency(silence), frequency(len(dates)))}
}

// inBase converts cents into fen, half away from zero, order by order.
func inBase(cents int64, rate *big.Rat) int64 {
	exact := new(big.Rat).Mul(big.NewRat(cents, 1), rate)
	doubled := new(big.Int).Mul(exact.Num(), big.NewInt(2))
	doubled.Add(doubled, exact.Denom())
	return doubled.Div(doubled, new(big.Int).Mul(exact.Denom(), big.NewInt(2))).Int64()
}

func levelOf(spend int64, silence day) string {
	const yuan = 100
	switch {
	case silence >= 365:
		return "dormant"
	case spend >= 50_000*yuan:
		return "diamond"
	case spend >= 10_000*yuan:
		return "gold"
	}
	return "silver"
}

func statusOf(silence day) string {
	switch {
	case silence >= 365:
		return "lost"
	case silence >= 120:
		return "dormant"
	}
	return "active"
}

func recency(silence day) int {
	switch {
	case silence <= 30:
		return 5
	case silence <= 90:
		return 4
	case silence <= 180:
		return 3
	case silence <= 365:
		return 2
	}
	return 1
}

func frequency(dates int) int {
	switch {
	case dates >= 6:
		return 5
	case dates >= 4:
		return 4
	}
	return dates
}

func tierOf(level, status string, r, f int) string {
	switch {
	case status != "active":
		return "dormant"
	case level == "diamond", level == "gold" && f >= 4:
		return "strategic"
	case level == "gold", r >= 4 && f >= 3:
		return "growth"
	}
	return "basic"
}
