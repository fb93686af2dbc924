// Command sign-up answers /v1/sign-up: people make themselves known to a store,
// in public. It writes customers, and reads none.
package main

import (
	"time"

	"guanxi/internal/api"
	"guanxi/internal/api/signup"
	"guanxi/internal/boot"
	"guanxi/internal/identity"
	"guanxi/internal/lambdaio"
	"guanxi/internal/seal"
	"guanxi/internal/store"
)

type config struct {
	Customers  string        `env:"CUSTOMERS_TABLE"`
	Facts      string        `env:"FACTS_TABLE"`
	Settings   string        `env:"SETTINGS_TABLE"`
	Operations string        `env:"OPERATIONS_TABLE"`
	SealKey    string        `env:"SEAL_KEY_ARN"`
	Most       int           `env:"SIGN_UPS_PER_HOUR"`
	Zone       time.Location `env:"TIME_ZONE"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	keys := seal.NewKeys(store.NewWrappedKeys(db, c.Settings, nil), seal.NewKMS(aws, c.SealKey))
	settings := store.NewSettings(db, c.Settings, "", keys)
	h := signup.Register(api.New(api.Config{Log: log}), settings, store.NewCustomers(db, c.Customers, c.Facts, "", keys, &c.Zone),
		identity.Writing{}, store.NewLimits(db, c.Operations, keys), c.Most)
	lambdaio.ServeHTTP(h, log)
}
