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
	Settings   string        `env:"SETTINGS_TABLE"`
	Audit      string        `env:"AUDIT_TABLE"`
	SealKey    string        `env:"SEAL_KEY_ARN"`
	FirstAdmin crm.Subject   `env:"FIRST_ADMIN_SUBJECT"`
	Zone       time.Location `env:"TIME_ZONE"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	keys := seal.NewKeys(store.NewWrappedKeys(db, c.Settings, nil), seal.NewKMS(aws, c.SealKey))
	a := api.New(api.Config{Log: log, Staff: store.NewSettings(db, c.Settings, "", keys), FirstAdmin: c.FirstAdmin})
	customers.Register(a, store.NewPeople(db, c.Customers), store.NewCustomers(db, c.Customers, c.Audit, keys, &c.Zone), identity.Writing{})
	lambdaio.ServeHTTP(a, log)
}
