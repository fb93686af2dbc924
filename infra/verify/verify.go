package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"guanxi/infra/client"
)

// verifier goes through everybody.
type verifier struct {
	system  *client.System
	workers int
	zone    *time.Location
	say     io.Writer // how far it has come
}

// verify asks about everybody, and after a pause again about those of whom
// anything differed: what was only under way is done by then.
func (v verifier) verify(ctx context.Context, pause time.Duration) (f found, err error) {
	now, err := v.system.Now(ctx)
	if err != nil {
		return f, err
	}
	f = found{today: now.In(v.zone).Format(time.DateOnly), seen: newTally()}
	if err := v.system.Get(ctx, "/v1/figures/mix", &f.counted); err != nil {
		return f, err
	}
	differ := map[string][]difference{}
	err = v.round(ctx, f.today, func(string) bool { return true }, func(a said) {
		f.seen.add(a, f.counted.On)
		wrong, compared := a.compare(f.reviewed())
		if !compared {
			f.waiting++
		}
		if len(wrong) > 0 {
			differ[a.Listed.ID] = wrong
		}
		if f.seen.Customers%1000 == 0 {
			fmt.Fprintf(v.say, "%d of about %d customers\n", f.seen.Customers, f.counted.Customers)
		}
	})
	if err != nil {
		return f, err
	}
	if len(differ) > 0 {
		fmt.Fprintf(v.say, "%d customers differ; asking about them again in %s\n", len(differ), pause)
		select {
		case <-ctx.Done():
			return f, ctx.Err()
		case <-time.After(pause):
		}
		err = v.round(ctx, f.today, func(id string) bool { return differ[id] != nil }, func(a said) {
			differ[a.Listed.ID], _ = a.compare(f.reviewed())
		})
	}
	for _, id := range slices.Sorted(maps.Keys(differ)) {
		f.wrong = append(f.wrong, differ[id]...)
	}
	if f.reviewed() {
		f.wrong = append(f.wrong, f.seen.against(f.counted)...)
	}
	return f, err
}

// round goes through the list of all, and asks about those who are wanted. One
// answer is taken at a time.
func (v verifier) round(ctx context.Context, today string, wanted func(id string) bool, take func(said)) error {
	var mu sync.Mutex
	group, asking := errgroup.WithContext(ctx)
	group.SetLimit(v.workers)
	err := customers(asking, v.system, func(listed decided) {
		mu.Lock()
		want := wanted(listed.ID)
		mu.Unlock()
		if !want {
			return
		}
		group.Go(func() error {
			a, err := ask(asking, v.system, listed, today)
			if gone(err) { // deleted meanwhile
				return nil
			}
			if err != nil {
				return fmt.Errorf("customer %s: %w", listed.ID, err)
			}
			mu.Lock()
			defer mu.Unlock()
			take(a)
			return nil
		})
	})
	if failed := group.Wait(); failed != nil { // which is why the list was not read to its end
		return failed
	}
	return err
}
