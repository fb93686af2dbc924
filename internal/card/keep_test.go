package card_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"guanxi/internal/card"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/standing"
	"guanxi/internal/tier"
)

// world is one customer as the store holds them. Workers take turns in it.
type world struct {
	person   card.Person
	bought   int // facts, of which the decision is made
	standing standing.Record
	filed    card.Filing
}

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// worker handles one message in four steps, and gives its turn away before each.
type worker struct {
	world  *world
	sent   time.Time
	resume chan error
	paused chan bool // false: it has ended
	err    error
}

func (w *worker) turn() error {
	w.paused <- true
	return <-w.resume
}

func startWorker(of *world, sent time.Time) *worker {
	w := &worker{world: of, sent: sent, resume: make(chan error), paused: make(chan bool)}
	go func() {
		_, _, w.err = card.Keeper{Decide: w.decide, Shelf: w}.Keep(context.Background(), "cus_1", "", "", sent)
		w.paused <- false
	}()
	<-w.paused
	return w
}

// decide is the loop of decision.Keeper in one step: the later guard wins, and
// who gives way hands on what stands.
func (w *worker) decide(_ context.Context, id crm.CustomerID, _, _ string, sent time.Time) (standing.Record, bool, error) {
	if err := w.turn(); err != nil {
		return standing.Record{}, false, err
	}
	r := standing.Record{Customer: id, Guard: decision.Guard{Seen: int64(w.world.bought), AsOf: sent}, Classes: standing.Classes{Need: tier.NeedOf(w.world.bought % 3)}}
	if w.world.bought%2 == 1 {
		r.Member.In = []crm.SegmentID{"odd"}
	}
	if w.world.bought > 2 {
		r.Stores = []crm.StoreID{"sh-001"}
	}
	if r.Guard.String() >= w.world.standing.Guard.String() {
		w.world.standing = r
	}
	return w.world.standing, false, w.turn() // it may crash after its write
}

func (w *worker) Person(context.Context, crm.CustomerID) (card.Person, error) {
	return w.world.person, w.turn()
}

func (w *worker) Filed(context.Context, crm.CustomerID) (card.Filing, error) {
	return card.Filing{Cards: slices.Clone(w.world.filed.Cards), Entries: slices.Clone(w.world.filed.Entries)}, w.turn()
}

func (w *worker) Replace(_ context.Context, r standing.Record, put, remove card.Filing) error {
	if r.Guard != w.world.standing.Guard {
		return crm.Fail("fake.Replace", crm.Conflict, "a later decision stands")
	}
	gone := func(c card.Card) bool {
		return slices.ContainsFunc(append(slices.Clone(put.Cards), remove.Cards...), func(o card.Card) bool { return o.Store == c.Store })
	}
	out := func(e card.Entry) bool {
		return slices.Contains(append(slices.Clone(put.Entries), remove.Entries...), e)
	}
	w.world.filed.Cards = append(slices.DeleteFunc(w.world.filed.Cards, gone), put.Cards...)
	w.world.filed.Entries = append(slices.DeleteFunc(w.world.filed.Entries, out), put.Entries...)
	return w.turn()
}

// Profiles are changed, and changed back, deleted and brought back; orders
// come; each wakes a worker, who interleaves with the others at every step and
// may crash; a message whose worker failed comes again. At the end the cards
// are those of the last profile and the last decision.
func TestNoInterleavingLeavesAnOldCard(t *testing.T) {
	for range 30 {
		rapid.Check(t, interleave)
	}
}

func interleave(t *rapid.T) {
	w := &world{person: card.Person{ID: "cus_1", Name: "0"}}
	now, left := start, rapid.IntRange(1, 8).Draw(t, "writes")
	messages := []time.Time{now}
	var running []*worker
	for left > 0 || len(messages) > 0 || len(running) > 0 {
		now = now.Add(time.Millisecond)
		switch do := rapid.IntRange(0, 9).Draw(t, "do"); {
		case do <= 1 && left > 0:
			left--
			switch rapid.SampledFrom([]string{"name", "delete", "order"}).Draw(t, "what") {
			case "name":
				w.person = card.Person{ID: "cus_1", Name: fmt.Sprint(rapid.IntRange(0, 1).Draw(t, "name")), Owner: rapid.SampledFrom([]crm.Subject{"", "u-li"}).Draw(t, "owner")}
			case "delete":
				w.person = card.Person{}
			case "order":
				w.bought++
			}
			for range rapid.IntRange(1, 2).Draw(t, "messages") {
				messages = append(messages, now)
			}
		case do <= 4 && len(messages) > 0 && len(running) < 4:
			i := rapid.IntRange(0, len(messages)-1).Draw(t, "message")
			running = append(running, startWorker(w, messages[i]))
			messages = slices.Delete(messages, i, i+1)
		case len(running) > 0:
			i := rapid.IntRange(0, len(running)-1).Draw(t, "worker")
			var fault error
			if rapid.IntRange(0, 19).Draw(t, "crash") == 0 {
				fault = crm.Fail("fake", crm.Internal, "crash")
			}
			k := running[i]
			k.resume <- fault
			if !<-k.paused {
				running = slices.Delete(running, i, i+1)
				if k.err != nil {
					messages = append(messages, k.sent)
				}
			}
		}
	}
	same := cmpopts.SortSlices(func(a, b any) bool { return fmt.Sprint(a) < fmt.Sprint(b) })
	if diff := cmp.Diff(card.Wanted(w.person, w.standing), w.filed, same, cmpopts.EquateEmpty()); diff != "" {
		t.Fatal(diff)
	}
}
