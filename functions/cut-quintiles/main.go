// Command cut-quintiles runs every month: it parts the buyers of the whole base
// into fifths by recency and by money, for the policies that score by them.
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
	settings := store.NewSettings(db, c.Settings, "", keys)
	cutter := learning.Cutter{
		Decisions: store.NewDecisions[standing.Measures, standing.Classes](db, c.Customers, "", keys),
		Sets:      settings,
		Book:      standing.Book{Documents: settings, Currency: c.Currency, Zone: &c.Zone},
	}
	lambdaio.ServeSchedule(cutter.Cut, log)
}
