package clv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// The closed forms against integrals over the two posteriors of an active
// customer: λ ~ Gamma(r+x, α+T), p ~ Beta(a, b+x).
func TestClosedFormsEqualIntegrals(t *testing.T) {
	for _, c := range []struct {
		model BGNBD
		row   Row
		days  float64
	}{
		{cdnow, Row{}, 90},
		{cdnow, Row{Frequency: 2, Recency: 213, Age: 272}, 273},
		{cdnow, Row{Frequency: 26, Recency: 266, Age: 272}, 365},
		{BGNBD{R: 1.5, Alpha: 40, A: 1, B: 2}, Row{Frequency: 3, Recency: 100, Age: 120}, 365}, // a = 1: 0/0
		{BGNBD{R: 0.5, Alpha: 40, A: 0.4, B: 0.6}, Row{Age: 120}, 90},                          // a+b+x = 1: another
		{BGNBD{R: 0.5, Alpha: 5, A: 0.3, B: 0.2}, Row{Age: 1}, 365},
		{BGNBD{R: 8, Alpha: 900, A: 3, B: 30}, Row{Frequency: 12, Recency: 700, Age: 1000}, 3650},
	} {
		t.Run(fmt.Sprint(c.model, c.row), func(t *testing.T) {
			x := float64(c.row.Frequency)
			shape, scale := c.model.R+x, c.model.Alpha+float64(c.row.Age)
			alive := c.model.Alive(c.row)
			near := func(name string, got, want float64) {
				if math.Abs(got-want) > 1e-4*want {
					t.Errorf("%s = %.8g, the integral %.8g", name, got, want)
				}
			}
			near("Buys", c.model.Buys(c.row, c.days), alive*overRates(shape, scale, func(lambda float64) float64 {
				return -math.Expm1(-lambda * c.days)
			}))
			// Purchases come at rate λ until one of them is the last: E = (1-e^(-λpt))/p.
			near("Purchases", c.model.Purchases(c.row, c.days), alive*overShares(c.model.A, c.model.B+x, func(p float64) float64 {
				return -math.Expm1(-shape*math.Log1p(p*c.days/scale)) / p
			}))
		})
	}
}

// The predictions against what simulated customers do next, by frequency.
func TestPredictionsAgainstSimulation(t *testing.T) {
	const customers, age, days = 60_000, 270, 90
	source := rand.NewPCG(7, 7)
	type group struct{ n, buys, bought, purchases, predicted, squares float64 }
	var groups [4]group
	for range customers {
		life := cdnow.life(age+days, source)
		var seen Row
		seen.Age = age
		var after float64
		for _, at := range life {
			if at > age {
				after++
				continue
			}
			seen.Frequency++
			seen.Recency = int(math.Round(at))
		}
		g := &groups[min(seen.Frequency, len(groups)-1)]
		g.n++
		g.buys += cdnow.Buys(seen, days)
		g.predicted += cdnow.Purchases(seen, days)
		g.purchases += after
		g.squares += after * after
		if after > 0 {
			g.bought++
		}
	}
	for x, g := range groups {
		p := g.buys / g.n
		if z := (g.bought - g.buys) / math.Sqrt(g.n*p*(1-p)); math.Abs(z) > 4 {
			t.Errorf("frequency %d: %v of %v bought, %.1f foreseen (%.1f σ)", x, g.bought, g.n, g.buys, z)
		}
		if z := (g.purchases - g.predicted) / math.Sqrt(g.squares); math.Abs(z) > 4 {
			t.Errorf("frequency %d: %v purchases, %.1f foreseen (%.1f σ)", x, g.purchases, g.predicted, z)
		}
	}
}

func TestPredictionsMoveTheRightWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, r := anyModel(t), anyRow(t)
		h := rapid.Float64Range(1, 1000).Draw(t, "days")
		more := h * rapid.Float64Range(1.01, 3).Draw(t, "more")
		later := r
		later.Age += rapid.IntRange(1, 400).Draw(t, "silence")

		alive, buys, expected := m.Alive(r), m.Buys(r, h), m.Purchases(r, h)
		if !(alive >= 0 && alive <= 1 && buys >= 0 && buys <= alive) {
			t.Fatalf("alive %v, buys %v", alive, buys)
		}
		if expected < buys*(1-1e-6) {
			t.Fatalf("%v purchases are fewer than P(at least one) = %v", expected, buys)
		}
		if m.Buys(r, more) < buys || m.Purchases(r, more) < expected*(1-1e-6) {
			t.Fatal("more days brought less")
		}
		if m.Alive(later) > alive || m.Buys(later, h) > buys || m.Purchases(later, h) > expected*(1+1e-6) {
			t.Fatal("silence brought more")
		}
		if next := m.Next(r, h); !(next > 0 && next < h) || m.Next(r, more) < next {
			t.Fatalf("next purchase in %v of %v days, in %v of %v", next, h, m.Next(r, more), more)
		}
	})
}

// Half of those who buy within the horizon have bought by the date.
func TestNextIsAMedian(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, r := anyModel(t), anyRow(t)
		horizon := rapid.Float64Range(1, 1000).Draw(t, "horizon")
		half, whole := m.Buys(r, m.Next(r, horizon)), m.Buys(r, horizon)
		if math.Abs(half-whole/2) > 1e-9*whole {
			t.Fatalf("%v bought by the date, %v in all", half, whole)
		}
	})
}

// The bisection against a walk, day by day.
func TestFallsBelow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, r := anyModel(t), anyRow(t)
		share := rapid.Float64Range(0.01, 0.9).Draw(t, "share")
		const most = 500
		want := 0
		for later := r; want <= most && m.Buys(later, 90) >= share; want++ {
			later.Age++
		}
		got, ok := m.FallsBelow(r, 90, share, most)
		if got != want || ok != (want <= most) {
			t.Fatalf("after %d days (%v), the walk says %d", got, ok, want)
		}
	})
}

func anyModel(t *rapid.T) BGNBD {
	return BGNBD{
		R:     rapid.Float64Range(0.05, 20).Draw(t, "r"),
		Alpha: rapid.Float64Range(1, 2000).Draw(t, "α"),
		A:     rapid.Float64Range(0.05, 10).Draw(t, "a"),
		B:     rapid.Float64Range(0.05, 50).Draw(t, "b"),
	}
}

func anyRow(t *rapid.T) (r Row) {
	r.Frequency = rapid.IntRange(0, 60).Draw(t, "frequency")
	if r.Frequency > 0 {
		r.Recency = rapid.IntRange(r.Frequency, r.Frequency+1000).Draw(t, "recency")
	}
	r.Age = r.Recency + rapid.IntRange(0, 1000).Draw(t, "silence")
	return r
}
