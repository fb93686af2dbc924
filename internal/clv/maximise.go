package clv

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// likelihood is a log-likelihood as a function of positive parameters. It
// writes its partial derivatives into gradient.
type likelihood func(parameters, gradient []float64) float64

// peak is where a likelihood is greatest.
type peak struct {
	parameters []float64
	deviations []float64 // standard errors of the parameters
	value      float64
	apart      float64 // largest difference of a parameter's logarithm between the starts
}

const (
	// edge bounds the logarithm of a parameter: beyond, the likelihood grows
	// for ever, and its differences drown in rounding.
	edge = 20
	// near is how far the logarithms of two maxima's parameters may lie apart.
	near = 0.01
	// vague is the standard error of a parameter's logarithm from which on the
	// base says nothing about it, not even its order of magnitude.
	vague = 3
)

// maximise climbs from both starts over the logarithms of the parameters, with
// the likelihood of a mean customer, so that steps and tolerances do not depend
// on the unit of time, the currency or the size of the base.
func maximise(l likelihood, customers int, starts [2][]float64) (peak, error) {
	n := float64(customers)
	logarithmic := func(theta, gradient []float64) float64 {
		at := exponentials(theta)
		value := l(at, gradient) / n
		for i := range gradient {
			gradient[i] *= at[i] / n
		}
		return value
	}
	var summits [2][]float64
	for i, start := range starts {
		summit, err := climb(logarithmic, logarithms(start))
		if err != nil {
			return peak{}, err
		}
		summits[i] = summit
	}
	p := peak{parameters: exponentials(summits[0])}
	spread, err := deviations(logarithmic, summits[0])
	if err != nil {
		return peak{}, err
	}
	for i, s := range spread { // delta method: d exp(θ) = exp(θ) dθ
		s /= math.Sqrt(n)
		if !(s <= vague) {
			return peak{}, refuse(NoMaximum, "the likelihood is flat around %.4g", p.parameters)
		}
		p.deviations = append(p.deviations, p.parameters[i]*s)
		p.apart = max(p.apart, math.Abs(summits[0][i]-summits[1][i]))
	}
	if p.apart > near {
		return peak{}, refuse(StartsDisagree, "%.4g and %.4g", p.parameters, exponentials(summits[1]))
	}
	p.value = l(p.parameters, make([]float64, len(p.parameters)))
	return p, nil
}

// climb ends where the gradient vanishes. The line search may give up within
// rounding of the summit: then the gradient tells a summit from a failure.
func climb(l likelihood, start []float64) ([]float64, error) {
	const (
		summit = 1e-7 // below, rounding decides where the search goes
		flat   = 1e-6
	)
	var here, gradient []float64 // the point asked last: value and slope are asked one by one
	var height float64
	look := func(theta []float64) {
		if slices.Equal(here, theta) {
			return
		}
		here, gradient = slices.Clone(theta), make([]float64, len(theta))
		height = math.Inf(-1)
		if !slices.ContainsFunc(theta, beyond) {
			height = l(theta, gradient)
		}
	}
	problem := optimize.Problem{
		Func: func(theta []float64) float64 {
			look(theta)
			return -height
		},
		Grad: func(downhill, theta []float64) {
			look(theta)
			for i, g := range gradient {
				downhill[i] = -g
			}
		},
	}
	settings := &optimize.Settings{GradientThreshold: summit, MajorIterations: 500, Converger: optimize.NeverTerminate{}}
	result, err := optimize.Minimize(problem, start, settings, &optimize.BFGS{})
	if result == nil {
		return nil, refuse(NoMaximum, "from %.4g: %v", exponentials(start), err)
	}
	look(result.X)
	steep := func(g float64) bool { return !(math.Abs(g) <= flat) }
	if slices.ContainsFunc(result.X, beyond) || slices.ContainsFunc(gradient, steep) {
		return nil, refuse(NoMaximum, "from %.4g the search ends at %.4g: %v", exponentials(start), exponentials(result.X), result.Status)
	}
	return result.X, nil
}

func beyond(theta float64) bool { return !(math.Abs(theta) <= edge) }

// deviations are the standard errors of one mean customer's theta: roots of the
// diagonal of the inverse information, whose rows are central differences of
// the gradient.
func deviations(l likelihood, theta []float64) ([]float64, error) {
	const step = 1e-4
	size := len(theta)
	above, below := make([]float64, size), make([]float64, size)
	rows := mat.NewDense(size, size, nil)
	for i := range theta {
		at := slices.Clone(theta)
		at[i] = theta[i] + step
		l(at, above)
		at[i] = theta[i] - step
		l(at, below)
		for j := range theta {
			rows.Set(i, j, -(above[j]-below[j])/(2*step))
		}
	}
	information := mat.NewSymDense(size, nil)
	for i := range theta {
		for j := i; j < size; j++ {
			information.SetSym(i, j, (rows.At(i, j)+rows.At(j, i))/2)
		}
	}
	var root mat.Cholesky
	var covariance mat.SymDense
	if !root.Factorize(information) || root.InverseTo(&covariance) != nil {
		return nil, refuse(NoMaximum, "the likelihood is flat around %.4g", exponentials(theta))
	}
	spread := make([]float64, size)
	for i := range spread {
		spread[i] = math.Sqrt(covariance.At(i, i))
	}
	return spread, nil
}

func exponentials(theta []float64) []float64 {
	of := make([]float64, len(theta))
	for i, t := range theta {
		of[i] = math.Exp(t)
	}
	return of
}

func logarithms(parameters []float64) []float64 {
	of := make([]float64, len(parameters))
	for i, p := range parameters {
		of[i] = math.Log(p)
	}
	return of
}
