// Command fit-model runs every week: it fits the purchase model to the whole
// base, judges it, and puts it in force if it may be used.
package main

import (
	"time"

	"guanxi/internal/boot"
	"guanxi/internal/lambdaio"
	"guanxi/internal/learning"
	"guanxi/internal/seal"
	"guanxi/internal/standing"
	"guanxi/internal/store"
)

type config struct {
	Customers string        `env:"CUSTOMERS_TABLE"`
	Settings  string        `env:"SETTINGS_TABLE"`
	SealKey   string        `env:"SEAL_KEY_ARN"`
	Zone      time.Location `env:"TIME_ZONE"`
	Currency  string        `env:"BASE_CURRENCY"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	keys := seal.NewKeys(store.NewWrappedKeys(db, c.Settings, nil), seal.NewKMS(aws, c.SealKey))
	class := learning.Class{
		Decisions: store.NewDecisions[standing.Measures, standing.Classes](db, c.Customers, "", keys),
		Models:    store.NewSettings(db, c.Settings, "", keys),
		Currency:  c.Currency,
		Zone:      &c.Zone,
	}
	lambdaio.ServeSchedule(class.Fit, log)
}
