// Command start-review runs every night: it cuts the base of customers into
// segments and asks review-segment to look through each.
package main

import (
	"context"

	"guanxi/internal/boot"
	"guanxi/internal/lambdaio"
	"guanxi/internal/queue"
	"guanxi/internal/review"
	"guanxi/internal/store"
)

type config struct {
	Customers string `env:"CUSTOMERS_TABLE"`
	Review    string `env:"REVIEW_QUEUE_URL"`
}

func main() {
	c, log, aws := boot.Config[config](), boot.Logger(), boot.AWS()
	base, sender := store.NewReview(store.Open(aws), c.Customers), queue.New(aws)
	lambdaio.ServeSchedule(func(ctx context.Context) error { return review.Start(ctx, base, sender, c.Review) }, log)
}
