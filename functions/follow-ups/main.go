// Command follow-ups answers /v1/follow-ups, and those of a customer and of a
// store: what staff are to do.
package main

import (
	"time"

	"guanxi/internal/api"
	"guanxi/internal/api/tasks"
	"guanxi/internal/boot"
	"guanxi/internal/crm"
	"guanxi/internal/lambdaio"
	"guanxi/internal/seal"
	"guanxi/internal/standing"
	"guanxi/internal/store"
)

type config struct {
	Customers  string        `env:"CUSTOMERS_TABLE"`
	Settings   string        `env:"SETTINGS_TABLE"`
	Audit      string        `env:"AUDIT_TABLE"`
	Operations string        `env:"OPERATIONS_TABLE"`
	SealKey    string        `env:"SEAL_KEY_ARN"`
	FirstAdmin crm.Subject   `env:"FIRST_ADMIN_SUBJECT"`
	Zone       time.Location `env:"TIME_ZONE"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	keys := seal.NewKeys(store.NewWrappedKeys(db, c.Settings, nil), seal.NewKMS(aws, c.SealKey))
	settings := store.NewSettings(db, c.Settings, "", keys)
	a := api.New(api.Config{Log: log, Staff: settings, FirstAdmin: c.FirstAdmin, Cursors: keys.Box(seal.Cursor), Replays: store.NewReplays(db, c.Operations, keys)})
	kept := store.NewTasks(db, c.Customers, c.Audit, keys, &c.Zone)
	tasks.Register(a, kept, kept,
		store.NewWarnings(db, c.Customers, c.Audit, keys, &c.Zone),
		store.NewPeople(db, c.Customers),
		store.NewDecisions[standing.Measures, standing.Classes](db, c.Customers, "", keys),
		settings,
		settings,
		&c.Zone)
	lambdaio.ServeHTTP(a, log)
}
