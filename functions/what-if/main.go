// Command what-if is woken from WhatIfQueue. It tries a draft of the policy on
// one segment of the base, and touches nothing else.
package main

import (
	"time"

	"guanxi/internal/boot"
	"guanxi/internal/lambdaio"
	"guanxi/internal/queue"
	"guanxi/internal/rehearse"
	"guanxi/internal/seal"
	"guanxi/internal/standing"
	"guanxi/internal/store"
)

type config struct {
	Customers string        `env:"CUSTOMERS_TABLE"`
	Facts     string        `env:"FACTS_TABLE"`
	Figures   string        `env:"FIGURES_TABLE"`
	Settings  string        `env:"SETTINGS_TABLE"`
	Queue     string        `env:"WHAT_IF_QUEUE_URL"`
	SealKey   string        `env:"SEAL_KEY_ARN"`
	Zone      time.Location `env:"TIME_ZONE"`
	Currency  string        `env:"BASE_CURRENCY"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	keys := seal.NewKeys(store.NewWrappedKeys(db, c.Settings, nil), seal.NewKMS(aws, c.SealKey))
	rehearsal := rehearse.Rehearsal{
		Runs:   store.NewWhatIfs(db, c.Figures, store.Timers{}, "", keys),
		Base:   store.NewEverybody(db, c.Customers, store.NewFacts(db, c.Facts, "", keys, &c.Zone)),
		Book:   standing.Book{Documents: store.NewSettings(db, c.Settings, "", keys), Currency: c.Currency, Zone: &c.Zone},
		Sender: queue.New(aws),
		Queue:  c.Queue,
	}
	lambdaio.ServeQueue(rehearsal.Work, log)
}
