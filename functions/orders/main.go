// Command orders answers /v1/orders and /v1/customers/{id}/orders.
package main

import (
	"time"

	"guanxi/internal/api"
	"guanxi/internal/api/orders"
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
	Currency   string        `env:"BASE_CURRENCY"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	keys := seal.NewKeys(store.NewWrappedKeys(db, c.Settings, nil), seal.NewKMS(aws, c.SealKey))
	a := api.New(api.Config{Log: log, Staff: store.NewSettings(db, c.Settings, "", keys), FirstAdmin: c.FirstAdmin, Cursors: keys.Box(seal.Cursor), Replays: store.NewReplays(db, c.Operations, keys)})
	orders.Register(a, store.NewPeople(db, c.Customers), store.NewFacts(db, c.Facts, c.Audit, keys, &c.Zone), c.Currency, &c.Zone)
	lambdaio.ServeHTTP(a, log)
}
