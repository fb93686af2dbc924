package main

import (
	"math/big"
	"testing"
)

func TestTheDemonstrationShowsEveryLevelTierAndStatus(t *testing.T) {
	for _, today := range []string{"2026-01-01", "2026-11-22", "2028-02-29"} {
		on := mustDay(t, today)
		people := generate(on, []string{"sh-001", "sh-002"})
		seen := map[string]int{}
		emails := map[string]bool{}
		for _, p := range people {
			var bought []purchase
			for _, o := range p.Orders {
				bought = append(bought, o.purchase)
				if o.Date >= on || on-o.Date > 18*31 {
					t.Errorf("%s: %s bought on %s", today, p.Name, o.Date)
				}
			}
			s := bruteForce(bought, big.NewRat(1, 1), on)
			seen["level "+s.Level]++
			seen["tier "+s.Tier]++
			seen["status "+s.Status]++
			emails[p.Account.Email] = true
		}
		for _, l := range levels {
			if seen["level "+l] < 3 {
				t.Errorf("%s: %d customers are %s", today, seen["level "+l], l)
			}
		}
		for _, tier := range tiers {
			if seen["tier "+tier] < 3 {
				t.Errorf("%s: %d customers are %s", today, seen["tier "+tier], tier)
			}
		}
		for _, status := range []string{"none", "active", "dormant", "lost"} {
			if seen["status "+status] < 3 {
				t.Errorf("%s: the status of %d customers is %s", today, seen["status "+status], status)
			}
		}
		if len(emails) != len(people) {
			t.Errorf("%s: %d people have %d e-mail addresses", today, len(people), len(emails))
		}
	}
}
