// Command start-count runs every night after the review: it asks count-figures
// to count the base, a segment at a time, and to sum the days that are due again.
package main

import (
	"time"

	"guanxi/internal/boot"
	"guanxi/internal/lambdaio"
	"guanxi/internal/queue"
	"guanxi/internal/store"
	"guanxi/internal/tally"
)

type config struct {
	Customers string        `env:"CUSTOMERS_TABLE"`
	Settings  string        `env:"SETTINGS_TABLE"`
	Figures   string        `env:"FIGURES_QUEUE_URL"`
	Zone      time.Location `env:"TIME_ZONE"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	starter := tally.Starter{
		Base:   store.NewReview(db, c.Customers),
		Stores: store.NewSettings(db, c.Settings, "", nil),
		Sender: queue.New(aws),
		Queue:  c.Figures,
		Zone:   &c.Zone,
	}
	lambdaio.ServeSchedule(starter.Start, log)
}
