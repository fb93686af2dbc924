// Command figures answers /v1/figures, sums, rates and scores with their cases,
// and /v1/alerts.
package main

import (
	"time"

	"guanxi/internal/api"
	"guanxi/internal/api/figures"
	"guanxi/internal/boot"
	"guanxi/internal/crm"
	"guanxi/internal/lambdaio"
	"guanxi/internal/seal"
	"guanxi/internal/store"
)

type config struct {
	Figures    string        `env:"FIGURES_TABLE"`
	Settings   string        `env:"SETTINGS_TABLE"`
	SealKey    string        `env:"SEAL_KEY_ARN"`
	FirstAdmin crm.Subject   `env:"FIRST_ADMIN_SUBJECT"`
	Zone       time.Location `env:"TIME_ZONE"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	keys := seal.NewKeys(store.NewWrappedKeys(db, c.Settings, nil), seal.NewKMS(aws, c.SealKey))
	settings, kept := store.NewSettings(db, c.Settings, "", keys), store.NewFigures(db, c.Figures)
	a := api.New(api.Config{Log: log, Staff: settings, FirstAdmin: c.FirstAdmin, Cursors: keys.Box(seal.Cursor)})
	figures.Register(a, kept, kept, settings, &c.Zone)
	lambdaio.ServeHTTP(a, log)
}
