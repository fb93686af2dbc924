// Command recompute-tier is woken from RecomputeQueue. It folds a customer's
// facts, decides level, RFM, tier, status and churn class, and writes the
// decision under its guard: the loop is decision.Keep, the rules are standing.
package main

import (
	"context"
	"time"

	"guanxi/internal/boot"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/event"
	"guanxi/internal/lambdaio"
	"guanxi/internal/seal"
	"guanxi/internal/standing"
	"guanxi/internal/store"
)

type config struct {
	Customers string        `env:"CUSTOMERS_TABLE"`
	Facts     string        `env:"FACTS_TABLE"`
	Settings  string        `env:"SETTINGS_TABLE"`
	SealKey   string        `env:"SEAL_KEY_ARN"`
	Zone      time.Location `env:"TIME_ZONE"`
	Currency  string        `env:"BASE_CURRENCY"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	keys := seal.NewKeys(store.NewWrappedKeys(db, c.Settings, nil), seal.NewKMS(aws, c.SealKey))
	keeper := decision.Keeper[standing.Measures, standing.Classes]{
		Facts: store.NewFacts(db, c.Facts, "", keys),
		Book:  standing.Book{Documents: store.NewSettings(db, c.Settings, "", keys), Currency: c.Currency, Zone: &c.Zone},
		Store: store.NewDecisions[standing.Measures, standing.Classes](db, c.Customers, c.Facts, keys),
		Kept: func(ctx context.Context, r standing.Record, changed bool) {
			log.InfoContext(ctx, "decided", "changed", changed, "of", r.Trace) // the request that stated the newest fact
		},
	}
	lambdaio.ServeQueue(func(ctx context.Context, e event.Envelope) error {
		_, _, err := keeper.Keep(ctx, e.Customer, e.Cause, e.Trace, crm.AsOf(ctx))
		return err
	}, log)
}
