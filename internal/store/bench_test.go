package store_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/event"
	"guanxi/internal/rehearse"
	"guanxi/internal/standing"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
	"guanxi/internal/whatif"
)

// BenchmarkWhatIf tries a draft on a base whose customers have three orders on
// average, as CDNOW's have, and says what a customer costs. CUSTOMERS is how many
// there are, 2,000 if it is not set; most of the time goes into making them.
func BenchmarkWhatIf(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("CUSTOMERS"))
	if err != nil {
		n = 2000
	}
	env := storetest.Open(b)
	buyers(b, env, n)
	book := standing.Book{Documents: store.NewSettings(env.DB, env.Settings, env.Audit, env.Keys), Currency: "CNY", Zone: env.Zone}
	runs, queue := store.NewWhatIfs(env.DB, env.Figures, store.NewTimers(env.DB, env.Operations), env.Audit, env.Keys), &mailbox{}
	worker := rehearse.Rehearsal{Runs: runs, Base: inParts{store.NewEverybody(env.DB, env.Customers, store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone))}, Book: book, Sender: queue}
	ctx := storetest.Context(noon)
	b.ResetTimer()
	for b.Loop() {
		run := whatif.Run{ID: crm.NewID("wif", noon), Draft: crm.NewID("drf", noon), Policy: cheaper(), Before: decision.Versions{Policy: 1}, On: crm.DateIn(noon, env.Zone), AskedAt: noon}
		if err := runs.Ask(ctx, run); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		queue.waiting = []event.Envelope{{Kind: event.Due, Timer: run.Timer().ID, Ref: run.Ref()}}
		for len(queue.waiting) > 0 {
			next := queue.waiting[0]
			queue.waiting = queue.waiting[1:]
			if err := worker.Work(ctx, next); err != nil {
				b.Fatal(err)
			}
		}
		took := time.Since(began)
		done, err := runs.Run(ctx, run.Draft, run.ID)
		if err != nil || done.Outcome.Customers != n {
			b.Fatal(done.Outcome, err)
		}
		b.ReportMetric(took.Seconds(), "s/run")
		b.ReportMetric(float64(n)/took.Seconds(), "customers/s")
		b.ReportMetric(done.Outcome.Reads, "RRU/run")
		b.ReportMetric(done.Outcome.Reads/float64(n), "RRU/customer")
	}
}

// buyers are so many customers, each with a standing decision and with orders
// whose number falls off like CDNOW's: half of them bought once.
func buyers(b *testing.B, env *storetest.Env, n int) {
	b.Helper()
	facts, ctx := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone), storetest.Context(noon)
	random := rand.New(rand.NewPCG(1, 2))
	at := noon.AddDate(-2, 0, 0)
	var write []func(context.Context) error
	for i := range n {
		id := crm.NewCustomerID(at.Add(time.Duration(i) * time.Second))
		orders := 1
		for orders < 30 && random.Float64() > 0.34 {
			orders++
		}
		for k := range orders {
			o := order(id, string(id)+"-"+strconv.Itoa(k), noon, crm.OrderPaid)
			o.PlacedAt, o.Total.Minor = noon.AddDate(0, 0, -random.IntN(700)), int64(10_000+random.IntN(900_000))
			write = append(write, func(ctx context.Context) error { _, err := facts.PutOrder(ctx, o); return err })
		}
		write = append(write, func(ctx context.Context) error {
			return decisions(env).Save(ctx, standing.Record{}, judged(id, 1, noon, env.Zone))
		})
	}
	work, failed := make(chan func(context.Context) error), make(chan error, 16)
	for range cap(failed) {
		go func() {
			var first error
			for do := range work {
				if err := do(ctx); err != nil && first == nil {
					first = err
				}
			}
			failed <- first
		}()
	}
	for _, do := range write {
		work <- do
	}
	close(work)
	for range cap(failed) {
		if err := <-failed; err != nil {
			b.Fatal(err)
		}
	}
}
