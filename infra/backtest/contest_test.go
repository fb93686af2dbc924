package main

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"guanxi/infra/purchases"
)

func read(t *testing.T, path string) []purchases.Purchase {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all, err := purchases.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The interval of a mean is known: ± 1.96 standard errors.
func TestEstimate(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 1))
	values := make([]float64, 2000)
	for i := range values {
		values[i] = 10 + 3*dice.NormFloat64()
	}
	f := estimate(len(values), mean(values))
	half := 1.96 * 3 / math.Sqrt(2000)
	if f.Cases != 2000 || math.Abs(f.Low-(f.Value-half)) > half/3 || math.Abs(f.High-(f.Value+half)) > half/3 {
		t.Errorf("%+v, want ± %.3f", f, half)
	}
	if again := estimate(len(values), mean(values)); again != f {
		t.Errorf("%+v, before %+v", again, f)
	}
	nothing := estimate(3, ratio(make([]float64, 3), make([]float64, 3)))
	if !math.IsNaN(nothing.Value) || number(nothing.Value, 2) != "–" || interval(nothing, 2) != "" {
		t.Errorf("a rule that never fired: %+v", nothing)
	}
}

func TestCompare(t *testing.T) {
	small, large, alike := make([]float64, 500), make([]float64, 500), make([]float64, 500)
	dice := rand.New(rand.NewPCG(2, 1))
	for i := range small {
		small[i], large[i], alike[i] = dice.NormFloat64(), 1+dice.NormFloat64(), dice.NormFloat64()
	}
	for name, c := range map[string]struct {
		first, other []float64
		lowIsGood    bool
		want         string
	}{
		"fewer errors":   {small, large, true, better},
		"more errors":    {large, small, true, worse},
		"a higher score": {large, small, false, better},
		"a lower score":  {small, large, false, worse},
		"noise":          {small, alike, true, unproven},
		"itself":         {small, small, true, unproven},
	} {
		t.Run(name, func(t *testing.T) {
			got := compare(500, c.lowIsGood, method{"a", mean(c.first)}, method{"b", mean(c.other)})
			if len(got) != 2 || got[0].Verdict != "" || got[1].Verdict != c.want {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestStatistics(t *testing.T) {
	for name, c := range map[string]struct{ got, want float64 }{
		"mean":             {mean([]float64{1, 2, 6})([]int{0, 1, 2}), 3},
		"of some":          {mean([]float64{1, 2, 6})([]int{2, 2}), 6},
		"root mean square": {rootMeanSquare([]float64{3, -4})([]int{0, 1}), math.Sqrt(12.5)},
		"ratio":            {ratio([]float64{1, 0}, []float64{1, 1})([]int{0, 1}), 0.5},
		"odd median":       {median([][]float64{{9}, {1, 4}})([]int{0, 1}), 4},
		"even median":      {median([][]float64{{9}, {1, 4}, {6}})([]int{0, 1, 2}), 5},
		"auc":              {auc([]float64{1, 2, 3}, []bool{false, true, false})([]int{0, 1}), 1},
	} {
		if math.Abs(c.got-c.want) > 1e-12 {
			t.Errorf("%s = %v, want %v", name, c.got, c.want)
		}
	}
}

// Brown, Cai, DasGupta (2001), Interval estimation for a binomial proportion:
// the score interval of none in ten ends at z²/(n+z²).
func TestWilson(t *testing.T) {
	if low, high := wilson(0, 10); low != 0 || math.Abs(high-0.2775) > 1e-4 {
		t.Errorf("none of ten: %v to %v", low, high)
	}
	if low, high := wilson(0.5, 100); math.Abs(low-0.4038) > 1e-4 || math.Abs(high-0.5962) > 1e-4 {
		t.Errorf("half of a hundred: %v to %v", low, high)
	}
}

func TestPublishedDigits(t *testing.T) {
	p := publication{"alpha": json.Number("4.414"), "source": "a paper"}
	for fitted, want := range map[float64]string{4.41360: "equal", 4.4149: "differs"} {
		if published, got := p.beside("alpha", fitted); published != "4.414" || got != want {
			t.Errorf("%v beside %s: %s", fitted, published, got)
		}
	}
	if published, verdict := p.beside("r", 1); published+verdict != "" {
		t.Errorf("not published: %q %q", published, verdict)
	}
	if published, _ := p.beside("source", 1); published != "" {
		t.Errorf("a text: %q", published)
	}
}
