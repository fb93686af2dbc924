package clv

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// GammaGamma are the parameters of the spend model. A customer's amounts are
// Gamma(P, ν); ν differs between customers as Gamma(Q, Gamma). How much they
// spend must not depend on how often they buy.
type GammaGamma struct {
	P     float64 `json:"p"`
	Q     float64 `json:"q"`
	Gamma float64 `json:"gamma"` // currency units
}

// Expected is the mean amount of the customer's purchases to come, in currency
// units, equation (5) of Fader, Hardie (2013): their own mean, drawn towards
// everybody's, the more so the fewer purchases it rests on.
func (m GammaGamma) Expected(c Customer) float64 {
	if c.Mean <= 0 { // nothing was learnt about them
		return m.P * m.Gamma / (m.Q - 1)
	}
	x := float64(c.Frequency)
	return m.P * (m.Gamma + x*c.Mean) / (m.P*x + m.Q - 1)
}

// FitSpend fits Gamma-Gamma to the customers with a repeat; those whose repeats
// cost nothing say nothing about prices and are left out. Errors are Refusals.
func FitSpend(groups []Spend) (Fit[GammaGamma], error) {
	l, err := readSpend(groups)
	if err != nil {
		return Fit[GammaGamma]{}, err
	}
	mean := l.total / float64(l.customers)
	top, err := maximise(l.at, l.customers, [2][]float64{
		{1, 2, mean},
		{6, 4, mean / 2},
	})
	if err != nil {
		return Fit[GammaGamma]{}, err
	}
	m := gammaGamma(top.parameters)
	if m.Q <= 1 {
		return Fit[GammaGamma]{}, refuse(NoMean, "q = %.4g", m.Q)
	}
	return Fit[GammaGamma]{
		Model:          m,
		StandardErrors: gammaGamma(top.deviations),
		LogLikelihood:  top.value,
		Customers:      l.customers,
		Purchases:      l.purchases,
		Groups:         len(l.groups),
		StartsApart:    top.apart,
	}, nil
}

func gammaGamma(p []float64) GammaGamma { return GammaGamma{P: p[0], Q: p[1], Gamma: p[2]} }

// spendLikelihood is equation (1a) of Fader, Hardie (2013), summed over groups.
type spendLikelihood struct {
	groups               []Spend
	logs                 []float64 // of each group's mean
	frequencies          []float64 // customers by frequency
	customers, purchases int
	total                float64 // sum of the customers' means
}

func readSpend(groups []Spend) (l spendLikelihood, _ error) {
	least, most := math.Inf(1), 0.0
	for _, g := range groups {
		if g.Customers < 1 || g.Frequency < 1 || g.Frequency > century || !(g.Mean >= 0) || math.IsInf(g.Mean, 1) {
			return l, refuse(BadRow, "frequency %d, mean %v of %d customers", g.Frequency, g.Mean, g.Customers)
		}
		if g.Mean == 0 {
			continue
		}
		for len(l.frequencies) <= g.Frequency {
			l.frequencies = append(l.frequencies, 0)
		}
		l.groups = append(l.groups, g)
		l.logs = append(l.logs, math.Log(g.Mean))
		l.frequencies[g.Frequency] += float64(g.Customers)
		l.customers += g.Customers
		l.purchases += g.Customers * g.Frequency
		l.total += float64(g.Customers) * g.Mean
		least, most = min(least, g.Mean), max(most, g.Mean)
	}
	switch {
	case len(groups) == 0:
		return l, refuse(NobodyRepeats, "no customer bought twice")
	case l.customers == 0:
		return l, refuse(ZeroAmounts, "no repeat purchase cost anything")
	case l.customers < 2:
		return l, refuse(TooFew, "one customer with a repeat that cost something")
	case least == most:
		return l, refuse(AllAlike, "%d customers whose repeats cost %v", l.customers, least)
	}
	return l, nil
}

func (l *spendLikelihood) at(parameters, gradient []float64) (sum float64) {
	m := gammaGamma(parameters)
	var dP, dQ, dGamma float64
	for i, n := range l.frequencies {
		if n == 0 {
			continue
		}
		x := float64(i)
		sum += n * (lgamma(m.P*x+m.Q) - lgamma(m.P*x) - lgamma(m.Q) + m.Q*math.Log(m.Gamma) + m.P*x*math.Log(x))
		all := mathext.Digamma(m.P*x + m.Q)
		dP += n * x * (all - mathext.Digamma(m.P*x) + math.Log(x))
		dQ += n * (all - mathext.Digamma(m.Q) + math.Log(m.Gamma))
		dGamma += n * m.Q / m.Gamma
	}
	for i, g := range l.groups {
		n, x, logMean := float64(g.Customers), float64(g.Frequency), l.logs[i]
		scale := m.Gamma + x*g.Mean
		logScale := math.Log(scale)
		sum += n * ((m.P*x-1)*logMean - (m.P*x+m.Q)*logScale)
		dP += n * x * (logMean - logScale)
		dQ -= n * logScale
		dGamma -= n * (m.P*x + m.Q) / scale
	}
	gradient[0], gradient[1], gradient[2] = dP, dQ, dGamma
	return sum
}
