// Command segments answers /v1/segments: what conditions may name, previews,
// the segments, and who is in them.
package main

import (
	"time"

	"guanxi/internal/api"
	"guanxi/internal/api/segments"
	"guanxi/internal/boot"
	"guanxi/internal/crm"
	"guanxi/internal/lambdaio"
	"guanxi/internal/seal"
	"guanxi/internal/store"
)

type config struct {
	Customers  string        `env:"CUSTOMERS_TABLE"`
	Settings   string        `env:"SETTINGS_TABLE"`
	Figures    string        `env:"FIGURES_TABLE"`
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
	settings := store.NewSettings(db, c.Settings, c.Audit, keys)
	a := api.New(api.Config{Log: log, Staff: settings, FirstAdmin: c.FirstAdmin, Cursors: keys.Box(seal.Cursor)})
	segments.Register(a, store.NewSegments(settings, store.NewTimers(db, c.Operations)), store.NewCards(db, c.Customers), store.NewSample(db, c.Customers, keys, &c.Zone), store.NewFigures(db, c.Figures), &c.Zone)
	lambdaio.ServeHTTP(a, log)
}
