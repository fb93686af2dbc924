// Command warn-churn is woken from WarnQueue when a decision changed or a timer
// came. It opens, wakes, escalates and closes the customer's churn warning.
package main

import (
	"context"
	"time"

	"guanxi/internal/boot"
	"guanxi/internal/event"
	"guanxi/internal/lambdaio"
	"guanxi/internal/seal"
	"guanxi/internal/standing"
	"guanxi/internal/store"
	"guanxi/internal/warning"
)

type config struct {
	Customers  string        `env:"CUSTOMERS_TABLE"`
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
	settings := store.NewSettings(db, c.Settings, "", keys)
	desk := warning.Desk{
		Decisions: store.NewDecisions[standing.Measures, standing.Classes](db, c.Customers, "", keys),
		Policies:  standing.Book{Documents: settings, Currency: c.Currency, Zone: &c.Zone},
		People:    store.NewCustomers(db, c.Customers, "", "", keys, &c.Zone),
		Stores:    settings,
		Warnings:  store.NewWarnings(db, c.Customers, "", keys, &c.Zone),
		Timers:    store.NewTimers(db, c.Operations),
		Zone:      &c.Zone,
	}
	lambdaio.ServeQueue(func(ctx context.Context, e event.Envelope) error { return desk.Work(ctx, e.Customer) }, log)
}
