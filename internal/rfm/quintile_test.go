package rfm_test

import (
	"testing"

	"pgregory.net/rapid"

	"guanxi/internal/rfm"
)

type buyer struct {
	days  int
	spend int64
}

func buyers(t *rapid.T) []buyer {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) buyer {
		return buyer{rapid.IntRange(0, 40).Draw(t, "days"), rapid.Int64Range(0, 60).Draw(t, "spend")}
	}), 1, 80).Draw(t, "buyers")
}

// The cuts score every buyer as the definition does, which counts who is worse.
func TestQuintilesScoreByTheShareOfWhoIsStrictlyWorse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := buyers(t)
		whole, parts := rfm.NewCounts(), []rfm.Counts{rfm.NewCounts(), rfm.NewCounts(), rfm.NewCounts()}
		for _, b := range all {
			parts[rapid.IntRange(0, 2).Draw(t, "part")].Add(b.days, b.spend)
		}
		for _, i := range rapid.Permutation([]int{0, 1, 2}).Draw(t, "order") {
			whole.Merge(parts[i])
		}
		cuts, _ := whole.Quintiles()
		p := rfm.Default().With(cuts)
		for _, b := range all {
			later, poorer := 0, 0
			for _, other := range all {
				if other.days > b.days {
					later++
				}
				if other.spend < b.spend {
					poorer++
				}
			}
			want := rfm.Scores{R: 1 + rfm.Best*later/len(all), F: 1, M: 1 + rfm.Best*poorer/len(all)}
			if got := p.Of(b.days, 1, b.spend); got != want {
				t.Fatalf("%+v of %v: %+v, want %+v", b, all, got, want)
			}
		}
	})
}

func TestNobodyMakesNoCuts(t *testing.T) {
	if got, ok := rfm.NewCounts().Quintiles(); ok {
		t.Errorf("%+v", got)
	}
}

// Ten million amounts, as many different ones as a big retailer has.
func BenchmarkQuintiles(b *testing.B) {
	const buyers = 10_000_000
	seed := uint64(1)
	for b.Loop() {
		c := rfm.NewCounts()
		for range buyers {
			seed = seed*6364136223846793005 + 1442695040888963407
			c.Add(int(seed>>33)%1500, int64(seed>>40)%1_000_000)
		}
		c.Quintiles()
	}
}
