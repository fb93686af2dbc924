// Command route-facts reads the stream of Facts and wakes, through their
// queues, those whom each written fact concerns.
package main

import (
	"context"

	"guanxi/internal/boot"
	"guanxi/internal/lambdaio"
	"guanxi/internal/queue"
	"guanxi/internal/routing"
	"guanxi/internal/store"
)

type config struct {
	Recompute   string `env:"RECOMPUTE_QUEUE_URL"`
	Warn        string `env:"WARN_QUEUE_URL"`
	DeadLetters string `env:"STREAM_DEAD_LETTERS_URL"`
}

func main() {
	c, log := boot.Config[config](), boot.Logger()
	router := routing.Router{
		Kind:        store.FactKind,
		Sender:      queue.New(boot.AWS()),
		Queues:      map[routing.Worker]string{routing.Recompute: c.Recompute, routing.Warn: c.Warn},
		DeadLetters: c.DeadLetters,
		Unknown: func(ctx context.Context, cause error) {
			log.ErrorContext(ctx, "a key that nobody understands goes to the dead-letter queue", "cause", cause)
		},
	}
	lambdaio.ServeStream(func(ctx context.Context, changes []lambdaio.Change) (int, error) {
		keys := make([]routing.Written, len(changes))
		for i, change := range changes {
			keys[i] = routing.Written{PK: change.PK, SK: change.SK, Raw: change.Raw}
		}
		return 0, router.Route(ctx, keys)
	}, log)
}
