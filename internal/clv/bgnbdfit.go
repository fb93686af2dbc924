package clv

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Fit is a model with what is known about it.
type Fit[P any] struct {
	Model          P       `json:"model"`
	StandardErrors P       `json:"standard_errors"`
	LogLikelihood  float64 `json:"log_likelihood"`
	Customers      int     `json:"customers"`
	Purchases      int     `json:"purchases"`    // repeats of all customers
	Groups         int     `json:"groups"`       // unique rows
	StartsApart    float64 `json:"starts_apart"` // largest difference of a parameter's logarithm between the two starts
}

// InWeeks tells a fit as the literature does. Densities of x purchase times
// scale by 7^x with the unit, so the log-likelihood moves by ln 7 a purchase.
func InWeeks(f Fit[BGNBD]) Fit[BGNBD] {
	f.Model.Alpha /= 7
	f.StandardErrors.Alpha /= 7
	f.LogLikelihood += float64(f.Purchases) * math.Log(7)
	return f
}

// FitPurchases fits BG/NBD. Errors are Refusals.
func FitPurchases(groups []Group) (Fit[BGNBD], error) {
	l, err := readGroups(groups)
	if err != nil {
		return Fit[BGNBD]{}, err
	}
	daily := float64(l.purchases) / l.ages
	top, err := maximise(l.at, l.customers, [2][]float64{
		{1, 0.5 / daily, 1, 2},
		{0.25, 0.1 / daily, 0.5, 3},
	})
	if err != nil {
		return Fit[BGNBD]{}, err
	}
	return Fit[BGNBD]{
		Model:          bgnbd(top.parameters),
		StandardErrors: bgnbd(top.deviations),
		LogLikelihood:  top.value,
		Customers:      l.customers,
		Purchases:      l.purchases,
		Groups:         len(groups),
		StartsApart:    top.apart,
	}, nil
}

func bgnbd(p []float64) BGNBD { return BGNBD{R: p[0], Alpha: p[1], A: p[2], B: p[3]} }

// purchaseLikelihood is equation (6) of Fader, Hardie, Lee (2005), summed over
// groups. Its gamma functions depend on the frequency alone and most logarithms
// on one number of days each, so both are tabulated; the others are taken of
// products: a group costs one exponential.
type purchaseLikelihood struct {
	groups               []Group
	frequencies          []float64 // customers by frequency
	days                 int       // greatest age
	customers, purchases int
	ages                 float64 // sum
}

func readGroups(groups []Group) (l purchaseLikelihood, _ error) {
	l.groups = groups
	for _, g := range groups {
		if !g.possible() {
			return l, refuse(BadRow, "frequency %d, recency %d, age %d of %d customers", g.Frequency, g.Recency, g.Age, g.Customers)
		}
		for len(l.frequencies) <= g.Frequency {
			l.frequencies = append(l.frequencies, 0)
		}
		l.frequencies[g.Frequency] += float64(g.Customers)
		l.days = max(l.days, g.Age)
		l.customers += g.Customers
		l.purchases += g.Customers * g.Frequency
		l.ages += float64(g.Customers) * float64(g.Age)
	}
	switch {
	case l.customers < 2:
		return l, refuse(TooFew, "%d customers", l.customers)
	case l.purchases == 0:
		return l, refuse(NobodyRepeats, "%d customers with one purchase each", l.customers)
	case len(groups) == 1:
		return l, refuse(AllAlike, "%d customers with frequency %d, recency %d, age %d", l.customers, groups[0].Frequency, groups[0].Recency, groups[0].Age)
	}
	return l, nil
}

// century is the oldest that a customer may be, in days.
const century = 36525

// possible tells whether a history can look like this: repeats are on dates of
// their own, and the last of them is the recency.
func (g Group) possible() bool {
	return g.Customers > 0 && g.Frequency >= 0 && g.Recency >= g.Frequency && g.Age >= g.Recency &&
		(g.Frequency > 0 || g.Recency == 0) && g.Age <= century
}

func (l *purchaseLikelihood) at(parameters, gradient []float64) (sum float64) {
	m := bgnbd(parameters)
	var dR, dAlpha, dA, dB float64
	leaves := make([]float64, len(l.frequencies)) // ln a/(b+x-1)
	for i, n := range l.frequencies {
		x := float64(i)
		leaves[i] = math.Log(m.A) - math.Log(m.B+x-1)
		if n == 0 {
			continue
		}
		sum += n * (lgamma(m.R+x) - lgamma(m.R) + m.R*math.Log(m.Alpha) +
			lgamma(m.A+m.B) + lgamma(m.B+x) - lgamma(m.B) - lgamma(m.A+m.B+x))
		both := mathext.Digamma(m.A+m.B) - mathext.Digamma(m.A+m.B+x)
		dR += n * (mathext.Digamma(m.R+x) - mathext.Digamma(m.R) + math.Log(m.Alpha))
		dAlpha += n * m.R / m.Alpha
		dA += n * both
		dB += n * (both + mathext.Digamma(m.B+x) - mathext.Digamma(m.B))
	}
	days := make([]struct{ log, inverse float64 }, l.days+1) // of α + days
	for d := range days {
		days[d].log = math.Log(m.Alpha + float64(d))
		days[d].inverse = 1 / (m.Alpha + float64(d))
	}
	ways := product{value: 1}
	lost := make([]float64, len(l.frequencies)) // who left, by frequency x
	for i := range l.groups {
		g := &l.groups[i]
		n, x := float64(g.Customers), float64(g.Frequency)
		old, recent := days[g.Age], days[g.Recency]
		if g.Frequency == 0 {
			sum -= n * m.R * old.log
			dR -= n * old.log
			dAlpha -= n * m.R * old.inverse
			continue
		}
		// ln(stayed + left) of the two ways to have bought no more
		stayed, left := -(m.R+x)*old.log, leaves[g.Frequency]-(m.R+x)*recent.log
		top := max(stayed, left)
		rest := math.Exp(min(stayed, left) - top)
		sum += n * top
		ways.times(1+rest, g.Customers)
		gone := 1 / (1 + rest) // P(left)
		if stayed > left {
			gone *= rest
		}
		dR -= n * ((1-gone)*old.log + gone*recent.log)
		dAlpha -= n * (m.R + x) * ((1-gone)*old.inverse + gone*recent.inverse)
		lost[g.Frequency] += n * gone
	}
	sum += ways.logarithm()
	for i, gone := range lost[1:] {
		dA += gone / m.A
		dB -= gone / (m.B + float64(i))
	}
	gradient[0], gradient[1], gradient[2], gradient[3] = dR, dAlpha, dA, dB
	return sum
}

// product takes the logarithm of many factors between 1 and 2 at once: most of a
// likelihood's time would go into logarithms.
type product struct{ value, sum float64 }

func (p *product) times(factor float64, n int) {
	if n > 1 {
		p.sum += float64(n) * math.Log(factor)
		return
	}
	p.value *= factor
	if p.value > math.MaxFloat64/4 {
		p.sum, p.value = p.logarithm(), 1
	}
}

func (p *product) logarithm() float64 { return p.sum + math.Log(p.value) }

func lgamma(x float64) float64 {
	value, _ := math.Lgamma(x)
	return value
}
