package store_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/crm"
	"guanxi/internal/event"
	"guanxi/internal/invite"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
	"guanxi/internal/survey"
)

func asked() survey.Survey {
	text := survey.Text{ZH: "您会推荐我们吗？", EN: "Would you recommend us?"}
	return survey.Survey{ID: crm.SurveyID(crm.NewID("sur", noon)), Version: 1, Author: "u-li", AmendedAt: noon,
		Definition: survey.Definition{Metric: crm.NPS, Name: "s", Question: text, RemindAfter: 4}.Complete()}
}

func TestASurveyKeepsItsVersions(t *testing.T) {
	env := storetest.Open(t)
	settings, ctx := store.NewSettings(env.DB, env.Settings, env.Audit, env.Keys), crm.WithEvent(storetest.Context(noon), crm.Event{At: noon, Subject: "u-li"})
	first := asked()
	if err := settings.PutSurvey(ctx, first); err != nil {
		t.Fatal(err)
	}
	second := first
	second.Version, second.Name = 2, "changed"
	for i, want := range []crm.Kind{0, crm.Conflict} { // the second time the version is there
		if err := settings.PutSurvey(ctx, second); (err != nil) != (i == 1) || err != nil && crm.KindOf(err) != want {
			t.Fatalf("version 2, time %d: %v", i, err)
		}
	}
	skipped := second
	skipped.Version = 4
	if err := settings.PutSurvey(ctx, skipped); crm.KindOf(err) != crm.Conflict {
		t.Errorf("version 4 after 2: %v", err)
	}
	for version, want := range map[int]survey.Survey{1: first, 2: second} {
		got, err := settings.SurveyVersion(ctx, first.ID, version)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("version %d: %s %v", version, diff, err)
		}
	}
	latest, err := settings.ReadSurvey(ctx, first.ID)
	if diff := cmp.Diff(second, latest); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := settings.SurveyVersion(ctx, first.ID, 3); crm.KindOf(err) != crm.NotFound {
		t.Errorf("a version that there is not: %v", err)
	}
}

func TestALinkProvesItself(t *testing.T) {
	env := storetest.Open(t)
	invitations, ctx := store.NewInvitations(env.DB, env.Operations, env.Audit, env.Keys), storetest.Context(noon)
	of, id := asked().ID, crm.InvitationID(crm.NewID("inv", noon))
	token, err := invitations.Token(ctx, of, id)
	if err != nil || len(token) != 65 {
		t.Fatalf("%q %v", token, err)
	}
	if gotOf, gotID, err := invitations.Names(ctx, token); gotOf != of || gotID != id || err != nil {
		t.Errorf("%s %s %v", gotOf, gotID, err)
	}
	other, err := invitations.Token(ctx, of, crm.InvitationID(crm.NewID("inv", noon)))
	if err != nil {
		t.Fatal(err)
	}
	used := env.Meter.Of(func() {
		for name, forged := range map[string]string{
			"nothing": "", "half of it": token[:43], "cut": token[:64], "more": token + "A", "another's proof": token[:43] + other[43:],
			"no base64": "!" + token[1:], "in capitals": strings.ToUpper(token), "proof of nothing": token[:43] + strings.Repeat("A", 22),
		} {
			if _, _, err := invitations.Names(ctx, forged); crm.KindOf(err) != crm.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
	if used != (storetest.Units{}) {
		t.Errorf("a made-up link costs %+v", used)
	}
}

// inviter asks over the real store.
func inviter(env *storetest.Env) (invite.Asker, store.Invitations) {
	invitations := store.NewInvitations(env.DB, env.Operations, env.Audit, env.Keys)
	return invite.Asker{Invitations: invitations, People: store.NewPeople(env.DB, env.Customers), Timers: store.NewTimers(env.DB, env.Operations)}, invitations
}

func ask(ctx context.Context, asker invite.Asker, s survey.Survey, ids ...crm.CustomerID) (outcomes []survey.Outcome, err error) {
	var how []survey.Asking
	for _, id := range ids {
		how = append(how, survey.Asking{Customer: id, Channel: crm.ChannelEmail})
	}
	err = asker.Ask(ctx, s, how, func(told []survey.Outcome) error { outcomes = told; return nil })
	return outcomes, err
}

// Thirty-two shops ask the same person to two surveys at once: one invitation.
func TestTheQuarantineHoldsAgainstMany(t *testing.T) {
	env := storetest.Open(t)
	ctx := storetest.Context(noon)
	p := mei()
	if err := customers(env).Create(ctx, p, nil); err != nil {
		t.Fatal(err)
	}
	asker, invitations := inviter(env)
	surveys := []survey.Survey{asked(), asked()}
	var all sync.WaitGroup
	for i := range 32 {
		all.Go(func() {
			outcomes, err := ask(ctx, asker, surveys[i%2], p.ID)
			if crm.KindOf(err) == crm.Unavailable { // it looked four times and was never first
				return
			}
			if err != nil || outcomes[0].Err != nil && crm.KindOf(outcomes[0].Err) != crm.Conflict {
				t.Errorf("%+v %v", outcomes, err)
			}
		})
	}
	all.Wait()
	made := 0
	for _, s := range surveys {
		page, _, err := invitations.Invitations(ctx, s.ID, 100, "")
		if err != nil {
			t.Fatal(err)
		}
		made += len(page)
	}
	if made != 1 {
		t.Errorf("%d invitations", made)
	}
}

func TestWhoWasAskedIsLeftInPeace(t *testing.T) {
	env := storetest.Open(t)
	p := mei()
	if err := customers(env).Create(storetest.Context(noon), p, nil); err != nil {
		t.Fatal(err)
	}
	asker, _ := inviter(env)
	first, other := asked(), asked()
	at := func(days int) context.Context { return storetest.Context(noon.AddDate(0, 0, days)) }
	var outcomes []survey.Outcome
	var err error
	used := env.Meter.Of(func() { outcomes, err = ask(at(0), asker, first, p.ID, newCustomer(), p.ID) })
	if used.Write > 5 { // the invitation and its customer's item in one write, and a timer
		t.Errorf("an invitation costs %v WRU, more than 5", used.Write)
	}
	if err != nil || !outcomes[0].New || crm.KindOf(outcomes[1].Err) != crm.NotFound || outcomes[2].Invitation.ID != outcomes[0].Invitation.ID {
		t.Fatalf("%+v %v", outcomes, err)
	}
	invitation := outcomes[0].Invitation
	for name, c := range map[string]struct {
		days   int
		survey survey.Survey
		want   crm.InvitationID
		kind   crm.Kind
	}{
		"the same again":           {3, first, invitation.ID, 0},
		"the same, expired":        {20, first, "", crm.Conflict},
		"another":                  {3, other, "", crm.Conflict},
		"another, a day too early": {89, other, "", crm.Conflict},
	} {
		outcomes, err := ask(at(c.days), asker, c.survey, p.ID)
		if err != nil || outcomes[0].New || outcomes[0].Invitation.ID != c.want || outcomes[0].Err != nil && crm.KindOf(outcomes[0].Err) != c.kind {
			t.Errorf("%s: %+v %v", name, outcomes, err)
		}
	}
	if outcomes, err := ask(at(90), asker, other, p.ID); err != nil || !outcomes[0].New {
		t.Errorf("after the quarantine: %+v %v", outcomes, err)
	}
}

// A reminder falls due once, and not where there is an answer.
func TestAReminderFallsDue(t *testing.T) {
	env := storetest.Open(t)
	settings := store.NewSettings(env.DB, env.Settings, env.Audit, env.Keys)
	facts := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone)
	asker, invitations := inviter(env)
	work := invite.Desk{Asker: asker, Surveys: settings, Orders: facts, Answers: facts}
	s := asked()
	if err := settings.PutSurvey(storetest.Context(noon), s); err != nil {
		t.Fatal(err)
	}
	for name, answers := range map[string]bool{"silent": false, "answered": true} {
		p := mei()
		if err := customers(env).Create(storetest.Context(noon), p, nil); err != nil {
			t.Fatal(err)
		}
		outcomes, err := ask(storetest.Context(noon), asker, s, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		i, _ := outcomes[0].Invitation.Sending("u-li", noon)
		if err := invitations.Amend(storetest.Context(noon), i, 1); err != nil {
			t.Fatal(err)
		}
		if answers {
			a, err := i.Answer(s.Definition, survey.Given{Score: 9}, nil, survey.Respondent{}, crm.Event{At: noon}, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := facts.PutAnswer(storetest.Context(noon), a); err != nil {
				t.Fatal(err)
			}
		}
		later := noon.AddDate(0, 0, 4)
		for range 2 { // messages come twice
			if err := work.Work(storetest.Context(later), event.Envelope{Kind: event.Due, Customer: p.ID, Timer: "remind|" + string(i.ID), Ref: string(i.Survey) + "|" + string(i.ID)}); err != nil {
				t.Fatal(err)
			}
		}
		v, err := invitations.Invitation(storetest.Context(later), s.ID, i.ID)
		want := map[bool]survey.State{false: survey.ReminderDue, true: survey.Sent}[answers]
		if err != nil || v.Value.State(later) != want || v.Rev != map[bool]int64{false: 3, true: 2}[answers] {
			t.Errorf("%s: %s at revision %d, %v", name, v.Value.State(later), v.Rev, err)
		}
	}
}
