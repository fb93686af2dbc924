// Command surveys answers /v1/surveys: staff define, invite and read answers.
package main

import (
	"time"

	"guanxi/internal/api"
	"guanxi/internal/api/surveys"
	"guanxi/internal/boot"
	"guanxi/internal/crm"
	"guanxi/internal/invite"
	"guanxi/internal/lambdaio"
	"guanxi/internal/seal"
	"guanxi/internal/store"
)

type config struct {
	Customers  string        `env:"CUSTOMERS_TABLE"`
	Facts      string        `env:"FACTS_TABLE"`
	Operations string        `env:"OPERATIONS_TABLE"`
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
	settings := store.NewSettings(db, c.Settings, c.Audit, keys)
	people := store.NewPeople(db, c.Customers)
	invitations := store.NewInvitations(db, c.Operations, c.Audit, keys)
	a := api.New(api.Config{Log: log, Staff: settings, FirstAdmin: c.FirstAdmin, Cursors: keys.Box(seal.Cursor), Replays: store.NewReplays(db, c.Operations, keys)})
	surveys.Register(a, settings, people,
		invite.Asker{Invitations: invitations, People: people, Timers: store.NewTimers(db, c.Operations)},
		invitations, store.NewFacts(db, c.Facts, "", keys, &c.Zone), &c.Zone)
	lambdaio.ServeHTTP(a, log)
}
