package clv

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// The expected amount lies between everybody's mean and the customer's own, the
// nearer to their own the more purchases it rests on.
func TestExpectedIsDrawnTowardsTheMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := GammaGamma{
			P:     rapid.Float64Range(0.2, 20).Draw(t, "p"),
			Q:     rapid.Float64Range(1.1, 20).Draw(t, "q"),
			Gamma: rapid.Float64Range(0.1, 1000).Draw(t, "γ"),
		}
		everybody := m.Expected(Customer{})
		own := rapid.Float64Range(0.01, 10_000).Draw(t, "own mean")
		away := math.Inf(1)
		for x := 1; x < 50; x++ {
			e := m.Expected(Customer{Row: Row{Frequency: x}, Mean: own})
			const rounding = 1 + 1e-9
			if e*rounding < min(own, everybody) || e > rounding*max(own, everybody) {
				t.Fatalf("%v is not between %v and %v", e, own, everybody)
			}
			if d := math.Abs(e - own); d > away*rounding+1e-9 {
				t.Fatalf("%d purchases: %v away, one fewer %v", x, d, away)
			} else {
				away = d
			}
		}
	})
}

// What simulated customers pay next, by what they paid on average before.
func TestExpectedAgainstSimulation(t *testing.T) {
	m := GammaGamma{P: 6, Q: 4, Gamma: 15}
	source := rand.NewPCG(21, 2)
	type band struct{ n, expected, paid, squares float64 }
	var bands [3]band
	for range 60_000 {
		amount := distuv.Gamma{Alpha: m.P, Beta: distuv.Gamma{Alpha: m.Q, Beta: m.Gamma, Src: source}.Rand(), Src: source}
		past := (amount.Rand() + amount.Rand()) / 2
		e := m.Expected(Customer{Row: Row{Frequency: 2}, Mean: past})
		next := amount.Rand()
		b := &bands[min(len(bands)-1, int(past/20))]
		b.n++
		b.expected += e
		b.paid += next
		b.squares += (next - e) * (next - e)
	}
	for i, b := range bands {
		if z := (b.paid - b.expected) / math.Sqrt(b.squares); math.Abs(z) > 4 {
			t.Errorf("band %d, %v customers: expected %.2f, paid %.2f (%.1f σ)", i, b.n, b.expected/b.n, b.paid/b.n, z)
		}
	}
}
