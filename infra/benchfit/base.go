package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"

	"guanxi/infra/simulated"
	"guanxi/internal/clv"
	"guanxi/internal/crm"
	"guanxi/internal/history"
)

// The base ends on 31 December 2025, three years after it began.
const (
	last  = crm.Date(20453)
	first = last - 3*365
)

// shop has the parameters published for CDNOW, in days.
var shop = simulated.Shop{
	Visits: clv.BGNBD{R: 0.243, Alpha: 7 * 4.414, A: 0.793, B: 2.426},
	Spend:  clv.GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44},
	Last:   last,
}

// size is how much was made.
type size struct{ orders, rows, spend int }

// make writes the purchases, one order a line, customer by customer, and what
// they come to, for those who take no purchases.
func (f files) make(customers int) (s size, _ error) {
	if err := os.MkdirAll(f.folder, 0o755); err != nil {
		return s, err
	}
	rows, all := make([]clv.Row, customers), make([]clv.Customer, customers)
	source := rand.NewPCG(2005, 1)
	err := written(f.purchases(), func(w *bufio.Writer) {
		for i := range customers {
			orders := shop.Life(first+crm.Date(i*(3*365+1)/customers), source)
			for _, o := range orders {
				fmt.Fprintf(w, "%d,%d,%d\n", i, o.Date, o.Net)
			}
			s.orders += len(orders)
			all[i], _ = clv.Look(dates(orders), last, currency)
			rows[i] = all[i].Row
		}
	})
	if err != nil {
		return s, err
	}
	err = written(f.rows(), func(w *bufio.Writer) {
		fmt.Fprintln(w, "frequency,recency,age,customers")
		for _, g := range clv.Unique(rows) {
			fmt.Fprintf(w, "%d,%d,%d,%d\n", g.Frequency, g.Recency, g.Age, g.Customers)
			s.rows++
		}
	})
	if err != nil {
		return s, err
	}
	return s, written(f.spend(), func(w *bufio.Writer) {
		fmt.Fprintln(w, "frequency,mean,customers")
		for _, g := range clv.UniqueSpend(all) {
			fmt.Fprintf(w, "%d,%v,%d\n", g.Frequency, g.Mean, g.Customers)
			s.spend++
		}
	})
}

// currency stands for any with two decimals.
const currency = "USD"

// dates makes the orders of one day one purchase, in place; they come in order.
func dates(orders []history.Purchase) []history.Purchase {
	days := orders[:0]
	for _, o := range orders {
		if n := len(days); n > 0 && days[n-1].Date == o.Date {
			days[n-1].Net += o.Net
			days[n-1].Orders += o.Orders
			continue
		}
		days = append(days, o)
	}
	return days
}

func written(path string, by func(*bufio.Writer)) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	by(w)
	if err := w.Flush(); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
