package churn_test

import (
	"testing"

	"pgregory.net/rapid"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/history"
)

func story(bought, talked []crm.Date) (h history.History) {
	for _, d := range bought {
		h.Purchases = append(h.Purchases, history.Purchase{Date: d, Net: 1, Orders: 1})
	}
	h.Contacts = talked
	return h
}

func TestWarnedSince(t *testing.T) {
	const day = crm.Date(20000) // of the last purchase
	twice := []crm.Date{day - 10, day}
	for _, c := range []struct {
		name           string
		bought, talked []crm.Date
		on, want       crm.Date
	}{
		{"never bought", nil, []crm.Date{day}, day + 500, 0},
		{"a one-time buyer is never warned about", []crm.Date{day}, nil, day + 500, 0},
		{"a day short", twice, nil, day + 119, 0},
		{"long enough", twice, nil, day + 120, day + 120},
		{"still since then", twice, nil, day + 700, day + 120},
		{"talking keeps it from opening", twice, []crm.Date{day + 119}, day + 238, 0},
		{"and silence starts anew", twice, []crm.Date{day + 119}, day + 239, day + 239},
		{"on the very day it is too late", twice, []crm.Date{day + 120}, day + 120, day + 120},
		{"later it is, too", twice, []crm.Date{day + 121, day + 122}, day + 122, day + 120},
		{"contact before the purchase says nothing", twice, []crm.Date{day - 5, day}, day + 120, day + 120},
		{"a purchase on the very day ends it", append(twice, day+120), nil, day + 120, 0},
		{"a purchase ends it", append(twice, day+150), []crm.Date{day + 130}, day + 200, 0},
		{"what is still to come says nothing", append(twice, day+130), []crm.Date{day + 125}, day + 120, day + 120},
	} {
		if got := churn.Default().WarnedSince(story(c.bought, c.talked), c.on); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// silentSince is the oracle: live each day from the last purchase on.
func silentSince(p churn.Policy, h history.History, on crm.Date) crm.Date {
	h = h.Until(on)
	if len(h.Purchases) < 2 {
		return 0
	}
	seen := h.LastPurchase()
	for today := seen; today <= on; today++ {
		if today-seen >= crm.Date(p.WarnAfterDays) { // at midnight …
			return today
		}
		for _, c := range h.Contacts { // … and then the day goes by
			if c == today {
				seen = today
			}
		}
	}
	return 0
}

func dates(t *rapid.T, label string, most int) []crm.Date {
	drawn := rapid.SliceOfNDistinct(rapid.Int32Range(20000, 20700), 0, most, func(d int32) int32 { return d }).Draw(t, label)
	return sorted(drawn)
}

func TestWarnedSinceAgreesWithLivingEachDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := churn.Default()
		p.WarnAfterDays = rapid.SampledFrom([]int{1, 30, 120}).Draw(t, "warn after")
		h := story(dates(t, "bought", 5), dates(t, "talked", 12))
		for on := crm.Date(19990); on < 20900; on += 7 {
			if got, want := p.WarnedSince(h, on), silentSince(p, h, on); got != want {
				t.Fatalf("on %s: %q, want %q", on, got, want)
			}
		}
	})
}
