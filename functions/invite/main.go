// Command invite is woken from SurveyQueue: it invites the buyers whom a
// survey's trigger means, and lets reminders fall due.
package main

import (
	"time"

	"guanxi/internal/boot"
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
	SealKey    string        `env:"SEAL_KEY_ARN"`
	Zone       time.Location `env:"TIME_ZONE"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	keys := seal.NewKeys(store.NewWrappedKeys(db, c.Settings, nil), seal.NewKMS(aws, c.SealKey))
	facts := store.NewFacts(db, c.Facts, "", keys, &c.Zone)
	desk := invite.Desk{
		Asker: invite.Asker{
			Invitations: store.NewInvitations(db, c.Operations, "", keys),
			People:      store.NewPeople(db, c.Customers),
			Timers:      store.NewTimers(db, c.Operations),
		},
		Surveys: store.NewSettings(db, c.Settings, "", keys),
		Orders:  facts,
		Answers: facts,
	}
	lambdaio.ServeQueue(desk.Work, log)
}
