package figure_test

import (
	"fmt"
	"testing"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/figure"
	"guanxi/internal/history"
	"guanxi/internal/standing"
)

// BenchmarkCount is what one customer with 20 orders of a year costs the night,
// after their decision was read.
func BenchmarkCount(b *testing.B) {
	var f history.Facts
	for i := range 20 {
		f.Orders = append(f.Orders, crm.Order{Key: crm.OrderKey{ID: fmt.Sprint(i)}, PlacedAt: (night - crm.Date(18*i)).Midnight(shanghai), State: crm.OrderPaid,
			Store: sh, Channel: crm.ChannelPOS, Total: crm.Money{Minor: int64(30_000 + 7919*i), Currency: "CNY"}, Rate: crm.Par})
	}
	r := decision.AsOf(standing.Rules(standing.Basis{Policy: standing.Default()}, shanghai), "cus_1", f, night)
	r.Stores = f.Stores()
	base := figure.NewBase()
	b.ReportAllocs()
	for b.Loop() {
		judged, err := figure.Judge(r, night)
		if err != nil {
			b.Fatal(err)
		}
		base.Add(judged, night)
	}
}
