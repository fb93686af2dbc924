// Package decisions is the API of what was decided about a customer and why:
// the standing decision, as of any date, its history, and churn warnings.
package decisions

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/history"
	"guanxi/internal/standing"
)

// Decisions reads standing decisions and their history.
type Decisions interface {
	Latest(ctx context.Context, id crm.CustomerID, consistent bool) (standing.Record, error)
	Changes(ctx context.Context, id crm.CustomerID, limit int, after string) (page []decision.Change[standing.Measures, standing.Classes], next string, err error)
}

// Facts reads all facts of a customer.
type Facts interface {
	History(ctx context.Context, id crm.CustomerID) (history.Facts, error)
}

// Book is the rules, in force and past.
type Book interface {
	Rules(ctx context.Context, fresh bool) (decision.Rules[standing.Measures, standing.Classes], error)
	Policy(ctx context.Context, version int) (standing.Policy, error)
}

type leaf struct {
	api       *api.API
	people    api.People
	decisions Decisions
	facts     Facts
	book      Book
	warnings  Warnings
	stores    Stores
	zone      *time.Location
}

// Register adds the operations. Zone is the deployment's.
func Register(a *api.API, people api.People, decisions Decisions, facts Facts, book Book, warnings Warnings, stores Stores, zone *time.Location) {
	l := leaf{a, people, decisions, facts, book, warnings, stores, zone}
	tier := operation("read-tier", http.MethodGet, "/v1/customers/{id}/tier", "The decision about a customer, with its reasons")
	tier.Description = "Without as_of, the standing decision; where the date has come on which it changes by itself, it is decided afresh. " +
		"With as_of, the decision of that date is derived from all facts known today."
	api.Register(a, tier, l.tier)
	api.Register(a, operation("list-tier-history", http.MethodGet, "/v1/customers/{id}/tier/history", "Every change of the decision, the newest first"), l.history)
	api.Register(a, operation("read-churn", http.MethodGet, "/v1/customers/{id}/churn", "Whether the customer is about to leave, and their warnings"), l.churn)
	api.Register(a, operation("list-churn-warnings", http.MethodGet, "/v1/churn-warnings", "Open churn warnings, store by store, the oldest first"), l.list)
	api.Register(a, operation("close-churn-warning", http.MethodPatch, "/v1/churn-warnings/{id}", "Close a churn warning with its outcome", http.StatusConflict), l.close)
}

func operation(id, method, path, summary string, responses ...int) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"decisions"}, Errors: responses}
}

// Decision is a decision as callers see it.
type Decision struct {
	Customer  crm.CustomerID    `json:"customer"`
	On        crm.Date          `json:"on" doc:"The date that was judged, local to the deployment."`
	Policy    int               `json:"policy" doc:"The version of the policy that judged."`
	Level     string            `json:"level" enum:",silver,gold,diamond,dormant" doc:"Membership level; empty: never bought."`
	Tier      string            `json:"tier" enum:",strategic,growth,basic,dormant" doc:"Internal value class; empty: never bought."`
	Need      string            `json:"need" enum:"prospect,new,existing"`
	Status    string            `json:"status" enum:",active,dormant,lost" doc:"By silence; empty: neither bought nor in contact."`
	RFM       rfm               `json:"rfm"`
	Warned    crm.Date          `json:"warned_since,omitempty" doc:"The date on which the silence was long enough for a churn warning."`
	Purchases int               `json:"purchases" doc:"Dates with a purchase, whole history."`
	Spend     crm.Money         `json:"spend" doc:"Net spend that counts for the level: the last 365 days by the default policy."`
	Lifetime  crm.Money         `json:"lifetime_spend" doc:"Net spend of the whole history."`
	Last      crm.Date          `json:"last_purchase,omitempty"`
	Contact   crm.Date          `json:"last_contact,omitempty" doc:"The last two-way contact."`
	ChangesAt crm.Date          `json:"changes_at,omitempty" doc:"The first date on which the decision changes if nothing happens; absent: never."`
	Reasons   []decision.Reason `json:"reasons" nullable:"false"`
	Cause     string            `json:"cause,omitempty" doc:"What made us decide: the key of a fact, review, or a derivation."`
	Trace     string            `json:"trace,omitempty"`
}

type rfm struct {
	R int `json:"r" minimum:"0" maximum:"5" doc:"Recency, 5 is best; 0: never bought."`
	F int `json:"f" minimum:"0" maximum:"5"`
	M int `json:"m" minimum:"0" maximum:"5"`
}

func shown(r standing.Record, p standing.Policy) Decision {
	c, m := r.Classes, r.Measures
	_, reasons := standing.Judge(p, m)
	return Decision{Customer: r.Customer, On: r.On, Policy: r.Policy,
		Level: string(c.Level), Tier: string(c.Tier), Need: string(c.Need), Status: string(c.Status),
		RFM: rfm{c.Recency, c.Frequency, c.Money}, Warned: c.WarnedSince, Purchases: m.Purchases,
		Spend: crm.Money{Minor: m.Window, Currency: p.Currency}, Lifetime: crm.Money{Minor: m.Spend, Currency: p.Currency},
		Last: m.LastPurchase, Contact: m.LastContact, ChangesAt: r.ChangesAt, Reasons: reasons, Cause: r.Cause, Trace: r.Trace}
}

type answer struct{ Body Decision }

// onDate is a date in a query: huma parses what is a number to Go as a number,
// and asks UnmarshalText only of what is not.
type onDate struct{ crm.Date }

func (l leaf) tier(ctx context.Context, in *struct {
	api.CustomerPath
	AsOf onDate `query:"as_of" doc:"A date, local to the deployment." example:"2026-03-31"`
}) (*answer, error) {
	if err := api.See(ctx, l.people, in.ID); err != nil {
		return nil, err
	}
	today := crm.DateIn(crm.AsOf(ctx), l.zone)
	if in.AsOf.Date > today {
		return nil, crm.Wrong("decisions.tier", "query.as_of", "must not be later than today")
	}
	r, err := l.record(ctx, in.ID, in.AsOf.Date, today)
	if err != nil {
		return nil, err
	}
	p, err := l.book.Policy(ctx, r.Policy)
	if err != nil {
		return nil, err
	}
	return &answer{shown(r, p)}, nil
}

// record is the standing decision, unless another date is asked for or its day
// is over: then it is derived again.
func (l leaf) record(ctx context.Context, id crm.CustomerID, asOf, today crm.Date) (standing.Record, error) {
	if asOf == 0 {
		r, err := l.decisions.Latest(ctx, id, true)
		if err != nil || r.Policy > 0 && (r.ChangesAt == 0 || today < r.ChangesAt) {
			return r, err
		}
		asOf = today
	}
	rules, err := l.book.Rules(ctx, false)
	if err != nil {
		return standing.Record{}, err
	}
	facts, err := l.facts.History(ctx, id)
	if err != nil {
		return standing.Record{}, err
	}
	return decision.AsOf(rules, id, facts, asOf), nil
}

// change is one entry of the history.
type change struct {
	At       time.Time `json:"at" doc:"The time of the event that made us decide."`
	Before   classes   `json:"before"`
	After    classes   `json:"after"`
	Decision Decision  `json:"decision"`
}

type classes struct {
	Level  string   `json:"level"`
	Tier   string   `json:"tier"`
	Need   string   `json:"need"`
	Status string   `json:"status"`
	RFM    rfm      `json:"rfm"`
	Warned crm.Date `json:"warned_since,omitempty"`
}

func shownClasses(c standing.Classes) classes {
	return classes{string(c.Level), string(c.Tier), string(c.Need), string(c.Status), rfm{c.Recency, c.Frequency, c.Money}, c.WarnedSince}
}

func (l leaf) history(ctx context.Context, in *struct {
	api.CustomerPath
	api.Page
}) (*api.Listed[change], error) {
	if err := api.See(ctx, l.people, in.ID); err != nil {
		return nil, err
	}
	return api.List(ctx, l.api, in.Page,
		func(limit int, after string) ([]decision.Change[standing.Measures, standing.Classes], string, error) {
			return l.decisions.Changes(ctx, in.ID, limit, after)
		},
		func(c decision.Change[standing.Measures, standing.Classes]) (change, error) {
			p, err := l.book.Policy(ctx, c.Policy)
			return change{At: c.Guard.AsOf, Before: shownClasses(c.Before), After: shownClasses(c.Classes), Decision: shown(c.Record, p)}, err
		})
}
