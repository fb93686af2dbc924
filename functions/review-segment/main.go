// Command review-segment is woken from ReviewQueue. It scans one segment of the
// base and wakes those whose decision time alone may change today.
package main

import (
	"time"

	"guanxi/internal/boot"
	"guanxi/internal/lambdaio"
	"guanxi/internal/queue"
	"guanxi/internal/review"
	"guanxi/internal/store"
)

type config struct {
	Customers string        `env:"CUSTOMERS_TABLE"`
	Settings  string        `env:"SETTINGS_TABLE"`
	Recompute string        `env:"RECOMPUTE_QUEUE_URL"`
	Warn      string        `env:"WARN_QUEUE_URL"`
	Zone      time.Location `env:"TIME_ZONE"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	reviewer := review.Reviewer{
		Base:     store.NewReview(db, c.Customers),
		Editions: store.NewSettings(db, c.Settings, "", nil),
		Sender:   queue.New(aws),
		Decide:   c.Recompute,
		Warn:     c.Warn,
		Zone:     &c.Zone,
	}
	lambdaio.ServeQueue(reviewer.Review, log)
}
