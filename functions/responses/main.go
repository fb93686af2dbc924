// Command responses answers /v1/responses/{token}: customers answer a survey, on
// a page or as JSON. It knows no callers: the link is the proof.
package main

import (
	"time"

	"guanxi/internal/api"
	"guanxi/internal/api/responses"
	"guanxi/internal/boot"
	"guanxi/internal/lambdaio"
	"guanxi/internal/seal"
	"guanxi/internal/store"
)

type config struct {
	Customers  string        `env:"CUSTOMERS_TABLE"`
	Facts      string        `env:"FACTS_TABLE"`
	Operations string        `env:"OPERATIONS_TABLE"`
	Settings   string        `env:"SETTINGS_TABLE"`
	SealKey    string        `env:"SEAL_KEY_ARN"`
	Zone       time.Location `env:"TIME_ZONE"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	keys := seal.NewKeys(store.NewWrappedKeys(db, c.Settings, nil), seal.NewKMS(aws, c.SealKey))
	pages := responses.Register(api.New(api.Config{Log: log}),
		store.NewInvitations(db, c.Operations, "", keys), store.NewSettings(db, c.Settings, "", keys), store.NewFacts(db, c.Facts, "", keys, &c.Zone),
		store.NewPeople(db, c.Customers), store.NewLimits(db, c.Operations, keys), responses.MostAnHour, &c.Zone)
	lambdaio.ServeHTTP(pages, log)
}
