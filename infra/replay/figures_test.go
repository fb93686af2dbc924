package main

import (
	"testing"
	"time"

	"guanxi/infra/purchases"
)

func TestFigures(t *testing.T) {
	shanghai := time.FixedZone("CST", 8*3600)
	on := func(date string, hour int) time.Time {
		return mustDay(t, date).At(time.Duration(hour)*time.Hour, shanghai)
	}
	purchases := []purchase{
		{Customer: "returns", Date: mustDay(t, "1997-01-05")}, {Customer: "returns", Date: mustDay(t, "1997-01-20")}, {Customer: "returns", Date: mustDay(t, "1997-06-30")},
		{Customer: "leaves", Date: mustDay(t, "1997-01-05")}, {Customer: "leaves", Date: mustDay(t, "1997-02-05")},
		{Customer: "once", Date: mustDay(t, "1997-05-01")},
	}
	got := map[string]answers{
		"returns": {
			Warnings: []warning{{OpenedAt: on("1997-05-20", 0)}},
			Changes: []change{ // the newest first
				{on("1997-06-30", 23), classes{"gold", "growth", "existing", ""}},
				{on("1997-05-20", 0), classes{"silver", "dormant", "existing", "1997-05-20"}},
				{on("1997-01-20", 22), classes{"silver", "basic", "existing", ""}},
			},
		},
		"leaves": {
			Warnings: []warning{{OpenedAt: on("1997-06-05", 0)}, {OpenedAt: on("1997-10-01", 0)}},
			Changes:  []change{{on("1997-06-05", 0), classes{"silver", "dormant", "existing", "1997-06-05"}}, {on("1997-02-05", 22), classes{"silver", "basic", "existing", ""}}},
		},
		"once": {Changes: []change{{on("1997-05-01", 22), classes{"silver", "basic", "new", ""}}}},
	}
	f := count(purchases, got, mustDay(t, "1997-01-05"), mustDay(t, "1997-10-05"), shanghai)

	// The warning of October has its 90 days outside of the file. The purchase of
	// 30 June is the 42nd date from the warning of 20 May on.
	if f.Raised != 3 || f.Followed != 2 || f.Bought != 1 {
		t.Errorf("%d warnings, %d followed, %d bought", f.Raised, f.Followed, f.Bought)
	}
	ends := []string{"1997-03-31", "1997-06-30", "1997-09-30", "1997-10-05"}
	if len(f.Quarters) != len(ends) {
		t.Fatalf("%d quarters: %+v", len(f.Quarters), f.Quarters)
	}
	for i, end := range ends {
		if got := f.Quarters[i].End.String(); got != end {
			t.Errorf("quarter %d ends %s, not %s", i, got, end)
		}
	}
	march, june := f.Quarters[0], f.Quarters[1]
	if march.People != 2 || march.Tier["basic"] != 2 || march.Unwarned != 2 || march.UnwarnedLeft != 2 {
		t.Errorf("at the end of March: %+v", march)
	}
	if june.People != 3 || june.Level["gold"] != 1 || june.Tier["dormant"] != 1 || june.Warned != 1 || june.WarnedBought != 0 || june.Unwarned != 1 || june.UnwarnedLeft != 1 {
		t.Errorf("at the end of June: %+v", june)
	}
	if !june.Whole || f.Quarters[2].Whole {
		t.Error("90 days after 30 June lie in the file, 90 days after 30 September do not")
	}
}

func mustDay(t *testing.T, s string) day {
	t.Helper()
	d, err := purchases.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
