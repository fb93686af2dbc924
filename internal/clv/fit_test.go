package clv

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"pgregory.net/rapid"
)

// The log-likelihood of a few rows against the model as it is told: somebody
// who bought x times and then stayed silent, or left with the last purchase.
func TestPurchaseLikelihoodEqualsIntegral(t *testing.T) {
	m := BGNBD{R: 1.3, Alpha: 25, A: 0.8, B: 2.4}
	for _, r := range []Row{{Age: 0}, {Age: 50}, {1, 3, 90}, {2, 80, 80}, {7, 120, 300}} {
		x := float64(r.Frequency)
		want := overShares(m.A, m.B, func(p float64) float64 { return math.Pow(1-p, x) }) *
			overRates(m.R, m.Alpha, func(l float64) float64 { return math.Pow(l, x) * math.Exp(-l*float64(r.Age)) })
		if r.Frequency > 0 {
			want += overShares(m.A, m.B, func(p float64) float64 { return p * math.Pow(1-p, x-1) }) *
				overRates(m.R, m.Alpha, func(l float64) float64 { return math.Pow(l, x) * math.Exp(-l*float64(r.Recency)) })
		}
		other := Group{Row: Row{Frequency: 1, Recency: 1, Age: 1}, Customers: 1} // readGroups wants a base
		got := logLikelihood(t, m, Group{Row: r, Customers: 3}, other) - logLikelihood(t, m, Group{Row: r, Customers: 1}, other)
		if math.Abs(got-2*math.Log(want)) > 1e-4 {
			t.Errorf("%+v: %.8g, the integral %.8g", r, got/2, math.Log(want))
		}
	}
}

func logLikelihood(t *testing.T, m BGNBD, groups ...Group) float64 {
	t.Helper()
	l, err := readGroups(groups)
	if err != nil {
		t.Fatal(err)
	}
	return l.at([]float64{m.R, m.Alpha, m.A, m.B}, make([]float64, 4))
}

func TestSpendLikelihoodEqualsIntegral(t *testing.T) {
	m := GammaGamma{P: 2.5, Q: 3.7, Gamma: 15}
	for _, g := range []Spend{{1, 0.5, 1}, {1, 30, 1}, {4, 22, 1}} {
		// The mean of x amounts from Gamma(p, ν) is Gamma(px, xν).
		shape := m.P * float64(g.Frequency)
		want := overRates(m.Q, m.Gamma, func(nu float64) float64 {
			rate := nu * float64(g.Frequency)
			return math.Exp(shape*math.Log(rate) + (shape-1)*math.Log(g.Mean) - rate*g.Mean - lgamma(shape))
		})
		other := Spend{Frequency: 1, Mean: 1, Customers: 1}
		at := func(customers int) float64 {
			l, err := readSpend([]Spend{{g.Frequency, g.Mean, customers}, other})
			if err != nil {
				t.Fatal(err)
			}
			return l.at([]float64{m.P, m.Q, m.Gamma}, make([]float64, 3))
		}
		if got := (at(3) - at(1)) / 2; math.Abs(got-math.Log(want)) > 1e-4 {
			t.Errorf("%+v: %.8g, the integral %.8g", g, got, math.Log(want))
		}
	}
}

// The gradients against differences of the likelihoods.
func TestGradients(t *testing.T) {
	rows := cdnow.base(40, 400, 5)
	purchases, err := readGroups(Unique(rows))
	if err != nil {
		t.Fatal(err)
	}
	spend, err := readSpend(UniqueSpend(GammaGamma{P: 4, Q: 4, Gamma: 20}.spend(rows, 5)))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		m := anyModel(t)
		slopes(t, purchases.at, []float64{m.R, m.Alpha, m.A, m.B})
		slopes(t, spend.at, []float64{m.R, m.B, m.Alpha})
	})
}

func slopes(t *rapid.T, l likelihood, at []float64) {
	got := make([]float64, len(at))
	l(at, got)
	theta := logarithms(at)
	want := fd.Gradient(nil, func(theta []float64) float64 {
		return l(exponentials(theta), make([]float64, len(theta)))
	}, theta, &fd.Settings{Formula: fd.Central, Step: 1e-5})
	for i := range want {
		if slope := got[i] * at[i]; math.Abs(slope-want[i]) > 1e-4*(1+math.Abs(want[i])) {
			t.Fatalf("at %v parameter %d: %v, differences say %v", at, i, slope, want[i])
		}
	}
}

// What was simulated with known parameters is found again, within four of the
// standard errors that the fit claims, and those are small.
func TestFitsRecoverTheirParameters(t *testing.T) {
	truth := BGNBD{R: 0.8, Alpha: 160, A: 0.9, B: 3}
	amounts := GammaGamma{P: 6, Q: 4, Gamma: 15}
	rows := truth.base(20_000, 1000, 11)
	customers := amounts.spend(rows, 11)
	purchases, err := FitPurchases(Unique(rows))
	if err != nil {
		t.Fatal(err)
	}
	recovered(t, purchases.Model, purchases.StandardErrors, truth)
	spend, err := FitSpend(UniqueSpend(customers))
	if err != nil {
		t.Fatal(err)
	}
	recovered(t, spend.Model, spend.StandardErrors, amounts)
}

func recovered(t *testing.T, model, deviations, truth any) {
	t.Helper()
	m, d, want := reflect.ValueOf(model), reflect.ValueOf(deviations), reflect.ValueOf(truth)
	for i := range m.NumField() {
		name, got, sigma, is := m.Type().Field(i).Name, m.Field(i).Float(), d.Field(i).Float(), want.Field(i).Float()
		t.Logf("%s = %.4g ± %.2g, truly %v", name, got, sigma, is)
		if math.Abs(got-is) > 4*sigma || sigma > is/4 {
			t.Errorf("%s = %.4g ± %.2g, truly %v", name, got, sigma, is)
		}
	}
}

// The standard errors against the spread of many fits.
func TestStandardErrorsAreTheSpreadOfFits(t *testing.T) {
	amounts := GammaGamma{P: 6, Q: 4, Gamma: 15}
	const bases = 60
	var sum, squares, claimed float64
	for seed := range uint64(bases) {
		rows := make([]Row, 1000)
		for i := range rows {
			rows[i] = Row{Frequency: 1 + i%4, Recency: 10, Age: 20}
		}
		fit, err := FitSpend(UniqueSpend(amounts.spend(rows, seed)))
		if err != nil {
			t.Fatal(err)
		}
		log := math.Log(fit.Model.Q)
		sum += log
		squares += log * log
		claimed += fit.StandardErrors.Q / fit.Model.Q / bases
	}
	spread := math.Sqrt((squares - sum*sum/bases) / (bases - 1))
	// A spread of 60 is known to a tenth of itself.
	if ratio := claimed / spread; ratio < 0.7 || ratio > 1.4 {
		t.Errorf("ln q: fits spread by %.3g, each claims %.3g", spread, claimed)
	}
}

func TestTheOrderOfCustomersMakesNoDifference(t *testing.T) {
	rows := cdnow.base(2000, 400, 3)
	customers := GammaGamma{P: 6, Q: 4, Gamma: 15}.spend(rows, 3)
	again := shuffled(rows, 9)
	a, errA := FitPurchases(Unique(rows))
	b, errB := FitPurchases(Unique(again))
	if errA != nil || errB != nil || a != b {
		t.Errorf("%+v, %v\n%+v, %v", a, errA, b, errB)
	}
	c, errC := FitSpend(UniqueSpend(customers))
	d, errD := FitSpend(UniqueSpend(shuffled(customers, 9)))
	if errC != nil || errD != nil || c != d {
		t.Errorf("%+v, %v\n%+v, %v", c, errC, d, errD)
	}
}

func TestRefusals(t *testing.T) {
	one := func(frequency, recency, age, customers int) Group {
		return Group{Row: Row{frequency, recency, age}, Customers: customers}
	}
	for name, c := range map[string]struct {
		groups []Group
		want   Reason
	}{
		"nobody":                  {nil, TooFew},
		"one customer":            {[]Group{one(3, 40, 90, 1)}, TooFew},
		"nobody repeats":          {[]Group{one(0, 0, 90, 100), one(0, 0, 80, 50)}, NobodyRepeats},
		"everybody on day 0":      {[]Group{one(0, 0, 0, 100)}, NobodyRepeats},
		"all alike":               {[]Group{one(3, 40, 90, 1000)}, AllAlike},
		"alike but for their age": {[]Group{one(1, 90, 90, 500), one(1, 91, 91, 500)}, NoMaximum},
		"like clockwork":          {[]Group{one(12, 360, 360, 900), one(11, 330, 330, 900), one(10, 300, 300, 100)}, NoMaximum},
		"more repeats than days":  {[]Group{one(3, 2, 90, 10), one(0, 0, 5, 10)}, BadRow},
		"recency without repeat":  {[]Group{one(0, 2, 90, 10), one(1, 2, 5, 10)}, BadRow},
		"bought after the date":   {[]Group{one(1, 5, 4, 10)}, BadRow},
		"an absurd age":           {[]Group{one(1, 5, 1_000_000_000, 10)}, BadRow},
		"less than nothing":       {[]Group{one(-1, 0, 4, 10)}, BadRow},
		"a group of nobody":       {[]Group{one(1, 2, 4, 0)}, BadRow},
	} {
		t.Run(name, func(t *testing.T) {
			fit, err := FitPurchases(c.groups)
			refused(t, fit, err, c.want)
		})
	}
	fortunes := UniqueSpend(GammaGamma{P: 6, Q: 0.7, Gamma: 15}.spend(cdnow.base(2000, 400, 3), 3))
	for name, c := range map[string]struct {
		groups []Spend
		want   Reason
	}{
		"nobody repeats":       {nil, NobodyRepeats},
		"all is free":          {[]Spend{{1, 0, 100}, {2, 0, 50}}, ZeroAmounts},
		"one pays":             {[]Spend{{1, 0, 100}, {2, 5, 1}}, TooFew},
		"all pay the same":     {[]Spend{{1, 20, 100}, {2, 20, 50}}, AllAlike},
		"a few fortunes":       {fortunes, NoMean},
		"a negative amount":    {[]Spend{{1, -1, 100}, {2, 5, 50}}, BadRow},
		"an amount of nothing": {[]Spend{{1, math.NaN(), 100}, {2, 5, 50}}, BadRow},
		"all the money":        {[]Spend{{1, math.Inf(1), 100}, {2, 5, 50}}, BadRow},
		"no repeat":            {[]Spend{{0, 10, 100}, {2, 5, 50}}, BadRow},
	} {
		t.Run("spend: "+name, func(t *testing.T) {
			fit, err := FitSpend(c.groups)
			refused(t, fit, err, c.want)
		})
	}
}

// Two summits, at 1/e and e: which one is found depends on the start.
func TestStartsThatDisagree(t *testing.T) {
	summits := func(parameters, gradient []float64) float64 {
		theta := math.Log(parameters[0])
		away := theta*theta - 1
		gradient[0] = -4 * away * theta / parameters[0]
		return -away * away
	}
	if p, err := maximise(summits, 1000, [2][]float64{{2}, {4}}); err != nil || math.Abs(p.parameters[0]-math.E) > 1e-3 {
		t.Errorf("two starts at one summit: %+v, %v", p, err)
	}
	_, err := maximise(summits, 1000, [2][]float64{{0.4}, {4}})
	if refusal, ok := errors.AsType[*Refusal](err); !ok || refusal.Reason != StartsDisagree {
		t.Errorf("got %v, want %s", err, StartsDisagree)
	}
}

func refused[P any](t *testing.T, fit Fit[P], err error, want Reason) {
	t.Helper()
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok {
		t.Fatalf("fitted %+v, %v", fit, err)
	}
	t.Log(err)
	if refusal.Reason != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// Whatever the base: numbers or a Refusal.
func TestAnyBaseEndsInNumbersOrARefusal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(anyRow), 0, 30).Draw(t, "rows")
		fit, err := FitPurchases(Unique(rows))
		numbersOrRefusal(t, fit.Model, fit.StandardErrors, fit.LogLikelihood, err)
		if err == nil {
			for _, r := range rows {
				numbersOrRefusal(t, fit.Model.Alive(r), fit.Model.Buys(r, 90), fit.Model.Purchases(r, 365), nil)
			}
		}
		var customers []Customer
		for _, r := range rows {
			customers = append(customers, Customer{Row: r, Mean: math.Round(rapid.Float64Range(0, 1000).Draw(t, "mean"))})
		}
		spend, err := FitSpend(UniqueSpend(customers))
		numbersOrRefusal(t, spend.Model, spend.StandardErrors, spend.LogLikelihood, err)
	})
}

func numbersOrRefusal(t *rapid.T, a, b any, number float64, err error) {
	if err != nil {
		if _, refused := errors.AsType[*Refusal](err); !refused {
			t.Fatal(err)
		}
		return
	}
	finite(t, number)
	for _, parameters := range []any{a, b} {
		switch v := reflect.ValueOf(parameters); v.Kind() {
		case reflect.Float64:
			finite(t, v.Float())
		default:
			for _, field := range v.Fields() {
				finite(t, field.Float())
			}
		}
	}
}

func finite(t *rapid.T, x float64) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		t.Fatal("not a number")
	}
}
