// Package simulated makes the purchases of customers who live by the purchase
// model: what a fit finds can then be held against what was put in.
package simulated

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"guanxi/internal/clv"
	"guanxi/internal/crm"
	"guanxi/internal/history"
)

// Shop is whose customers are made.
type Shop struct {
	Visits clv.BGNBD
	Spend  clv.GammaGamma
	Last   crm.Date // nobody is seen after it
}

// Life is the orders of one customer from the first one on, several on a date
// among them, at most two decimals each.
func (s Shop) Life(joined crm.Date, source rand.Source) (orders []history.Purchase) {
	random := rand.New(source)
	rate := distuv.Gamma{Alpha: s.Visits.R, Beta: s.Visits.Alpha, Src: source}.Rand()
	leave := distuv.Beta{Alpha: s.Visits.A, Beta: s.Visits.B, Src: source}.Rand()
	nu := distuv.Gamma{Alpha: s.Spend.Q, Beta: s.Spend.Gamma, Src: source}.Rand()
	amounts := distuv.Gamma{Alpha: s.Spend.P, Beta: nu, Src: source}
	days := float64(s.Last-joined) + 1
	for at := 0.0; at < days; at += random.ExpFloat64() / rate {
		orders = append(orders, history.Purchase{Date: joined + crm.Date(at), Net: int64(100 * amounts.Rand()), Orders: 1})
		if at > 0 && random.Float64() < leave {
			break
		}
	}
	return orders
}
