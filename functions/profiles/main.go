// Command profiles answers one look at a customer, and a store's most recent
// buyers: what is asked at the counter, by a function that starts fast.
package main

import (
	"time"

	"guanxi/internal/api"
	"guanxi/internal/api/customers"
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
	Settings   string        `env:"SETTINGS_TABLE"`
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
	facts := store.NewFacts(db, c.Facts, "", keys, &c.Zone)
	a := api.New(api.Config{Log: log, Staff: settings, FirstAdmin: c.FirstAdmin, Cursors: keys.Box(seal.Cursor)})
	customers.RegisterProfile(a,
		store.NewOverviews(db, c.Customers, c.Facts, keys, &c.Zone),
		facts,
		standing.Book{Documents: settings, Currency: c.Currency, Zone: &c.Zone},
		&c.Zone)
	cards := store.NewCards(db, c.Customers)
	customers.RegisterBuyers(a, facts, cards, &c.Zone)
	customers.RegisterSecondPurchase(a, facts, cards, store.NewDecisions[standing.Measures, standing.Classes](db, c.Customers, "", keys), &c.Zone, c.Currency)
	lambdaio.ServeHTTP(a, log)
}
