// Command raise-alerts runs every night after the count: it measures the figures
// that have thresholds, and opens, follows and closes alerts.
package main

import (
	"time"

	"guanxi/internal/boot"
	"guanxi/internal/lambdaio"
	"guanxi/internal/seal"
	"guanxi/internal/store"
	"guanxi/internal/tally"
)

type config struct {
	Customers string        `env:"CUSTOMERS_TABLE"`
	Figures   string        `env:"FIGURES_TABLE"`
	Settings  string        `env:"SETTINGS_TABLE"`
	SealKey   string        `env:"SEAL_KEY_ARN"`
	Zone      time.Location `env:"TIME_ZONE"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	keys := seal.NewKeys(store.NewWrappedKeys(db, c.Settings, nil), seal.NewKMS(aws, c.SealKey))
	settings, figures := store.NewSettings(db, c.Settings, "", keys), store.NewFigures(db, c.Figures)
	raiser := tally.Raiser{
		Measures:   figures,
		Alerts:     figures,
		Thresholds: settings,
		Stores:     settings,
		Tasks:      store.NewTasks(db, c.Customers, "", keys, &c.Zone),
		Zone:       &c.Zone,
	}
	lambdaio.ServeSchedule(raiser.Raise, log)
}
