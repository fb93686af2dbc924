package main

import (
	"fmt"
	"math/big"

	"guanxi/infra/purchases"
)

// difference is one answer of the system that is not what brute force found.
type difference struct {
	Customer  string
	What      string
	Got, Want standing
}

func (d difference) String() string {
	return fmt.Sprintf("customer %s, %s:\n    system: %s\n    file:   %s", d.Customer, d.What, d.Got, d.Want)
}

// check holds every answer against brute force over the file, as of a date.
//
// What was kept is checked without deriving anything: its classes hold on the
// date, though it may have been decided on an earlier one (its spend is that
// date's). What is derived again for the date must be right in everything.
func check(all []purchase, got map[string]answers, rate *big.Rat, customers []string, on day) (wrong []difference) {
	of := purchases.ByCustomer(all)
	for _, name := range customers {
		a, want := got[name], bruteForce(of[name], rate, on)
		kept := want
		if decidedOn, err := purchases.ParseDay(a.Stored.On); err == nil && decidedOn <= on {
			kept.Spend = bruteForce(of[name], rate, decidedOn).Spend
		}
		if s := a.Stored.standing(); s != kept {
			wrong = append(wrong, difference{name, "the decision kept (spend of " + a.Stored.On + ")", s, kept})
		}
		if s := a.Derived.standing(); s != want {
			wrong = append(wrong, difference{name, "the decision derived for " + on.String(), s, want})
		}
	}
	return wrong
}
