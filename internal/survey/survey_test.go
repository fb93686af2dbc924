package survey_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/survey"
)

var noon = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)

func text(s string) survey.Text { return survey.Text{ZH: s, EN: s} }

func definition() survey.Definition {
	return survey.Definition{Metric: crm.NPS, Name: "After a purchase", Question: text("How likely?"),
		FollowUps: []survey.FollowUp{
			{ID: "why", From: 0, To: 6, Text: text("Why?"), Choices: []survey.Choice{{ID: "service", Text: text("Service")}, {ID: "price", Text: text("Price")}}},
			{ID: "more", From: 0, To: 10, Text: text("Anything else?")},
		}}.Complete()
}

func places(wrong []crm.Field) string {
	var all []string
	for _, f := range wrong {
		all = append(all, f.Path)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestADefinitionIsHeldToTheRules(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*survey.Definition)
		want   string
	}{
		"as it is":              {func(*survey.Definition) {}, ""},
		"no metric":             {func(d *survey.Definition) { d.Metric = "smile"; d.FollowUps = nil }, "metric"},
		"a NUL":                 {func(d *survey.Definition) { d.Question.ZH = "a\x00b" }, "question.zh"},
		"asked twice":           {func(d *survey.Definition) { d.FollowUps[1].ID = "why" }, "follow_ups[1].id"},
		"out of range":          {func(d *survey.Definition) { d.Metric = crm.CSAT }, "follow_ups[0].from follow_ups[0].to follow_ups[1].from follow_ups[1].to"},
		"backwards":             {func(d *survey.Definition) { d.FollowUps[0].From = 7 }, "follow_ups[0].to"},
		"a choice twice":        {func(d *survey.Definition) { d.FollowUps[0].Choices[1].ID = "service" }, "follow_ups[0].choices[1].id"},
		"valid for a year":      {func(d *survey.Definition) { d.Validity = 365 }, "validity"},
		"reminded after all":    {func(d *survey.Definition) { d.RemindAfter = d.Validity }, "remind_after"},
		"no quarantine at all":  {func(d *survey.Definition) { d.Quarantine = 1 }, "quarantine"},
		"asked on the same day": {func(d *survey.Definition) { d.Trigger = &survey.Trigger{After: "order"} }, "trigger.delay"},
		"after something else":  {func(d *survey.Definition) { d.Trigger = &survey.Trigger{After: "cart", Delay: 1} }, "trigger.after"},
	} {
		d := definition()
		c.change(&d)
		if got := places(d.Validate()); got != c.want {
			t.Errorf("%s: wrong at %q, want %q", name, got, c.want)
		}
	}
}

func TestDaysAreWrittenAsISO8601(t *testing.T) {
	for text, want := range map[string]survey.Days{"P0D": 0, "P14D": 14, "P999D": 999} {
		var got survey.Days
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want || got.String() != text {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "P", "PD", "14", "P14", "14D", "P1W", "P-1D", "P+1D", "P1.5D", "P1000D", "P1D ", "p1d"} {
		if err := new(survey.Days).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as days", text)
		}
	}
}

func TestAnAnswerIsHeldToTheQuestions(t *testing.T) {
	d := definition()
	type says map[string]string
	for name, c := range map[string]struct {
		score   int
		replies says
		want    string
	}{
		"a score alone":            {10, nil, ""},
		"all of it":                {3, says{"why": "service", "more": "店员很忙\n等了很久 😤"}, ""},
		"eleven":                   {11, nil, "score"},
		"less than nothing":        {-1, nil, "score"},
		"an unknown question":      {3, says{"who": "me"}, "replies.who"},
		"not after this score":     {9, says{"why": "service"}, "replies.why"},
		"none of the choices":      {3, says{"why": "weather"}, "replies.why"},
		"words for a choice":       {3, says{"why": "slow service"}, "replies.why"},
		"no words, and no choice":  {3, says{"more": "", "why": ""}, "replies.more replies.why"},
		"a thousand characters":    {3, says{"more": strings.Repeat("长", 1000)}, ""},
		"a thousand and one":       {3, says{"more": strings.Repeat("长", 1001)}, "replies.more"},
		"a NUL":                    {3, says{"more": "a\x00"}, "replies.more"},
		"bytes that are no letter": {3, says{"more": "a\xff"}, "replies.more"},
	} {
		if got := places(d.Check(survey.Given{Score: c.score, Replies: c.replies})); got != c.want {
			t.Errorf("%s: wrong at %q, want %q", name, got, c.want)
		}
	}
}

// Whatever is stated, what passes is kept whole: every reply belongs to a question
// that the score led to, and comes back as it was said.
func TestWhatPassesIsKeptWhole(t *testing.T) {
	_, i := asking(0)
	rapid.Check(t, func(t *rapid.T) {
		d := definition()
		d.Metric = rapid.SampledFrom([]crm.Metric{crm.NPS, crm.CSAT, crm.CES}).Draw(t, "metric")
		g := survey.Given{Score: rapid.IntRange(-2, 12).Draw(t, "score"), Replies: rapid.MapOf(rapid.SampledFrom([]string{"why", "more", "who"}),
			rapid.SampledFrom([]string{"", "service", "weather", "some words"})).Draw(t, "replies")}
		if len(d.Check(g)) > 0 {
			return
		}
		lowest, highest := d.Metric.Range()
		if g.Score < lowest || g.Score > highest {
			t.Fatalf("a score of %d passes for %s", g.Score, d.Metric)
		}
		a, err := i.Answer(d, g, nil, survey.Respondent{}, crm.Event{At: noon}, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if back := survey.Stated(a); back.Score != g.Score || !maps.Equal(back.Replies, g.Replies) {
			t.Fatalf("%+v became %+v", g, back)
		}
		for _, r := range a.Replies {
			if r.Question == "why" && (g.Score > 6 || r.Choice != "service" || r.Text != "") || r.Question == "more" && r.Choice != "" || r.Question == "who" {
				t.Fatalf("%+v after %d", r, g.Score)
			}
		}
	})
}

// A version is stored as JSON for ever.
func TestASurveyComesBackAsItWas(t *testing.T) {
	s := survey.Survey{ID: "sur_1", Version: 3, Definition: definition(), Author: "u-li", AmendedAt: noon}
	s.Trigger = &survey.Trigger{After: "order", Delay: 3, Stores: []crm.StoreID{"sh-001"}, By: crm.ChannelEmail}
	s.RemindAfter = 4
	stored, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back survey.Survey
	if err := json.Unmarshal(stored, &back); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(back); err != nil || string(again) != string(stored) || back.Validity != 14 || back.Trigger.Delay != 3 || back.RemindAfter != 4 {
		t.Errorf("%s\nbecame %s, %v", stored, again, err)
	}
}
