// Command settings is the admins' API: staff, stores, connections, policies,
// custom fields. It alone may write them, and it makes the deployment's keys.
package main

import (
	"time"

	"guanxi/internal/api"
	settingsapi "guanxi/internal/api/settings"
	"guanxi/internal/boot"
	"guanxi/internal/crm"
	"guanxi/internal/lambdaio"
	"guanxi/internal/seal"
	"guanxi/internal/store"
)

type config struct {
	Settings   string        `env:"SETTINGS_TABLE"`
	Audit      string        `env:"AUDIT_TABLE"`
	Operations string        `env:"OPERATIONS_TABLE"`
	Figures    string        `env:"FIGURES_TABLE"`
	SealKey    string        `env:"SEAL_KEY_ARN"`
	FirstAdmin crm.Subject   `env:"FIRST_ADMIN_SUBJECT"`
	Currency   string        `env:"BASE_CURRENCY"`
	Zone       time.Location `env:"TIME_ZONE"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db, master := store.Open(aws), seal.NewKMS(aws, c.SealKey)
	wrapped := store.NewWrappedKeys(db, c.Settings, master)
	keys := seal.NewKeys(wrapped, master)
	settings := store.NewSettings(db, c.Settings, c.Audit, keys)
	a := api.New(api.Config{Log: log, Staff: settings, FirstAdmin: c.FirstAdmin, Replays: store.NewReplays(db, c.Operations, keys)})
	timers := store.NewTimers(db, c.Operations)
	policies := store.NewPolicies(settings, timers)
	settingsapi.Register(a, settingsapi.Ports{Settings: settings, Policies: policies, Progress: store.NewFigures(db, c.Figures), Drafts: policies,
		WhatIfs: store.NewWhatIfs(db, c.Figures, timers, c.Audit, keys), Fields: settings, Thresholds: settings, Remedies: settings, Made: settings, Keys: wrapped,
		Currency: c.Currency, Zone: &c.Zone})
	lambdaio.ServeHTTP(a, log)
}
