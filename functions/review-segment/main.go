// Command review-segment is woken from ReviewQueue. It scans one segment of the
// base and wakes those whose decision time alone may change today, or whom an
// older policy than the one in force decided.
package main

import (
	"time"

	"guanxi/internal/boot"
	"guanxi/internal/lambdaio"
	"guanxi/internal/queue"
	"guanxi/internal/review"
	"guanxi/internal/store"
)

type config struct {
	Customers  string        `env:"CUSTOMERS_TABLE"`
	Settings   string        `env:"SETTINGS_TABLE"`
	Figures    string        `env:"FIGURES_TABLE"`
	Operations string        `env:"OPERATIONS_TABLE"`
	Review     string        `env:"REVIEW_QUEUE_URL"`
	Recompute  string        `env:"RECOMPUTE_QUEUE_URL"`
	Warn       string        `env:"WARN_QUEUE_URL"`
	Zone       time.Location `env:"TIME_ZONE"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	db := store.Open(aws)
	base, settings, sender := store.NewReview(db, c.Customers), store.NewSettings(db, c.Settings, "", nil), queue.New(aws)
	worker := review.Worker{
		Reviewer: review.Reviewer{Base: base, Editions: settings, Sender: sender, Decide: c.Recompute, Warn: c.Warn, Zone: &c.Zone},
		Rollout: review.Rollout{Base: base, Editions: settings, Progress: store.NewFigures(db, c.Figures), Timers: store.NewTimers(db, c.Operations),
			Sender: sender, Look: c.Review, Decide: c.Recompute},
	}
	lambdaio.ServeQueue(worker.Work, log)
}
