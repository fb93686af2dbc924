// Command start-invitations runs once a day: it asks invite for the buyers whom
// the triggers of surveys mean today.
package main

import (
	"context"
	"time"

	"guanxi/internal/boot"
	"guanxi/internal/invite"
	"guanxi/internal/lambdaio"
	"guanxi/internal/queue"
	"guanxi/internal/store"
)

type config struct {
	Settings string        `env:"SETTINGS_TABLE"`
	Survey   string        `env:"SURVEY_QUEUE_URL"`
	Zone     time.Location `env:"TIME_ZONE"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	settings, sender := store.NewSettings(store.Open(aws), c.Settings, "", nil), queue.New(aws)
	lambdaio.ServeSchedule(func(ctx context.Context) error { return invite.Start(ctx, settings, sender, c.Survey, &c.Zone) }, log)
}
