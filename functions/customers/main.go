// Command customers answers /v1/customers: people and organisations.
package main

import (
	"time"

	"guanxi/internal/api"
	"guanxi/internal/api/customers"
	"guanxi/internal/boot"
	"guanxi/internal/crm"
	"guanxi/internal/identity"
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
	settings := store.NewSettings(db, c.Settings, "", keys)
	a := api.New(api.Config{Log: log, Staff: settings, FirstAdmin: c.FirstAdmin, Cursors: keys.Box(seal.Cursor), Replays: store.NewReplays(db, c.Operations, keys)})
	people := store.NewPeople(db, c.Customers)
	customers.Register(a, customers.Ports{
		People: people, Glances: people,
		Profiles: store.NewCustomers(db, c.Customers, c.Facts, c.Audit, keys, &c.Zone),
		Cards:    store.NewCards(db, c.Customers),
		Identity: identity.Writing{},
		Fields:   settings,
		Limiter:  store.NewLimits(db, c.Operations, keys),
	})
	lambdaio.ServeHTTP(a, log)
}
