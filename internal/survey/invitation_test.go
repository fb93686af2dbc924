package survey_test

import (
	"slices"
	"testing"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/survey"
)

const day = 24 * time.Hour

func asking(remind survey.Days) (survey.Survey, survey.Invitation) {
	s := survey.Survey{ID: "sur_1", Version: 2, Definition: definition()}
	s.RemindAfter = remind
	return s, s.Invite(survey.Asking{Customer: "cus_1", Channel: crm.ChannelEmail, Store: "sh-001", By: "u-li"}, noon)
}

// An invitation's life: due, sent, due again, reminded, over.
func TestAnInvitationIsSentRemindedOnceAndEnds(t *testing.T) {
	_, i := asking(4)
	state := func(now time.Time, want survey.State) {
		t.Helper()
		if got := i.State(now); got != want {
			t.Errorf("after %v it is %s, want %s", now.Sub(noon), got, want)
		}
	}
	state(noon, survey.Due)
	if _, due := i.Reminding(false, false, noon.Add(4*day)); due {
		t.Error("a reminder of what was never sent")
	}
	i, due := i.Sending("u-li", noon.Add(day))
	if !due {
		t.Error("what is due can't be sent")
	}
	state(noon.Add(day), survey.Sent)
	if _, due := i.Sending("u-li", noon.Add(day)); due {
		t.Error("sent twice")
	}
	for name, c := range map[string]struct {
		closed, answered bool
		at               time.Time
	}{"early": {at: noon.Add(4*day - 1)}, "answered": {answered: true, at: noon.Add(4 * day)}, "closed": {closed: true, at: noon.Add(4 * day)}, "over": {at: noon.Add(14 * day)}} {
		if _, due := i.Reminding(c.closed, c.answered, c.at); due {
			t.Errorf("reminded though %s", name)
		}
	}
	i, due = i.Reminding(false, false, noon.Add(4*day))
	if !due {
		t.Error("nobody is reminded")
	}
	state(noon.Add(4*day), survey.ReminderDue)
	if _, due := i.Reminding(false, false, noon.Add(5*day)); due {
		t.Error("two reminders")
	}
	i, due = i.Sending("u-wu", noon.Add(5*day))
	if !due || i.RemindedBy != "u-wu" || i.SentBy != "u-li" {
		t.Errorf("%+v", i)
	}
	state(noon.Add(5*day), survey.Reminded)
	state(noon.Add(14*day-1), survey.Reminded)
	state(noon.Add(14*day), survey.Expired)
}

func TestAReminderComesBeforeTheEndOrNotAtAll(t *testing.T) {
	s, i := asking(4)
	if !i.RemindAt.Equal(noon.Add(4 * day)) {
		t.Errorf("the reminder is at %v", i.RemindAt)
	}
	if short := s.Invite(survey.Asking{ExpiresIn: 4}, noon); !short.RemindAt.IsZero() || !short.ExpiresAt.Equal(noon.Add(4*day)) {
		t.Errorf("a link of four days is reminded of at %v", short.RemindAt)
	}
	if _, none := asking(0); !none.RemindAt.IsZero() {
		t.Errorf("a survey without reminders reminds at %v", none.RemindAt)
	}
}

func TestTheQuarantineBeginsWithTheInvitation(t *testing.T) {
	s, _ := asking(0)
	if free := s.Free(survey.Asked{}); !free.IsZero() {
		t.Errorf("who was never asked is free from %v", free)
	}
	if free := s.Free(survey.Asked{At: noon}); !free.Equal(noon.Add(90 * day)) {
		t.Errorf("free from %v", free)
	}
}

// What a link opens: the questions until the end, the answer for a day, then no more.
func TestTheDoor(t *testing.T) {
	_, i := asking(0)
	for name, c := range map[string]struct {
		closed   bool
		answered time.Duration // after noon; < 0: not
		now      time.Duration
		want     survey.Door
	}{
		"at once":                        {false, -1, 0, survey.Open},
		"in the last moment":             {false, -1, 14*day - 1, survey.Open},
		"at the end":                     {false, -1, 14 * day, survey.Over},
		"closed":                         {true, -1, 0, survey.Over},
		"just answered":                  {false, day, day, survey.Correctable},
		"answered, closed since":         {true, day, day + time.Hour, survey.Correctable},
		"answered in the last moment":    {false, 14*day - 1, 15*day - 2, survey.Correctable},
		"a day after the answer":         {false, day, 2 * day, survey.Used},
		"long after the answer, the end": {false, day, 20 * day, survey.Used},
	} {
		var answered time.Time
		if c.answered >= 0 {
			answered = noon.Add(c.answered)
		}
		if got := i.Door(c.closed, answered, noon.Add(c.now)); got != c.want {
			t.Errorf("%s: door %d, want %d", name, got, c.want)
		}
	}
}

func TestACorrectionKeepsWhenAndWhoAnswered(t *testing.T) {
	_, i := asking(0)
	shanghai := time.FixedZone("", 8*60*60)
	first, err := i.Answer(definition(), survey.Given{Score: 3}, nil, survey.Respondent{Level: "gold", Tier: "growth"}, crm.Event{At: noon.Add(12 * time.Hour), Trace: "t1"}, shanghai)
	if err != nil || first.On != crm.DateIn(noon, time.UTC)+1 || first.Level != "gold" || first.Store != "sh-001" || first.Edition != 2 {
		t.Fatalf("%+v %v", first, err)
	}
	second, err := i.Answer(definition(), survey.Given{Score: 8}, &first, survey.Respondent{Level: "diamond"}, crm.Event{At: noon.Add(20 * time.Hour), Trace: "t2"}, shanghai)
	if err != nil || !second.At.Equal(first.At) || second.On != first.On || second.Level != "gold" || second.Tier != "growth" || second.Score != 8 {
		t.Fatalf("%+v %v", second, err)
	}
	if second.Version <= first.Version {
		t.Error("the correction is not newer")
	}
}

func TestWhoseOrdersSetATriggerOff(t *testing.T) {
	trigger := survey.Trigger{After: "order", Delay: 3, Stores: []crm.StoreID{"sh-001"}, Channels: []crm.Channel{crm.ChannelPOS}}
	order := crm.Order{Customer: "cus_1", State: crm.OrderPaid, Store: "sh-001", Channel: crm.ChannelPOS}
	for name, c := range map[string]struct {
		change func(*crm.Order)
		want   bool
	}{
		"as it is":      {func(*crm.Order) {}, true},
		"nobody's":      {func(o *crm.Order) { o.Customer = "" }, false},
		"cancelled":     {func(o *crm.Order) { o.State = crm.OrderCancelled }, false},
		"another store": {func(o *crm.Order) { o.Store = "sh-002" }, false},
		"on the web":    {func(o *crm.Order) { o.Channel = crm.ChannelOnline }, false},
	} {
		o := order
		c.change(&o)
		if trigger.Wants(o) != c.want {
			t.Errorf("%s: %v", name, !c.want)
		}
	}
	if o := order; !(survey.Trigger{}).Wants(o) {
		t.Error("a trigger without limits does not want an order")
	}
	if got := trigger.Dates(100); !slices.Equal(got, []crm.Date{97, 96, 95, 94}) {
		t.Errorf("today it asks about %v", got)
	}
}
