package condition_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guanxi/internal/condition"
	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/insight"
	"guanxi/internal/segment"
	"guanxi/internal/standing"
)

const today = crm.Date(20500) // 2026-02-16

func ownFields() customer.CustomFields {
	return customer.CustomFields{Fields: []customer.CustomField{
		{Name: "shoe_size", Type: customer.Number}, {Name: "vegan", Type: customer.Boolean}, {Name: "allergy", Type: customer.Text, Sensitive: true}}}
}

func language(t testing.TB) condition.Language {
	t.Helper()
	l, err := condition.New(ownFields())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func mei() segment.Subject {
	s := segment.Subject{}
	s.Profile = customer.Profile{Kind: customer.Person, Sex: customer.Female, Tags: []string{"vip", "silk"}, HomeStore: "sh-001", Custom: map[string]any{"shoe_size": 38.0},
		Private:  customer.Private{Birthday: "1988-03-01", Phone: "+8613812345678", Address: &customer.Address{City: "上海"}},
		Consents: []customer.Consent{{Channel: "email", Purpose: customer.Marketing, State: customer.Granted}, {Channel: "sms", Purpose: customer.Marketing, State: customer.Withdrawn}}}
	s.Record.Stores = []crm.StoreID{"bj-001", "sh-001"}
	s.Record.Classes = standing.Classes{Level: "gold", Tier: "growth", Need: "existing", Status: "active", Recency: 4, Frequency: 3, Money: 4}
	s.Record.Measures = standing.Measures{On: today, LastPurchase: today - 27, LastContact: today - 3, Purchases: 3, Spend: 1_400_000, Value: standing.Value{Model: 2, CLV: 41_000, Chance: 2_790}}
	s.Habits = insight.Insight{First: today - 400, CycleDays: 130, Asked: today - 10, NPS: 6, Lead: crm.Lead{Intent: crm.IntentHigh},
		Recent:     []insight.Purchase{{Date: today - 158, Net: 180_000}, {Date: today - 27, Net: 240_000}},
		Categories: []insight.Category{{Name: "scarves", Net: 5}}, Orders: []insight.Use{{Channel: crm.ChannelOnline, Times: 3}}}
	return s
}

func TestConditions(t *testing.T) {
	l := language(t)
	for text, want := range map[string]bool{
		`level == "gold" && silence_days < 30`:                                             true,
		`days_since_last_purchase > 26 && days_since_last_purchase <= 27`:                  true,
		`days_since_last_contact == 3 && days_since_first_purchase == 400`:                 true,
		`spend_365d == 420000 && spend_90d == 240000 && spend_30d == 240000`:               true,
		`purchases_365d == 2 && purchases_90d == 1 && purchases_30d == 1`:                  true,
		`spend / purchases > 450000`:                                                       true,
		`"vip" in tags && !("sms marketing" in consents) && "email marketing" in consents`: true,
		`tags.exists(t, t.startsWith("si"))`:                                               true,
		`has(custom.shoe_size) && custom.shoe_size > 37`:                                   true,
		`has(custom.vegan) && custom.vegan`:                                                false,
		`"sh-001" in stores && "bj-001" in stores && size(stores) == 2`:                    true,
		`nps >= 0 && nps <= 6 && days_since_nps == 10`:                                     true,
		`intent == "high" && lead_stage == ""`:                                             true,
		`stage == "grow" && trend == "rising"`:                                             true,
		`age == 37 && days_to_birthday == 13 && birth_month == 3`:                          true,
		`city == "上海" && has_phone && !has_email`:                                          true,
		`categories[0] == "scarves" && "online" in order_channels`:                         true,
		`clv > 40000 && chance_90d == 27`:                                                  true,
		`rfm_group == "loyal"`:                                                             true,
		`recency + frequency + money == 11 && !warned`:                                     true,
		`level in ["gold", "diamond"] ? tier == "basic" : true`:                            false,
	} {
		c, err := l.Compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := c.Holds(mei(), today); got != want || err != nil {
			t.Errorf("%s: %v %v", text, got, err)
		}
	}
}

func TestWhatIsWrongIsToldWithItsPlace(t *testing.T) {
	l := language(t)
	for text, want := range map[string]string{
		`spned_365d > 5`:                       "line 1, column 1: undeclared reference to 'spned_365d'",
		"level == 'gold' &&\n  tier = 'basic'": "line 2, column 8: Syntax error",
		`level == 5`:                           "line 1, column 7: found no matching overload",
		`purchases`:                            "line 1, column 1: must answer true or false, and not a int",
		`custom.hat == 3.0`:                    "line 1, column 7: undefined field 'hat'",
		`custom.shoe_size == "38"`:             "line 1, column 18: found no matching overload",
		`city.matches("(")`:                    "line 1, column 14: invalid matches argument",
		`tags.exists(a, tags.exists(b, tags.exists(c, a + b == c)))`: "comprehension exceeds nesting limit",
		`tags.exists(a, interests.exists(b, a.matches(b)))`:          "costs up to",
		``:                                "line 1, column",
		strings.Repeat("(", 400) + "true": "",
	} {
		_, err := l.Compile(text)
		wrong, ok := errors.AsType[*crm.Error](err)
		if !ok || wrong.Kind != crm.Invalid || len(wrong.Fields) == 0 || wrong.Fields[0].Path != "condition" {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if !strings.Contains(wrong.Fields[0].Message, want) {
			t.Errorf("%q: %s", text, wrong.Fields[0].Message)
		}
	}
}

// What can't be answered holds for nobody, and is told.
func TestWhatCannotBeAnswered(t *testing.T) {
	l := language(t)
	nobody := segment.Subject{Profile: customer.Profile{}}
	for _, text := range []string{`spend / purchases > 10000`, `100 % cycle_days > 3`, `custom.shoe_size > 30`, `categories[0] == "scarves"`} {
		c, err := l.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		if holds, err := c.Holds(nobody, today); holds || err == nil {
			t.Errorf("%s: %v %v", text, holds, err)
		}
	}
	c, _ := l.Compile(`purchases > 0 && spend / purchases > 10000`)
	if holds, err := c.Holds(nobody, today); holds || err != nil {
		t.Errorf("what is asked before keeps from dividing: %v %v", holds, err)
	}
}

func TestPrivateFieldsAreNamed(t *testing.T) {
	l := language(t)
	for text, want := range map[string][]string{
		`age > 30 && age < 40 && level == "gold"`:                 {"age"},
		`has(custom.allergy) || income_band == "200k-500k"`:       {"custom.allergy", "income_band"},
		`tags.exists(age, age == "vip") && has(custom.shoe_size)`: {"age"}, // a variable of that name hides nothing: refuse rather than allow
		`level == "gold"`: nil,
	} {
		c, err := l.Compile(text)
		if diff := cmp.Diff(want, c.Private()); err != nil || diff != "" {
			t.Errorf("%s: %v %s", text, err, diff)
		}
	}
}

// moving draws a condition that time changes.
func moving(t *rapid.T) string {
	n := rapid.IntRange(0, 60).Draw(t, "n")
	return fmt.Sprintf(rapid.SampledFrom([]string{
		`silence_days >= %d`, `days_since_last_purchase == %d`, `spend_90d > 0 && days_since_nps < %d`, `purchases_365d > 1 || days_to_birthday < %d`,
		`purchases %% (silence_days - %d) == 0`, `purchases > %d`, `age >= 38 && silence_days != %d`, `trend == "falling" && silence_days > %d`,
	}).Draw(t, "condition"), n)
}

// The date on which memberships change by time alone is exact: on none before
// it they differ, and on it they do.
func TestUntilIsExact(t *testing.T) {
	l := ownFields()
	rapid.Check(t, func(t *rapid.T) {
		var set segment.Set
		for i := range rapid.IntRange(0, 4).Draw(t, "segments") {
			set, _ = set.With(segment.Segment{ID: crm.SegmentID(fmt.Sprint("s", i)), Condition: moving(t)})
		}
		all, err := condition.All(set, l)
		if err != nil {
			t.Fatal(err)
		}
		on := today + crm.Date(rapid.IntRange(0, 40).Draw(t, "on"))
		horizon := on + crm.Date(rapid.IntRange(1, 30).Draw(t, "horizon"))
		in, failed, until := all.Of(mei(), on, horizon)
		var want crm.Date
		for d := on + 1; d < horizon && want == 0; d++ {
			later, failing, _ := all.Of(mei(), d, d)
			if !slices.Equal(later, in) || !slices.Equal(failing, failed) {
				want = d
			}
		}
		if until != want {
			t.Fatalf("%s, want %s", until, want)
		}
	})
}

// A condition that compiles no more has no members, and says so.
func TestABrokenConditionFailsForAll(t *testing.T) {
	set := segment.Set{Segments: []segment.Segment{{ID: "a", Condition: `level == "gold"`}, {ID: "b", Condition: `gone > 5`}}}
	all, err := condition.All(set, customer.CustomFields{})
	if err != nil {
		t.Fatal(err)
	}
	in, failed, until := all.Of(mei(), today, today+30)
	if !slices.Equal(in, []crm.SegmentID{"a"}) || !slices.Equal(failed, []crm.SegmentID{"b"}) || until != 0 {
		t.Error(in, failed, until)
	}
}

// Nothing that a user writes crashes, or runs away.
func FuzzCompile(f *testing.F) {
	f.Add(`level == "gold" && silence_days > 90`)
	f.Add(`tags.map(t, t + t).exists(t, t.matches("a*"))`)
	f.Add(`1 / 0 == custom.shoe_size`)
	l := language(f)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := l.Compile(text)
		if err != nil {
			if crm.KindOf(err) != crm.Invalid {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if holds, err := c.Holds(mei(), today); holds && err != nil {
			t.Errorf("%q holds, and fails with %v", text, err)
		}
	})
}

// 50 conditions beside every decision, of which ten look ahead for 30 days.
func BenchmarkMembers(b *testing.B) {
	var set segment.Set
	for i := range segment.Most {
		text := `level == "gold" && "vip" in tags && spend > 100000`
		if i%5 == 0 {
			text = `level == "gold" && silence_days > 90`
		}
		set, _ = set.With(segment.Segment{ID: crm.SegmentID(fmt.Sprint("s", i)), Condition: text})
	}
	all, err := condition.All(set, customer.CustomFields{})
	if err != nil {
		b.Fatal(err)
	}
	s := mei()
	for b.Loop() {
		all.Of(s, today, today+30)
	}
}
