// Command webhooks takes the signed deliveries of connected shops: verify the
// raw bytes, find the person, write the fact, answer.
package main

import (
	"time"

	"guanxi/internal/boot"
	"guanxi/internal/identity"
	"guanxi/internal/lambdaio"
	"guanxi/internal/seal"
	"guanxi/internal/store"
	"guanxi/internal/webhook"
	"guanxi/internal/webhook/generic"
	"guanxi/internal/webhook/intake"
	"guanxi/internal/webhook/shopify"
)

type config struct {
	Customers  string        `env:"CUSTOMERS_TABLE"`
	Facts      string        `env:"FACTS_TABLE"`
	Operations string        `env:"OPERATIONS_TABLE"`
	Settings   string        `env:"SETTINGS_TABLE"`
	SealKey    string        `env:"SEAL_KEY_ARN"`
	Zone       time.Location `env:"TIME_ZONE"`
	Currency   string        `env:"BASE_CURRENCY"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	keys := seal.NewKeys(store.NewWrappedKeys(db, c.Settings, nil), seal.NewKMS(aws, c.SealKey))
	people := store.NewCustomers(db, c.Customers, c.Facts, "", keys, &c.Zone)
	facts := store.NewFacts(db, c.Facts, "", keys, &c.Zone)
	receiver := webhook.Receiver{
		Platforms:   map[string]webhook.Platform{intake.Shopify: shopify.Platform{}, intake.Generic: generic.Platform{}},
		Connections: store.NewSettings(db, c.Settings, "", keys),
		People:      identity.Resolver{Locks: people, Profiles: people},
		Addresses:   facts,
		Facts:       facts,
		Inbox:       store.NewInbox(db, c.Operations, keys, &c.Zone),
		Base:        c.Currency,
		Zone:        &c.Zone,
		Log:         log,
	}
	lambdaio.ServeHTTP(receiver.Handler(), log)
}
