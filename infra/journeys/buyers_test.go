package journeys_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/stat/distuv"
)

// A base of buyers that is large enough to learn from. Their lives are drawn from BG/NBD and Gamma-Gamma with the
// parameters that were published for CDNOW, in days, with amounts as in a shop for clothes; always the same ones.

// bought is one purchase of a buyer's life.
type bought struct {
	buyer  int
	on     time.Time
	amount float64
}

// lives are the purchases of so many buyers, who came first between two dates, until the last date.
func lives(buyers int, first, last, until time.Time) (all []bought) {
	source := rand.NewPCG(1997, 1)
	random := rand.New(source)
	span := last.Sub(first)
	for buyer := range buyers {
		began := first.Add(span * time.Duration(buyer) / time.Duration(buyers))
		rate := distuv.Gamma{Alpha: 0.243, Beta: 7 * 4.414, Src: source}.Rand() // purchases a day
		leaves := distuv.Beta{Alpha: 0.793, Beta: 2.426, Src: source}.Rand()    // after a purchase
		dear := distuv.Gamma{Alpha: 3.74, Beta: 50 * 15.44, Src: source}.Rand()
		for on := began; on.Before(until); {
			all = append(all, bought{buyer, on, distuv.Gamma{Alpha: 6.25, Beta: dear, Src: source}.Rand()})
			if len(all) > 1 && all[len(all)-2].buyer == buyer && random.Float64() < leaves {
				break
			}
			wait := random.ExpFloat64() / rate
			if wait > 10_000 {
				break
			}
			on = on.Add(time.Duration(wait * 24 * float64(time.Hour)))
		}
	}
	return all
}

// deliverBuyers delivers what so many buyers bought up to yesterday: of buyer-1@example.com and so on. Several buyers at
// once; of each the newest order first, so that no older one looks like the last for a while.
func deliverBuyers(j *journey, a args) error {
	s, err := j.shop(a["shop"])
	if err != nil {
		return err
	}
	buyers, err := number(a["number"])
	if err != nil {
		return err
	}
	first, err := j.date(a["first"])
	if err != nil {
		return err
	}
	last, err := j.date(a["last"])
	if err != nil {
		return err
	}
	now, err := j.now()
	if err != nil {
		return err
	}
	orders := make([][]delivery, buyers)
	for i, b := range lives(buyers, first, last, now.AddDate(0, 0, -1)) {
		email, account := fmt.Sprintf("buyer-%d@example.com", b.buyer+1), fmt.Sprint(10_001+b.buyer)
		d, err := s.states("orders/create", s.order(fmt.Sprint(50_000+i), email, account, fmt.Sprintf("%.2f", b.amount), b.on, b.on))
		if err != nil {
			return err
		}
		orders[b.buyer] = append(orders[b.buyer], d)
	}
	var group errgroup.Group
	group.SetLimit(rushers)
	for _, all := range orders {
		group.Go(func() error {
			for _, d := range slices.Backward(all) {
				if err := j.hand(d.shop, d.shop.signed(d.topic, d.body, time.Now()), d.body); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}
