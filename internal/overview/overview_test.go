package overview_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/overview"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func order(number int, at time.Time) crm.Order {
	return crm.Order{Key: crm.OrderKey{Connection: "mall", ID: fmt.Sprint(number)}, PlacedAt: at, State: crm.OrderPaid, Total: crm.Money{Minor: 900, Currency: "CNY"},
		Lines: []crm.Line{{Title: "Silk scarf"}, {Product: "7001"}, {Title: strings.Repeat("丝", 200)}, {Title: "a fourth"}}}
}

func TestAnOrderInALine(t *testing.T) {
	o := order(1, noon)
	back := crm.Refund{Key: crm.RefundKey{Order: o.Key, ID: "1"}, Amount: crm.Money{Minor: 100, Currency: "CNY"}}
	again := back
	again.Key.ID = "2"
	got := overview.Events(history.Facts{Orders: []crm.Order{o}, Refunds: []crm.Refund{back, again}}, false)
	if len(got) != 1 || got[0].ID != "mall~1" || got[0].Refunded == nil || got[0].Refunded.Minor != 200 || *got[0].Total != o.Total {
		t.Fatalf("%+v", got)
	}
	if items := got[0].Items; len(items) != 3 || items[1] != "7001" || items[2] != strings.Repeat("丝", 59)+"…" {
		t.Errorf("%q", items)
	}
	if whole := overview.Events(history.Facts{Orders: []crm.Order{o}}, false); whole[0].Refunded != nil {
		t.Errorf("nothing was given back: %+v", whole[0].Refunded)
	}
}

func TestWhatWasSaidIsForThoseWhoMaySeeIt(t *testing.T) {
	f := history.Facts{
		Interactions: []crm.Interaction{{ID: "int_1", At: noon, Channel: crm.ChannelPhone, TwoWay: true, Content: strings.Repeat("x", 500)}},
		Answers:      []crm.Answer{{Invitation: "inv_1", At: noon.Add(-time.Hour), Metric: "nps", Score: 0, Replies: []crm.Reply{{Choice: "price"}, {Text: "too dear"}}}},
	}
	all := overview.Events(f, true)
	if len([]rune(all[0].Text)) != 140 || all[1].Text != "too dear" || *all[1].Score != 0 {
		t.Errorf("%+v", all)
	}
	for _, e := range overview.Events(f, false) {
		if e.Text != "" {
			t.Errorf("%s tells %q", e.Kind, e.Text)
		}
	}
}

// The newest ten, whatever they are, and the same in whatever order they were read.
func TestTheNewestComeFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var f history.Facts
		at := func() time.Time { return noon.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "hour")) * time.Hour) }
		for i := range rapid.IntRange(0, 15).Draw(t, "facts") {
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				f.Orders = append(f.Orders, order(i, at()))
			case 1:
				gone := order(i, at())
				gone.State = crm.OrderDeleted
				f.Orders = append(f.Orders, gone)
			case 2:
				channel := rapid.SampledFrom([]crm.Channel{crm.ChannelPhone, crm.ChannelPageView}).Draw(t, "channel")
				f.Interactions = append(f.Interactions, crm.Interaction{ID: crm.InteractionID(fmt.Sprint(i)), At: at(), Channel: channel})
			case 3:
				f.Answers = append(f.Answers, crm.Answer{Invitation: crm.InvitationID(fmt.Sprint(i)), At: at()})
			}
		}
		shown := overview.Events(f, true)
		f.Orders, f.Interactions, f.Answers = rapid.Permutation(f.Orders).Draw(t, "orders"), rapid.Permutation(f.Interactions).Draw(t, "talks"), rapid.Permutation(f.Answers).Draw(t, "answers")
		if again := overview.Events(f, true); text(again) != text(shown) {
			t.Fatalf("%s\n%s", text(shown), text(again))
		}
		there := func(e overview.Event) bool { return strings.Contains(text(shown), `"id":"`+e.ID+`"`) }
		if len(shown) > overview.MostEvents {
			t.Fatalf("%d events", len(shown))
		}
		oldest := noon
		if len(shown) == overview.MostEvents {
			oldest = shown[len(shown)-1].At
		}
		for i, e := range shown {
			if i > 0 && e.At.After(shown[i-1].At) || e.Channel == crm.ChannelPageView {
				t.Fatalf("%+v after %+v", e, shown[max(i, 1)-1])
			}
		}
		for _, o := range f.Orders {
			missing := !there(overview.Event{ID: "mall~" + o.Key.ID})
			if o.State == crm.OrderDeleted && !missing || o.State != crm.OrderDeleted && missing && o.PlacedAt.After(oldest) {
				t.Fatalf("order %s of %s, %s: missing %t, oldest %s", o.Key.ID, o.PlacedAt, o.State, missing, oldest)
			}
		}
	})
}

func text(e []overview.Event) string {
	b, err := json.Marshal(e)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
