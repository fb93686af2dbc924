package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"guanxi/infra/client"
)

// said is all that the system says about one customer.
type said struct {
	Listed  decided // in the list of all
	Stands  decided // the decision that stands
	Derived decided // the same, derived from all facts as of today
	Profile profile
	Churn   churn // where there is, or is to be, a warning; zero elsewhere
}

// decided is a decision, as far as we ask.
type decided struct {
	ID        string // in lists only
	On        string
	Policy    int
	Level     string
	Tier      string
	Need      string
	Status    string
	RFM       struct{ R, F, M int }
	Warned    string `json:"warned_since"`
	ChangesAt string `json:"changes_at"`
	Purchases int
	Lifetime  struct {
		Minor    int64
		Currency string
	} `json:"lifetime_spend"`
	Last    string `json:"last_purchase"`
	Contact string `json:"last_contact"`
	Cause   string
}

// overdue tells whether what stands has come to its end, and nobody has decided
// anew: then the system derives its answers to readers, and says so.
func (d decided) overdue() bool { return strings.HasPrefix(d.Cause, "derived") }

type profile struct {
	Decision decided
	Warnings []struct{ Since string } // that are open
}

type churn struct {
	Warnings []warning
}

// warning is a churn warning, open or closed.
type warning struct {
	Since    string
	Last     string `json:"last_purchase"` // that the silence followed
	ClosedAt string `json:"closed_at"`
}

// ask asks everything about a customer who was found in the list.
func ask(ctx context.Context, s *client.System, listed decided, today string) (a said, err error) {
	a.Listed = listed
	of := "/v1/customers/" + url.PathEscape(listed.ID)
	if err := s.Get(ctx, of+"/tier", &a.Stands); err != nil {
		return a, err
	}
	if err := s.Get(ctx, of+"/tier?as_of="+today, &a.Derived); err != nil {
		return a, err
	}
	if err := s.Get(ctx, of+"/profile", &a.Profile); err != nil {
		return a, err
	}
	if a.Derived.Warned != "" || len(a.Profile.Warnings) > 0 {
		err = s.Get(ctx, of+"/churn", &a.Churn)
	}
	return a, err
}

// gone tells whether an error says that there is no such customer.
func gone(err error) bool {
	r, refused := errors.AsType[*client.Refusal](err)
	return refused && r.Status == http.StatusNotFound
}

// mix is how many customers the last nightly count found in each class.
type mix struct {
	On        string `json:"counted_on"`
	Customers int
	Stale     int // of them, those whom the review had not been to
	Level     []part
	Tier      []part
}

type part struct {
	Name  string
	Share struct{ Hits int }
}

// customers calls each with every customer there is, in the order of the list.
func customers(ctx context.Context, s *client.System, each func(decided)) error {
	for cursor := ""; ; {
		var page struct {
			Items []decided
			Next  string `json:"next_cursor"`
		}
		if err := s.Get(ctx, "/v1/customers?limit=100"+cursor, &page); err != nil {
			return err
		}
		for _, c := range page.Items {
			each(c)
		}
		if page.Next == "" {
			return nil
		}
		cursor = "&cursor=" + url.QueryEscape(page.Next)
	}
}
