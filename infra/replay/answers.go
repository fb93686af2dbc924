package main

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// answers is what the system says about one customer, at the end.
type answers struct {
	Stored   decided // the decision as it was kept
	Derived  decided // the same date's, derived from all facts
	Changes  []change
	Warnings []warning
}

// decided is a decision as GET /v1/customers/{id}/tier tells it, as far as we
// ask.
type decided struct {
	On     string
	Level  string
	Tier   string
	Status string
	Spend  struct {
		Minor    int64
		Currency string
	}
}

// change is an entry of the history of decisions.
type change struct {
	At    time.Time
	After classes
}

type classes struct {
	Level, Tier, Need string
	Warned            string `json:"warned_since"`
}

// warning is a churn warning, open or closed.
type warning struct {
	OpenedAt time.Time `json:"opened_at"`
}

func (d decided) standing() standing {
	named := func(s string) string {
		if s == "" {
			return "none"
		}
		return s
	}
	return standing{Level: named(d.Level), Spend: d.Spend.Minor, Status: named(d.Status), Tier: named(d.Tier)}
}

// ask asks for everything about every customer of the shop.
func (r *replay) ask(ctx context.Context, p progress) (map[string]answers, error) {
	var mu sync.Mutex
	all := map[string]answers{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for _, name := range r.shop.customers() {
		group.Go(func() error {
			a, err := r.system.answersOn(ctx, r.shop.Accounts[name].Email, r.tally.Last)
			if err != nil {
				return fmt.Errorf("customer %s: %w", name, err)
			}
			mu.Lock()
			defer mu.Unlock()
			all[name] = a
			p.did(1, "checking")
			return nil
		})
	}
	return all, group.Wait()
}

func (s *system) answersOn(ctx context.Context, email string, on day) (a answers, err error) {
	id, err := s.find(ctx, email)
	if err != nil {
		return a, err
	}
	of := "/v1/customers/" + id
	if err := s.Get(ctx, of+"/tier", &a.Stored); err != nil {
		return a, err
	}
	if err := s.Get(ctx, of+"/tier?as_of="+on.String(), &a.Derived); err != nil {
		return a, err
	}
	for cursor := ""; ; {
		var page struct {
			Items []change
			Next  string `json:"next_cursor"`
		}
		if err := s.Get(ctx, of+"/tier/history?limit=100"+cursor, &page); err != nil {
			return a, err
		}
		a.Changes = append(a.Changes, page.Items...)
		if page.Next == "" {
			break
		}
		cursor = "&cursor=" + url.QueryEscape(page.Next)
	}
	var churn struct{ Warnings []warning }
	err = s.Get(ctx, of+"/churn", &churn)
	a.Warnings = churn.Warnings
	return a, err
}

// find is the exact look-up by e-mail.
func (s *system) find(ctx context.Context, email string) (id string, err error) {
	var found struct{ Items []struct{ ID string } }
	if err := s.Get(ctx, "/v1/customers?email="+url.QueryEscape(email), &found); err != nil {
		return "", err
	}
	if len(found.Items) != 1 {
		return "", fmt.Errorf("%d customers have the e-mail address %s, not one", len(found.Items), email)
	}
	return found.Items[0].ID, nil
}
