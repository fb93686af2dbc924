package main

import (
	"cmp"
	"fmt"
)

// difference is one answer that is not what it should be.
type difference struct {
	Of      string // the id of a customer, or "figures"
	Field   string
	Stands  string
	Derived string
}

func (d difference) String() string {
	return fmt.Sprintf("%s  %s  stands: %s  derived: %s", d.Of, d.Field, cmp.Or(d.Stands, "none"), cmp.Or(d.Derived, "none"))
}

// field is one answer under its name.
type field struct{ name, value string }

// listed are the classes that lists show, too.
func (d decided) listed() []field {
	return []field{{"level", d.Level}, {"tier", d.Tier}, {"need", d.Need}, {"status", d.Status}}
}

// judged are all classes, and when they change by themselves.
func (d decided) judged() []field {
	return append(d.listed(), field{"rfm", fmt.Sprintf("%d-%d-%d", d.RFM.R, d.RFM.F, d.RFM.M)}, field{"warned_since", d.Warned}, field{"changes_at", d.ChangesAt})
}

// measured is what the classes rest on. It is sealed in the tables, so we name
// it, but do not print it.
func (d decided) measured() []field {
	return []field{{"purchases", fmt.Sprint(d.Purchases)}, {"lifetime_spend", fmt.Sprint(d.Lifetime)}, {"last_purchase", d.Last}, {"last_contact", d.Contact}}
}

// compare names what differs, and tells whether the customer could be compared
// at all: not while the review of today is still to come to somebody whose
// decision has run out.
func (a said) compare(reviewed bool) (wrong []difference, compared bool) {
	id := a.Listed.ID
	if a.Stands.overdue() {
		if !reviewed {
			return nil, false
		}
		return append(named(id, "listed ", a.Listed.listed(), a.Derived.listed()), difference{id, "changes_at", "a date that has passed", a.Derived.ChangesAt}), true
	}
	wrong = named(id, "", a.Stands.judged(), a.Derived.judged())
	for _, d := range named(id, "", a.Stands.measured(), a.Derived.measured()) {
		wrong = append(wrong, difference{id, d.Field, "(not shown)", "another"})
	}
	if len(wrong) > 0 && a.Stands.Policy != a.Derived.Policy {
		wrong = append(wrong, difference{id, "policy", fmt.Sprint(a.Stands.Policy), fmt.Sprint(a.Derived.Policy)})
	}
	wrong = append(wrong, named(id, "listed ", a.Listed.listed(), a.Stands.listed())...)
	wrong = append(wrong, named(id, "profile ", a.Profile.Decision.judged(), a.Stands.judged())...)
	return append(wrong, a.warned()...), true
}

// named are the fields whose values differ.
func named(id, prefix string, stands, derived []field) (wrong []difference) {
	for i, f := range stands {
		if want := derived[i].value; f.value != want {
			wrong = append(wrong, difference{id, prefix + f.name, f.value, want})
		}
	}
	return wrong
}

// warned holds the churn warnings against the decision: whoever is warned about
// has one about this silence, open or closed; and none is open about a silence
// that a purchase has ended.
func (a said) warned() (wrong []difference) {
	about, open := "", 0
	for _, w := range a.Churn.Warnings {
		if w.Last == a.Derived.Last || w.Since == a.Derived.Warned {
			about = w.Since
		}
		if w.ClosedAt != "" {
			continue
		}
		if open++; w.Last < a.Derived.Last {
			wrong = append(wrong, difference{a.Listed.ID, "open warning", w.Since, "closed by a purchase"})
		}
	}
	if a.Derived.Warned != "" && about == "" {
		wrong = append(wrong, difference{a.Listed.ID, "warning", "", a.Derived.Warned})
	}
	if open > 1 {
		wrong = append(wrong, difference{a.Listed.ID, "open warnings", fmt.Sprint(open), "1"})
	}
	if open != len(a.Profile.Warnings) {
		wrong = append(wrong, difference{a.Listed.ID, "profile open warnings", fmt.Sprint(len(a.Profile.Warnings)), fmt.Sprint(open)})
	}
	return wrong
}
