package customer_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

func TestAConsentIsReplacedByALaterWordAndNeverRemoved(t *testing.T) {
	yes := customer.Consent{Channel: "sms", Purpose: customer.Marketing, State: customer.Granted, At: noon, Source: "paper"}
	no := yes
	no.State, no.At, no.Source = customer.Withdrawn, noon.Add(time.Hour), "phone"
	silent := no
	silent.At = noon // the word changed, but nobody said when
	now := noon.Add(2 * time.Hour)
	for name, c := range map[string]struct {
		before, next []customer.Consent
		ok           bool
	}{
		"a first word":        {nil, []customer.Consent{yes}, true},
		"the same":            {[]customer.Consent{yes}, []customer.Consent{yes}, true},
		"a later word":        {[]customer.Consent{yes}, []customer.Consent{no}, true},
		"an earlier one":      {[]customer.Consent{no}, []customer.Consent{yes}, false},
		"changed in silence":  {[]customer.Consent{yes}, []customer.Consent{silent}, false},
		"removed":             {[]customer.Consent{yes}, nil, false},
		"of the future":       {nil, []customer.Consent{{Channel: "sms", At: now.Add(time.Second)}}, false},
		"about another thing": {[]customer.Consent{yes}, []customer.Consent{yes, {Channel: "email", At: noon}}, true},
	} {
		if err := customer.CheckConsents(c.before, c.next, now); (err == nil) != c.ok || err != nil && crm.KindOf(err) != crm.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if news := customer.ConsentsAfter([]customer.Consent{yes}, []customer.Consent{no, yes}); len(news) != 1 || news[0] != no {
		t.Errorf("news: %v", news)
	}
}

// TestTheLastWordStands: in whatever steps a consent is amended, what is
// accepted ends with the latest word about each channel and purpose.
func TestTheLastWordStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var held []customer.Consent
		latest := map[string]time.Time{}
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			word := customer.Consent{
				Channel: rapid.SampledFrom([]string{"sms", "email"}).Draw(t, "channel"), Purpose: customer.Marketing, Source: "paper",
				State: rapid.SampledFrom([]customer.State{customer.Granted, customer.Withdrawn}).Draw(t, "state"),
				At:    noon.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "hour")) * time.Hour),
			}
			next := []customer.Consent{word}
			for _, old := range held {
				if old.Channel != word.Channel {
					next = append(next, old)
				}
			}
			if customer.CheckConsents(held, next, noon.Add(3*time.Hour)) == nil {
				held = next
				latest[word.Channel] = word.At
			}
		}
		for _, one := range held {
			if !one.At.Equal(latest[one.Channel]) || one.At.After(noon.Add(3*time.Hour)) {
				t.Fatalf("%v stands", one)
			}
		}
	})
}
