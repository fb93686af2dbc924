// Package decisions is the API of what was decided about a customer and why:
// the standing decision, as of any date, its history, and churn warnings.
package decisions

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/standing"
)

// Decisions reads standing decisions and their history.
type Decisions interface {
	Latest(ctx context.Context, id crm.CustomerID, consistent bool) (standing.Record, error)
	Changes(ctx context.Context, id crm.CustomerID, limit int, after string) (page []decision.Change[standing.Measures, standing.Classes], next string, err error)
	// ChangeBefore is the last change before a time; nil where there is none.
	ChangeBefore(ctx context.Context, id crm.CustomerID, t time.Time) (*decision.Change[standing.Measures, standing.Classes], error)
}

// Book is the rules, in force and past.
type Book interface {
	Current(ctx context.Context, stands standing.Record, facts decision.FactReader, today crm.Date) (standing.Record, error)
	Then(ctx context.Context, id crm.CustomerID, facts decision.FactReader, on crm.Date, recorded *decision.Change[standing.Measures, standing.Classes]) (standing.Then, error)
	Judged(ctx context.Context, by standing.Versions) (standing.Policy, error)
}

type leaf struct {
	api       *api.API
	people    api.People
	decisions Decisions
	facts     decision.FactReader
	book      Book
	warnings  Warnings
	stores    Stores
	remedies  Remedies
	timers    Timers
	words     churn.Book
	zone      *time.Location
}

// Register adds the operations. Zone is the deployment's.
func Register(a *api.API, people api.People, decisions Decisions, facts decision.FactReader, book Book, warnings Warnings, stores Stores, remedies Remedies, timers Timers, zone *time.Location) {
	l := leaf{a, people, decisions, facts, book, warnings, stores, remedies, timers, churn.ReadBook(), zone}
	tier := operation("read-tier", http.MethodGet, "/v1/customers/{id}/tier", "The decision about a customer, with its reasons")
	tier.Description = "Without as_of, the standing decision; where the date has come on which it changes by itself, it is decided afresh. " +
		"With as_of, the decision of that date is derived from all facts known today by the rules that decided then, and stands beside what was recorded then; " +
		"where they differ, the facts are named that came or changed later."
	api.Register(a, tier, l.tier)
	api.Register(a, operation("list-tier-history", http.MethodGet, "/v1/customers/{id}/tier/history", "Every change of the decision, the newest first"), l.history)
	api.Register(a, operation("read-churn", http.MethodGet, "/v1/customers/{id}/churn", "Whether the customer is about to leave, and their warnings"), l.churn)
	api.Register(a, operation("list-churn-warnings", http.MethodGet, "/v1/churn-warnings", "Open churn warnings, store by store, the oldest first"), l.list)
	change := operation("update-churn-warning", http.MethodPatch, "/v1/churn-warnings/{id}", "Acknowledge, put off or close a churn warning (merge patch, RFC 7396)", http.StatusConflict)
	change.Description = "Its follow-up goes the same way. An outcome closes it, for good: no silence is warned about twice."
	api.Register(a, change, l.handle)
}

func operation(id, method, path, summary string, responses ...int) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"decisions"}, Errors: responses}
}

type answer struct{ Body tierView }

// tierView is a decision, and of a past date what was recorded then.
type tierView struct {
	standing.Decision
	Recorded *recordedView `json:"recorded,omitempty" doc:"With as_of: what had been decided by the end of that date; absent: nothing yet."`
}

func (l leaf) tier(ctx context.Context, in *struct {
	api.CustomerPath
	AsOf api.Day `query:"as_of" doc:"A date, local to the deployment." example:"2026-03-31"`
}) (*answer, error) {
	if err := api.See(ctx, l.people, in.ID); err != nil {
		return nil, err
	}
	today := crm.DateIn(crm.AsOf(ctx), l.zone)
	if in.AsOf.Date > today {
		return nil, crm.Wrong("decisions.tier", "query.as_of", "must not be later than today")
	}
	if in.AsOf.Date != 0 {
		return l.then(ctx, in.ID, in.AsOf.Date)
	}
	r, err := l.record(ctx, in.ID, today)
	if err != nil {
		return nil, err
	}
	shown, err := l.shown(ctx, r)
	return &answer{tierView{Decision: shown}}, err
}

// shown tells a decision by the rules that made it.
func (l leaf) shown(ctx context.Context, r standing.Record) (standing.Decision, error) {
	p, err := l.book.Judged(ctx, r.Versions)
	return standing.Show(r, p), err
}

// record is the standing decision, unless its day is over: then it is derived again.
func (l leaf) record(ctx context.Context, id crm.CustomerID, today crm.Date) (standing.Record, error) {
	r, err := l.decisions.Latest(ctx, id, true)
	if err != nil {
		return r, err
	}
	return l.book.Current(ctx, r, l.facts, today)
}

// change is one entry of the history.
type change struct {
	At       time.Time         `json:"at" doc:"The time of the event that made us decide."`
	Before   classes           `json:"before"`
	After    classes           `json:"after"`
	Entered  []crm.SegmentID   `json:"entered_segments,omitempty" nullable:"false" doc:"Segments that the customer came into." example:"[\"lapsing-gold\"]"`
	Left     []crm.SegmentID   `json:"left_segments,omitempty" nullable:"false" doc:"Segments that they went out of." example:"[\"silk\"]"`
	Decision standing.Decision `json:"decision"`
}

type classes struct {
	Level  string          `json:"level"`
	Tier   string          `json:"tier"`
	Need   string          `json:"need"`
	Status string          `json:"status"`
	RFM    standing.Scores `json:"rfm"`
	Warned crm.Date        `json:"warned_since,omitempty"`
}

func shownClasses(c standing.Classes) classes {
	return classes{string(c.Level), string(c.Tier), string(c.Need), string(c.Status), c.Scores(), c.WarnedSince}
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
			p, err := l.book.Judged(ctx, c.Versions)
			return change{At: c.Guard.AsOf, Before: shownClasses(c.Before), After: shownClasses(c.Classes), Entered: c.Entered(), Left: c.Left(), Decision: standing.Show(c.Record, p)}, err
		})
}
