package customers

import (
	"context"
	"net/http"
	"time"

	"guanxi/internal/api"
	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/insight"
	"guanxi/internal/overview"
	"guanxi/internal/standing"
	"guanxi/internal/task"
)

// Overviews reads all that is known about a customer; NotFound where there is
// none.
type Overviews interface {
	Overview(ctx context.Context, id crm.CustomerID) (overview.Overview, error)
}

// Book is the rules, in force and past.
type Book interface {
	Current(ctx context.Context, stands standing.Record, facts decision.FactReader, today crm.Date) (standing.Record, error)
	Judged(ctx context.Context, by standing.Versions) (standing.Policy, error)
}

type profiles struct {
	overviews Overviews
	facts     decision.FactReader
	book      Book
	words     task.Book
	zone      *time.Location
}

// RegisterProfile adds the one look at a customer. It stands apart from the
// other operations, whose function knows phones and so starts slowly. Zone is
// the deployment's.
func RegisterProfile(a *api.API, overviews Overviews, facts decision.FactReader, book Book, zone *time.Location) {
	l := profiles{overviews, facts, book, task.ReadBook(), zone}
	look := operation("read-profile", http.MethodGet, "/v1/customers/{id}/profile", "All about a customer in one look")
	look.Description = "Who they are, what was decided about them and why, their habits, what somebody still has to see to, and the newest of what happened: " +
		"one answer of a few kilobytes, for the counter. The ETag is that of the customer."
	api.Register(a, look, l.read)
}

// Profile is one look at a customer.
type Profile struct {
	Customer Customer          `json:"customer" doc:"As the caller's role may see them, consents included."`
	Decision standing.Decision `json:"decision" doc:"As of today; the rules that were tried stand in its tier."`
	Habits   habits            `json:"habits"`
	Warnings []warning         `json:"warnings" nullable:"false" doc:"Churn warnings that are open."`
	Tasks    []followUp        `json:"follow_ups" nullable:"false" doc:"What somebody is to do, open ones."`
	Latest   []overview.Event  `json:"latest" nullable:"false" doc:"The newest ten orders, interactions and answers, the newest first."`
}

// habits are what the facts tell of how the customer buys and is reached.
type habits struct {
	First      crm.Date      `json:"first_purchase,omitempty"`
	Cycle      int           `json:"cycle_days,omitempty" doc:"The median of the days from one purchase date to the next; absent: fewer than two."`
	Cycles     int           `json:"cycles,omitempty" doc:"How many the median is of."`
	Next       crm.Date      `json:"next_expected,omitempty" doc:"The last purchase and one cycle; it informs, and decides nothing."`
	Categories []category    `json:"categories" nullable:"false" doc:"The favourite ones, at most three, by net spend."`
	Orders     []insight.Use `json:"order_channels" nullable:"false" doc:"The most used first, at most four."`
	Contacts   []insight.Use `json:"contact_channels" nullable:"false" doc:"Likewise, of two-way contacts."`
	Hours      []hour        `json:"contact_hours" nullable:"false" doc:"When two-way contacts were, the most frequent first, at most three."`
}

type category struct {
	Name  string    `json:"name" example:"scarves"`
	Spend crm.Money `json:"spend"`
}

type hour struct {
	From  int `json:"from" minimum:"0" maximum:"23" doc:"The hour that begins then, local to the deployment." example:"18"`
	Times int `json:"times" example:"4"`
}

// warning is as much of a churn warning as one look needs.
type warning struct {
	ID         string         `json:"id" example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d~2026-03-01"`
	Since      crm.Date       `json:"since"`
	Severity   churn.Severity `json:"severity" enum:"normal,high,critical"`
	Owner      crm.Subject    `json:"owner,omitempty"`
	EscalateAt time.Time      `json:"escalate_at"`
}

type followUp struct {
	ID     string      `json:"id" example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d~tsk_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Reason task.Reason `json:"reason" example:"silence"`
	Say    task.Words  `json:"say" doc:"What to say."`
	Note   string      `json:"note,omitempty" doc:"For roles that see contact data."`
	Owner  crm.Subject `json:"owner,omitempty"`
	Due    crm.Date    `json:"due"`
}

type profileAnswer struct {
	ETag string `header:"ETag"`
	Body Profile
}

func (l profiles) read(ctx context.Context, in *api.CustomerPath) (*profileAnswer, error) {
	const op = "customers.profile"
	o, err := l.overviews.Overview(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	caller := api.CallerOf(ctx)
	if !caller.Sees(append(o.Decision.Stores, o.Profile.HomeStore), o.Profile.Owner) {
		return nil, crm.Fail(op, crm.NotFound, "there is no such customer")
	}
	r, err := l.book.Current(ctx, o.Decision, l.facts, crm.DateIn(crm.AsOf(ctx), l.zone))
	if err != nil {
		return nil, err
	}
	p, err := l.book.Judged(ctx, r.Versions)
	if err != nil {
		return nil, err
	}
	known, err := r.Measures.Insight.Unpack()
	if err != nil {
		return nil, &crm.Error{Op: op, Err: err}
	}
	out := Profile{Customer: shown(ctx, o.Profile), Decision: standing.Show(r, p).InShort(), Habits: habitsOf(known, r.Measures.LastPurchase, p.Currency),
		Warnings: make([]warning, len(o.Warnings)), Tasks: make([]followUp, len(o.Tasks)), Latest: overview.Events(o.Facts, caller.Role.SeesContacts())}
	for i, w := range o.Warnings {
		out.Warnings[i] = warning{w.ID(), w.Since, w.Severity, w.Owner, w.EscalateAt}
	}
	for i, t := range o.Tasks {
		if !caller.Role.SeesContacts() {
			t.Note = ""
		}
		out.Tasks[i] = followUp{t.Ref().String(), t.Reason, l.words[t.Reason].Say, t.Note, t.Owner, t.Due}
	}
	return &profileAnswer{ETag: api.ETag(string(o.Profile.Revision)), Body: out}, nil
}

func habitsOf(i insight.Insight, last crm.Date, currency string) habits {
	h := habits{First: i.First, Cycle: i.CycleDays, Cycles: i.Cycles, Categories: make([]category, len(i.Categories)),
		Orders: append([]insight.Use{}, i.Orders...), Contacts: append([]insight.Use{}, i.Contacts...), Hours: make([]hour, len(i.Hours))}
	if i.Cycles > 0 {
		h.Next = last + crm.Date(i.CycleDays)
	}
	for k, c := range i.Categories {
		h.Categories[k] = category{c.Name, crm.Money{Minor: c.Net, Currency: currency}}
	}
	for k, w := range i.Hours {
		h.Hours[k] = hour{w.Hour, w.Times}
	}
	return h
}
