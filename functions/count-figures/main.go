// Command count-figures is woken from FiguresQueue. It takes the sums of a
// store's day anew, or counts one segment of the base for the night's figures.
package main

import (
	"time"

	"guanxi/internal/boot"
	"guanxi/internal/lambdaio"
	"guanxi/internal/seal"
	"guanxi/internal/standing"
	"guanxi/internal/store"
	"guanxi/internal/tally"
)

type config struct {
	Customers string        `env:"CUSTOMERS_TABLE"`
	Facts     string        `env:"FACTS_TABLE"`
	Figures   string        `env:"FIGURES_TABLE"`
	Settings  string        `env:"SETTINGS_TABLE"`
	SealKey   string        `env:"SEAL_KEY_ARN"`
	Zone      time.Location `env:"TIME_ZONE"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	keys := seal.NewKeys(store.NewWrappedKeys(db, c.Settings, nil), seal.NewKMS(aws, c.SealKey))
	figures := store.NewFigures(db, c.Figures)
	counter := tally.Counter{
		Days:      tally.Days{Facts: store.NewFacts(db, c.Facts, "", keys, &c.Zone), Keep: figures, Zone: &c.Zone},
		Decisions: store.NewDecisions[standing.Measures, standing.Classes](db, c.Customers, "", keys),
		Counts:    figures,
	}
	lambdaio.ServeQueue(counter.Work, log)
}
