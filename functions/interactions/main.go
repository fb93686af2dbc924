// Command interactions answers /v1/customers/{id}/interactions.
package main

import (
	"time"

	"guanxi/internal/api"
	"guanxi/internal/api/interactions"
	"guanxi/internal/boot"
	"guanxi/internal/crm"
	"guanxi/internal/lambdaio"
	"guanxi/internal/seal"
	"guanxi/internal/store"
)

type config struct {
	Customers  string        `env:"CUSTOMERS_TABLE"`
	Facts      string        `env:"FACTS_TABLE"`
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
	a := api.New(api.Config{Log: log, Staff: store.NewSettings(db, c.Settings, "", keys), FirstAdmin: c.FirstAdmin, Cursors: keys.Box(seal.Cursor), Replays: store.NewReplays(db, c.Operations, keys)})
	interactions.Register(a, store.NewPeople(db, c.Customers), store.NewFacts(db, c.Facts, c.Audit, keys, &c.Zone))
	lambdaio.ServeHTTP(a, log)
}
