package main

import (
	"slices"
	"testing"
)

// sound is a customer about whom everything agrees.
func sound() said {
	d := decided{ID: "cus_1", On: "2026-03-05", Policy: 1, Level: "gold", Tier: "growth", Need: "existing", Status: "dormant", Warned: "2026-02-01",
		ChangesAt: "2026-04-01", Purchases: 3, Last: "2025-10-04", Contact: "2025-11-01", Cause: "review"}
	a := said{Listed: d, Stands: d, Derived: d, Profile: profile{Decision: d, Warnings: []struct{ Since string }{{"2026-02-01"}}}}
	a.Churn.Warnings = []warning{{Since: "2025-01-01", Last: "2024-09-01", ClosedAt: "2025-02-01T10:00:00Z"}, {Since: "2026-02-01", Last: "2025-10-04"}}
	return a
}

// Whatever is tampered with is named, and nothing else.
func TestEveryDifferenceIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		tamper func(*said)
		want   []string
	}{
		"nothing":             {func(*said) {}, nil},
		"level":               {func(a *said) { a.Derived.Level = "silver" }, []string{"level"}},
		"tier":                {func(a *said) { a.Derived.Tier = "basic" }, []string{"tier"}},
		"need":                {func(a *said) { a.Derived.Need = "new" }, []string{"need"}},
		"status":              {func(a *said) { a.Derived.Status = "lost" }, []string{"status"}},
		"scores":              {func(a *said) { a.Derived.RFM.M = 5 }, []string{"rfm"}},
		"warned since":        {func(a *said) { a.Derived.Warned = "2026-02-02" }, []string{"warned_since"}},
		"changes at":          {func(a *said) { a.Derived.ChangesAt = "" }, []string{"changes_at"}},
		"purchases":           {func(a *said) { a.Derived.Purchases++ }, []string{"purchases"}},
		"spend":               {func(a *said) { a.Derived.Lifetime.Minor = 7 }, []string{"lifetime_spend"}},
		"last contact":        {func(a *said) { a.Derived.Contact = "" }, []string{"last_contact"}},
		"older rules":         {func(a *said) { a.Derived.Level, a.Derived.Policy = "silver", 2 }, []string{"level", "policy"}},
		"same by newer rules": {func(a *said) { a.Derived.Policy = 2 }, nil},
		"listed":              {func(a *said) { a.Listed.Status = "active" }, []string{"listed status"}},
		"profile":             {func(a *said) { a.Profile.Decision.RFM.R = 1 }, []string{"profile rfm"}},
		"no warning":          {func(a *said) { a.Churn.Warnings, a.Profile.Warnings = nil, nil }, []string{"warning"}},
		"an earlier warning only": {func(a *said) {
			a.Churn.Warnings, a.Profile.Warnings = a.Churn.Warnings[:1], nil
		}, []string{"warning"}},
		"closed by a person": {func(a *said) {
			a.Churn.Warnings[1].ClosedAt, a.Profile.Warnings = "2026-02-03T10:00:00Z", nil
		}, nil},
		"open after a purchase":   {func(a *said) { a.Churn.Warnings[0].ClosedAt = "" }, []string{"open warning", "open warnings", "profile open warnings"}},
		"profile hides a warning": {func(a *said) { a.Profile.Warnings = nil }, []string{"profile open warnings"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := sound()
			c.tamper(&a)
			wrong, compared := a.compare(true)
			if got := fields(wrong); !slices.Equal(got, c.want) || !compared {
				t.Errorf("%v, compared %t; want %v", wrong, compared, c.want)
			}
		})
	}
}

// A decision that has run out waits for the review; after it, it is a lost one.
func TestADecisionThatHasRunOut(t *testing.T) {
	a := sound()
	a.Stands.Cause, a.Listed.Level = "derived as of 2026-03-05", "diamond"
	if wrong, compared := a.compare(false); compared || len(wrong) > 0 {
		t.Errorf("before the review: %v, compared %t", wrong, compared)
	}
	if wrong, compared := a.compare(true); !compared || !slices.Equal(fields(wrong), []string{"listed level", "changes_at"}) {
		t.Errorf("after it: %v, compared %t", wrong, compared)
	}
}

func fields(wrong []difference) (names []string) {
	for _, d := range wrong {
		names = append(names, d.Field)
	}
	return names
}

// The night's count may lack those who moved since, and nobody else.
func TestTheCountOfTheNight(t *testing.T) {
	seen := newTally()
	for _, moved := range []string{"review", "review", "F#ORDER#mall#1"} {
		a := sound()
		a.Stands.Cause = moved
		seen.add(a, "2026-03-05")
	}
	count := func(gold int) mix {
		return mix{On: "2026-03-05", Customers: 3, Level: []part{{Name: "gold", Share: struct{ Hits int }{gold}}}, Tier: []part{{Name: "growth", Share: struct{ Hits int }{3}}}}
	}
	for gold, want := range map[int]int{1: 1, 2: 0, 3: 0, 4: 0} {
		if wrong := seen.against(count(gold)); len(wrong) != want {
			t.Errorf("%d counted as gold: %v", gold, wrong)
		}
	}
}
