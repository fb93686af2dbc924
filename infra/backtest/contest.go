package main

import (
	"math"
	"math/rand/v2"
	"slices"

	"guanxi/internal/clv"
)

// figure is a statistic of so many cases with its 95 % interval: percentiles of
// the same statistic over bases that are drawn from this one with replacement
// (Efron 1979). NaN where it has no value, as the precision of a rule that
// never fired.
type figure struct {
	Value, Low, High float64
	Cases            int
}

// statistic is a figure's value over the cases with these numbers.
type statistic func(of []int) float64

const draws = 500

// estimate draws whole customers: what one of them does twice is not two
// independent cases.
func estimate(cases int, s statistic) figure {
	return compare(cases, false, method{"", s})[0].figure
}

// drawn is the statistics' values over all cases, then over each of the draws.
// The seed is fixed, so the same file gives the same intervals.
func drawn(cases int, methods []method) [][]float64 {
	values := make([][]float64, len(methods))
	of := make([]int, cases)
	for i := range of {
		of[i] = i
	}
	dice := rand.New(rand.NewPCG(1979, uint64(cases)))
	for range 1 + draws {
		for i, m := range methods {
			values[i] = append(values[i], m.statistic(of))
		}
		for i := range of {
			of[i] = dice.IntN(cases)
		}
	}
	return values
}

func newFigure(cases int, values []float64) figure {
	f := figure{Value: values[0], Low: math.NaN(), High: math.NaN(), Cases: cases}
	known := slices.DeleteFunc(slices.Clone(values[1:]), math.IsNaN)
	if n := len(known); n > 0 && !math.IsNaN(f.Value) {
		slices.Sort(known)
		f.Low, f.High = known[n*25/1000], known[n*975/1000]
	}
	return f
}

func sequence(n int) []int {
	of := make([]int, n)
	for i := range of {
		of[i] = i
	}
	return of
}

// method is one way to foresee; the first of a contest is the model.
type method struct {
	Name string
	statistic
}

// standing is a method's result and what the model has over it.
type standing struct {
	Name string
	figure
	Gap     figure // the model's value less this one's
	Verdict string // whether the model is better
}

// compare ranks nothing: it tells where the model is better, where it is worse,
// and where the cases can't tell. All methods face the same draws.
func compare(cases int, lowIsGood bool, methods ...method) (result []standing) {
	values := drawn(cases, methods)
	for i, m := range methods {
		s := standing{Name: m.Name, figure: newFigure(cases, values[i])}
		if i > 0 {
			gaps := make([]float64, len(values[i]))
			for k := range gaps {
				gaps[k] = values[0][k] - values[i][k]
			}
			s.Gap = newFigure(cases, gaps)
			s.Verdict = verdict(s.Gap, lowIsGood)
		}
		result = append(result, s)
	}
	return result
}

const (
	better   = "the model is better"
	worse    = "the model is worse"
	unproven = "no difference shown"
)

func verdict(gap figure, lowIsGood bool) string {
	above, below := better, worse
	if lowIsGood {
		above, below = below, above
	}
	switch {
	case gap.Low > 0:
		return above
	case gap.High < 0:
		return below
	}
	return unproven
}

func sum(values []float64) statistic {
	return func(of []int) (sum float64) {
		for _, i := range of {
			sum += values[i]
		}
		return sum
	}
}

func mean(values []float64) statistic {
	sum := sum(values)
	return func(of []int) float64 { return sum(of) / float64(len(of)) }
}

func rootMeanSquare(values []float64) statistic {
	return func(of []int) (sum float64) {
		for _, i := range of {
			sum += values[i] * values[i]
		}
		return math.Sqrt(sum / float64(len(of)))
	}
}

// ratio is one sum over another.
func ratio(above, below []float64) statistic {
	return func(of []int) float64 {
		var a, b float64
		for _, i := range of {
			a += above[i]
			b += below[i]
		}
		return a / b // 0/0 is NaN: no value
	}
}

// median is over all the values that the cases have.
func median(values [][]float64) statistic {
	return func(of []int) float64 {
		var all []float64
		for _, i := range of {
			all = append(all, values[i]...)
		}
		return middle(all)
	}
}

func middle(all []float64) float64 {
	n := len(all)
	if n == 0 {
		return math.NaN()
	}
	slices.Sort(all)
	return (all[(n-1)/2] + all[n/2]) / 2
}

func auc(scores []float64, positive []bool) statistic {
	return func(of []int) float64 {
		s, p := make([]float64, len(of)), make([]bool, len(of))
		for k, i := range of {
			s[k], p[k] = scores[i], positive[i]
		}
		return clv.AUC(s, p)
	}
}
