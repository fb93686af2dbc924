// Command sweep-timers ticks once a minute and sends on the timers that have come.
package main

import (
	"guanxi/internal/boot"
	"guanxi/internal/crm"
	"guanxi/internal/lambdaio"
	"guanxi/internal/queue"
	"guanxi/internal/store"
	"guanxi/internal/sweep"
)

type config struct {
	Operations string `env:"OPERATIONS_TABLE"`
	Warn       string `env:"WARN_QUEUE_URL"`
	Figures    string `env:"FIGURES_QUEUE_URL"`
	Survey     string `env:"SURVEY_QUEUE_URL"`
	Review     string `env:"REVIEW_QUEUE_URL"`
	WhatIf     string `env:"WHAT_IF_QUEUE_URL"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	sweeper := sweep.Sweeper{Timers: store.NewTimers(store.Open(aws), c.Operations), Sender: queue.New(aws), Queues: map[crm.TimerKind]string{
		crm.TimerWarning: c.Warn,
		crm.TimerDay:     c.Figures,
		crm.TimerSurvey:  c.Survey,
		crm.TimerRollout: c.Review,
		crm.TimerWhatIf:  c.WhatIf,
	}}
	lambdaio.ServeSchedule(sweeper.Sweep, log)
}
