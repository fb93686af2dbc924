package standing_test

import (
	"fmt"
	"testing"

	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/standing"
)

// regular is a customer with 50 orders, 20 of them in the last year, who
// talked to us now and then.
func regular() (f history.Facts, on crm.Date) {
	on = 20513
	for i := range 50 {
		f.Orders = append(f.Orders, crm.Order{
			Key:      crm.OrderKey{Connection: "shopify-cn", ID: fmt.Sprint(5_000_000_000_000 + i)},
			PlacedAt: (on - crm.Date(18*i)).Midnight(shanghai),
			State:    crm.OrderPaid,
			Total:    crm.Money{Minor: int64(30_000 + 7919*i%90_000), Currency: "CNY"},
			Rate:     crm.Par,
		})
	}
	for i := range 10 {
		f.Interactions = append(f.Interactions, crm.Interaction{At: (on - crm.Date(60*i)).Midnight(shanghai), TwoWay: true})
	}
	return f, on
}

func BenchmarkDecide(b *testing.B) {
	f, on := regular()
	rules := standing.Rules(standing.Basis{Policy: standing.Default()}, shanghai)
	b.ReportAllocs()
	for b.Loop() {
		if _, c, changesAt := rules.Judge(f, on); c.Level == "" || changesAt == 0 {
			b.Fatal("not decided")
		}
	}
}

// The same with a model.
func BenchmarkDecideWithAModel(b *testing.B) {
	f, on := regular()
	rules := standing.Rules(withModel(), shanghai)
	b.ReportAllocs()
	for b.Loop() {
		if m, c, changesAt := rules.Judge(f, on); c.Level == "" || changesAt == 0 || m.Value.Model == 0 {
			b.Fatal("not decided")
		}
	}
}

// With grace the last fourteen months are judged at each turn, for the marks.
func BenchmarkDecideWithGrace(b *testing.B) {
	f, on := regular()
	p := standing.Default()
	p.Level.GraceDays, p.Tier.GraceDays = 60, 60
	rules := standing.Rules(standing.Basis{Policy: p}, shanghai)
	b.ReportAllocs()
	for b.Loop() {
		if _, c, changesAt := rules.Judge(f, on); c.Level == "" || changesAt == 0 {
			b.Fatal("not decided")
		}
	}
}

func BenchmarkFold(b *testing.B) {
	f, _ := regular()
	b.ReportAllocs()
	for b.Loop() {
		history.Fold(f, shanghai)
	}
}

func BenchmarkExplain(b *testing.B) {
	f, on := regular()
	p := standing.Default()
	m := standing.Measure(standing.Basis{Policy: p}, history.Fold(f, shanghai), on)
	b.ReportAllocs()
	for b.Loop() {
		standing.Judge(p, m)
	}
}
