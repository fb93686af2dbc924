package clv

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// cdnow are the published parameters, in days.
var cdnow = BGNBD{R: 0.243, Alpha: 7 * 4.414, A: 0.793, B: 2.426}

// life simulates one customer of the model, told from their first purchase:
// the days of their repeats until they left or the days are over.
func (m BGNBD) life(days float64, source rand.Source) (repeats []float64) {
	rate := distuv.Gamma{Alpha: m.R, Beta: m.Alpha, Src: source}.Rand()
	leave := distuv.Beta{Alpha: m.A, Beta: m.B, Src: source}.Rand()
	random := rand.New(source)
	for at := random.ExpFloat64() / rate; at <= days; at += random.ExpFloat64() / rate {
		repeats = append(repeats, at)
		if random.Float64() < leave {
			break
		}
	}
	return repeats
}

// row sees the repeats of a life on a day, as dates. A purchase on the first
// one's date, or a second one on any date, adds nothing.
func row(repeats []float64, age int) Row {
	r := Row{Age: age}
	for _, at := range repeats {
		if day := int(at); day <= age && day > r.Recency {
			r.Frequency++
			r.Recency = day
		}
	}
	return r
}

// base simulates customers who joined over the first quarter of the days.
func (m BGNBD) base(customers, days int, seed uint64) []Row {
	source := rand.NewPCG(seed, 1)
	rows := make([]Row, customers)
	for i := range rows {
		age := days - i*days/4/customers
		rows[i] = row(m.life(float64(age+1), source), age)
	}
	return rows
}

// spend simulates the customers' means, of as many amounts as they have repeats.
func (m GammaGamma) spend(rows []Row, seed uint64) (customers []Customer) {
	source := rand.NewPCG(seed, 2)
	for _, r := range rows {
		c := Customer{Row: r}
		nu := distuv.Gamma{Alpha: m.Q, Beta: m.Gamma, Src: source}.Rand()
		for range r.Frequency {
			c.Mean += distuv.Gamma{Alpha: m.P, Beta: nu, Src: source}.Rand() / float64(r.Frequency)
		}
		customers = append(customers, c)
	}
	return customers
}

// integral is the dumb one: f's mean over the unit interval, by midpoints.
func integral(f func(u float64) float64) (sum float64) {
	const cells = 50_000
	for i := range cells {
		sum += f((float64(i)+0.5)/cells) / cells
	}
	return sum
}

// overRates is E[f(λ)] for λ ~ Gamma(shape, rate).
func overRates(shape, rate float64, f func(lambda float64) float64) float64 {
	law := distuv.Gamma{Alpha: shape, Beta: rate}
	scale := shape / rate
	return integral(func(u float64) float64 { // λ = scale·u/(1-u)
		lambda := scale * u / (1 - u)
		return f(lambda) * law.Prob(lambda) * scale / (1 - u) / (1 - u)
	})
}

// overShares is E[f(p)] for p ~ Beta(a, b); the substitution takes the poles
// away that the density has at 0 and 1 for small a and b.
func overShares(a, b float64, f func(p float64) float64) float64 {
	const k = 12
	total := lgamma(a) + lgamma(b) - lgamma(a+b)
	return integral(func(u float64) float64 { // p/(1-p) = (u/(1-u))^k
		odds := k * (math.Log(u) - math.Log1p(-u))
		p := 1 / (1 + math.Exp(-odds))
		density := math.Exp(-a*math.Log1p(math.Exp(-odds)) - b*math.Log1p(math.Exp(odds)) - total)
		return f(p) * density * k / u / (1 - u)
	})
}

func shuffled[T any](all []T, seed uint64) []T {
	all = slices.Clone(all)
	rand.New(rand.NewPCG(seed, 3)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// casesOf simulates customers and what they buy in the days held out.
func casesOf(m BGNBD, customers, age, days int, seed uint64) []Case {
	source := rand.NewPCG(seed, 4)
	cases := make([]Case, customers)
	for i := range cases {
		life := m.life(float64(age+days+1), source)
		seen, all := row(life, age), row(life, age+days)
		cases[i] = Case{Row: seen, Bought: all.Frequency - seen.Frequency}
	}
	return cases
}
