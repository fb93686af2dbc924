package learning_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanxi/internal/clv"
	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/learning"
	"guanxi/internal/standing"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// What a decision tells about a customer is what their whole history tells,
// also when the decision is a few days newer or older than the fit.
func TestADecisionTellsWhatTheHistoryTells(t *testing.T) {
	rules := standing.Rules(standing.Basis{Policy: standing.Default()}, shanghai)
	rapid.Check(t, func(t *rapid.T) {
		const first = crm.Date(20000)
		var f history.Facts
		for i := range rapid.IntRange(0, 12).Draw(t, "orders") {
			on := first + crm.Date(rapid.IntRange(0, 900).Draw(t, "day"))
			f.Orders = append(f.Orders, crm.Order{Key: crm.OrderKey{Connection: "c", ID: fmt.Sprint(i)}, PlacedAt: on.Midnight(shanghai),
				State: crm.OrderPaid, Rate: crm.Par, Channel: crm.ChannelOnline, Total: crm.Money{Minor: rapid.Int64Range(0, 50_000).Draw(t, "total"), Currency: "CNY"}})
		}
		judged := first + crm.Date(rapid.IntRange(0, 1300).Draw(t, "judged"))
		on := judged - crm.Date(rapid.IntRange(-30, 200).Draw(t, "fit before"))
		h := history.Fold(f, shanghai).Until(judged)
		m, _, _ := rules.Judge(f, judged)
		got, ok, err := learning.See(m, on, "CNY")
		if err != nil {
			t.Fatal(err)
		}
		days, spend, stood, err := learning.Stand(m, on)
		if err != nil {
			t.Fatal(err)
		}
		then := h.Until(on)
		if stood != (len(then.Purchases) > 0) || stood && (days != int(on-then.LastPurchase()) || spend != then.Spend(first, on)) {
			t.Fatalf("stood %v, %d days, %d spent; want %d and %d", stood, days, spend, on-then.LastPurchase(), then.Spend(first, on))
		}
		want, bought := clv.Look(h.Purchases, on, "CNY")
		if ok != bought {
			t.Fatalf("seen %v, bought %v", ok, bought)
		}
		if !ok {
			return
		}
		if got.Row != want.Row || fmt.Sprintf("%.6f", got.Mean) != fmt.Sprintf("%.6f", want.Mean) {
			t.Fatalf("%+v, want %+v", got.Customer, want)
		}
		var held *clv.Case
		if before, bought := clv.Look(h.Purchases, on-clv.HeldOut, "CNY"); bought {
			held = &clv.Case{Row: before.Row, Bought: clv.Bought(h.Purchases, on-clv.HeldOut, on)}
		}
		if !reflect.DeepEqual(got.Held, held) {
			t.Fatalf("held out: %+v, want %+v", got.Held, held)
		}
	})
}
