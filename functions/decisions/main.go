// Command decisions answers what was decided about a customer and why, and
// lets staff see to churn warnings.
package main

import (
	"time"

	"guanxi/internal/api"
	"guanxi/internal/api/decisions"
	"guanxi/internal/boot"
	"guanxi/internal/crm"
	"guanxi/internal/lambdaio"
	"guanxi/internal/seal"
	"guanxi/internal/standing"
	"guanxi/internal/store"
)

type config struct {
	Customers  string        `env:"CUSTOMERS_TABLE"`
	Facts      string        `env:"FACTS_TABLE"`
	Operations string        `env:"OPERATIONS_TABLE"`
	Settings   string        `env:"SETTINGS_TABLE"`
	Audit      string        `env:"AUDIT_TABLE"`
	SealKey    string        `env:"SEAL_KEY_ARN"`
	FirstAdmin crm.Subject   `env:"FIRST_ADMIN_SUBJECT"`
	Zone       time.Location `env:"TIME_ZONE"`
	Currency   string        `env:"BASE_CURRENCY"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	keys := seal.NewKeys(store.NewWrappedKeys(db, c.Settings, nil), seal.NewKMS(aws, c.SealKey))
	settings := store.NewSettings(db, c.Settings, "", keys)
	a := api.New(api.Config{Log: log, Staff: settings, FirstAdmin: c.FirstAdmin, Cursors: keys.Box(seal.Cursor)})
	decisions.Register(a,
		store.NewPeople(db, c.Customers),
		store.NewDecisions[standing.Measures, standing.Classes](db, c.Customers, c.Facts, keys),
		store.NewFacts(db, c.Facts, "", keys, &c.Zone),
		standing.Book{Documents: settings, Currency: c.Currency, Zone: &c.Zone},
		store.NewWarnings(db, c.Customers, c.Audit, keys, &c.Zone),
		settings,
		settings,
		store.NewTimers(db, c.Operations),
		&c.Zone)
	lambdaio.ServeHTTP(a, log)
}
