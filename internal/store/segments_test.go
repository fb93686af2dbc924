package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"guanxi/internal/card"
	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/decision"
	"guanxi/internal/enrol"
	"guanxi/internal/segment"
	"guanxi/internal/standing"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
)

// registry is all that keeps segments, with settings of its own: the other
// tests decide without segments.
type registry struct {
	desk
	settings store.Segments
}

func newRegistry(env *storetest.Env) registry {
	r := registry{newDesk(env), store.NewSegments(store.NewSettings(env.DB, env.Figures, env.Audit, env.Keys), store.NewTimers(env.DB, env.Operations))}
	book := standing.Book{Documents: r.settings, Currency: "CNY", Zone: env.Zone}
	decide := decision.Keeper[standing.Measures, standing.Classes]{Facts: r.facts, Book: book, Store: decisions(env),
		Enrol: enrol.New(r.settings, r.settings, r.customers).Enrol}
	r.keeper = card.Keeper{Decide: decide.Keep, Shelf: r.cards}
	return r
}

// put saves conditions by their ids; "" deletes one.
func (r registry) put(t *testing.T, conditions map[crm.SegmentID]string) {
	t.Helper()
	ctx := storetest.Context(noon)
	for id, text := range conditions {
		set, err := r.settings.ActiveSegments(ctx, true)
		if err != nil {
			t.Fatal(err)
		}
		next := set.Without(id)
		if text != "" {
			next, _ = set.With(segment.Segment{ID: id, Condition: text})
		}
		if err := r.settings.PutSegments(ctx, next, "put-segment", id); err != nil {
			t.Fatal(err)
		}
		if err := r.settings.PutSegments(ctx, next, "put-segment", id); crm.KindOf(err) != crm.Conflict {
			t.Fatalf("a version is put twice: %v", err)
		}
		rollout := decision.Rollout{Release: decision.Release{Kind: decision.OfSegments, Version: next.Version}}
		if due := dueOf(t, storetest.Open(t), rollout.String()); !due.Equal(noon.Add(90 * time.Second)) {
			t.Errorf("version %d is brought to everybody at %s", next.Version, due)
		}
	}
}

func (r registry) members(t *testing.T, id crm.SegmentID, lists ...card.List) (all []crm.CustomerID) {
	t.Helper()
	for after := crm.CustomerID(""); ; {
		page, next, err := r.cards.Members(context.Background(), id, lists, 3, after)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page {
			all = append(all, c.Customer)
		}
		if after = next; next == "" {
			return all
		}
	}
}

func TestMembersComeAndGo(t *testing.T) {
	env := storetest.Open(t)
	r, person := newRegistry(env), crm.WithEvent(context.Background(), crm.Event{At: noon, Subject: "u-li", Trace: "t"})
	p := mei()
	p.HomeStore, p.Owner = crm.StoreID(p.ID), crm.Subject(p.ID)
	if err := r.customers.Create(person, p, p.Keys()); err != nil {
		t.Fatal(err)
	}
	mine := []card.List{{Store: p.HomeStore}, {Owner: p.Owner}}
	r.put(t, map[crm.SegmentID]string{"silver": `level == "silver"`, "silk": `"silk" in tags`, "per-date": `spend / purchases > 5000`, "fresh": `days_since_last_purchase < 10`})
	at := noon
	check := func(what string, in, failed []crm.SegmentID, review crm.Date) {
		t.Helper()
		at = at.Add(time.Minute)
		r.wake(t, p.ID, at)
		stands, err := decisions(env).Latest(storetest.Context(at), p.ID, true)
		if err != nil || !slices.Equal(stands.Member.In, in) || !slices.Equal(stands.Member.Failed, failed) || review != 0 && stands.ReviewAt != review {
			t.Fatalf("%s: in %v, failed %v, review at %s, %v", what, stands.Member.In, stands.Member.Failed, stands.ReviewAt, err)
		}
		for _, id := range []crm.SegmentID{"silver", "silk", "per-date", "fresh"} {
			for _, lists := range [][]card.List{{{}}, mine} {
				if listed := slices.Contains(r.members(t, id, lists...), p.ID); listed != slices.Contains(in, id) {
					t.Errorf("%s: listed in %s of %v: %v", what, id, lists, listed)
				}
			}
		}
	}
	check("a prospect", nil, []crm.SegmentID{"per-date"}, 0)

	o := order(p.ID, string(p.ID), noon, crm.OrderPaid)
	o.Total.Minor = 9900
	if _, err := r.facts.PutOrder(storetest.Context(noon), o); err != nil {
		t.Fatal(err)
	}
	today := crm.DateIn(noon, env.Zone)
	check("a first purchase", []crm.SegmentID{"fresh", "per-date", "silver"}, nil, today+10)

	tagged := p
	tagged.Tags, tagged.Revision = []string{"silk"}, customer.NewRevision(noon.Add(time.Minute))
	if err := r.customers.Replace(person, p, tagged, nil); err != nil {
		t.Fatal(err)
	}
	check("tagged", []crm.SegmentID{"fresh", "per-date", "silk", "silver"}, nil, today+10)

	at = noon.AddDate(0, 0, 10)
	check("ten days later", []crm.SegmentID{"per-date", "silk", "silver"}, nil, 0)

	r.put(t, map[crm.SegmentID]string{"silver": ""})
	check("one is deleted", []crm.SegmentID{"per-date", "silk"}, nil, 0)

	entered, left := map[crm.SegmentID]int{}, map[crm.SegmentID]int{}
	changes, _, err := decisions(env).Changes(storetest.Context(at), p.ID, 100, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		for _, id := range c.Entered() {
			entered[id]++
		}
		for _, id := range c.Left() {
			left[id]++
		}
	}
	if entered["silver"] != 1 || left["silver"] != 1 || entered["fresh"] != 1 || left["fresh"] != 1 || entered["silk"] != 1 || left["silk"] != 0 {
		t.Errorf("each coming and going is in the history once: entered %v, left %v", entered, left)
	}

	if err := r.customers.Delete(person, tagged); err != nil {
		t.Fatal(err)
	}
	check("deleted", nil, nil, 0)
}

// Where membership stays as it is, segments cost no write, and one read more
// for the profile.
func TestMembershipThatStaysCostsNoWrite(t *testing.T) {
	env := storetest.Open(t)
	r, p := newRegistry(env), mei()
	if err := r.customers.Create(storetest.Context(noon), p, nil); err != nil {
		t.Fatal(err)
	}
	var at time.Time
	wake := func(keep func(context.Context, crm.CustomerID, string, string, time.Time) (standing.Record, bool, error)) storetest.Units {
		at = at.Add(time.Second)
		return env.Meter.Of(func() {
			if _, _, err := keep(storetest.Context(at), p.ID, "", "", at); err != nil {
				t.Fatal(err)
			}
		})
	}
	at = noon.AddDate(0, 0, 1)
	plain := newDesk(env)
	wake(plain.keeper.Keep)
	without := wake(plain.keeper.Keep)
	r.put(t, map[crm.SegmentID]string{"steady-1": `need == "prospect"`, "steady-2": `kind == "person"`, "steady-3": `purchases == 0`})
	entering := wake(r.keeper.Keep)
	with := wake(r.keeper.Keep)
	t.Logf("without segments %+v, entering three %+v, staying in three %+v", without, entering, with)
	if with.Write != without.Write || with.Read > without.Read+1 {
		t.Errorf("staying costs %+v, without segments %+v", with, without)
	}
}
