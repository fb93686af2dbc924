// Command recompute-tier is woken from RecomputeQueue. It folds a customer's
// facts, decides level, RFM, tier, status and churn class, and writes the
// decision under its guard, with the segments that the customer is in: the loop
// is decision.Keep, the rules are standing, the conditions enrol's.
// Then it brings the cards that lists show in line with the decision.
package main

import (
	"context"
	"time"

	"guanxi/internal/boot"
	"guanxi/internal/card"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/enrol"
	"guanxi/internal/event"
	"guanxi/internal/history"
	"guanxi/internal/lambdaio"
	"guanxi/internal/seal"
	"guanxi/internal/standing"
	"guanxi/internal/store"
	"guanxi/internal/tally"
	"guanxi/internal/telemetry"
)

type config struct {
	Customers  string        `env:"CUSTOMERS_TABLE"`
	Facts      string        `env:"FACTS_TABLE"`
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
	clerk := enrol.New(settings, settings, store.NewCustomers(db, c.Customers, c.Facts, "", keys, &c.Zone))
	marker := tally.NewMarker(store.NewTimers(db, c.Operations), &c.Zone)
	keeper := decision.Keeper[standing.Measures, standing.Classes]{
		Facts: store.NewFacts(db, c.Facts, "", keys, &c.Zone),
		Book:  standing.Book{Documents: settings, Currency: c.Currency, Zone: &c.Zone},
		Store: store.NewDecisions[standing.Measures, standing.Classes](db, c.Customers, c.Facts, keys),
		Enrol: clerk.Enrol,
		Touched: func(ctx context.Context, f history.Facts, before, next standing.Record) error {
			return marker.Touch(ctx, f, before.Guard.AsOf, next.Guard.AsOf)
		},
		Kept:    func(ctx context.Context, r standing.Record) { telemetry.Note(ctx, "fact_trace", r.Trace) },
		Changed: func(ctx context.Context, _ standing.Record) { telemetry.Count(ctx, telemetry.DecisionsChanged, 1) },
	}
	cards := card.Keeper{Decide: keeper.Keep, Shelf: store.NewCards(db, c.Customers)}
	lambdaio.ServeQueue(func(ctx context.Context, e event.Envelope) error {
		_, _, err := cards.Keep(ctx, e.Customer, e.Cause, e.Trace, crm.AsOf(ctx))
		return err
	}, log)
}
